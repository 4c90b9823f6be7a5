// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dlopen() after the move maps a library, here one that every system with a C
 * library has, and functions in it are found and called.
 */
#include <dlfcn.h>

#include "harness.h"

int main(void)
{
	int (*compare)(const char *, const char *);
	void *library, *symbol;
	int i;

	ready();
	wait_moved();
	for (i = 0; i < FEW_ROUNDS; i++) {
		library = dlopen("libc.so.6", RTLD_NOW);
		CHECK(library);
		symbol = dlsym(library, "strcmp");
		CHECK(symbol);
		memcpy(&compare, &symbol, sizeof(compare));
		CHECK_EQ(compare("tile", "tile"), 0);
		CHECK(compare("tile", "tessera") > 0);
		CHECK(!dlsym(library, "no_such_function"));
		CHECK(dlerror());
		CHECK(!dlopen("libnothing.so.9", RTLD_NOW));
		CHECK_EQ(dlclose(library), 0);
	}
	return pass();
}
