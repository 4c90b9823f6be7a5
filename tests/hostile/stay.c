// SPDX-License-Identifier: GPL-2.0-or-later
/* See stay.h. */
#include "stay.h"

#include <string.h>

#define OFFER_MS 20000
#define STEP_MS 10000

/* How many bytes the state has, as far as is known yet. */
static size_t stream_needs(struct stay *stay)
{
	const struct state_process *process = (void *)stay->stream;
	size_t needed = sizeof(*process);
	struct state_thread thread;

	if (stay->length < needed)
		return needed;
	stay->process = (void *)stay->stream;
	needed += process->files * sizeof(struct state_file);
	stay->vmas = (void *)(stay->stream + needed);
	needed += process->vmas * sizeof(*stay->vmas);
	stay->chunks = (void *)(stay->stream + needed);
	needed += process->chunks * sizeof(*stay->chunks);
	stay->threads = process->threads;
	for (uint32_t i = 0; i < process->threads; i++) {
		stay->thread_at[i] = needed;
		if (stay->length < needed + sizeof(thread))
			return needed + sizeof(thread);
		memcpy(&thread, stay->stream + needed, sizeof(thread));
		needed += sizeof(thread) + thread.xstate +
			  thread.signals * sizeof(struct state_signal);
	}
	return needed;
}

struct state_thread *stay_thread(struct stay *stay, unsigned int i)
{
	return (void *)(stay->stream + stay->thread_at[i]);
}

static bool take_stream(struct stay *stay)
{
	const struct wire *wire = stay->wire;

	stay->length = 0;
	while (stay->length < stream_needs(stay)) {
		if (!wire_wait(stay->wire, TESSERA_FRAME_DATA, STEP_MS) ||
		    stay->length + wire->frame.length > STREAM_MAX)
			return false;
		memcpy(stay->stream + stay->length, wire->body,
		       wire->frame.length);
		stay->length += wire->frame.length;
	}
	return true;
}

bool stay_say(struct stay *stay, unsigned int type)
{
	return wire_send(stay->wire, type, group_channel(stay->group), 0, NULL,
			 0);
}

bool stay_take(struct stay *stay, struct wire *wire)
{
	struct frame_offer offer;

	stay->wire = wire;
	stay->deaf = false;
	stay->request = 0;
	if (!wire_wait(wire, TESSERA_FRAME_OFFER, OFFER_MS))
		return false;
	memcpy(&offer, wire->body, sizeof(offer));
	stay->group = offer.group;
	return stay_say(stay, TESSERA_FRAME_ACCEPT) && take_stream(stay) &&
	       stay_say(stay, TESSERA_FRAME_READY) &&
	       wire_wait(wire, TESSERA_FRAME_RUN, STEP_MS);
}

void stay_answer(struct stay *stay)
{
	struct frame_pages pages;

	if (stay->wire->frame.type != TESSERA_FRAME_PAGES || stay->deaf)
		return;
	memcpy(&pages, stay->wire->body, sizeof(pages));
	if (pages.flags & TESSERA_PAGES_ACK)
		wire_send(stay->wire, TESSERA_FRAME_PAGES_ACK,
			  stay->wire->frame.channel, 0, &pages, sizeof(pages));
}

/* Until a frame of this type, being a good host meanwhile. */
static bool await(struct stay *stay, unsigned int type)
{
	int64_t end = now_ms() + STEP_MS;

	while (wire_receive(stay->wire, end - now_ms()) == 1) {
		if (stay->wire->frame.type == type)
			return true;
		stay_answer(stay);
	}
	return false;
}

int64_t stay_call(struct stay *stay, unsigned int thread,
		  const struct call *call, void *out)
{
	static uint8_t body[TESSERA_FRAME_MAX];
	struct frame_call frame = {
		.nr = call->nr,
		.pointers = call->pointers,
		.in = call->in_length,
		.arena = TESSERA_ARENA_IN + call->out_length,
		.outs = call->out_length ? 1 : 0,
	};
	const struct frame_out piece = { TESSERA_ARENA_IN, call->out_length,
					 0 };
	struct frame_result result;
	uint8_t *to = body;

	memcpy(frame.args, call->args, sizeof(frame.args));
	to = (uint8_t *)memcpy(to, &frame, sizeof(frame)) + sizeof(frame);
	if (frame.outs)
		to = (uint8_t *)memcpy(to, &piece, sizeof(piece)) +
		     sizeof(piece);
	if (call->in_length)
		to = (uint8_t *)memcpy(to, call->in, call->in_length) +
		     call->in_length;
	wire_send(stay->wire, TESSERA_FRAME_CALL,
		  tessera_channel_id(stay->group, thread), ++stay->request,
		  body, to - body);
	if (!await(stay, TESSERA_FRAME_RESULT))
		return -4096;
	memcpy(&result, stay->wire->body, sizeof(result));
	if (out && result.value >= 0)
		memcpy(out, stay->wire->body + sizeof(result), result.length);
	return result.value;
}

bool stay_plant_code(struct stay *stay)
{
	static uint8_t body[sizeof(struct frame_pages) + PAGE];
	const struct frame_pages pages = {
		.address = PREY_CODE,
		.count = 1,
		.stride = 1,
		.present = 1,
		.flags = TESSERA_PAGES_ACK,
	};

	memcpy(body, &pages, sizeof(pages));
	memcpy(body + sizeof(pages), image_page(CODE_AT), PAGE);
	return wire_send(stay->wire, TESSERA_FRAME_PAGES,
			 group_channel(stay->group), 0, body, sizeof(body));
}

bool stay_return(struct stay *stay)
{
	const size_t part = 32768;
	size_t at, n;

	stay_say(stay, TESSERA_FRAME_RETURN);
	if (!await(stay, TESSERA_FRAME_RETURN_OK))
		return false;
	for (at = 0; at < stay->length; at += n) {
		n = stay->length - at < part ? stay->length - at : part;
		wire_send(stay->wire, TESSERA_FRAME_DATA,
			  group_channel(stay->group), 0, stay->stream + at, n);
	}
	if (!await(stay, TESSERA_FRAME_LAID_OUT))
		return false;
	stay_plant_code(stay);
	stay_say(stay, TESSERA_FRAME_PAGES_END);
	return await(stay, TESSERA_FRAME_BYE);
}

bool stay_exit(struct stay *stay, uint32_t code)
{
	const struct frame_exit frame = { .code = code };

	return wire_send(stay->wire, TESSERA_FRAME_EXIT,
			 group_channel(stay->group), 0, &frame, sizeof(frame));
}
