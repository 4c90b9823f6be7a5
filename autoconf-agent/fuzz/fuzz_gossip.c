// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A member that sends anything at all, again and again: the membership machine
 * stays within its bounds and never shows a number twice.
 */
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void send_nowhere(void *userdata, const struct node *to,
			 const void *data, size_t len)
{
	(void)userdata, (void)to, (void)data;
	if (len > WIRE_MAX)
		abort();
}

static void changed(void *userdata, const struct node *node,
		    enum node_status old, bool gone)
{
	(void)userdata, (void)node, (void)old, (void)gone;
}

static void introduced(void *userdata, struct node *node,
		       const struct sockaddr_in6 *endpoints, size_t count)
{
	(void)userdata, (void)node, (void)endpoints;
	if (count > NODE_ENDPOINTS)
		abort();
}

static size_t endpoints(void *userdata, const struct node *node,
			struct sockaddr_in6 ret[NODE_ENDPOINTS])
{
	(void)userdata, (void)node, (void)ret;
	return 0;
}

static uint32_t number(void *userdata)
{
	static uint32_t n = 1;

	(void)userdata;
	return n = n * 1664525 + 1013904223;
}

static void check(struct members *m)
{
	struct node *const *list;
	size_t count = members_list(m, &list);

	if (count > NODES_MAX)
		abort();
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (members_number(m, list[i]) &&
			    members_number(m, list[i]) ==
				    members_number(m, list[j]))
				abort();
}

/* The input is a row of messages: two bytes of length, one of time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct members_io io = { send_nowhere, changed, introduced,
					      endpoints,    number,  NULL };
	const uint8_t key[CLUSTER_KEY_SIZE] = { 7 };
	static struct cluster cluster;
	struct identity self = { .incarnation = 1 };
	struct node_info info = { .key = { 1 },
				  .name = "peer",
				  .version = "1",
				  .role = NODE_ROLE_DRONE };
	struct members *m;
	struct node_id from;
	int64_t now = 1000;

	cluster_from_key(&cluster, key);
	self.id.bytes[0] = 9;
	if (members_new(&m, &cluster, &self, &io, now, 1000) < 0)
		return 0;
	members_start(m, now);
	from = members_introduce(m, now, &info)->id;
	while (size >= 3) {
		size_t len = data[0] | (size_t)data[1] << 8;

		now += data[2] * 20;
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (!members_find(m, &from)) /* it was forgotten */
			break;
		members_receive(m, now, &from, data, len);
		members_tick(m, now, 1000);
		check(m);
		data += len;
		size -= len;
	}
	members_free(m);
	return 0;
}
