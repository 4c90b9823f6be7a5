/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shape of a program that is moved: prepare a state, say ready(), be moved,
 * look at the own state, return pass(). The mover writes one byte to stdin when
 * the move is over; nothing else tells the program of it.
 *
 *	wait_moved()	is moved while it blocks in a read
 *	again(n)	true until the move is over and n times after it: what the
 *			loop does is also done while it is being moved
 */
#ifndef TESTS_MIGRATE_HARNESS_H
#define TESTS_MIGRATE_HARNESS_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Enough to be moved many times meanwhile, also where a system call takes a
 * millisecond, and not too much where the processor is emulated. */
#define ROUNDS rounds_of(200)
#define FEW_ROUNDS rounds_of(40) /* of something that takes 20 ms */
#define SPIN 20000

#define PAGE 4096UL
#define MIB (1UL << 20)
#define MS 1000000LL   /* in nanoseconds */
#define SLACK (2 * MS) /* clocks of two nodes are never quite the same */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* For threads and children, too: the whole process ends with one line. */
#define CHECK(condition)         \
	((condition) ? (void)0 : \
		       fail_at(__FILE_NAME__, __LINE__, "%s", #condition))
#define CHECK_EQ(is, wanted)                                                \
	do {                                                                \
		long long is_ = (long long)(is);                            \
		long long wanted_ = (long long)(wanted);                    \
		if (is_ != wanted_)                                         \
			fail_at(__FILE_NAME__, __LINE__,                    \
				"%s is %lld, not %lld", #is, is_, wanted_); \
	} while (0)
#define CHECK_ERRNO(call, number)        \
	do {                             \
		errno = 0;               \
		CHECK_EQ(call, -1);      \
		CHECK_EQ(errno, number); \
	} while (0)

#ifdef __cplusplus
extern "C" {
#endif

/* Fewer on a kernel with all its checks, where each takes ten times as long. */
int rounds_of(int often);

void fail_at(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
int pass(void);
/* The process will not end with status 0 after PASS, but with this one, as
 * waitpid() gives it. */
void will_end(int wait_status);

void ready(void);
void wait_moved(void);
bool moved(void);
bool again(unsigned int rounds);
bool wandering(void); /* it was, and is moved until it ends */
/* Computes in user mode and checks the result. */
void compute(unsigned int steps);
void spin_moved(void);

/* A pattern that has no page like another one. */
void fill(void *memory, size_t size, uint64_t seed);
bool filled(const void *memory, size_t size, uint64_t seed);
bool is_zero(const void *memory, size_t size);

int64_t now(clockid_t clock);
struct timespec timespec_of(int64_t ns);
void rest_ms(int ms); /* whatever signals come */

typedef void (*handler_fn)(int, siginfo_t *, void *);
void handle(int signal, handler_fn handler, int flags);
void block(int signal, bool on);
bool blocked(int signal);

/* A child runs the body and ends with 0, unless a check fails in it. */
pid_t child(void (*body)(void *), void *argument);
void child_passed(pid_t pid);
/* Its wait status, within seconds or the check fails. */
int status_soon(pid_t pid, int options);
/* Kills it; its parent is told within seconds. */
void kill_soon(pid_t pid);
/* As /proc shows it; of a process, or of one thread. */
char state_of(pid_t pid);
/* Within seconds it is in that state, or stopped. */
void await_state(pid_t pid, char state);
void await_stop(pid_t pid);
/* A group whose members have no parent in another group of the session does not
 * stop for a terminal: nobody would continue it. The caller gets another group, and
 * a child in its parent's, to be killed. */
pid_t adopt_group(void);
/* Where this process is moved all the time, the child goes to the other node. */
void send_along(pid_t pid);

/* A child that stays at home and, while it is told to, sends a signal to this
 * process every 20 ms. To be started before ready(). */
pid_t pester_start(int signal);
pid_t pester_by(void (*act)(void *), void *argument); /* what it does instead */
void pester(bool on);
void pester_end(void);

pthread_t thread_start(void *(*body)(void *), void *argument);
void *thread_join(pthread_t thread);

/* Files in the working directory; text_of() without the line's end. */
int new_file(const char *name, const void *content, size_t size);
const char *text_of(const char *path);

#ifdef __cplusplus
}
#endif

#endif
