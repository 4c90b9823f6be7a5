// SPDX-License-Identifier: GPL-2.0-or-later
#include "tess_process.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "proc.h"
#include "rules.h"
#include "tess_nodes.h"
#include "tess_show.h"

int process_argument(const struct tess_command *self, int argc, char **argv,
		     bool json, pid_t *ret)
{
	if (argc < 2)
		return tess_usage(self, json, NULL);
	if (argc > 2)
		return tess_usage(self, json, argv[2]);
	if (proc_pid_parse(ret, argv[1]) < 0)
		return tess_usage(self, json, argv[1]);
	return TESS_OK;
}

int process_no_kernel(bool json)
{
	return tess_error(json, "no-kernel",
			  "the running kernel cannot move processes",
			  "boot Tessera's: its 'uname -r' ends with -tessera");
}

static int no_process(bool json, pid_t pid)
{
	char message[64];

	snprintf(message, sizeof(message), "there is no process %d", pid);
	return tess_error(json, "no-process", message,
			  "'tess ps' lists those that are away, ps(1) all");
}

int process_error(bool json, pid_t pid, int error)
{
	char message[128];

	if (error == -ESRCH || !proc_has("%d", pid))
		return no_process(json, pid);
	if (error == -ENOENT)
		return process_no_kernel(json);
	if (error == -EACCES || error == -EPERM) {
		snprintf(message, sizeof(message), "process %d is not yours",
			 pid);
		return tess_error(json, "not-yours", message,
				  "its user or root may do this");
	}
	snprintf(message, sizeof(message), "process %d: %s", pid,
		 strerror(-error));
	return tess_error(json, "failed", message, "");
}

int process_admin_error(bool json, const char *what, int error)
{
	char message[128];

	if (error == -ENOENT)
		return process_no_kernel(json);
	if (error == -EACCES || error == -EPERM) {
		snprintf(message, sizeof(message), "only root may %s", what);
		return tess_error(json, "not-root", message,
				  "try it with sudo, or as root");
	}
	snprintf(message, sizeof(message), "could not %s: %s", what,
		 strerror(-error));
	return tess_error(json, "failed", message, "'tess ps' shows the rest");
}

int process_reason(char ret[REASON_SIZE], pid_t pid)
{
	return proc_read_line(ret, REASON_SIZE, "%d/cantmove", pid);
}

static bool is_about_the_way(const char *reason)
{
	static const char *const beginnings[] = {
		/* of the kernel's reason.c */
		"there is no such node", "the node ",
		"that node is this one", "there is no connection",
		"the connection ",	 "there is not enough memory",
		"it took too long",	 "it was interrupted",
		"the CPU there lacks",
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
		if (strncmp(reason, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

bool process_reason_is_past(const char *reason)
{
	return is_about_the_way(reason) ||
	       strcmp(reason, "it could not be brought to a standstill") == 0;
}

const char *process_refusal(const char *reason, int error)
{
	if (error == -EBUSY && (!*reason || is_about_the_way(reason)))
		return "it is being moved already";
	return *reason ? reason : strerror(-error);
}

int64_t process_user(char ret[USER_SIZE], pid_t pid)
{
	const struct passwd *user;
	char path[256];
	struct stat st;

	*ret = '\0';
	snprintf(path, sizeof(path), "%s/%d", proc_root, pid);
	if (stat(path, &st) < 0)
		return -1;
	user = getpwuid(st.st_uid);
	if (user)
		snprintf(ret, USER_SIZE, "%s", user->pw_name);
	else
		snprintf(ret, USER_SIZE, "%u", st.st_uid);
	return st.st_uid;
}

/* Arguments are separated by NULs. */
void process_command(char ret[COMMAND_SIZE], pid_t pid, const char *comm)
{
	ssize_t n = proc_read(ret, COMMAND_SIZE, "%d/cmdline", pid);

	while (n > 0 && ret[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (ret[i] == '\0')
			ret[i] = ' ';
	if (n <= 0)
		snprintf(ret, COMMAND_SIZE, "%s", comm);
}

static json_t *move_json(pid_t pid, unsigned int node, const char *reason)
{
	return json_pack("{s:i, s:i, s:b, s:s?}", "pid", (int)pid, "node",
			 (int)node, "moved", !reason, "reason", reason);
}

static int moved(bool json, pid_t pid, unsigned int node)
{
	char text[NODES_TEXT];
	json_t *reply;

	if (json) {
		reply = move_json(pid, node, NULL);
		tess_print(reply);
	} else if (node == 0) {
		reply = NULL;
		printf("PID %d is at home\n", pid);
	} else {
		reply = nodes_ask();
		nodes_text(text, reply, node);
		printf("PID %d is at ", pid);
		show_clean(stdout, text);
		putchar('\n');
	}
	json_decref(reply);
	return TESS_OK;
}

static int stays(bool json, pid_t pid, unsigned int node, const char *reason)
{
	char message[REASON_SIZE + 32];
	json_t *reply;

	snprintf(message, sizeof(message), "PID %d stays: %s", pid, reason);
	if (!json)
		return tess_error(false, "stays", message, "");
	reply = move_json(pid, node, reason);
	if (!reply) /* words that are no text */
		return tess_error(true, "stays", "it stays", "");
	json_object_set_new(reply, "error",
			    json_pack("{s:s, s:s, s:s}", "code", "stays",
				      "message", message, "hint", ""));
	tess_print(reply);
	json_decref(reply);
	return TESS_STAYS;
}

/* It was there before. */
static int lost(bool json, pid_t pid)
{
	char message[64];

	snprintf(message, sizeof(message), "process %d ended while it moved",
		 pid);
	return tess_error(json, "no-process", message,
			  "'dmesg | grep tessera' says why");
}

/* Of one that is away the kernel remembers it. */
static unsigned int level_of(pid_t pid)
{
	struct rules rules = { 0 };

	return rules_read(&rules, pid) < 0 ? 0 : rules.level;
}

int process_move(bool json, pid_t pid, unsigned int node)
{
	char reason[REASON_SIZE];
	int fd = proc_open_to_write("%d/goto", pid), r;

	/* The files of one without memory of its own belong to root. */
	if (fd == -EACCES && proc_is_ours(pid) &&
	    process_reason(reason, pid) == 0 && *reason)
		return stays(json, pid, node, reason);
	if (fd < 0)
		return process_error(json, pid, fd);
	r = proc_write_goto(fd, node, node ? level_of(pid) : 0);
	if (r == 0)
		return moved(json, pid, node);
	if (r != -ESRCH && !proc_has("%d", pid))
		return lost(json, pid);
	/* It may be opened: so a refusal is no matter of rights. */
	if (process_reason(reason, pid) < 0)
		*reason = '\0';
	if (!*reason && (r == -ESRCH || r == -EPERM))
		return process_error(json, pid, r);
	return stays(json, pid, node, process_refusal(reason, r));
}
