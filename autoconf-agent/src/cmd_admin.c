// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess expel, block, unblock: guests of this node; stay, free: a process of
 * this node that shall not move.
 */
#include <errno.h>
#include <stdio.h>

#include "proc.h"
#include "rules.h"
#include "tess.h"
#include "tess_process.h"

int admin_switch(bool json, const char *file, int value, const char *what,
		 const char *done)
{
	int fd = proc_open_to_write("hpc/admin/%s", file);
	int r = fd < 0 ? fd : proc_write_number(fd, value);
	json_t *reply;

	if (r < 0)
		return process_admin_error(json, what, r);
	if (!json) {
		puts(done);
		return TESS_OK;
	}
	reply = json_pack("{s:b}", file, value);
	r = tess_print(reply);
	json_decref(reply);
	return r;
}

int cmd_expel(const struct tess_command *self, int argc, char **argv, bool json)
{
	if (argc > 1)
		return tess_usage(self, json, argv[1]);
	return admin_switch(json, "expel", 1, "send guests away",
			    "no guests are here");
}

int cmd_block(const struct tess_command *self, int argc, char **argv, bool json)
{
	if (argc > 1)
		return tess_usage(self, json, argv[1]);
	return admin_switch(json, "block", 1, "refuse guests",
			    "guests are refused");
}

int cmd_unblock(const struct tess_command *self, int argc, char **argv,
		bool json)
{
	if (argc > 1)
		return tess_usage(self, json, argv[1]);
	return admin_switch(json, "block", 0, "let guests in again",
			    "guests are welcome");
}

/* A guest is its home's to lock. */
static int not_locked(bool json, pid_t pid, int error)
{
	char reason[REASON_SIZE], message[REASON_SIZE + 32];

	if (error != -EPERM || process_reason(reason, pid) < 0 || !*reason)
		return process_error(json, pid, error);
	snprintf(message, sizeof(message), "PID %d: %s", pid, reason);
	return tess_error(json, "stays", message, "");
}

static int lock(const struct tess_command *self, int argc, char **argv,
		bool json, bool locked)
{
	struct rules rules = { 0 };
	const char *kept = NULL;
	json_t *reply;
	pid_t pid;
	int r = process_argument(self, argc, argv, json, &pid), fd;

	if (r)
		return r;
	fd = proc_open_to_write("%d/lock", pid);
	r = fd < 0 ? fd : proc_write_number(fd, locked);
	if (r < 0)
		return not_locked(json, pid, r);
	/* What it was started under is for life. */
	if (!locked && rules_read(&rules, pid) == 0)
		kept = rules_keep_home(&rules);
	if (!json) {
		printf("PID %d %s%s%s\n", pid,
		       locked ? "stays where it is" : "may move",
		       kept ? ", but not by itself: " : "", kept ? kept : "");
		return TESS_OK;
	}
	reply = json_pack("{s:i, s:b, s:s?}", "pid", (int)pid, "locked", locked,
			  "left_alone", kept);
	r = tess_print(reply);
	json_decref(reply);
	return r;
}

int cmd_stay(const struct tess_command *self, int argc, char **argv, bool json)
{
	return lock(self, argc, argv, json, true);
}

int cmd_free(const struct tess_command *self, int argc, char **argv, bool json)
{
	return lock(self, argc, argv, json, false);
}
