// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One process is moved at a time, by a child that the event loop does not wait
 * for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mover.h"
#include "proc.h"

struct desk {
	char root[32], file[64];
	sd_event *event;
	struct mover *mover;
	int done, error;
};

static void done(int error, void *userdata)
{
	struct desk *d = userdata;

	d->done++;
	d->error = error;
	sd_event_exit(d->event, 0);
}

static int setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	char path[64];
	sigset_t set;

	assert_non_null(d);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	strcpy(d->root, "/tmp/test-mover-XXXXXX");
	assert_non_null(mkdtemp(d->root));
	assert_int_equal(chmod(d->root, 0755), 0);
	snprintf(path, sizeof(path), "%s/77", d->root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(d->file, sizeof(d->file), "%s/goto", path);
	proc_root = d->root;
	assert_int_equal(sd_event_new(&d->event), 0);
	assert_int_equal(mover_new(&d->mover, d->event, done, d), 0);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;
	char path[64];

	mover_free(d->mover);
	sd_event_unref(d->event);
	(void)unlink(d->file);
	snprintf(path, sizeof(path), "%s/77", d->root);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(d->root), 0);
	free(d);
	return 0;
}

static void make_file(struct desk *d, uid_t owner)
{
	int fd = open(d->file, O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fchown(fd, owner, owner), 0);
	close(fd);
}

static struct mover_order order(uint16_t to)
{
	return (struct mover_order){
		.pid = 77, .uid = getuid(), .gid = getgid(), .to = to
	};
}

static int run(struct desk *d, const struct mover_order *o)
{
	assert_int_equal(mover_start(d->mover, o), 0);
	assert_true(mover_busy(d->mover));
	assert_int_equal(sd_event_loop(d->event), 0);
	assert_false(mover_busy(d->mover));
	assert_int_equal(d->done, 1);
	return d->error;
}

static void the_number_is_written(void **state)
{
	const struct mover_order o = order(12);
	int64_t number = 0;
	struct desk *d = *state;

	make_file(d, getuid());
	assert_int_equal(run(d, &o), 0);
	assert_int_equal(proc_read_number(&number, "77/goto"), 0);
	assert_int_equal(number, 12);
}

static void an_error_is_told(void **state)
{
	const struct mover_order o = order(12);

	assert_int_equal(run(*state, &o), -ENOENT);
}

/* A pipe that nobody reads: opening it waits. */
static void while_one_is_under_way_there_is_no_other(void **state)
{
	const struct mover_order o = order(12);
	struct desk *d = *state;

	assert_int_equal(mkfifo(d->file, 0644), 0);
	assert_int_equal(mover_start(d->mover, &o), 0);
	assert_int_equal(mover_start(d->mover, &o), -EBUSY);
	/* The loop has nothing to do meanwhile. */
	assert_int_equal(sd_event_run(d->event, 0), 0);
	assert_int_equal(d->done, 0);
}

/* Also when it has become somebody else: the teardown waits for its end. */
static void a_move_under_way_is_given_up(void **state)
{
	struct mover_order o = order(12);
	struct desk *d = *state;

	if (geteuid() != 0)
		skip();
	o.uid = o.gid = 12345;
	assert_int_equal(mkfifo(d->file, 0644), 0);
	assert_int_equal(chown(d->file, 12345, 12345), 0);
	assert_int_equal(mover_start(d->mover, &o), 0);
	assert_int_equal(sd_event_run(d->event, 0), 0);
	assert_true(mover_busy(d->mover));
}

static void it_is_done_with_the_rights_of_the_user(void **state)
{
	struct mover_order o = order(12);
	struct desk *d = *state;

	if (geteuid() != 0)
		skip();
	o.uid = 12345;
	o.gid = 12345;
	make_file(d, 0);
	assert_int_equal(run(d, &o), -EACCES);
}

int main(void)
{
#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		DESK_TEST(the_number_is_written),
		DESK_TEST(an_error_is_told),
		DESK_TEST(while_one_is_under_way_there_is_no_other),
		DESK_TEST(a_move_under_way_is_given_up),
		DESK_TEST(it_is_done_with_the_rights_of_the_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
