// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who waits for a lock, for the other end of a fifo or for a change in a directory
 * while it is moved gets it, and is not interrupted.
 */
#include <semaphore.h>
#include <sys/file.h>
#include <sys/inotify.h>

#include "harness.h"

static int flocked, ranged, watching;
static sem_t begun;

static void in_flock(void)
{
	int fd = open("flocked", O_RDWR);

	CHECK_EQ(flock(fd, LOCK_EX), 0);
	close(fd);
}

static void in_range_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = open("ranged", O_RDWR);

	CHECK_EQ(fcntl(fd, F_OFD_SETLKW, &lock), 0);
	close(fd);
}

static void in_open(void)
{
	int fd = open("fifo", O_RDONLY);
	char byte;

	CHECK(fd >= 0);
	CHECK_EQ(read(fd, &byte, 1), 1);
	close(fd);
}

static void in_inotify(void)
{
	_Alignas(struct inotify_event) char buffer[1024];

	CHECK(read(watching, buffer, sizeof(buffer)) > 0);
}

static void (*const waits[])(void) = { in_flock, in_range_lock, in_open,
				       in_inotify };

static void *begin(void *number)
{
	sem_post(&begun);
	waits[(uintptr_t)number]();
	return NULL;
}

static void hold(bool on)
{
	struct flock lock = { .l_type = on ? F_WRLCK : F_UNLCK };

	CHECK_EQ(flock(flocked, on ? LOCK_EX : LOCK_UN), 0);
	CHECK_EQ(fcntl(ranged, F_OFD_SETLK, &lock), 0);
}

static void serve_all(void)
{
	int fifo = open("fifo", O_WRONLY);

	CHECK_EQ(write(fifo, "x", 1), 1);
	close(fifo);
	hold(false);
	CHECK_EQ(mkdir("watched/x", 0700), 0);
}

int main(void)
{
	pthread_t threads[COUNT(waits)];
	uintptr_t i;
	int round;

	sem_init(&begun, 0, 0);
	flocked = new_file("flocked", "", 0);
	ranged = new_file("ranged", "", 0);
	CHECK_EQ(mkfifo("fifo", 0600), 0);
	CHECK_EQ(mkdir("watched", 0700), 0);
	watching = inotify_init1(IN_CLOEXEC);
	CHECK(inotify_add_watch(watching, "watched", IN_CREATE) > 0);
	ready();
	for (round = 0; again(FEW_ROUNDS / 4); round++) {
		hold(true);
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
		CHECK_EQ(rmdir("watched/x"), 0);
	}
	return pass();
}
