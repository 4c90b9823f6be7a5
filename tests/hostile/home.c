// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hostile home: guests whose state, pages and answers are made to harm the
 * node that takes them.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attack.h"
#include "visit.h"

#define A_MOMENT 400
#define SECOND 1000
#define PATIENCE (15 * SECOND) /* READ_WITHIN of the kernel's stream.c */
#define MANY 200
#define PENDING 100000 /* signals, more than any limit */
#define FLOOD (96u << 20)

static const char unwanted[] = "the victim does not even take a good guest";

/* --- state --- */

/* A thread that sleeps on when it arrives, and is then woken by a signal. */
static const char *sleeper(struct wire *wire, uint32_t clock, uint32_t type)
{
	struct visit visit;
	struct state_thread *thread = &visit.image.threads[0];

	visit_make(&visit, wire, 1, PROGRAM_RESTART);
	thread->restart = (struct state_restart){
		.kind = STATE_RESTART_SLEEP,
		.clock = clock,
		.type = type,
		.address = DATA_AT,
		.time_ns = 1LL << 60,
	};
	visit.image.process.actions[SIGUSR1 - 1].handler = CODE_AT;
	/* It may be refused. If it comes, its code is what it asks for first. */
	if (visit_begin(&visit) &&
	    visit_serve_until(&visit, TESSERA_FRAME_PAGE_REQ)) {
		visit_serve(&visit, A_MOMENT);
		visit_signal(&visit, 1, SIGUSR1);
		visit_serve(&visit, A_MOMENT);
	}
	visit_end(&visit);
	return NULL;
}

static const char *sleep_of_no_type(struct wire *wire)
{
	return sleeper(wire, CLOCK_MONOTONIC, 7);
}

static const char *sleep_on_no_clock(struct wire *wire)
{
	return sleeper(wire, 99, 1);
}

/* Sums of all threads' times that are less than one of them. */
static const char *times_that_overflow(struct wire *wire)
{
	struct visit visit;

	visit_make(&visit, wire, IMAGE_THREADS, PROGRAM_USAGE);
	for (unsigned int i = 0; i < IMAGE_THREADS; i++)
		visit.image.threads[i].times = (struct state_times){
			.utime = i ? 0 : (1ULL << 60) + 1,
			.stime = i ? 1ULL << 60 : 0,
			.runtime = 1ULL << 60,
		};
	if (visit_begin(&visit))
		visit_serve_until_echo(&visit);
	visit_end(&visit);
	return NULL;
}

/* A thread too many is wrong: those before it must not stay. */
static const char *last_thread_is_bad(struct wire *wire)
{
	struct visit visit;

	for (unsigned int i = 0; i < MANY; i++) {
		visit_make(&visit, wire, 8, PROGRAM_SPIN);
		visit.image.threads[7].tid = 0;
		if (!visit_offer(&visit))
			return unwanted;
		visit_send(&visit);
		wire_wait(wire, TESSERA_FRAME_REFUSE, SECOND);
		image_free(&visit.image);
	}
	return NULL;
}

/* It has announced more page tables than there is memory for. */
static const char *endless_chunks(struct wire *wire)
{
	struct visit visit;

	visit_make(&visit, wire, 1, PROGRAM_SPIN);
	visit.image.process.chunks = 1u << 20;
	if (!visit_offer(&visit))
		return unwanted;
	visit_send(&visit);
	/* It may wait for the rest of them. */
	wire_wait(wire, TESSERA_FRAME_REFUSE, 2 * SECOND);
	visit_end(&visit);
	return NULL;
}

/* The last thread never comes: the task that waits for it is given up. */
static const char *state_that_stops(struct wire *wire)
{
	struct visit visit;
	int64_t begun = now_ms();

	visit_make(&visit, wire, 2, PROGRAM_SPIN);
	visit.image.threads[1].index = 0;
	if (!visit_offer(&visit))
		return unwanted;
	visit_send(&visit);
	if (!wire_wait(wire, TESSERA_FRAME_REFUSE, 2 * PATIENCE))
		return "it is waited for, for ever";
	if (now_ms() - begun < PATIENCE / 2)
		return "it was not even waited for";
	image_free(&visit.image);
	return NULL;
}

/* Whoever reads /proc/PID/auxv looks for an end that is not there. */
static const char *auxv_without_end(struct wire *wire)
{
	struct visit visit;

	visit_make(&visit, wire, 1, PROGRAM_SPIN);
	memset(visit.image.process.auxv, 0x41,
	       sizeof(visit.image.process.auxv));
	if (!visit_begin(&visit))
		return unwanted;
	visit_serve(&visit, 6 * SECOND);
	visit_end(&visit);
	return NULL;
}

/* --- calls and answers --- */

static const char *echo(struct wire *wire, enum program program, int64_t answer)
{
	struct visit visit;
	const char *got = NULL;

	visit_make(&visit, wire, 1, program);
	visit.answer = answer;
	if (!visit_begin(&visit))
		return unwanted;
	if (visit_serve_until_echo(&visit) && visit.echoed != answer)
		got = "a call ran on the host";
	visit_end(&visit);
	return got;
}

static const char *answer_that_means_local(struct wire *wire)
{
	const char *got = NULL;

	for (int64_t answer = -4095; answer < -4090 && !got; answer++) {
		got = echo(wire, PROGRAM_ECHO, answer);
		/* It may have closed the link, and be right. */
		if (wire->fd < 0)
			break;
	}
	return got;
}

static const char *call_by_the_old_gate(struct wire *wire)
{
	return echo(wire, PROGRAM_GATE, -999999);
}

/* A process of one thread, and nothing behind it. */
static void offer(struct wire *wire, uint32_t group, int tid, const char *name)
{
	struct frame_offer frame = {
		.group = group,
		.tid = tid,
		.threads = 1,
	};

	snprintf(frame.comm, sizeof(frame.comm), "%s", name);
	wire_send(wire, TESSERA_FRAME_OFFER, 0, 0, &frame, sizeof(frame));
}

/* --- pages --- */

/* Pages come before there is a place for them. */
static const char *pages_before_the_state(struct wire *wire)
{
	struct visit visit;

	for (unsigned int i = 0; i < MANY && wire->fd >= 0; i++) {
		offer(wire, 200000 + i, 1000 + i, "early");
		visit_make(&visit, wire, 1, PROGRAM_SPIN);
		visit.group = 200000 + i;
		for (unsigned int n = 0; n < 100; n++)
			visit_pages(&visit, CODE_AT, 1, 1, 0);
		visit_end(&visit);
	}
	return NULL;
}

/* All over the address space, the vDSO included. */
static const char *pages_anywhere(struct wire *wire)
{
	struct visit visit;

	visit_make(&visit, wire, 2, PROGRAM_TOUCH);
	visit.image.vmas[2].flags = STATE_VMA_VVAR;
	visit.image.vmas[2].file = 0;
	if (!visit_begin(&visit))
		return unwanted;
	for (uint64_t at = CODE_AT; at < CODE_AT + (8 << 20); at += 16 * PAGE)
		visit_pages(&visit, at, 16, 1, TESSERA_PAGES_ACK);
	visit_serve(&visit, A_MOMENT);
	visit_end(&visit);
	return NULL;
}

/* It never sends one; meanwhile somebody looks at the processes there. */
static const char *pages_never(struct wire *wire)
{
	struct visit visit;

	visit_make(&visit, wire, 2, PROGRAM_TOUCH);
	visit.withhold = true;
	if (!visit_begin(&visit))
		return unwanted;
	visit_serve(&visit, 6 * SECOND);
	visit_end(&visit);
	return NULL;
}

/* --- too much --- */

static const char *flood_of_state(struct wire *wire)
{
	static uint8_t junk[TESSERA_FRAME_MAX];
	struct visit visit;

	visit_make(&visit, wire, 1, PROGRAM_SPIN);
	if (!visit_begin(&visit))
		return unwanted;
	for (size_t sent = 0; sent < FLOOD && wire->fd >= 0;
	     sent += sizeof(junk))
		wire_send(wire, TESSERA_FRAME_DATA, group_channel(visit.group),
			  0, junk, sizeof(junk));
	visit_serve(&visit, SECOND);
	visit_end(&visit);
	return NULL;
}

/* Its threads stand still on their way home, and take nothing. */
static bool stand_still(struct visit *visit, struct wire *wire)
{
	visit_make(visit, wire, 8, PROGRAM_SPIN);
	return visit_begin(visit) && visit_say(visit, TESSERA_FRAME_RECALL) &&
	       visit_serve_until(visit, TESSERA_FRAME_RETURN);
}

static const char *flood_of_small_frames(struct wire *wire)
{
	struct tessera_frame many[512];
	struct visit visit;

	if (!stand_still(&visit, wire))
		return unwanted;
	for (unsigned int i = 0; i < COUNT(many); i++)
		many[i] = (struct tessera_frame){
			.version = TESSERA_FRAME_VERSION,
			.type = TESSERA_FRAME_SIGNAL,
			.channel = tessera_channel_id(visit.group, 1 + i % 8),
		};
	for (unsigned int i = 0; i < 1000 && wire->fd >= 0; i++) {
		tally.frames += COUNT(many);
		wire_raw(wire, many, sizeof(many));
	}
	visit_serve(&visit, 2 * SECOND);
	visit_end(&visit);
	return NULL;
}

/* Each small frame that is kept came in a large packet. */
static const char *small_frames_in_large_packets(struct wire *wire)
{
	static uint8_t junk[60000];
	struct visit visit;

	if (!stand_still(&visit, wire))
		return unwanted;
	for (size_t sent = 0; sent < FLOOD && wire->fd >= 0;
	     sent += sizeof(junk)) {
		wire_send(wire, TESSERA_FRAME_SIGNAL,
			  tessera_channel_id(visit.group, 1 + below(8)), 0,
			  NULL, 0);
		wire_send(wire, TESSERA_FRAME_DATA, group_channel(99999), 0,
			  junk, sizeof(junk));
	}
	visit_serve(&visit, 2 * SECOND);
	visit_end(&visit);
	return NULL;
}

/* Each byte of a large frame comes alone. */
static const char *frame_in_tiny_packets(struct wire *wire)
{
	const struct tessera_frame frame = {
		.version = TESSERA_FRAME_VERSION,
		.type = TESSERA_FRAME_DATA,
		.length = TESSERA_FRAME_MAX,
		.channel = group_channel(99999),
	};
	const uint8_t byte = 0;

	wire_raw(wire, &frame, sizeof(frame));
	for (unsigned int i = 0; i < 60000 && wire->fd >= 0; i++)
		wire_raw(wire, &byte, 1);
	wire_drain(wire, SECOND);
	return NULL;
}

static const char *flood_of_signals(struct wire *wire)
{
	struct visit visit;

	visit_make(&visit, wire, 1, PROGRAM_SPIN);
	visit.image.threads[0].blocked = ~0ULL;
	if (!visit_begin(&visit))
		return unwanted;
	for (unsigned int i = 0; i < PENDING && wire->fd >= 0; i++)
		visit_signal(&visit, 1, SIGRTMIN);
	visit_serve(&visit, 4 * SECOND);
	visit_end(&visit);
	return NULL;
}

/* Places that others cannot have meanwhile. */
static const char *flood_of_offers(struct wire *wire)
{
	for (unsigned int i = 0; i < 5000 && wire->fd >= 0; i++) {
		offer(wire, 1 + i, 2 + i, "\033[2J\nbut");
	}
	wire_drain(wire, SECOND);
	return NULL;
}

/* --- the wrong order --- */

static const char *run_before_it_is_ready(struct wire *wire)
{
	struct visit visit;

	for (unsigned int i = 0; i < 20; i++) {
		visit_make(&visit, wire, 4, PROGRAM_SPIN);
		if (wire->fd < 0 || !visit_offer(&visit))
			break;
		visit_say(&visit, TESSERA_FRAME_RUN);
		visit_say(&visit, TESSERA_FRAME_RECALL);
		visit_send(&visit);
		visit_say(&visit, TESSERA_FRAME_RETURN_OK);
		visit_say(&visit, TESSERA_FRAME_LAID_OUT);
		visit_serve(&visit, 100);
		visit_end(&visit);
	}
	return NULL;
}

/* Goodbye at each moment of a return. */
static const char *goodbye_too_early(struct wire *wire)
{
	static const uint8_t steps[] = {
		TESSERA_FRAME_RECALL,
		TESSERA_FRAME_RETURN_OK,
		TESSERA_FRAME_LAID_OUT,
	};
	struct visit visit;

	for (unsigned int last = 0; last <= COUNT(steps); last++) {
		visit_make(&visit, wire, 4, PROGRAM_TOUCH);
		if (wire->fd < 0 || !visit_begin(&visit))
			return unwanted;
		visit_serve(&visit, 100);
		for (unsigned int i = 0; i < last; i++)
			visit_say(&visit, steps[i]);
		visit_say(&visit, TESSERA_FRAME_BYE);
		visit_serve(&visit, 100);
		visit_end(&visit);
	}
	return NULL;
}

static const char *good_guest(struct wire *wire)
{
	struct visit visit;
	bool well;

	visit_make(&visit, wire, 3, PROGRAM_EXIT);
	well = visit_begin(&visit);
	if (well) {
		int64_t end = now_ms() + 20 * SECOND;

		while (wire_receive(wire, end - now_ms()) == 1 &&
		       wire->frame.type != TESSERA_FRAME_EXIT)
			visit_answer(&visit);
		well = wire->fd >= 0 && wire->frame.type == TESSERA_FRAME_EXIT;
	}
	image_free(&visit.image);
	return well ? NULL : unwanted;
}

const struct attack home_attacks[] = {
	{ "good-guest", good_guest },
	{ "sleep-of-no-type", sleep_of_no_type },
	{ "sleep-on-no-clock", sleep_on_no_clock },
	{ "times-that-overflow", times_that_overflow },
	{ "last-thread-is-bad", last_thread_is_bad },
	{ "endless-chunks", endless_chunks },
	{ "state-that-stops", state_that_stops },
	{ "auxv-without-end", auxv_without_end },
	{ "answer-that-means-local", answer_that_means_local },
	{ "call-by-the-old-gate", call_by_the_old_gate },
	{ "pages-before-the-state", pages_before_the_state },
	{ "pages-anywhere", pages_anywhere },
	{ "pages-never", pages_never },
	{ "flood-of-state", flood_of_state },
	{ "flood-of-small-frames", flood_of_small_frames },
	{ "small-frames-in-large-packets", small_frames_in_large_packets },
	{ "frame-in-tiny-packets", frame_in_tiny_packets },
	{ "flood-of-signals", flood_of_signals },
	{ "flood-of-offers", flood_of_offers },
	{ "run-before-it-is-ready", run_before_it_is_ready },
	{ "goodbye-too-early", goodbye_too_early },
	{ 0 },
};
