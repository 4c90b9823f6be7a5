// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encoding and decoding of gossip messages. Every field has a fixed place and
 * a check; reserved bytes must be zero, so that they can be used later.
 */
#include "wire.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "bytes.h"

static const uint8_t magic[4] = { 'T', 'S', 'G', 'P' };

static bool zero(const uint8_t *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

bool wire_text_ok(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return len > 0;
}

bool wire_name_ok(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] >= 0x80 ||
		    (!isalnum((unsigned char)name[i]) && name[i] != '-'))
			return false;
	return len > 0 && len <= NODE_NAME_MAX && name[0] != '-' &&
	       name[len - 1] != '-';
}

/* A text field is padded with zeros to its end. */
static bool field_ok(const uint8_t *p, size_t size,
		     bool (*text_ok)(const char *text, size_t len))
{
	size_t len = strnlen((const char *)p, size);

	return len < size && text_ok((const char *)p, len) &&
	       zero(p + len, size - len);
}

static void put_claim(uint8_t *p, const struct node_claim *c)
{
	put_u16(p, c->number);
	put_u16(p + 2, c->weight);
	put_u32(p + 4, 0);
	put_u64(p + 8, c->stamp);
}

static bool get_claim(struct node_claim *c, const uint8_t *p)
{
	c->number = get_u16(p);
	c->weight = get_u16(p + 2);
	c->stamp = get_u64(p + 8);
	return zero(p + 4, 4);
}

static void put_entry(uint8_t *p, const struct node_entry *e)
{
	memcpy(p, e->id.bytes, NODE_ID_SIZE);
	put_u32(p + 8, e->incarnation);
	put_u32(p + 12, e->beat);
	put_claim(p + 16, &e->claim);
	/* In the claim's reserved bytes: */
	p[20] = (uint8_t)e->status;
	p[21] = e->load.leave;
	p[22] = e->load.guest_share;
	put_u16(p + 32, e->load.cpus);
	put_u16(p + 34, e->load.util);
	put_u32(p + 36, e->load.load);
	put_u32(p + 40, e->load.speed);
	put_u32(p + 44, e->load.mem_mib);
	put_u32(p + 48, e->load.free_mib);
	put_u32(p + 52, e->age);
	put_u16(p + 56, e->load.guests);
	put_u16(p + 58, e->load.guest_load);
	put_u16(p + 60, e->load.pressure);
	put_u16(p + 62, e->load.room);
}

static bool get_entry(struct node_entry *e, const uint8_t *p)
{
	memcpy(e->id.bytes, p, NODE_ID_SIZE);
	e->incarnation = get_u32(p + 8);
	e->beat = get_u32(p + 12);
	e->claim.number = get_u16(p + 16);
	e->claim.weight = get_u16(p + 18);
	e->claim.stamp = get_u64(p + 24);
	e->load.cpus = get_u16(p + 32);
	e->load.util = get_u16(p + 34);
	e->load.load = get_u32(p + 36);
	e->load.speed = get_u32(p + 40);
	e->load.mem_mib = get_u32(p + 44);
	e->load.free_mib = get_u32(p + 48);
	e->age = get_u32(p + 52);
	e->load.guests = get_u16(p + 56);
	e->load.guest_load = get_u16(p + 58);
	e->load.pressure = get_u16(p + 60);
	e->load.room = get_u16(p + 62);
	if (p[20] < NODE_JOINING || p[20] > NODE_LEFT)
		return false;
	e->status = p[20];
	if (e->load.util > 1000 || e->load.free_mib > e->load.mem_mib ||
	    e->load.pressure > 1000 || p[21] > 1 || p[22] > NODE_SHARE_MOST)
		return false;
	e->load.leave = p[21];
	e->load.guest_share = p[22];
	/* Up means: has a number. */
	if (e->status == NODE_UP && e->claim.number == 0)
		return false;
	return zero(p + 23, 1) && e->age <= WIRE_AGE_MAX &&
	       !zero(e->id.bytes, NODE_ID_SIZE);
}

static size_t put_record(uint8_t *p, const struct node_record *r)
{
	memset(p, 0, WIRE_RECORD);
	memcpy(p, r->info.key, NODE_KEY_SIZE);
	memcpy(p + 32, r->info.build, NODE_BUILD_SIZE);
	memcpy(p + 52, r->info.machine, NODE_MACHINE_SIZE);
	p[60] = (uint8_t)r->info.role;
	p[61] = (uint8_t)r->n_endpoints;
	memcpy(p + 64, r->info.version, strlen(r->info.version));
	memcpy(p + 80, r->info.name, strlen(r->info.name));
	p += WIRE_RECORD;
	for (size_t i = 0; i < r->n_endpoints; i++, p += WIRE_ENDPOINT) {
		memcpy(p, &r->endpoints[i].sin6_addr, 16);
		put_u16(p + 16, ntohs(r->endpoints[i].sin6_port));
		put_u16(p + 18, 0);
	}
	return WIRE_RECORD + r->n_endpoints * WIRE_ENDPOINT;
}

/* Returns the bytes consumed, 0 when unsound. */
static size_t get_record(struct node_record *r, const uint8_t *p, size_t len)
{
	if (len < WIRE_RECORD)
		return 0;
	memset(r, 0, sizeof(*r));
	memcpy(r->info.key, p, NODE_KEY_SIZE);
	memcpy(r->info.build, p + 32, NODE_BUILD_SIZE);
	memcpy(r->info.machine, p + 52, NODE_MACHINE_SIZE);
	if (p[60] != NODE_ROLE_FULL && p[60] != NODE_ROLE_DRONE)
		return 0;
	r->info.role = p[60];
	r->n_endpoints = p[61];
	if (r->n_endpoints > NODE_ENDPOINTS || !zero(p + 62, 2) ||
	    !field_ok(p + 64, 16, wire_text_ok) ||
	    !field_ok(p + 80, 64, wire_name_ok) || !zero(p + 144, 8))
		return 0;
	memcpy(r->info.version, p + 64, 16);
	memcpy(r->info.name, p + 80, 64);
	if (len < WIRE_RECORD + r->n_endpoints * WIRE_ENDPOINT)
		return 0;
	p += WIRE_RECORD;
	for (size_t i = 0; i < r->n_endpoints; i++, p += WIRE_ENDPOINT) {
		r->endpoints[i].sin6_family = AF_INET6;
		memcpy(&r->endpoints[i].sin6_addr, p, 16);
		r->endpoints[i].sin6_port = htons(get_u16(p + 16));
		if (!get_u16(p + 16) || !zero(p + 18, 2))
			return 0;
	}
	return WIRE_RECORD + r->n_endpoints * WIRE_ENDPOINT;
}

static int decode_entries(struct wire_message *m, const uint8_t *p, size_t len)
{
	if (m->count > WIRE_ENTRIES || len != m->count * WIRE_ENTRY)
		return -EBADMSG;
	for (size_t i = 0; i < m->count; i++, p += WIRE_ENTRY)
		if (!get_entry(&m->entries[i], p))
			return -EBADMSG;
	return 0;
}

static int decode_ids(struct wire_message *m, const uint8_t *p, size_t len)
{
	if (m->count == 0 || m->count > WIRE_IDS ||
	    len != m->count * NODE_ID_SIZE)
		return -EBADMSG;
	memcpy(m->ids, p, len);
	return 0;
}

static int decode_records(struct wire_message *m, const uint8_t *p, size_t len)
{
	if (m->count > WIRE_RECORDS)
		return -EBADMSG;
	for (size_t i = 0; i < m->count; i++) {
		size_t used = get_record(&m->records[i], p, len);

		if (used == 0)
			return -EBADMSG;
		p += used;
		len -= used;
	}
	return len == 0 ? 0 : -EBADMSG;
}

static int decode_body(struct wire_message *m, const uint8_t *p, size_t len)
{
	switch (m->type) {
	case WIRE_PING:
	case WIRE_ACK:
		return decode_entries(m, p, len);
	case WIRE_TABLE:
		if (len < 8 || !zero(p + 4, 4))
			return -EBADMSG;
		m->index = get_u32(p);
		return decode_entries(m, p + 8, len - 8);
	case WIRE_PROBE:
	case WIRE_PROBED:
		return m->count == 1 ? decode_ids(m, p, len) : -EBADMSG;
	case WIRE_WHO:
		return decode_ids(m, p, len);
	case WIRE_RECORDS_ARE:
		return decode_records(m, p, len);
	case WIRE_SYNC:
		if (len != 8 || m->count || !zero(p + 4, 4))
			return -EBADMSG;
		m->index = get_u32(p);
		return 0;
	case WIRE_CLAIM:
		if (len != 16 || m->count || !get_claim(&m->claim, p) ||
		    m->claim.number == 0)
			return -EBADMSG;
		return 0;
	case WIRE_VERDICT:
		if (len != 8 || m->count || p[0] > 1 || p[1] || !zero(p + 4, 4))
			return -EBADMSG;
		m->granted = p[0];
		m->hint = get_u16(p + 2);
		return 0;
	case WIRE_LEAVE:
		return len == 0 && m->count == 0 ? 0 : -EBADMSG;
	}
	return -EBADMSG;
}

int wire_decode(struct wire_message *ret, const uint8_t *data, size_t len)
{
	struct wire_message m;
	int r;

	if (len > WIRE_MAX)
		return -EMSGSIZE;
	if (len < WIRE_HEADER || memcmp(data, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	if (data[4] != WIRE_VERSION)
		return -EPROTONOSUPPORT;
	if (get_u16(data + 6) != len || !zero(data + 13, 3))
		return -EBADMSG;

	/* The large arrays are filled up to count only. */
	m.type = data[5];
	m.request = get_u32(data + 8);
	m.count = data[12];
	m.index = 0;
	m.granted = false;
	m.hint = 0;
	r = decode_body(&m, data + WIRE_HEADER, len - WIRE_HEADER);
	if (r < 0)
		return r;
	*ret = m;
	return 0;
}

static int encode_body(const struct wire_message *m, uint8_t *p)
{
	size_t len = 0;

	switch (m->type) {
	case WIRE_TABLE:
		put_u32(p, m->index);
		put_u32(p + 4, 0);
		p += 8;
		len = 8;
		__attribute__((fallthrough));
	case WIRE_PING:
	case WIRE_ACK:
		if (m->count > WIRE_ENTRIES)
			return -EINVAL;
		for (size_t i = 0; i < m->count; i++, p += WIRE_ENTRY)
			put_entry(p, &m->entries[i]);
		return (int)(len + m->count * WIRE_ENTRY);
	case WIRE_PROBE:
	case WIRE_PROBED:
	case WIRE_WHO:
		if (m->count == 0 || m->count > WIRE_IDS)
			return -EINVAL;
		memcpy(p, m->ids, m->count * NODE_ID_SIZE);
		return (int)(m->count * NODE_ID_SIZE);
	case WIRE_RECORDS_ARE:
		if (m->count > WIRE_RECORDS)
			return -EINVAL;
		for (size_t i = 0; i < m->count; i++)
			len += put_record(p + len, &m->records[i]);
		return (int)len;
	case WIRE_SYNC:
		put_u32(p, m->index);
		put_u32(p + 4, 0);
		return 8;
	case WIRE_CLAIM:
		put_claim(p, &m->claim);
		return 16;
	case WIRE_VERDICT:
		memset(p, 0, 8);
		p[0] = m->granted;
		put_u16(p + 2, m->hint);
		return 8;
	case WIRE_LEAVE:
		return 0;
	}
	return -EINVAL;
}

int wire_encode(const struct wire_message *m, uint8_t buf[WIRE_MAX])
{
	int len = encode_body(m, buf + WIRE_HEADER);

	if (len < 0)
		return len;
	len += WIRE_HEADER;
	memcpy(buf, magic, sizeof(magic));
	buf[4] = WIRE_VERSION;
	buf[5] = (uint8_t)m->type;
	put_u16(buf + 6, (uint16_t)len);
	put_u32(buf + 8, m->request);
	buf[12] = (uint8_t)m->count;
	memset(buf + 13, 0, 3);
	return len;
}
