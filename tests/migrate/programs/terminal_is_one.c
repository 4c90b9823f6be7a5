// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A pair of pseudo-terminals: isatty(), ttyname(), the settings, and what they do
 * to lines.
 */
#include <termios.h>

#include "harness.h"

int main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, i;
	struct termios settings, is;
	char name[64], line[64];

	CHECK(master >= 0);
	CHECK_EQ(grantpt(master), 0);
	CHECK_EQ(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK(slave >= 0);
	ready();
	wait_moved();
	CHECK(isatty(slave) && !isatty(STDIN_FILENO));
	CHECK_EQ(ttyname_r(slave, name, sizeof(name)), 0);
	CHECK(strcmp(name, ptsname(master)) == 0);
	for (i = 0; i < ROUNDS / 4; i++) {
		CHECK_EQ(tcgetattr(slave, &settings), 0);
		settings.c_lflag |= ICANON | ECHO;
		settings.c_oflag |= OPOST | ONLCR;
		CHECK_EQ(tcsetattr(slave, TCSANOW, &settings), 0);
		CHECK_EQ(write(master, "ab\177c\n", 5),
			 5); /* one is rubbed out */
		CHECK_EQ(read(slave, line, sizeof(line)), 3);
		CHECK(memcmp(line, "ac\n", 3) == 0);
		CHECK(read(master, line, sizeof(line)) > 0); /* the echo */
		CHECK_EQ(tcflush(master, TCIOFLUSH), 0);
		cfmakeraw(&settings);
		CHECK_EQ(tcsetattr(slave, TCSAFLUSH, &settings), 0);
		CHECK_EQ(tcgetattr(slave, &is), 0);
		CHECK_EQ(is.c_lflag, settings.c_lflag);
		CHECK_EQ(is.c_cc[VMIN], 1);
		CHECK_EQ(write(master, "\003\n", 2), 2);
		CHECK_EQ(read(slave, line, sizeof(line)), 2);
		CHECK_EQ(write(slave, "\n", 1), 1);
		CHECK_EQ(read(master, line, sizeof(line)), 1);
		settings.c_lflag |= ICANON | ECHO;
		settings.c_iflag |= ICRNL;
		CHECK_EQ(tcsetattr(slave, TCSAFLUSH, &settings), 0);
	}
	return pass();
}
