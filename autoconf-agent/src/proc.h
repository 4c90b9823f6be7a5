/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of processes below /proc, and what it is told there.
 */
#ifndef TESSERA_PROC_H
#define TESSERA_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* "/proc"; tests have a directory of their own. */
extern const char *proc_root;

/* Reads a file below it; ret is cut to size and ends with a NUL. Returns the
 * length or a negative errno. */
ssize_t proc_read(char *ret, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The first line, without its end. */
int proc_read_line(char *ret, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Reads a number; -EBADMSG: it is none. */
int proc_read_number(int64_t *ret, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What root has set in /proc/hpc/admin/NAME; or that it is not known. */
int64_t proc_admin(const char *name, int64_t if_unknown);
/* Opens to read: a descriptor or a negative errno. */
int proc_open(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Opens for those that follow: a descriptor or a negative errno. */
int proc_open_to_write(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* Writes and closes. Blocks as long as what it asks for takes. */
int proc_write_number(int fd, int64_t number);
/* The same to "goto": node 0 is home. level: the process uses no instructions
 * above x86-64-v(level); 0: it may use all. */
int proc_write_goto(int fd, unsigned int node, unsigned int level);
bool proc_has(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether it is a process of ours, whoever has its files there. */
bool proc_is_ours(pid_t pid);

/* A process's number as an argument: -EINVAL if it is none. */
int proc_pid_parse(pid_t *ret, const char *text);

#define PROC_COMM 64 /* kernel threads have longer names than others */

/* Of /proc/PID/stat. */
struct proc_stat {
	char comm[PROC_COMM];
	char state; /* 'R': runs or wants to */
	pid_t parent, group, session;
	int tty;	    /* 0: none */
	pid_t foreground;   /* the group in front of its terminal; -1: none */
	unsigned int flags; /* PF_ of the kernel */
	unsigned int threads;
	uint64_t ticks;	       /* CPU time, in user mode and in the kernel */
	uint64_t system_ticks; /* in the kernel */
	uint64_t start;	       /* ticks after the start of the machine */
	uint64_t pages;	       /* in memory */
};

int proc_stat_parse(struct proc_stat *ret, const char *text);
int proc_stat_read(struct proc_stat *ret, pid_t pid);
/* It may not move; false also if it is gone. */
bool proc_locked(pid_t pid);
/* How often its main thread was put on a CPU, so far: mostly because what it waited
 * for has come. 0: not known. */
uint64_t proc_switches(pid_t pid);
/* How many of its threads run or want to, now. */
unsigned int proc_runnable(pid_t pid, const struct proc_stat *stat);

/* A line of /proc/hpc/guests. */
struct proc_guest {
	pid_t pid;	   /* here */
	unsigned int node; /* its home */
	pid_t home_pid;
	char comm[PROC_COMM];
};

int proc_guest_parse(struct proc_guest *ret, const char *line);
/* All guests of this node, one by one; none on a kernel that has none. */
void proc_guests(void (*found)(const struct proc_guest *guest, void *userdata),
		 void *userdata);

#endif
