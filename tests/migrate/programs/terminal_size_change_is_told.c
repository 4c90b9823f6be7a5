// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The window size of a terminal, and SIGWINCH when it changes, to the process
 * that the terminal controls.
 */
#include <sys/ioctl.h>

#include "harness.h"

static volatile sig_atomic_t changes;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	changes++;
}

int main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, i;
	struct winsize size = { .ws_row = 24, .ws_col = 80 }, is;

	handle(SIGWINCH, note, SA_RESTART);
	signal(SIGHUP, SIG_IGN);
	CHECK_EQ(grantpt(master), 0);
	CHECK_EQ(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_EQ(ioctl(slave, TIOCSCTTY, 0), 0); /* we lead a session */
	CHECK_EQ(ioctl(master, TIOCSWINSZ, &size), 0);
	CHECK_EQ(changes, 1);
	ready();
	wait_moved();
	for (i = 2; i < ROUNDS / 2; i++) {
		size.ws_row = 20 + i;
		CHECK_EQ(ioctl(master, TIOCSWINSZ, &size), 0);
		while (changes < i)
			compute(100);
		CHECK_EQ(changes, i);
		CHECK_EQ(ioctl(slave, TIOCGWINSZ, &is), 0);
		CHECK_EQ(is.ws_row, 20 + i);
		CHECK_EQ(is.ws_col, 80);
	}
	return pass();
}
