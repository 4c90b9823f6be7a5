// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Belongs to root, with the set-uid bit. Whoever starts it is root, but only to
 * do what is written here.
 */
#include <unistd.h>

int main(void)
{
	pause();
	return 0;
}
