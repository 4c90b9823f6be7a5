// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host that says everything: processes are taken well, mostly; then chance asks
 * their home for any call, any page and any end.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attack.h"
#include "stay.h"

#define STEPS 60
#define CALLER_MS 20000
#define PROGRESS 20
#define IN_MAX 2000

static struct wire wire = { .fd = -1 };
static struct stay stay;

static uint32_t some_thread(void)
{
	return one_in(20) ? odd_number() & 0xfff : 1 + below(stay.threads);
}

/* --- calls --- */

static void random_arena(struct frame_call *call, uint32_t *fixups,
			 struct frame_out *outs, uint8_t *in)
{
	call->in = one_in(3) ? below(IN_MAX) : 8 * below(8);
	call->arena = call->in + below(one_in(4) ? TESSERA_ARENA_MAX : 4096);
	for (uint32_t i = 0; i < call->in; i++)
		in[i] = one_in(4) ? chance() : 0;
	call->fixups = call->in >= 8 ? below(5) : 0;
	for (uint32_t i = 0; i < call->fixups; i++) {
		uint64_t offset = below(call->arena + 1);

		fixups[i] = 8 * below(call->in / 8);
		memcpy(in + fixups[i], &offset, sizeof(offset));
	}
	call->outs = below(4);
	for (uint32_t i = 0; i < call->outs; i++) {
		outs[i].offset = below(call->arena + 1);
		outs[i].length = below(call->arena - outs[i].offset + 1);
		outs[i].unit = below(4);
	}
}

static uint64_t random_argument(const struct frame_call *call,
				bool *ret_pointer)
{
	*ret_pointer = one_in(2);
	if (*ret_pointer)
		return below(call->arena + 1);
	return one_in(3) ? below(16) : odd_number();
}

/* A rule of the frame is broken now and then: the link ends then. */
static void break_rule(struct frame_call *call, uint32_t *fixups,
		       struct frame_out *outs)
{
	switch (below(6)) {
	case 0:
		call->arena = odd_number();
		break;
	case 1:
		call->in = odd_number();
		break;
	case 2:
		call->fixups = odd_number();
		break;
	case 3:
		call->outs = odd_number();
		break;
	case 4:
		fixups[0] = odd_number();
		break;
	default:
		outs[0].offset = odd_number();
	}
}

static void say_call(void)
{
	static uint8_t body[TESSERA_FRAME_MAX];
	struct frame_call call = { .nr = one_in(30) ? odd_number() : below(470),
				   .blocked = odd_number(),
				   .flags = one_in(10) };
	struct frame_out outs[4] = { 0 };
	uint32_t fixups[5] = { 0 };
	uint8_t in[IN_MAX], *to = body;
	size_t n_fixups, n_outs, n_in;
	bool pointer;

	random_arena(&call, fixups, outs, in);
	for (unsigned int i = 0; i < 6; i++) {
		call.args[i] = random_argument(&call, &pointer);
		call.pointers |= pointer << i;
	}
	n_fixups = call.fixups * sizeof(*fixups);
	n_outs = call.outs * sizeof(*outs);
	n_in = call.in;
	if (one_in(150))
		break_rule(&call, fixups, outs);
	to = (uint8_t *)memcpy(to, &call, sizeof(call)) + sizeof(call);
	to = (uint8_t *)memcpy(to, fixups, n_fixups) + n_fixups;
	to = (uint8_t *)memcpy(to, outs, n_outs) + n_outs;
	to = (uint8_t *)memcpy(to, in, n_in) + n_in;
	wire_send(&wire, TESSERA_FRAME_CALL,
		  tessera_channel_id(stay.group, some_thread()), ++stay.request,
		  body, to - body);
}

/* --- the rest --- */

static void say_interrupt(void)
{
	wire_send(&wire, TESSERA_FRAME_INTERRUPT,
		  tessera_channel_id(stay.group, some_thread()), stay.request,
		  NULL, 0);
}

static uint64_t some_address(void)
{
	const struct state_vma *vma = &stay.vmas[below(stay.process->vmas)];

	if (one_in(6))
		return odd_number() & ~(one_in(20) ? 0 : 0xfffULL);
	return vma->start + PAGE * below((vma->end - vma->start) / PAGE);
}

static void say_page_req(void)
{
	const struct frame_page_req req = {
		.address = some_address(),
		.count = 1 + below(one_in(40) ? 40 : 16),
		.stride = 1 + below(one_in(40) ? 2000 : 4),
	};

	wire_send(&wire, TESSERA_FRAME_PAGE_REQ, group_channel(stay.group), 0,
		  &req, sizeof(req));
}

static void say_ack(void)
{
	const struct frame_pages pages = {
		.address = some_address(),
		.count = 1 + below(16),
		.stride = one_in(30) ? 2 : 1,
		.present = chance(),
		.broken = chance(),
	};

	wire_send(&wire, TESSERA_FRAME_PAGES_ACK, group_channel(stay.group), 0,
		  &pages, sizeof(pages));
}

static void say_pages(void)
{
	static uint8_t body[sizeof(struct frame_pages) + 16 * PAGE];
	struct frame_pages pages = {
		.address = some_address(),
		.count = 1 + below(16),
		.stride = 1 + below(3),
		.flags = below(4),
	};

	pages.present = chance() & ((1u << pages.count) - 1);
	pages.broken = chance() & ((1u << pages.count) - 1) & ~pages.present;
	memcpy(body, &pages, sizeof(pages));
	wire_send(&wire, TESSERA_FRAME_PAGES, group_channel(stay.group), 0,
		  body,
		  sizeof(pages) + PAGE * __builtin_popcount(pages.present));
}

static void say_stop(void)
{
	static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	struct frame_signal frame = { .process = below(2) };
	siginfo_t info = { .si_signo = one_in(20) ? (int)below(70) :
						    stops[below(4)],
			   .si_code = odd_number() };

	memcpy(frame.info, &info, sizeof(frame.info));
	wire_send(&wire, TESSERA_FRAME_STOP_REQ,
		  tessera_channel_id(stay.group, some_thread()), 0, &frame,
		  sizeof(frame));
}

static void say_anything(void)
{
	uint8_t body[300];
	unsigned int type = below(TESSERA_FRAME_TYPES + 1);
	uint32_t thread = type >= TESSERA_FRAME_CALL ? some_thread() : 0;

	fill_random(body, sizeof(body));
	wire_send(&wire, type,
		  type > TESSERA_FRAME_OFFER ?
			  tessera_channel_id(stay.group, thread) :
			  0,
		  chance(), body, below(sizeof(body)));
}

static void say_thread_exit(void)
{
	struct frame_exit frame = { .code = chance() };

	frame.times.utime = odd_number();
	frame.times.stime = odd_number();
	frame.times.runtime = odd_number();
	wire_send(&wire, TESSERA_FRAME_EXIT_THREAD,
		  tessera_channel_id(stay.group, some_thread()), 0, &frame,
		  sizeof(frame));
}

static void step(void)
{
	switch (below(40)) {
	case 0:
		say_anything();
		break;
	case 1:
		say_thread_exit();
		break;
	case 2:
		say_stop();
		break;
	case 3:
		say_pages();
		break;
	case 4:
	case 5:
	case 6:
		say_page_req();
		break;
	case 7:
	case 8:
		say_ack();
		break;
	case 9 ... 14:
		say_interrupt();
		break;
	case 15 ... 24:
		if (wire_receive(&wire, 5) == 1 && !one_in(4))
			stay_answer(&stay);
		break;
	default:
		say_call();
	}
}

static void change_state(void)
{
	unsigned int n = below(6);

	while (n--) {
		uint64_t odd = odd_number();
		size_t at = below(stay.length - 8);

		if (one_in(2)) /* a thread's words, not its long registers */
			at = stay.thread_at[below(stay.threads)] +
			     below(sizeof(struct state_thread) - 8);
		memcpy(stay.stream + (at & ~3ULL), &odd, one_in(2) ? 8 : 4);
	}
}

static void process(void)
{
	unsigned int steps = below(STEPS);

	if (!stay_take(&stay, &wire)) {
		wire_close(&wire);
		return;
	}
	stay.deaf = one_in(8);
	while (steps-- && wire.fd >= 0)
		step();
	if (wire.fd < 0 || one_in(5)) {
		wire_close(&wire);
	} else if (one_in(2)) {
		stay_exit(&stay, odd_number());
	} else {
		change_state();
		stay_return(&stay);
	}
}

void host_fuzz(int listener, uint64_t seed, unsigned int count)
{
	puts("listening");
	fflush(stdout);
	for (unsigned int i = 0; i < count; i++) {
		chance_seed(seed + i);
		if (wire.fd < 0 && !listener_accept(listener, &wire, CALLER_MS))
			break; /* the last one has gone */
		process();
		if (i % PROGRESS == 0) {
			printf("process %u, seed %llu\n", i,
			       (unsigned long long)(seed + i));
			fflush(stdout);
		}
	}
	wire_close(&wire);
}
