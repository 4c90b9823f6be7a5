// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess(1)'s connection to the agent.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "tess.h"
#include "tess_client.h"

#define SOCKET_PATH "/run/tessera/ctl"
#define ANSWER_S 10
#define PIECE 4096

int client_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
				       .sun_path = SOCKET_PATH };
	const struct timeval patience = { .tv_sec = ANSWER_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	/* An agent that hangs takes no connections: not for ever. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			 sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		r = errno == EAGAIN ? -ETIMEDOUT : -errno;
		close(fd);
		return r;
	}
	return fd;
}

static int send_request(int fd, const char *command, pid_t pid)
{
	char line[64];
	int n = pid ? snprintf(line, sizeof(line),
			       "{\"cmd\":\"%s\",\"pid\":%d}\n", command, pid) :
		      snprintf(line, sizeof(line), "{\"cmd\":\"%s\"}\n",
			       command);

	if (n < 0 || (size_t)n >= sizeof(line))
		return -EINVAL;
	return send(fd, line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -EPIPE;
}

int client_send(int fd, const char *command)
{
	return send_request(fd, command, 0);
}

void client_line_clear(struct client_line *line)
{
	free(line->text);
	*line = (struct client_line){ 0 };
}

int client_receive(int fd, struct client_line *line, json_t **ret)
{
	char *end, *start;
	ssize_t n;

	if (line->room - line->len < PIECE) {
		size_t room = line->room ? line->room * 2 : 4 * PIECE;
		char *text;

		if (room > CLIENT_LINE_MAX)
			return -EMSGSIZE;
		text = realloc(line->text, room);
		if (!text)
			return -ENOMEM;
		line->text = text;
		line->room = room;
	}
	n = recv(fd, line->text + line->len, line->room - line->len, 0);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return -EPIPE;
	line->len += (size_t)n;
	/* Of several lines the last one counts: the others are old states. */
	end = memrchr(line->text, '\n', line->len);
	if (!end)
		return 0;
	start = memrchr(line->text, '\n', (size_t)(end - line->text));
	start = start ? start + 1 : line->text;
	*ret = json_loadb(start, (size_t)(end - start), 0, NULL);
	line->len -= (size_t)(end + 1 - line->text);
	memmove(line->text, end + 1, line->len);
	return 1;
}

static int wait_answer(int fd, json_t **ret)
{
	struct client_line line = { 0 };
	int64_t until = clock_ms() + ANSWER_S * 1000;
	int r = 0;

	while (r == 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until - clock_ms();

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			r = -ETIMEDOUT;
		else
			r = client_receive(fd, &line, ret);
	}
	client_line_clear(&line);
	return r < 0 ? r : *ret ? 0 : -EBADMSG;
}

static int no_agent(bool json, int error)
{
	char message[128];

	if (error == -EACCES || error == -EPERM)
		return tess_error(json, "failed",
				  "the agent's socket " SOCKET_PATH
				  " cannot be opened: permission denied",
				  "run tess outside of the sandbox it is in");
	if (error == -ENOENT || error == -ECONNREFUSED)
		return tess_error(
			json, "no-agent", "the agent is not running",
			access("/run/systemd/system", F_OK) == 0 ?
				"start it with 'systemctl start tesserad'" :
				"init starts it again within seconds");
	if (error == -EPIPE || error == -ECONNRESET)
		return tess_error(json, "no-agent",
				  "the agent ended before it answered",
				  "try again in a moment");
	snprintf(message, sizeof(message), "the agent does not answer: %s",
		 strerror(-error));
	return tess_error(json, "no-agent", message,
			  "its log may tell why; if it hangs, restart it");
}

static int ask(const char *command, pid_t pid, json_t **ret)
{
	cleanup_close int fd = client_connect();
	int r = fd < 0 ? fd : send_request(fd, command, pid);

	return r < 0 ? r : wait_answer(fd, ret);
}

json_t *client_ask_process(const char *command, pid_t pid, bool json,
			   int *ret_exit)
{
	json_t *reply = NULL;
	int r = ask(command, pid, &reply);

	if (r < 0)
		*ret_exit = no_agent(json, r);
	return r < 0 ? NULL : reply;
}

json_t *client_ask(const char *command, bool json, int *ret_exit)
{
	return client_ask_process(command, 0, json, ret_exit);
}

json_t *client_get(const char *command, int *ret_exit)
{
	json_t *reply = client_ask(command, false, ret_exit);

	if (!reply)
		return NULL;
	*ret_exit = tess_reply_error(false, reply);
	if (*ret_exit == TESS_OK)
		return reply;
	json_decref(reply);
	return NULL;
}

json_t *client_try(const char *command)
{
	json_t *reply = NULL;

	return ask(command, 0, &reply) < 0 ? NULL : reply;
}
