// SPDX-License-Identifier: GPL-2.0-or-later
#include "link_book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint8_t up;	   /* links that are */
	bool told;	   /* that it is refused */
	struct node_id id; /* of whom it was told */
};

struct link_book {
	struct entry entries[NODE_NUMBER_MAX + 1]; /* by number */
};

static bool build_known(const struct node *n)
{
	static const uint8_t unknown[NODE_BUILD_SIZE];

	return memcmp(n->info.build, unknown, NODE_BUILD_SIZE) != 0;
}

enum link_verdict link_judge(const struct node *self, const struct node *node,
			     uint16_t number)
{
	if (!node || node == self || !number || !node->known || !node->proved ||
	    !node_alive(node))
		return LINK_STRANGER;
	if (build_known(self) && build_known(node) &&
	    memcmp(self->info.build, node->info.build, NODE_BUILD_SIZE) != 0)
		return LINK_OTHER_BUILD;
	return LINK_ALLOWED;
}

enum tessera_reason link_refusal(enum link_verdict verdict)
{
	switch (verdict) {
	case LINK_ALLOWED:
		return TESSERA_REASON_NONE;
	case LINK_STRANGER:
		return TESSERA_REASON_NODE_DOWN;
	case LINK_OTHER_BUILD:
		return TESSERA_REASON_OTHER_BUILD;
	}
	return TESSERA_REASON_NO_LINK;
}

int link_book_new(struct link_book **ret)
{
	struct link_book *book = calloc(1, sizeof(*book));

	if (!book)
		return -ENOMEM;
	*ret = book;
	return 0;
}

void link_book_free(struct link_book *book)
{
	free(book);
}

bool link_book_refusal_is_news(struct link_book *book, uint16_t number,
			       const struct node_id *id)
{
	struct entry *e = &book->entries[number];

	if (e->told && node_id_equal(&e->id, id))
		return false;
	e->told = true;
	e->id = *id;
	return true;
}

void link_book_up(struct link_book *book, uint16_t number)
{
	if (book->entries[number].up < UINT8_MAX)
		book->entries[number].up++;
}

void link_book_down(struct link_book *book, uint16_t number)
{
	if (book->entries[number].up > 0)
		book->entries[number].up--;
}

void link_book_forget(struct link_book *book, uint16_t number)
{
	book->entries[number] = (struct entry){ 0 };
}

bool link_book_is_up(const struct link_book *book, uint16_t number)
{
	return book && book->entries[number].up > 0;
}

const char *link_reason(uint32_t reason)
{
	static const struct {
		enum tessera_reason reason;
		const char *words;
	} known[] = {
		{ TESSERA_REASON_NONE, "closed" },
		{ TESSERA_REASON_NO_NODE, "the node is no member" },
		{ TESSERA_REASON_NODE_DOWN, "the node is down" },
		{ TESSERA_REASON_OTHER_BUILD, "it runs another kernel build" },
		{ TESSERA_REASON_LINK_LOST, "the connection was lost" },
		{ TESSERA_REASON_PROTOCOL, "it broke the protocol" },
		{ TESSERA_REASON_NO_MEMORY, "out of memory" },
		{ TESSERA_REASON_TIMEOUT, "it did not answer in time" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if ((uint32_t)known[i].reason == reason)
			return known[i].words;
	return NULL;
}
