// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The speed index of one CPU: how fast a fixed mix of integer work runs
 * (multiply, shift, table look-up, branches that are hard to predict). The
 * reference machine, one core of an AMD EPYC 7003 server at about 3 GHz, needs
 * REFERENCE_NS for a round and has 1000. One of the faster rounds counts, and the
 * best of several occasions: the others were disturbed by what else runs, at boot
 * above all.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define SPEED_FILE AGENT_RUNTIME_DIR "/speed"
#define REFERENCE_NS 76500
#define BUDGET_NS 20000000 /* after this no new round */
#define ROUNDS_MIN 8
#define ROUNDS 64
#define STEPS 16384
#define TABLE 1024 /* of 8 bytes: stays in the first cache */

/* Not the clock of CPU time: in virtual machines that one may only tick. */
static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t work(uint64_t table[static TABLE], uint64_t x)
{
	for (int i = 0; i < STEPS; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		if (x & 64)
			x += table[x % TABLE];
		else
			table[x % TABLE] = x * UINT64_C(0x2545f4914f6cdd1d);
	}
	return x;
}

static int compare(const void *a, const void *b)
{
	const int64_t *p = a, *q = b;

	return *p < *q ? -1 : *p > *q;
}

static uint32_t measure(void)
{
	uint64_t table[TABLE] = { 0 };
	volatile uint64_t sink = 88172645463325252u;
	int64_t took[ROUNDS], begin = clock_ns(), last = begin, index;
	size_t n = 0;

	while (n < ROUNDS && (n < ROUNDS_MIN || last - begin < BUDGET_NS)) {
		int64_t now;

		sink = work(table, sink);
		now = clock_ns();
		took[n++] = now - last;
		last = now;
	}
	qsort(took, n, sizeof(*took), compare);
	index = (int64_t)REFERENCE_NS * 1000 /
		(took[n / 4] > 0 ? took[n / 4] : 1);
	return index < 1 ? 1 : index > 1000000 ? 1000000 : (uint32_t)index;
}

/* The runtime directory lives as long as the boot: so does the result. */
static uint32_t known(void)
{
	char text[16];
	unsigned int speed;
	int fd = open(SPEED_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%9u", &speed) == 1 ? speed : 0;
}

uint32_t load_speed(bool again)
{
	uint32_t best = known(), speed;
	int fd;

	if (best && !again)
		return best;
	speed = measure();
	if (speed <= best)
		return best;
	fd = open(SPEED_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd >= 0) {
		/* Unwritten, it is measured again next time. */
		dprintf(fd, "%u\n", speed);
		close(fd);
	}
	return speed;
}
