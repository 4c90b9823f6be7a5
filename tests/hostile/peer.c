// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peer home VICTIM ATTACK…	attack the host of a process, being its home
 * peer host ATTACK…		attack the home of processes that come here
 * peer fuzz-home VICTIM SEED COUNT
 * peer fuzz-host SEED COUNT	as many guests, everything that chance can do
 * peer list home|host		names of attacks
 *
 * Runs as root on a member, in place of its kernel's link. Says for each attack
 * what it got that it must not have, and fails when that is something.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attack.h"

#define CALLER_MS 30000

static struct wire wire = { .fd = -1 };

static const struct attack *find(const struct attack *list, const char *name)
{
	for (; list->name; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	fprintf(stderr, "no such attack: %s\n", name);
	exit(2);
}

static int tell(const char *name, const char *got)
{
	printf("%s: %s\n", name, got ? got : "nothing");
	fflush(stdout);
	return got != NULL;
}

static void summary(void)
{
	printf("%lu connections, %lu frames, %lu bytes sent; got",
	       tally.connections, tally.frames, tally.bytes);
	for (unsigned int i = 0; i < TESSERA_FRAME_TYPES; i++)
		if (tally.got[i])
			printf(" %u:%lu", i, tally.got[i]);
	printf("\n");
}

static struct in6_addr address(const char *text)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, text, &a) == 1)
		return a;
	fprintf(stderr, "not an address: %s\n", text);
	exit(2);
}

static int home(int argc, char **argv)
{
	struct in6_addr victim = address(argv[0]);
	int bad = 0;

	for (int i = 1; i < argc; i++) {
		const struct attack *attack = find(home_attacks, argv[i]);

		if (wire_dial(&wire, &victim))
			bad += tell(attack->name, attack->run(&wire));
		else
			bad += tell(attack->name, "no link to the victim");
		wire_close(&wire);
	}
	return bad;
}

static int host(int argc, char **argv)
{
	int listener = listener_steal();
	int bad = 0;

	puts("listening");
	fflush(stdout);
	for (int i = 0; i < argc; i++) {
		const struct attack *attack = find(host_attacks, argv[i]);

		if (listener_accept(listener, &wire, CALLER_MS))
			bad += tell(attack->name, attack->run(&wire));
		else
			bad += tell(attack->name, "nobody came");
		wire_close(&wire);
	}
	return bad;
}

static int list(const char *role)
{
	const struct attack *attack = strcmp(role, "home") == 0 ? home_attacks :
								  host_attacks;

	for (; attack->name; attack++)
		puts(attack->name);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	struct in6_addr victim;

	if (strcmp(what, "home") == 0)
		return home(argc - 2, argv + 2) ? 1 : 0;
	if (strcmp(what, "host") == 0)
		return host(argc - 2, argv + 2) ? 1 : 0;
	if (strcmp(what, "list") == 0)
		return list(argv[2]);
	if (strcmp(what, "fuzz-home") == 0 && argc == 5) {
		victim = address(argv[2]);
		home_fuzz(&victim, strtoull(argv[3], NULL, 0), atoi(argv[4]));
	} else if (strcmp(what, "fuzz-host") == 0 && argc == 4) {
		host_fuzz(listener_steal(), strtoull(argv[2], NULL, 0),
			  atoi(argv[3]));
	} else {
		fputs("usage: see the beginning of peer.c\n", stderr);
		return 2;
	}
	summary();
	return 0;
}
