// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encoding and proving mDNS TXT records. The MAC covers all other strings in
 * sorted order, because mDNS software may reorder them.
 */
#include "announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define VERSION "1"
#define MAC_TEXT 25 /* base64 of ANNOUNCE_MAC_SIZE, with the final zero */

struct text {
	const uint8_t *data;
	size_t len;
};

struct writer {
	uint8_t *buf;
	size_t len;
	bool full;
};

static int compare(const void *a, const void *b)
{
	const struct text *x = a, *y = b;
	int r = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);

	return r ? r : (x->len > y->len) - (x->len < y->len);
}

/* Splits TXT data; SIZE_MAX when it is no sequence of strings. */
static size_t split(const uint8_t *data, size_t len,
		    struct text ret[ANNOUNCE_STRINGS])
{
	size_t count = 0;

	while (len) {
		size_t n = data[0];

		if (n + 1 > len || count == ANNOUNCE_STRINGS)
			return SIZE_MAX;
		if (n)
			ret[count++] = (struct text){ data + 1, n };
		data += n + 1;
		len -= n + 1;
	}
	return count;
}

static void mac_of(const struct text *strings, size_t count,
		   const struct cluster *cluster,
		   uint8_t ret[ANNOUNCE_MAC_SIZE])
{
	struct text sorted[ANNOUNCE_STRINGS];
	uint8_t data[ANNOUNCE_MAX];
	size_t len = 0;

	memcpy(sorted, strings, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 0; i < count; i++) {
		data[len++] = (uint8_t)sorted[i].len;
		memcpy(data + len, sorted[i].data, sorted[i].len);
		len += sorted[i].len;
	}
	cluster_mac(cluster, data, len, ret);
}

static void put(struct writer *w, const char *key, const char *value)
{
	size_t len = strlen(key) + 1 + strlen(value);

	if (len > 255 || w->len + len + 2 > ANNOUNCE_MAX) {
		w->full = true;
		return;
	}
	w->buf[w->len] = (uint8_t)len;
	/* The final zero is overwritten by the next string. */
	snprintf((char *)w->buf + w->len + 1, len + 1, "%s=%s", key, value);
	w->len += len + 1;
}

static void put_hex(struct writer *w, const char *key, const uint8_t *data,
		    size_t len)
{
	char text[2 * NODE_KEY_SIZE + 1];

	sodium_bin2hex(text, sizeof(text), data, len);
	put(w, key, text);
}

static void put_address(struct writer *w, const struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(address))
		inet_ntop(AF_INET, &address->s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, address, text, sizeof(text));
	put(w, "a", text);
}

int announce_encode(uint8_t ret[ANNOUNCE_MAX], const struct announce *a,
		    const struct cluster *cluster)
{
	struct writer w = { .buf = ret };
	struct text strings[ANNOUNCE_STRINGS];
	uint8_t mac[ANNOUNCE_MAC_SIZE];
	char text[64];
	size_t count;

	put(&w, "v", VERSION);
	put(&w, "n", a->info.name);
	put(&w, "r", node_role_name(a->info.role));
	put(&w, "s", a->info.version);
	if (cluster) {
		put_hex(&w, "i", cluster->id, CLUSTER_ID_SIZE);
		put_hex(&w, "k", a->info.key, NODE_KEY_SIZE);
		put_hex(&w, "b", a->info.build, NODE_BUILD_SIZE);
		put_hex(&w, "m", a->info.machine, NODE_MACHINE_SIZE);
		snprintf(text, sizeof(text), "%u", a->port);
		put(&w, "p", text);
		for (size_t i = 0; i < a->n_addresses; i++)
			put_address(&w, &a->addresses[i]);
		count = split(ret, w.len, strings);
		if (w.full || count >= ANNOUNCE_STRINGS)
			return -EINVAL;
		mac_of(strings, count, cluster, mac);
		sodium_bin2base64(text, MAC_TEXT, mac, sizeof(mac),
				  sodium_base64_VARIANT_ORIGINAL);
		put(&w, "c", text);
	}
	return w.full ? -EINVAL : (int)w.len;
}

static bool get_text(char *ret, size_t size, const struct text *value)
{
	if (value->len >= size ||
	    !wire_text_ok((const char *)value->data, value->len))
		return false;
	memcpy(ret, value->data, value->len);
	ret[value->len] = 0;
	return true;
}

static bool get_name(char ret[NODE_NAME_MAX + 1], const struct text *value)
{
	return wire_name_ok((const char *)value->data, value->len) &&
	       get_text(ret, NODE_NAME_MAX + 1, value);
}

static bool get_hex(uint8_t *ret, size_t size, const struct text *value)
{
	size_t got;

	return sodium_hex2bin(ret, size, (const char *)value->data, value->len,
			      NULL, &got, NULL) == 0 &&
	       got == size && value->len == 2 * size;
}

static bool get_port(uint16_t *ret, const struct text *value)
{
	unsigned long port = 0;

	if (value->len == 0 || value->len > 5)
		return false;
	for (size_t i = 0; i < value->len; i++) {
		if (value->data[i] < '0' || value->data[i] > '9')
			return false;
		port = port * 10 + (value->data[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return false;
	*ret = (uint16_t)port;
	return true;
}

static bool get_address(struct announce *a, const struct text *value)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr *to = &a->addresses[a->n_addresses];

	if (a->n_addresses == NODE_ENDPOINTS ||
	    !get_text(text, sizeof(text), value))
		return false;
	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &to->s6_addr[12]) == 1)
		memset(&to->s6_addr[10], 0xff, 2);
	else if (inet_pton(AF_INET6, text, to) != 1)
		return false;
	/* An endpoint is one host's address. */
	if (IN6_IS_ADDR_UNSPECIFIED(to) || IN6_IS_ADDR_LOOPBACK(to) ||
	    IN6_IS_ADDR_MULTICAST(to))
		return false;
	a->n_addresses++;
	return true;
}

static bool get_role(enum node_role *ret, const struct text *value)
{
	char text[8];

	if (!get_text(text, sizeof(text), value))
		return false;
	if (strcmp(text, node_role_name(NODE_ROLE_FULL)) == 0)
		*ret = NODE_ROLE_FULL;
	else if (strcmp(text, node_role_name(NODE_ROLE_DRONE)) == 0)
		*ret = NODE_ROLE_DRONE;
	else
		return false;
	return true;
}

/* One proved string. Unknown keys are for later versions and pass. */
static bool get(struct announce *a, const struct text *string,
		uint32_t *ret_seen)
{
	struct text value = { string->data + 2, string->len - 2 };
	uint32_t bit;

	if (string->len < 2 || string->data[1] != '=')
		return true;
	if (string->data[0] < 'a' || string->data[0] > 'z')
		return true;
	bit = 1u << (string->data[0] - 'a');
	if (*ret_seen & bit && string->data[0] != 'a')
		return false; /* twice */
	*ret_seen |= bit;

	switch (string->data[0]) {
	case 'a':
		return get_address(a, &value);
	case 'b':
		return get_hex(a->info.build, NODE_BUILD_SIZE, &value);
	case 'k':
		return get_hex(a->info.key, NODE_KEY_SIZE, &value);
	case 'm':
		return get_hex(a->info.machine, NODE_MACHINE_SIZE, &value);
	case 'n':
		return get_name(a->info.name, &value);
	case 'p':
		return get_port(&a->port, &value);
	case 'r':
		return get_role(&a->info.role, &value);
	case 's':
		return get_text(a->info.version, sizeof(a->info.version),
				&value);
	case 'v':
		return value.len == 1 && value.data[0] == VERSION[0];
	default:
		return true;
	}
}

static const struct text *find(const struct text *strings, size_t count,
			       char key)
{
	for (size_t i = 0; i < count; i++)
		if (strings[i].len >= 2 && strings[i].data[0] == key &&
		    strings[i].data[1] == '=')
			return &strings[i];
	return NULL;
}

/* Takes the MAC out of the strings and compares it. */
static bool proved(struct text *strings, size_t *count,
		   const struct text *mac_text, const struct cluster *cluster)
{
	uint8_t theirs[ANNOUNCE_MAC_SIZE], ours[ANNOUNCE_MAC_SIZE];
	size_t got;

	if (sodium_base642bin(theirs, sizeof(theirs),
			      (const char *)mac_text->data + 2,
			      mac_text->len - 2, NULL, &got, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    got != sizeof(theirs))
		return false;
	*count -= 1;
	memmove(strings + (mac_text - strings), mac_text + 1,
		(size_t)(strings + *count - mac_text) * sizeof(*strings));
	mac_of(strings, *count, cluster, ours);
	return sodium_memcmp(theirs, ours, sizeof(ours)) == 0;
}

static bool same_cluster(const struct text *id, const struct cluster *cluster)
{
	uint8_t theirs[CLUSTER_ID_SIZE];
	struct text value = { id->data + 2, id->len - 2 };

	return cluster && get_hex(theirs, sizeof(theirs), &value) &&
	       memcmp(theirs, cluster->id, CLUSTER_ID_SIZE) == 0;
}

enum announce_verdict announce_decode(struct announce *ret, const uint8_t *data,
				      size_t len, const struct cluster *cluster)
{
	const uint32_t needed = 1u << ('b' - 'a') | 1u << ('k' - 'a') |
				1u << ('m' - 'a') | 1u << ('n' - 'a') |
				1u << ('p' - 'a') | 1u << ('r' - 'a') |
				1u << ('s' - 'a') | 1u << ('v' - 'a');
	struct text strings[ANNOUNCE_STRINGS];
	const struct text *name, *id, *mac;
	struct announce a = { 0 };
	uint32_t seen = 0;
	size_t count;

	if (len > ANNOUNCE_MAX)
		return ANNOUNCE_OVERSIZED;
	count = split(data, len, strings);
	if (count == SIZE_MAX)
		return ANNOUNCE_MALFORMED;
	name = find(strings, count, 'n');
	if (name) {
		struct text value = { name->data + 2, name->len - 2 };

		if (!get_name(ret->info.name, &value))
			return ANNOUNCE_MALFORMED;
	}
	id = find(strings, count, 'i');
	mac = find(strings, count, 'c');
	if (!id || !mac)
		return name && !id && !mac ? ANNOUNCE_KEYLESS :
					     ANNOUNCE_MALFORMED;
	if (!same_cluster(id, cluster))
		return ANNOUNCE_FOREIGN;
	if (!proved(strings, &count, mac, cluster))
		return ANNOUNCE_FORGED;
	for (size_t i = 0; i < count; i++)
		if (!get(&a, &strings[i], &seen))
			return ANNOUNCE_MALFORMED;
	if ((seen & needed) != needed)
		return ANNOUNCE_MALFORMED;
	*ret = a;
	return ANNOUNCE_OK;
}
