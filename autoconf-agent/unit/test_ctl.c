// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket, against clients that are slow, rude or many. Client and
 * agent share one thread: the loop is run until it has nothing to do.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl_show.h"
#include "fake_agent.h"

#define PATIENCE_USEC 2000000

struct env {
	char path[64];
	struct ctl *ctl;
};

/* Runs the agent until it has nothing to do. */
static void turn(void)
{
	while (sd_event_run(fake.agent.event, 0) > 0)
		;
}

/* Something changed, and the agent had the time to say so. */
static void change(struct ctl *ctl)
{
	ctl_changed(ctl);
	turn();
	sd_event_run(fake.agent.event, PATIENCE_USEC);
	turn();
}

static int setup(void **state)
{
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	assert_true(sd_event_new(&fake.agent.event) >= 0);
	fake_reset();
	snprintf(e->path, sizeof(e->path), "/tmp/test-ctl-%d", getpid());
	assert_int_equal(ctl_new(&e->ctl, &fake.agent, e->path), 0);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;

	ctl_free(e->ctl);
	assert_int_equal(access(e->path, F_OK), -1);
	free(e);
	fake.agent.event = sd_event_unref(fake.agent.event);
	return 0;
}

static int client(struct env *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	strcpy(address.sun_path, e->path);
	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
	turn();
}

/* The next line the agent wrote, as JSON; NULL when it is silent or gone. */
static json_t *hear(int fd)
{
	static char line[1 << 20];
	size_t len = 0;

	while (len < sizeof(line)) {
		if (recv(fd, line + len, 1, 0) == 1) {
			if (line[len++] == '\n')
				return json_loadb(line, len, 0, NULL);
		} else if (sd_event_run(fake.agent.event, 0) <= 0) {
			break;
		}
	}
	return NULL;
}

static bool gone(int fd)
{
	char c;

	return recv(fd, &c, 1, 0) == 0;
}

static void assert_code(json_t *reply, const char *code)
{
	const json_t *error = json_object_get(reply, "error");

	assert_non_null(error);
	assert_string_equal(json_string_value(json_object_get(error, "code")),
			    code);
	json_decref(reply);
}

static void assert_has(json_t *reply, const char *field)
{
	assert_non_null(json_object_get(reply, field));
	json_decref(reply);
}

static void test_everybody_may_ask(void **state)
{
	struct env *e = *state;
	struct stat st;

	assert_int_equal(stat(e->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
}

static void test_each_request_gets_a_line(void **state)
{
	int fd = client(*state);

	say(fd, "{\"cmd\":\"status\"}\n");
	assert_has(hear(fd), "state");
	say(fd, "{\"cmd\":\"nodes\"}\n{\"cmd\":\"status\"}\n");
	assert_has(hear(fd), "nodes");
	assert_has(hear(fd), "timing");
	assert_null(hear(fd));
	close(fd);
}

static size_t lines(int fd)
{
	static char text[1 << 16];
	size_t count = 0;
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text), 0)) > 0)
		for (ssize_t i = 0; i < n; i++)
			count += text[i] == '\n';
	return count;
}

/* Of many requests at once one is answered, and then others have their turn. */
static void test_one_request_at_a_time_is_answered(void **state)
{
	enum { REQUESTS = 100 };
	int fd = client(*state);

	for (int i = 0; i < REQUESTS; i++)
		assert_int_equal(send(fd, "{\"cmd\":\"status\"}\n", 17, 0), 17);
	for (int i = 0; i < 3; i++) {
		assert_true(sd_event_run(fake.agent.event, 0) > 0);
		assert_int_equal(lines(fd), 1);
	}
	turn();
	/* While it is read: a socket does not take all answers. */
	for (size_t left = REQUESTS - 3, some; left; left -= some) {
		some = lines(fd);
		assert_in_range(some, 1, left);
		turn();
	}
	assert_null(hear(fd));
	say(fd, "{\"cmd\":\"nodes\"}\n");
	assert_has(hear(fd), "nodes");
	close(fd);
}

static int on_news(sd_event_source *s, int fd, uint32_t events, void *userdata)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
	++*(int *)userdata;
	return 0;
}

static void test_the_cluster_goes_before_clients(void **state)
{
	int fd = client(*state), ends[2], heard = 0;
	sd_event_source *source;

	assert_int_equal(pipe(ends), 0);
	assert_true(sd_event_add_io(fake.agent.event, &source, ends[0], EPOLLIN,
				    on_news, &heard) >= 0);
	assert_int_equal(send(fd, "{\"cmd\":\"status\"}\n", 17, 0), 17);
	assert_int_equal(write(ends[1], "12", 2), 2);
	for (int i = 1; i <= 2; i++) {
		assert_true(sd_event_run(fake.agent.event, 0) > 0);
		assert_int_equal(heard, i);
		assert_int_equal(lines(fd), 0);
	}
	turn();
	assert_int_equal(lines(fd), 1);
	sd_event_source_disable_unref(source);
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

static void test_a_request_may_come_in_pieces(void **state)
{
	int fd = client(*state);

	say(fd, "{\"cmd\":");
	assert_null(hear(fd));
	say(fd, "\"nodes\"}");
	assert_null(hear(fd));
	say(fd, "\n");
	assert_has(hear(fd), "nodes");
	close(fd);
}

static void test_nonsense_is_answered_and_counted(void **state)
{
	int fd = client(*state);

	say(fd, "hello\n");
	assert_code(hear(fd), "bad-request");
	say(fd, "{\"cmd\":\"fly\"}\n");
	assert_code(hear(fd), "bad-request");
	assert_int_equal(fake.agent.counters[COUNTER_CTL_MALFORMED], 2);
	close(fd);
}

static void test_an_endless_request_ends_the_connection(void **state)
{
	static char long_line[5000];
	int fd = client(*state);

	memset(long_line, 'x', sizeof(long_line) - 1);
	say(fd, long_line);
	assert_true(recv(fd, long_line, 1, 0) <= 0);
	assert_int_equal(fake.agent.counters[COUNTER_CTL_MALFORMED], 1);
	close(fd);
}

static void test_the_best_node_of_a_process_is_told(void **state)
{
	int fd = client(*state);
	char line[64];

	snprintf(line, sizeof(line), "{\"cmd\":\"best\",\"pid\":%d}\n",
		 FAKE_PID);
	say(fd, line);
	assert_has(hear(fd), "node");
	say(fd, "{\"cmd\":\"best\",\"pid\":1}\n");
	assert_code(hear(fd), "no-process");
	close(fd);
}

static void test_the_key_is_for_root(void **state)
{
	int fd = client(*state);

	say(fd, "{\"cmd\":\"key-show\"}\n");
	if (geteuid() == 0)
		assert_has(hear(fd), "key");
	else
		assert_code(hear(fd), "not-root");
	close(fd);
}

static void test_others_than_root_get_no_key(void **state)
{
	struct env *e = *state;
	int fd;

	if (geteuid() != 0)
		skip();
	assert_int_equal(seteuid(65534), 0);
	fd = client(e);
	assert_int_equal(seteuid(0), 0);
	say(fd, "{\"cmd\":\"key-show\"}\n");
	assert_code(hear(fd), "not-root");
	say(fd, "{\"cmd\":\"key-new\"}\n");
	assert_code(hear(fd), "not-root");
	assert_int_equal(fake.reloads, 0);
	close(fd);
}

static void test_a_new_key_is_read(void **state)
{
	int fd;

	if (geteuid() != 0)
		skip();
	fd = client(*state);
	say(fd, "{\"cmd\":\"key-new\"}\n");
	assert_has(hear(fd), "cluster");
	fake.reload_result = -EINVAL;
	say(fd, "{\"cmd\":\"key-new\"}\n");
	assert_code(hear(fd), "failed");
	assert_int_equal(fake.reloads, 2);
	close(fd);
}

static void test_watchers_hear_of_changes_together(void **state)
{
	struct env *e = *state;
	int a = client(e), b = client(e);

	say(a, "{\"cmd\":\"watch\"}\n");
	say(b, "{\"cmd\":\"watch\"}\n");
	assert_has(hear(a), "status");
	assert_has(hear(b), "nodes");
	for (int i = 0; i < 10; i++)
		ctl_changed(e->ctl);
	change(e->ctl);
	assert_has(hear(a), "status");
	assert_has(hear(b), "status");
	assert_null(hear(a));
	close(a);
	turn();
	change(e->ctl);
	assert_has(hear(b), "nodes");
	close(b);
}

static void test_a_watcher_who_does_not_read_gets_the_newest_later(void **state)
{
	enum { CHANGES = 6 };
	struct env *e = *state;
	json_t *reply, *last = NULL;
	int fd, lines = 0;

	fake_crowd();
	fd = client(e);
	say(fd, "{\"cmd\":\"watch\"}\n");
	for (int i = 0; i < CHANGES; i++) {
		fake.agent.boot_started -= 1000; /* uptime grows */
		change(e->ctl);
	}
	while ((reply = hear(fd))) {
		lines++;
		json_decref(last);
		last = reply;
	}
	/* The first ones, of which one was cut, and the last. */
	assert_in_range(lines, 2, CHANGES);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(last, "status"), "uptime")),
			 997 + CHANGES);
	json_decref(last);
	close(fd);
}

static void test_too_many_clients_are_told_so(void **state)
{
	struct env *e = *state;
	int fd[40], extra;

	for (int i = 0; i < 32; i++)
		fd[i] = client(e);
	extra = client(e);
	if (geteuid() == 0) {
		assert_code(hear(extra), "busy");
		assert_true(gone(extra));
	}
	close(extra);
	close(fd[7]);
	turn();
	fd[7] = client(e);
	say(fd[7], "{\"cmd\":\"status\"}\n");
	if (geteuid() == 0)
		assert_has(hear(fd[7]), "state");
	for (int i = 0; i < 32; i++)
		close(fd[i]);
	turn();
}

static void test_users_cannot_lock_root_out(void **state)
{
	struct env *e = *state;
	int fd[33];

	if (geteuid() != 0)
		skip();
	assert_int_equal(seteuid(65534), 0);
	for (int i = 0; i < 32; i++)
		fd[i] = client(e);
	assert_int_equal(seteuid(0), 0);
	assert_code(hear(fd[31]), "busy");
	fd[32] = client(e);
	say(fd[32], "{\"cmd\":\"status\"}\n");
	assert_has(hear(fd[32]), "state");
	for (int i = 0; i < 33; i++)
		close(fd[i]);
	turn();
}

static int client_of(struct env *e, uid_t uid)
{
	int fd;

	assert_int_equal(seteuid(uid), 0);
	fd = client(e);
	assert_int_equal(seteuid(0), 0);
	return fd;
}

static void test_a_user_cannot_lock_others_out(void **state)
{
	struct env *e = *state;
	int fd[33];

	if (geteuid() != 0)
		skip();
	for (int i = 0; i < 32; i++)
		fd[i] = client_of(e, 65534);
	assert_code(hear(fd[31]), "busy");
	fd[32] = client_of(e, 65533);
	say(fd[32], "{\"cmd\":\"status\"}\n");
	assert_has(hear(fd[32]), "state");
	for (int i = 0; i < 33; i++)
		close(fd[i]);
	turn();
}

static void test_watchers_of_a_user_are_few(void **state)
{
	enum { FEW = 8 };
	struct env *e = *state;
	int fd[FEW + 2];

	if (geteuid() != 0)
		skip();
	for (int i = 0; i < FEW + 2; i++) {
		fd[i] = client_of(e, i <= FEW ? 65534 : 65533);
		say(fd[i], "{\"cmd\":\"watch\"}\n");
		if (i == FEW)
			assert_code(hear(fd[i]), "busy");
		else
			assert_has(hear(fd[i]), "status");
	}
	/* Who watches already may say so again. */
	say(fd[0], "{\"cmd\":\"watch\"}\n");
	assert_has(hear(fd[0]), "status");
	close(fd[1]);
	turn();
	say(fd[FEW], "{\"cmd\":\"watch\"}\n");
	assert_has(hear(fd[FEW]), "status");
	for (int i = 0; i < FEW + 2; i++)
		if (i != 1)
			close(fd[i]);
	turn();
}

static void test_a_second_agent_is_refused(void **state)
{
	struct env *e = *state;
	struct ctl *second = NULL;

	assert_int_equal(ctl_new(&second, &fake.agent, e->path), -EADDRINUSE);
	assert_null(second);
	assert_int_equal(access(e->path, F_OK), 0);
}

static void test_a_left_over_socket_is_replaced(void **state)
{
	struct env *e = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ctl_free(e->ctl);
	e->ctl = NULL;
	strcpy(address.sun_path, e->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	close(fd);
	assert_int_equal(ctl_new(&e->ctl, &fake.agent, e->path), 0);
	fd = client(e);
	say(fd, "{\"cmd\":\"status\"}\n");
	assert_has(hear(fd), "state");
	close(fd);
}

int main(void)
{
#define CTL_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CTL_TEST(test_everybody_may_ask),
		CTL_TEST(test_each_request_gets_a_line),
		CTL_TEST(test_one_request_at_a_time_is_answered),
		CTL_TEST(test_the_cluster_goes_before_clients),
		CTL_TEST(test_a_request_may_come_in_pieces),
		CTL_TEST(test_nonsense_is_answered_and_counted),
		CTL_TEST(test_an_endless_request_ends_the_connection),
		CTL_TEST(test_the_best_node_of_a_process_is_told),
		CTL_TEST(test_the_key_is_for_root),
		CTL_TEST(test_others_than_root_get_no_key),
		CTL_TEST(test_a_new_key_is_read),
		CTL_TEST(test_watchers_hear_of_changes_together),
		CTL_TEST(
			test_a_watcher_who_does_not_read_gets_the_newest_later),
		CTL_TEST(test_too_many_clients_are_told_so),
		CTL_TEST(test_users_cannot_lock_root_out),
		CTL_TEST(test_a_user_cannot_lock_others_out),
		CTL_TEST(test_watchers_of_a_user_are_few),
		CTL_TEST(test_a_second_agent_is_refused),
		CTL_TEST(test_a_left_over_socket_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
