// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The environment, the arguments and what the kernel gave along at the start.
 */
#include <sys/auxv.h>

#include "harness.h"

extern char **environ;

int main(int argc, char **argv)
{
	static const unsigned long types[] = { AT_PHDR, AT_ENTRY, AT_UID,
					       AT_SYSINFO_EHDR, AT_PAGESZ };
	unsigned long before[COUNT(types)];
	char name[256], number[16];
	int i;

	for (i = 0; i < (int)COUNT(types); i++)
		before[i] = getauxval(types[i]);
	snprintf(name, sizeof(name), "%s", argv[0]);
	ready();
	wait_moved();
	CHECK_EQ(argc, 1);
	CHECK(strcmp(argv[0], name) == 0);
	CHECK(strcmp(getenv("TESSERA_TEST"), "as it was") == 0);
	for (i = 0; i < (int)COUNT(types); i++)
		CHECK_EQ(getauxval(types[i]), before[i]);
	/* The vDSO is where the kernel said: an ELF image. */
	CHECK(memcmp((void *)getauxval(AT_SYSINFO_EHDR), "\177ELF", 4) == 0);
	CHECK_EQ(strlen((char *)getauxval(AT_PLATFORM)), strlen("x86_64"));
	for (i = 0; i < FEW_ROUNDS; i++) {
		snprintf(number, sizeof(number), "%d", i);
		CHECK_EQ(setenv("NUMBER", number, 1), 0);
		compute(SPIN);
		CHECK(strcmp(getenv("NUMBER"), number) == 0);
	}
	return pass();
}
