// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sendmsg() and recvmsg() with a descriptor and with the sender's credentials: one
 * sent before the move, others after it.
 */
#include <sys/socket.h>

#include "harness.h"

union control {
	char space[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr align;
};

static void give(int socket, int fd)
{
	union control control = { 0 };
	struct iovec part = { (char *)"fd", 2 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = CMSG_SPACE(sizeof(int)),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	CHECK_EQ(sendmsg(socket, &message, 0), 2);
}

static int take(int socket)
{
	union control control;
	char text[8];
	struct iovec part = { text, sizeof(text) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *header;
	struct ucred sender = { 0 };
	int fd = -1;

	CHECK_EQ(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 2);
	CHECK_EQ(message.msg_flags & ~MSG_CMSG_CLOEXEC, 0);
	for (header = CMSG_FIRSTHDR(&message); header;
	     header = CMSG_NXTHDR(&message, header)) {
		CHECK_EQ(header->cmsg_level, SOL_SOCKET);
		if (header->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(header), sizeof(fd));
		else if (header->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(header), sizeof(sender));
	}
	CHECK_EQ(sender.pid, getpid());
	CHECK_EQ(sender.uid, getuid());
	return fd;
}

int main(void)
{
	int fds[2], fd, file = new_file("data", "content", 7), on = 1;
	char text[8];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	CHECK_EQ(setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)),
		 0);
	give(fds[0], file);
	ready();
	wait_moved();
	while (again(ROUNDS / 2)) {
		fd = take(fds[1]);
		CHECK(fd >= 0 && fd != file);
		CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
		CHECK_EQ(pread(fd, text, sizeof(text), 0), 7);
		CHECK(memcmp(text, "content", 7) == 0);
		close(fd);
		give(fds[0], file);
	}
	return pass();
}
