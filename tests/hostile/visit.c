// SPDX-License-Identifier: GPL-2.0-or-later
/* See visit.h. */
#include "visit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ACCEPT_MS 10000
#define READY_MS 20000
#define DATA_PART 32768
#define GETPGID 121

void visit_make(struct visit *visit, struct wire *wire, unsigned int threads,
		enum program program)
{
	static uint32_t group;
	static int32_t tid = 1000;

	/* Numbers that none of its predecessors still has. */
	group = group % 100000 + 1;
	tid = tid > 30000 ? 1000 : tid + IMAGE_THREADS;
	memset(visit, 0, sizeof(*visit));
	visit->wire = wire;
	visit->group = group;
	visit->tid = tid;
	visit->answer = 1;
	image_make(&visit->image, &wire->hello, tid, threads, program);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

bool visit_offer(struct visit *visit)
{
	const struct frame_offer offer = {
		.group = visit->group,
		.tid = visit->tid,
		.monotonic_ns = clock_ns(CLOCK_MONOTONIC),
		.boottime_ns = clock_ns(CLOCK_BOOTTIME),
		.comm = "mallory",
		.threads = visit->image.process.threads,
	};
	int64_t end = now_ms() + ACCEPT_MS;

	wire_send(visit->wire, TESSERA_FRAME_OFFER, 0, 0, &offer,
		  sizeof(offer));
	while (wire_receive(visit->wire, end - now_ms()) == 1) {
		if (visit->wire->frame.channel != group_channel(visit->group))
			continue; /* of a predecessor that is ending */
		return visit->wire->frame.type == TESSERA_FRAME_ACCEPT;
	}
	return false;
}

bool visit_send(struct visit *visit)
{
	const uint8_t *at;
	size_t left, n;

	image_write(&visit->image);
	at = visit->image.stream;
	for (left = visit->image.length; left; left -= n, at += n) {
		n = left < DATA_PART ? left : DATA_PART;
		if (!wire_send(visit->wire, TESSERA_FRAME_DATA,
			       group_channel(visit->group), 0, at, n))
			return false;
	}
	return true;
}

bool visit_say(struct visit *visit, unsigned int type)
{
	return wire_send(visit->wire, type, group_channel(visit->group), 0,
			 NULL, 0);
}

bool visit_run(struct visit *visit)
{
	return wire_wait(visit->wire, TESSERA_FRAME_READY, READY_MS) &&
	       visit_say(visit, TESSERA_FRAME_RUN);
}

bool visit_begin(struct visit *visit)
{
	return visit_offer(visit) && visit_send(visit) && visit_run(visit);
}

bool visit_signal(struct visit *visit, unsigned int thread, int signal)
{
	struct frame_signal frame = { 0 };
	siginfo_t info = { .si_signo = signal, .si_code = SI_QUEUE };

	memcpy(frame.info, &info, sizeof(frame.info));
	return wire_send(visit->wire, TESSERA_FRAME_SIGNAL,
			 tessera_channel_id(visit->group, thread), 0, &frame,
			 sizeof(frame));
}

bool visit_pages(struct visit *visit, uint64_t address, unsigned int count,
		 unsigned int stride, uint32_t flags)
{
	static uint8_t
		frame[sizeof(struct frame_pages) + TESSERA_PAGES_MAX * PAGE];
	struct frame_pages pages = {
		.address = address,
		.count = count,
		.stride = stride,
		.flags = flags,
	};
	uint8_t *to = frame + sizeof(pages);

	for (unsigned int i = 0; i < count; i++) {
		const void *page =
			image_page(address + (uint64_t)i * stride * PAGE);

		if (!page) {
			pages.absent |= 1u << i;
			continue;
		}
		pages.present |= 1u << i;
		memcpy(to, page, PAGE);
		to += PAGE;
	}
	memcpy(frame, &pages, sizeof(pages));
	return wire_send(visit->wire, TESSERA_FRAME_PAGES,
			 group_channel(visit->group), 0, frame, to - frame);
}

static void answer_call(struct visit *visit)
{
	const struct wire *wire = visit->wire;
	struct frame_result result = { .value = visit->answer };
	struct frame_call call;

	memcpy(&call, wire->body, sizeof(call));
	if (call.nr == GETPGID) {
		visit->echoed = (int64_t)call.args[0];
		visit->has_echoed = true;
	}
	wire_send(visit->wire, TESSERA_FRAME_RESULT, wire->frame.channel,
		  wire->frame.request, &result, sizeof(result));
}

void visit_answer(struct visit *visit)
{
	struct frame_page_req req;

	switch (visit->wire->frame.type) {
	case TESSERA_FRAME_PAGE_REQ:
		memcpy(&req, visit->wire->body, sizeof(req));
		if (!visit->withhold)
			visit_pages(visit, req.address, req.count, req.stride,
				    TESSERA_PAGES_KEPT);
		break;
	case TESSERA_FRAME_CALL:
		answer_call(visit);
		break;
	default:
		break;
	}
}

void visit_serve(struct visit *visit, int ms)
{
	int64_t end = now_ms() + ms, left;

	while ((left = end - now_ms()) > 0 &&
	       wire_receive(visit->wire, left) == 1)
		visit_answer(visit);
}

bool visit_serve_until(struct visit *visit, unsigned int type)
{
	int64_t end = now_ms() + READY_MS;

	while (wire_receive(visit->wire, end - now_ms()) == 1) {
		visit_answer(visit);
		if (visit->wire->frame.type == type)
			return true;
	}
	return false;
}

bool visit_serve_until_echo(struct visit *visit)
{
	while (!visit->has_echoed)
		if (!visit_serve_until(visit, TESSERA_FRAME_CALL))
			break;
	return visit->has_echoed;
}

void visit_end(struct visit *visit)
{
	if (visit->wire->fd >= 0)
		visit_say(visit, TESSERA_FRAME_KILL);
	image_free(&visit->image);
}
