/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent knows of the links between kernels: with whom there may be
 * one, to whom there is one, and what has been said about it. Pure: links.c
 * does what is decided here.
 */
#ifndef TESSERA_LINK_BOOK_H
#define TESSERA_LINK_BOOK_H

#include <tessera.h>

#include "node.h"

enum link_verdict {
	LINK_ALLOWED,
	LINK_STRANGER,	  /* not another member that lives and has a number */
	LINK_OTHER_BUILD, /* its kernel would not understand ours */
};

/* node: NULL for nobody known; number: what others show for it, 0 for none. A
 * build nobody knows is left to the kernels to compare. */
enum link_verdict link_judge(const struct node *self, const struct node *node,
			     uint16_t number);

/* Why there is none, for who wanted it. */
enum tessera_reason link_refusal(enum link_verdict verdict);

struct link_book;

int link_book_new(struct link_book **ret);
void link_book_free(struct link_book *book);
/* Is it news that this node is refused? Once for each node that has the number. */
bool link_book_refusal_is_news(struct link_book *book, uint16_t number,
			       const struct node_id *id);
/* There is one link for each direction, and for a while a replaced one. */
void link_book_up(struct link_book *book, uint16_t number);
void link_book_down(struct link_book *book, uint16_t number);
/* The number belongs to nobody any more. */
void link_book_forget(struct link_book *book, uint16_t number);
bool link_book_is_up(const struct link_book *book, uint16_t number);
/* Why a link ended, in words; NULL: the reason is not one of a link. */
const char *link_reason(uint32_t reason);

#endif
