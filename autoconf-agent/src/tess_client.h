/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tess(1)'s connection to the agent.
 */
#ifndef TESSERA_TESS_CLIENT_H
#define TESSERA_TESS_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CLIENT_LINE_MAX (16u << 20) /* 4,096 nodes take some MiB */

/* A line that arrives in pieces. */
struct client_line {
	char *text;
	size_t len, room;
};

/* The socket, or a negative errno. */
int client_connect(void);
int client_send(int fd, const char *command);
/* Reads once. 1: a whole line was there, *ret is its JSON (NULL: it is none);
 * 0: more is to come; -EPIPE at the end, or another error. */
int client_receive(int fd, struct client_line *line, json_t **ret);
void client_line_clear(struct client_line *line);

/* Asks and waits for the answer, at most some seconds. NULL: it was said why
 * not, *ret_exit is tess's exit code. */
json_t *client_ask(const char *command, bool json, int *ret_exit);
/* The same for people: an answer that is an error is told, and NULL. */
json_t *client_get(const char *command, int *ret_exit);
/* As client_ask(), about a process. */
json_t *client_ask_process(const char *command, pid_t pid, bool json,
			   int *ret_exit);
/* The same for what can do without: NULL, and nothing is said. */
json_t *client_try(const char *command);

#endif
