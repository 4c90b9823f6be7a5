// SPDX-License-Identifier: GPL-2.0-or-later
/* Read-only data is what it was. (test_same_image.py gives the host an image in
 * which it is not, to see whether it is used.) */
#include <sys/stat.h>

#include "harness.h"

static const char constant[2 * PAGE]
	__attribute__((aligned(PAGE))) = "made at home";

/* The same in the program's file, mapped as fonts and catalogues are. */
static const char *constant_in_file(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	struct stat st;
	void *p;

	CHECK_EQ(fstat(fd, &st), 0);
	p = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	close(fd);
	p = memmem(p, st.st_size, constant, sizeof(constant));
	CHECK(p);
	return p;
}

int main(void)
{
	const char *volatile now = constant;
	const char *shared = constant_in_file();
	char *before = strdup(now);

	CHECK(before);
	ready();
	wait_moved();
	if (strcmp(now, before) != 0 || strcmp(shared, before) != 0)
		fail_at(__FILE__, __LINE__, "it is \"%s\", shared \"%s\"", now,
			shared);
	free(before);
	return pass();
}
