/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up process visits the victim: what its home, which is us, has to say
 * for that, step by step, so that any step can be a wrong one.
 */
#ifndef HOSTILE_VISIT_H
#define HOSTILE_VISIT_H

#include "image.h"

struct visit {
	struct wire *wire;
	uint32_t group;
	int32_t tid;
	struct image image;
	/* The last argument of getpgid() that it called. */
	int64_t echoed;
	bool has_echoed;
	int64_t answer; /* what its calls get */
	bool withhold;	/* its pages are not sent */
};

/* A new one, with nothing said yet. */
void visit_make(struct visit *visit, struct wire *wire, unsigned int threads,
		enum program program);
bool visit_offer(struct visit *visit);
/* Its state, as visit->image is at this moment. */
bool visit_send(struct visit *visit);
/* The host has all in its place; then the word to run. */
bool visit_run(struct visit *visit);
/* All of the above; false if the victim did not want it. */
bool visit_begin(struct visit *visit);

/* Be a good home for a while: serve pages, answer calls. */
void visit_serve(struct visit *visit, int ms);
/* The same until a frame of this type came and was answered, but not for ever. */
bool visit_serve_until(struct visit *visit, unsigned int type);
/* The same until its program says what its call gave. */
bool visit_serve_until_echo(struct visit *visit);
/* One frame that came from the victim. */
void visit_answer(struct visit *visit);

bool visit_say(struct visit *visit, unsigned int type);
bool visit_signal(struct visit *visit, unsigned int thread, int signal);
/* count pages from an address on, with code where code belongs. */
bool visit_pages(struct visit *visit, uint64_t address, unsigned int count,
		 unsigned int stride, uint32_t flags);
/* Killed by its home. */
void visit_end(struct visit *visit);

#endif
