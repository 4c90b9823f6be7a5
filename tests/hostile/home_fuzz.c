// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A home that says everything: guests begin well, then chance changes their
 * state, and what they are told and answered, in any order.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attack.h"
#include "visit.h"

#define STEPS 40
#define READY_MS 3000
#define PROGRESS 100 /* guests, from line to line */

static struct wire wire = { .fd = -1 };

/* --- what is changed --- */

static void change_bytes(uint8_t *data, size_t length)
{
	uint64_t odd = odd_number();
	size_t size = one_in(2) ? 8 : 4, at;

	if (length < 8)
		return;
	at = below(length - 7);
	if (!one_in(4))
		at &= ~(size - 1);
	if (one_in(4))
		data[at] ^= 1 << below(8);
	else
		memcpy(data + at, &odd, size);
}

/* Most of the state's bytes are a thread's extended state: the rest counts more. */
static void change_state(struct image *image)
{
	size_t head = sizeof(image->process) + sizeof(image->vmas) +
		      sizeof(image->chunks);
	size_t thread = sizeof(*image->threads) + image->xstate;
	unsigned int n = below(4);

	while (n--) {
		uint8_t *threads = image->stream + head;
		size_t i = below((image->length - head) / thread);

		switch (below(5)) {
		case 0:
			change_bytes(image->stream, sizeof(image->process));
			break;
		case 1:
			change_bytes(image->stream + sizeof(image->process),
				     head - sizeof(image->process));
			break;
		case 2:
		case 3:
			change_bytes(threads + i * thread,
				     sizeof(*image->threads));
			break;
		default:
			change_bytes(threads + i * thread, thread);
		}
	}
}

/* A thread that goes on with a wait, as something may have captured it. */
static void random_restart(struct state_thread *thread)
{
	thread->restart = (struct state_restart){
		.kind = below(6),
		.flags = odd_number(),
		.address = one_in(2) ? DATA_AT : odd_number(),
		.address2 = odd_number(),
		.value = odd_number(),
		.bitset = odd_number(),
		.time_ns = odd_number(),
		.clock = below(12),
		.type = below(4),
	};
}

/* --- what is said --- */

static uint32_t some_channel(const struct visit *visit)
{
	switch (below(8)) {
	case 0:
		return odd_number();
	case 1:
	case 2:
		return tessera_channel_id(visit->group,
					  below(IMAGE_THREADS + 2));
	default:
		return group_channel(visit->group);
	}
}

static void say_anything(struct visit *visit)
{
	static uint8_t body[70000];
	unsigned int type = below(TESSERA_FRAME_TYPES + 1);
	uint32_t channel = some_channel(visit);
	size_t length = one_in(10) ? below(sizeof(body)) : below(100);

	/* On a channel of the right kind, mostly. */
	if (!one_in(20)) {
		if (type >= TESSERA_FRAME_CALL)
			channel =
				tessera_channel_id(visit->group, 1 + below(4));
		else if (type > TESSERA_FRAME_OFFER)
			channel = group_channel(visit->group);
		else if (type)
			channel = 0;
	}
	fill_random(body, length);
	wire_send(&wire, type, channel, chance(), body, length);
}

static void say_pages(struct visit *visit)
{
	static const uint64_t places[] = { CODE_AT, DATA_AT, STACK_AT,
					   DATA_AT + DATA_SIZE };
	uint64_t at = one_in(6) ? odd_number() & ~0xfffULL :
				  places[below(COUNT(places))];

	visit_pages(visit, at, 1 + below(16), 1 + below(one_in(4) ? 1030 : 3),
		    below(one_in(30) ? 8 : 4));
}

static void say_signal(struct visit *visit)
{
	struct frame_signal frame = { .process = below(2) };
	siginfo_t info = { .si_signo = below(66), .si_code = odd_number() };

	fill_random(frame.info, sizeof(frame.info));
	info.si_errno = chance();
	memcpy(frame.info, &info, 12);
	wire_send(&wire, TESSERA_FRAME_SIGNAL,
		  tessera_channel_id(visit->group, 1 + below(4)), 0, &frame,
		  sizeof(frame));
}

static void say_result(struct visit *visit)
{
	uint8_t body[sizeof(struct frame_result) + 300];
	struct frame_result result = {
		.value = odd_number(),
		.flags = below(5),
		.length = below(300),
	};
	size_t length = sizeof(result) + result.length;

	fill_random(body, sizeof(body));
	if (one_in(10))
		result.length = odd_number();
	memcpy(body, &result, sizeof(result));
	wire_send(&wire, TESSERA_FRAME_RESULT, wire.frame.channel,
		  one_in(8) ? chance() : wire.frame.request, body, length);
	(void)visit;
}

static void say_in_order(struct visit *visit)
{
	static const uint8_t types[] = {
		TESSERA_FRAME_RUN,	 TESSERA_FRAME_RECALL,
		TESSERA_FRAME_RETURN_OK, TESSERA_FRAME_LAID_OUT,
		TESSERA_FRAME_RECALL,	 TESSERA_FRAME_BYE,
	};

	visit_say(visit, types[below(COUNT(types))]);
}

static void stop_or_go_on(struct visit *visit)
{
	wire_send(&wire, one_in(2) ? TESSERA_FRAME_STOP : TESSERA_FRAME_CONT,
		  tessera_channel_id(visit->group, 1 + below(4)), 0, NULL, 0);
}

static void step(struct visit *visit)
{
	/* What breaks a rule ends the link, and with it what was got so far. */
	if (one_in(60)) {
		say_anything(visit);
		return;
	}
	switch (1 + below(11)) {
	case 1:
	case 2:
		say_pages(visit);
		break;
	case 3:
	case 4:
		say_signal(visit);
		break;
	case 5:
		say_in_order(visit);
		break;
	case 6:
		stop_or_go_on(visit);
		break;
	default:
		/* What it asks is answered, mostly. */
		if (wire_receive(&wire, 5) != 1)
			return;
		if (wire.frame.type == TESSERA_FRAME_CALL && one_in(2))
			say_result(visit);
		else if (!one_in(8))
			visit_answer(visit);
	}
}

/* The state in pieces of any size, with other things in between. */
static void send_state(struct visit *visit)
{
	const struct image *image = &visit->image;
	size_t at = 0, end = image->length;

	if (one_in(20))
		end = below(end);
	while (at < end && wire.fd >= 0) {
		size_t n = 1 + below(one_in(3) ? 100 : 40000);

		if (n > end - at)
			n = end - at;
		if (one_in(60))
			step(visit);
		wire_send(&wire, TESSERA_FRAME_DATA,
			  group_channel(visit->group), 0, image->stream + at,
			  n);
		at += n;
	}
}

static void guest(void)
{
	unsigned int steps = 1 + below(STEPS);
	struct visit visit;

	visit_make(&visit, &wire, 1 + below(5), below(PROGRAMS));
	visit.answer = one_in(4) ? (int64_t)odd_number() : 1;
	for (unsigned int i = 0; i < 5; i++)
		if (one_in(4) && visit.image.threads[i].index)
			random_restart(&visit.image.threads[i]);
	if (!one_in(30) && !visit_offer(&visit))
		goto end;
	image_write(&visit.image);
	if (one_in(2))
		change_state(&visit.image);
	send_state(&visit);
	if (!one_in(30) && !wire_wait(&wire, TESSERA_FRAME_READY, READY_MS))
		goto end;
	visit_say(&visit, TESSERA_FRAME_RUN);
	while (steps-- && wire.fd >= 0)
		step(&visit);
	/* An end in any of the ways that there are. */
	if (one_in(12))
		wire_close(&wire);
	if (one_in(4) && wire.fd >= 0) {
		visit_say(&visit, TESSERA_FRAME_RECALL);
		visit_serve(&visit, 50);
	}
end:
	visit_end(&visit);
}

/* A header that breaks a rule: the link ends. */
static void bad_header(void)
{
	uint8_t junk[64];

	fill_random(junk, sizeof(junk));
	if (one_in(2))
		junk[0] = TESSERA_FRAME_VERSION;
	tally.frames++;
	wire_raw(&wire, junk, 1 + below(sizeof(junk)));
}

void home_fuzz(const struct in6_addr *victim, uint64_t seed, unsigned int count)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < count; i++) {
		chance_seed(seed + i);
		if (wire.fd < 0 && !wire_dial(&wire, victim)) {
			if (++failed > 20)
				die("the victim takes no link any more");
			i--;
			continue;
		}
		failed = 0;
		guest();
		if (one_in(25) && wire.fd >= 0)
			bad_header();
		if (i % PROGRESS == 0) {
			printf("guest %u, seed %llu\n", i,
			       (unsigned long long)(seed + i));
			fflush(stdout);
		}
	}
	wire_close(&wire);
}
