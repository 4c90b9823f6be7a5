/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cage: where the processes of one other node run as guests. Its first
 * process, PID 1 of a PID namespace of its own, sees no file, no network and
 * no process but those of that node; all guests descend from it and end with
 * it. Whoever started it asks it for guests and hears what went wrong.
 */
#ifndef TESSERA_CAGE_H
#define TESSERA_CAGE_H

#include <stdint.h>
#include <sys/types.h>
#include <tessera.h>

#define CAGE_IDLE_MS (5 * 60 * 1000)

/* What a cage is made with; the device's calls can be those of a test. */
struct cage_setup {
	uint16_t node;
	int device;
	int (*info)(int device, struct tessera_guest_info *info);
	/* Returns errors only. */
	int (*become)(int device, uint64_t id);
	/* The request cannot be served. */
	void (*fail)(int device, uint64_t id);
	int group;   /* a directory of cgroup v2, or -1 */
	int idle_ms; /* so long without a request or guest before it is idle */
};

struct cage_request {
	uint64_t id;
};

/* Something failed, or (what is empty) the cage is idle. */
struct cage_report {
	int32_t error; /* positive errno */
	int32_t pid;   /* of the guest; 0: it is about the cage */
	char comm[16];
	char what[32];
};

/* Starts one: ret_socket takes requests and gives reports; closing it ends the
 * cage with all its guests, as does the caller's end. */
int cage_start(const struct cage_setup *setup, pid_t *ret_pid, int *ret_socket);

/* cage_device.c: the calls of the real device. */
int cage_device_info(int device, struct tessera_guest_info *info);
int cage_device_become(int device, uint64_t id);
void cage_device_fail(int device, uint64_t id);

/* cage_group.c: cgroup v2. The group of all guests below base: a descriptor or a
 * negative errno. */
int cage_groups_open(const char *base);
/* Their weight when CPUs are scarce; everybody has 100. */
int cage_groups_share(int groups, uint32_t weight);
/* The group of one node's guests within it. */
int cage_group_open(int groups, uint16_t node);
/* Goes unless there still is somebody in it. */
void cage_group_remove(int groups, uint16_t node);

#define CAGE_OFFSETS 96
/* What a time namespace's offsets file takes. Returns the length. */
size_t cage_offsets(char ret[CAGE_OFFSETS], int64_t monotonic_ns,
		    int64_t boottime_ns);

#endif
