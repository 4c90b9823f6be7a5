// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Small files that hold secrets: bounded reading, atomic writing.
 */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "cleanup.h"

ssize_t secret_read(const char *path, char *buf, size_t size)
{
	cleanup_close int fd = -1;
	struct stat st;
	size_t len = 0;
	ssize_t n;

	/* O_NONBLOCK: a FIFO in the file's place must not stop the agent. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	/* Files of /proc have no size: read until the end or one too many. */
	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return (ssize_t)len;
		len += (size_t)n;
	}
	do {
		char more;

		n = read(fd, &more, 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? -E2BIG : (ssize_t)len;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int secret_write(const char *path, const char *data, size_t len, bool replace)
{
	char temporary[PATH_MAX];
	cleanup_close int fd = -1;
	int n, r;

	/* Random, not the PID: two writers in two PID name spaces may meet. */
	n = snprintf(temporary, sizeof(temporary), "%s.%08x", path,
		     (unsigned int)randombytes_random());
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, data, len);
	if (r == 0 && renameat2(AT_FDCWD, temporary, AT_FDCWD, path,
				replace ? 0 : RENAME_NOREPLACE) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}
