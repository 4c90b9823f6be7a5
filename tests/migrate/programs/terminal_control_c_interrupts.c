// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ctrl-C at the terminal is SIGINT for its foreground group, and interrupts a read
 * that blocks; /dev/tty is the terminal.
 */
#include <sys/ioctl.h>
#include <termios.h>

#include "harness.h"

static volatile sig_atomic_t interrupts;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	CHECK_EQ(signal, SIGINT);
	CHECK_EQ(info->si_code, SI_KERNEL);
	interrupts++;
}

static void type_ctrl_c(void *terminal)
{
	setpgid(0, 0); /* what is typed is not for the typist */
	CHECK_EQ(write(*(int *)terminal, "\003", 1), 1);
}

static int open_terminal(int master)
{
	struct termios settings;
	int slave;

	CHECK_EQ(grantpt(master), 0);
	CHECK_EQ(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_EQ(ioctl(slave, TIOCSCTTY, 0), 0); /* we lead a session */
	CHECK_EQ(tcgetattr(slave, &settings), 0);
	settings.c_lflag &= ~ECHO;
	CHECK_EQ(tcsetattr(slave, TCSANOW, &settings), 0);
	return slave;
}

int main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, tty, before;
	char line[64];

	handle(SIGINT, note, 0);
	signal(SIGHUP, SIG_IGN);
	slave = open_terminal(master);
	pester_by(type_ctrl_c, &master);
	ready();
	wait_moved();
	CHECK_EQ(tcgetpgrp(slave), getpgrp());
	CHECK_EQ(tcgetsid(slave), getsid(0));
	while (again(FEW_ROUNDS)) {
		tty = open("/dev/tty", O_RDONLY);
		before = interrupts;
		pester(true);
		CHECK_ERRNO(read(tty, line, sizeof(line)), EINTR);
		pester(false);
		CHECK(interrupts > before);
		close(tty);
	}
	pester_end();
	return pass();
}
