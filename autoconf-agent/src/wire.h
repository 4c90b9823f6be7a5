/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gossip messages on the wire: UDP on tess0, little-endian, versioned, bounded.
 * docs/protocol.md has the tables. Pure functions; the fuzzer's target.
 */
#ifndef TESSERA_WIRE_H
#define TESSERA_WIRE_H

#include "node.h"

#define WIRE_VERSION 2
#define WIRE_MAX 1232 /* fits the smallest IPv6 MTU: 1280 - 40 - 8 */
#define WIRE_HEADER 16
#define WIRE_ENTRY 64
#define WIRE_RECORD 152 /* without endpoints */
#define WIRE_ENDPOINT 20
#define WIRE_ENTRIES ((WIRE_MAX - WIRE_HEADER - 8) / WIRE_ENTRY)
#define WIRE_IDS 64
#define WIRE_AGE_MAX 86400000 /* ms; older is as old */
#define WIRE_RECORDS 3

enum wire_type {
	WIRE_PING = 1,	 /* are you there? entries */
	WIRE_ACK = 2,	 /* I am; entries */
	WIRE_PROBE = 3,	 /* ask this node for me */
	WIRE_PROBED = 4, /* it answered */
	WIRE_SYNC = 5,	 /* send me your table from this index on */
	WIRE_TABLE = 6,	 /* a page of it; next index, 0 at the end */
	WIRE_WHO = 7,	 /* whose ids are these? */
	WIRE_RECORDS_ARE = 8,
	WIRE_CLAIM = 9,	   /* I want this number */
	WIRE_VERDICT = 10, /* granted, or the first number free here */
	WIRE_LEAVE = 11,   /* goodbye */
};

struct wire_message {
	enum wire_type type;
	uint32_t request; /* chosen by the asker, echoed by the answer */
	size_t count;	  /* of entries, ids or records */
	union {
		struct node_entry entries[WIRE_ENTRIES]; /* PING, ACK, TABLE */
		struct node_id ids[WIRE_IDS];		 /* PROBE(D): 1; WHO */
		struct node_record records[WIRE_RECORDS];
		struct node_claim claim;
	};
	uint32_t index; /* SYNC: from; TABLE: next */
	bool granted;	/* VERDICT */
	uint16_t hint;	/* VERDICT: smallest free number, 0 unknown */
};

/* wire_decode() fills ret only when the whole message is sound. -EBADMSG:
 * malformed; -EMSGSIZE: too long; -EPROTONOSUPPORT: another version. */
int wire_decode(struct wire_message *ret, const uint8_t *data, size_t len);
/* wire_encode() returns the length, or -EINVAL when the message cannot be
 * expressed. buf has WIRE_MAX bytes. */
int wire_encode(const struct wire_message *m, uint8_t buf[WIRE_MAX]);

/* Texts come from peers. All: printable ASCII without blanks or control bytes.
 * A node's name: what identity_name() makes, which no shell or terminal takes
 * for anything else. */
bool wire_text_ok(const char *text, size_t len);
bool wire_name_ok(const char *name, size_t len);

#endif
