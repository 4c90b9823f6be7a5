// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that wait for others without a signal being handled: whatever call they
 * block in when they are moved, it is not interrupted, and ends when it is served.
 */
#include <arpa/inet.h>
#include <mqueue.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>

#include "harness.h"

static int epoll_pipe[2], event, pair[2], listener, messages, semaphores;
static struct sockaddr_in address;
static mqd_t queue;
static sem_t begun;

struct note {
	long type;
	char text[8];
};

static void in_epoll(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event wanted = { .events = EPOLLIN }, is;
	char byte;

	CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, epoll_pipe[0], &wanted), 0);
	CHECK_EQ(epoll_wait(epoll, &is, 1, -1), 1);
	CHECK_EQ(read(epoll_pipe[0], &byte, 1), 1);
	close(epoll);
}

static void in_eventfd(void)
{
	uint64_t count;

	CHECK_EQ(read(event, &count, 8), 8);
}

static void in_recv(void)
{
	char text[8];

	CHECK_EQ(recv(pair[0], text, sizeof(text), 0), 4);
}

static void in_accept(void)
{
	int fd = accept(listener, NULL, NULL);

	CHECK(fd >= 0);
	close(fd);
}

static void in_msgrcv(void)
{
	struct note note;

	CHECK_EQ(msgrcv(messages, &note, sizeof(note.text), 0, 0), 4);
}

static void in_semop(void)
{
	struct sembuf down = { .sem_op = -1 };

	CHECK_EQ(semop(semaphores, &down, 1), 0);
}

static void in_mq_receive(void)
{
	char text[8];

	CHECK_EQ(mq_receive(queue, text, sizeof(text), NULL), 4);
}

static void in_sigwait(void)
{
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1);
}

static void (*const waits[])(void) = { in_epoll,      in_eventfd, in_recv,
				       in_accept,     in_msgrcv,  in_semop,
				       in_mq_receive, in_sigwait };

static void *begin(void *number)
{
	sem_post(&begun);
	waits[(uintptr_t)number]();
	return NULL;
}

static void prepare(void)
{
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 8 };
	socklen_t size = sizeof(address);
	char name[32];

	sem_init(&begun, 0, 0);
	block(SIGUSR1, true);
	CHECK_EQ(pipe(epoll_pipe), 0);
	event = eventfd(0, 0);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(bind(listener, (struct sockaddr *)&address, size), 0);
	CHECK_EQ(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	CHECK_EQ(listen(listener, 4), 0);
	messages = msgget(IPC_PRIVATE, 0600 | IPC_CREAT);
	semaphores = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT);
	snprintf(name, sizeof(name), "/tessera-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
	CHECK(queue != (mqd_t)-1);
	CHECK_EQ(mq_unlink(name), 0);
}

static void serve_all(void)
{
	int client = socket(AF_INET, SOCK_STREAM, 0);
	struct sembuf up = { .sem_op = 1 };
	struct note note = { .type = 1 };

	CHECK_EQ(write(epoll_pipe[1], "x", 1), 1);
	CHECK_EQ(eventfd_write(event, 1), 0);
	CHECK_EQ(send(pair[1], "text", 4, 0), 4);
	CHECK_EQ(connect(client, (struct sockaddr *)&address, sizeof(address)),
		 0);
	CHECK_EQ(msgsnd(messages, &note, 4, 0), 0);
	CHECK_EQ(semop(semaphores, &up, 1), 0);
	CHECK_EQ(mq_send(queue, "text", 4, 0), 0);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	close(client);
}

int main(void)
{
	pthread_t threads[COUNT(waits)];
	uintptr_t i;
	int round;

	prepare();
	ready();
	for (round = 0; again(FEW_ROUNDS / 4); round++) {
		for (i = 0; i < COUNT(waits); i++)
			threads[i] = thread_start(begin, (void *)i);
		for (i = 0; i < COUNT(waits); i++)
			sem_wait(&begun);
		if (round == 0)
			wait_moved();
		else
			rest_ms(100); /* moved while they all block */
		serve_all();
		for (i = 0; i < COUNT(waits); i++)
			thread_join(threads[i]);
	}
	CHECK_EQ(msgctl(messages, IPC_RMID, NULL), 0);
	CHECK_EQ(semctl(semaphores, 0, IPC_RMID), 0);
	return pass();
}
