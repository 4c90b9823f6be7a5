// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plain TCP, what the links are compared with:
 *
 *	tcp serve PORT DIR		answer the others; files go to DIR
 *	tcp ping ADDRESS PORT COUNT	median round trip of 64 bytes, nanoseconds
 *	tcp bulk ADDRESS PORT MIB	time to bring so much over, nanoseconds
 *	tcp files ADDRESS PORT DIR	the same for the files of DIR
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "bench.h"

#define MESSAGE 64
#define PIECE (128 * 1024)

struct part {
	char name[120]; /* empty: nobody keeps it */
	uint64_t size;
};

static void get(int fd, void *to, size_t size)
{
	ssize_t got;

	for (; size; size -= got, to = (char *)to + got) {
		got = read(fd, to, size);
		if (got <= 0)
			err(1, "connection");
	}
}

static void put(int fd, const void *from, size_t size)
{
	ssize_t done;

	for (; size; size -= done, from = (const char *)from + done) {
		done = write(fd, from, size);
		if (done < 0)
			err(1, "connection");
	}
}

/* --- who answers --- */

static void echo(int fd)
{
	char message[MESSAGE];

	while (recv(fd, message, MESSAGE, MSG_WAITALL) == MESSAGE)
		put(fd, message, MESSAGE);
}

/* Parts until their end; then one byte says that all is here. */
static void take_parts(int fd, int dir)
{
	static char piece[PIECE];
	struct part part;
	int file;

	while (recv(fd, &part, sizeof(part), MSG_WAITALL) == sizeof(part)) {
		part.name[sizeof(part.name) - 1] = 0;
		file = -1;
		if (part.name[0]) {
			file = openat(dir, part.name,
				      O_WRONLY | O_CREAT | O_TRUNC, 0600);
			if (file < 0)
				err(1, "%s", part.name);
		}
		while (part.size) {
			size_t most = part.size < PIECE ? part.size : PIECE;
			ssize_t got = read(fd, piece, most);

			if (got <= 0)
				err(1, "connection");
			if (file >= 0)
				put(file, piece, got);
			part.size -= got;
		}
		if (file >= 0)
			close(file);
	}
	put(fd, "", 1);
}

static void serve(const char *port, const char *dir)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(number(port)) };
	int on = 1, dirfd = open(dir, O_RDONLY | O_DIRECTORY);
	int listener = socket(AF_INET6, SOCK_STREAM, 0);
	char what;
	int fd;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (dirfd < 0 ||
	    bind(listener, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    listen(listener, 4) < 0)
		err(1, "port %s, directory %s", port, dir);
	signal(SIGCHLD, SIG_IGN);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
				   sizeof(on));
			get(fd, &what, 1);
			if (what == 'p')
				echo(fd);
			else
				take_parts(fd, dirfd);
			_exit(0);
		}
		close(fd);
	}
	err(1, "accept");
}

/* --- who asks --- */

static int dial(const char *address, const char *port, char what)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(number(port)) };
	int on = 1, fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (inet_pton(AF_INET6, address, &to.sin6_addr) != 1)
		errx(2, "'%s' is no IPv6 address", address);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		err(1, "%s port %s", address, port);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	put(fd, &what, 1);
	return fd;
}

static int64_t ping(int fd, size_t count)
{
	int64_t *times = calloc(count, sizeof(*times)), begun;
	char message[MESSAGE] = "";
	size_t i;

	if (!times || !count)
		errx(1, "no messages");
	for (i = 0; i < count; i++) {
		begun = now();
		put(fd, message, MESSAGE);
		get(fd, message, MESSAGE);
		times[i] = now() - begun;
	}
	return median(times, count);
}

static void finish(int fd)
{
	char byte;

	shutdown(fd, SHUT_WR);
	get(fd, &byte, 1);
}

static int64_t bulk(int fd, size_t size)
{
	const char *memory = (const char *)filled(size);
	struct part part = { .size = size };
	int64_t begun = now();
	size_t at;

	put(fd, &part, sizeof(part));
	for (at = 0; at < size; at += PIECE)
		put(fd, memory + at, PIECE);
	finish(fd);
	return now() - begun;
}

static void put_file(int fd, int dir, const char *name)
{
	struct part part = {};
	struct stat st;
	int file;

	file = openat(dir, name, O_RDONLY);
	if (file < 0 || fstat(file, &st) < 0)
		err(1, "%s", name);
	snprintf(part.name, sizeof(part.name), "%s", name);
	part.size = st.st_size;
	put(fd, &part, sizeof(part));
	while (part.size) {
		ssize_t done = sendfile(fd, file, NULL, part.size);

		if (done <= 0)
			err(1, "%s", name);
		part.size -= done;
	}
	close(file);
}

static int64_t files(int fd, const char *path)
{
	DIR *dir = opendir(path);
	int64_t begun = now();
	struct dirent *entry;

	if (!dir)
		err(1, "%s", path);
	while ((entry = readdir(dir))) {
		if (entry->d_type == DT_REG)
			put_file(fd, dirfd(dir), entry->d_name);
	}
	finish(fd);
	return now() - begun;
}

int main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";
	int64_t time;

	if (!strcmp(what, "serve"))
		serve(argv[2], argv[3]);
	if (argc != 5)
		errx(2,
		     "usage: tcp serve PORT DIR | ping|bulk|files ADDRESS PORT WHAT");
	if (!strcmp(what, "ping"))
		time = ping(dial(argv[2], argv[3], 'p'), number(argv[4]));
	else if (!strcmp(what, "bulk"))
		time = bulk(dial(argv[2], argv[3], 'b'), number(argv[4]) * MIB);
	else if (!strcmp(what, "files"))
		time = files(dial(argv[2], argv[3], 'f'), argv[4]);
	else
		errx(2, "tcp %s?", what);
	printf("%lld\n", (long long)time);
	return 0;
}
