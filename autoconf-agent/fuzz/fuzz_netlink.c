// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages about links, addresses and firewall tables.
 */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "firewall.h"
#include "netlink.h"
#include "netmon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const struct nlmsghdr *message)
{
	struct link_address address;
	struct link link;

	if (link_parse(message, &link) == 0) {
		if (!link.name[0] || strlen(link.name) >= IFNAMSIZ)
			abort();
		(void)netmon_link_counts(&link);
	}
	if (link_address_parse(message, &address) == 0)
		(void)netmon_address_counts(&address);
	(void)firewall_is_loss(message);
}

/* One byte says which message, the rest is its content. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = {
		RTM_NEWLINK,
		RTM_NEWADDR,
		NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE,
	};
	struct nlmsghdr *message;
	size_t len;

	if (size < 1 || size > 8192)
		return 0;
	len = size - 1;
	message = calloc(1, sizeof(*message) + len);
	if (!message)
		return 0;
	message->nlmsg_len = (uint32_t)(sizeof(*message) + len);
	message->nlmsg_type = types[data[0] % 3];
	memcpy(message + 1, data + 1, len);
	parse(message);
	free(message);
	return 0;
}
