// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A POSIX message queue and System V semaphores: what has a name at home.
 */
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "harness.h"

struct note {
	long type;
	uint64_t number;
};

int main(void)
{
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 8 };
	struct sembuf up = { .sem_op = 2 }, down = { .sem_op = -1 };
	int messages = msgget(IPC_PRIVATE, 0600 | IPC_CREAT);
	int semaphore = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT);
	struct note note;
	char name[32];
	unsigned int priority;
	uint64_t i, number;
	mqd_t queue;

	snprintf(name, sizeof(name), "/tessera-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
	CHECK(queue != (mqd_t)-1);
	CHECK_EQ(mq_unlink(name), 0);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4u; i++) {
		CHECK_EQ(mq_send(queue, (char *)&i, 8, i % 8), 0);
		CHECK_EQ(mq_receive(queue, (char *)&number, 8, &priority), 8);
		CHECK_EQ(number, i);
		CHECK_EQ(priority, i % 8);
		note = (struct note){ .type = 1 + i, .number = i };
		CHECK_EQ(msgsnd(messages, &note, 8, 0), 0);
		CHECK_EQ(msgrcv(messages, &note, 8, 1 + i, 0), 8);
		CHECK_EQ(note.number, i);
		CHECK_EQ(semop(semaphore, &up, 1), 0);
		CHECK_EQ(semop(semaphore, &down, 1), 0);
		CHECK_EQ(semctl(semaphore, 0, GETVAL), i + 1);
	}
	CHECK_EQ(msgctl(messages, IPC_RMID, NULL), 0);
	CHECK_EQ(semctl(semaphore, 0, IPC_RMID), 0);
	return pass();
}
