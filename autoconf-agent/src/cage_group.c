// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cgroups of guests: whoever sits at a node goes before its guests.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cage.h"
#include "cleanup.h"

#define NAME "tessera.guests"
/* Half of the PIDs that a small machine has; one node's guests get half of that. */
#define TASKS "16384"
#define TASKS_OF_NODE "8192"
#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static int put(int dir, const char *file, const char *text)
{
	cleanup_close int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

static int make(int dir, const char *name)
{
	int fd;

	if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, DIRECTORY);
	return fd < 0 ? -errno : fd;
}

int cage_groups_open(const char *base)
{
	cleanup_close int dir = open(base, DIRECTORY);
	struct statfs fs;
	int groups;

	if (dir < 0 || fstatfs(dir, &fs) < 0)
		return -errno;
	if ((unsigned long)fs.f_type != CGROUP2_SUPER_MAGIC)
		return -EMEDIUMTYPE;
	/* Where there is no CPU controller guests have an equal share. */
	(void)put(dir, "cgroup.subtree_control", "+cpu");
	(void)put(dir, "cgroup.subtree_control", "+pids");
	groups = make(dir, NAME);
	if (groups < 0)
		return groups;
	(void)put(groups, "pids.max", TASKS);
	(void)put(groups, "cgroup.subtree_control", "+pids");
	return groups;
}

int cage_groups_share(int groups, uint32_t weight)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", weight);
	return put(groups, "cpu.weight", text);
}

int cage_group_open(int groups, uint16_t node)
{
	char name[8];
	int group;

	snprintf(name, sizeof(name), "%u", node);
	group = make(groups, name);
	if (group >= 0)
		(void)put(group, "pids.max", TASKS_OF_NODE);
	return group;
}

void cage_group_remove(int groups, uint16_t node)
{
	char name[8];

	if (groups < 0)
		return;
	snprintf(name, sizeof(name), "%u", node);
	(void)unlinkat(groups, name, AT_REMOVEDIR);
}
