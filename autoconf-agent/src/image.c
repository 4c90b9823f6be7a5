// SPDX-License-Identifier: GPL-2.0-or-later
/* See image.h. live-build writes the checksums, live-boot mounts the rest. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <tessera.h>
#include <unistd.h>

#include "image.h"

#define SUMS "/run/live/medium/sha256sum.txt"
#define ROOT "/run/live/rootfs/filesystem.squashfs"
#define LISTED_AS "/live/filesystem.squashfs"
#define SUMS_MAX 65536

_Static_assert(IMAGE_ID_SIZE == TESSERA_IMAGE_ID_SIZE, "a SHA-256 is the id");

static int ends_with(const char *line, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length >= n && memcmp(line + length - n, end, n) == 0;
}

int image_id_parse(const char *sums, uint8_t ret[IMAGE_ID_SIZE])
{
	for (const char *line = sums; *line;) {
		size_t length = strcspn(line, "\n"), n;
		uint8_t id[IMAGE_ID_SIZE];

		if (ends_with(line, length, LISTED_AS)) {
			if (sodium_hex2bin(id, sizeof(id), line,
					   strcspn(line, " "), NULL, &n,
					   NULL) < 0 ||
			    n != sizeof(id))
				return -EBADMSG;
			memcpy(ret, id, sizeof(id));
			return 0;
		}
		line += length;
		line += *line == '\n';
	}
	return -ENOENT;
}

static int read_id(uint8_t ret[IMAGE_ID_SIZE])
{
	char *sums = malloc(SUMS_MAX);
	int fd, r;
	ssize_t n;

	if (!sums)
		return -ENOMEM;
	fd = open(SUMS, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		free(sums);
		return r;
	}
	n = read(fd, sums, SUMS_MAX - 1);
	r = n < 0 ? -errno : 0;
	close(fd);
	if (r == 0) {
		sums[n] = '\0';
		r = image_id_parse(sums, ret);
	}
	free(sums);
	return r;
}

int image_register(int device)
{
	struct tessera_image_request request = { 0 };
	int r = read_id(request.id);

	if (r < 0)
		return r;
	request.fd = open(ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (request.fd < 0)
		return -errno;
	if (ioctl(device, TESSERA_IOC_IMAGE, &request) < 0)
		r = -errno;
	close(request.fd);
	return r;
}
