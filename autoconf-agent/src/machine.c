// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which PC this is: told by its network hardware, so that a node that comes
 * back after a power loss is recognised and takes over its former number.
 */
#include "machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NET "/sys/class/net"
#define ADDRESS_TEXT 17 /* 52:54:00:00:00:01 */

/* The text of a hardware NIC's address; false for virtual ones. */
static bool nic_address(const char *name, char ret[ADDRESS_TEXT + 1])
{
	char path[sizeof(NET) + 256 + 16];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), NET "/%.256s/device", name);
	if (access(path, F_OK) < 0)
		return false;
	snprintf(path, sizeof(path), NET "/%.256s/address", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, ret, ADDRESS_TEXT);
	close(fd);
	ret[ADDRESS_TEXT] = 0;
	return len == ADDRESS_TEXT && strcmp(ret, "00:00:00:00:00:00") != 0;
}

void machine_id(uint8_t ret[NODE_MACHINE_SIZE])
{
	static const uint8_t context[] = "tessera machine v1";
	char smallest[ADDRESS_TEXT + 1] = "", text[ADDRESS_TEXT + 1];
	uint8_t hash[crypto_generichash_BYTES];
	DIR *dir = opendir(NET);
	struct dirent *entry;

	memset(ret, 0, NODE_MACHINE_SIZE);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    nic_address(entry->d_name, text) &&
		    (!smallest[0] || strcmp(text, smallest) < 0))
			memcpy(smallest, text, sizeof(smallest));
	if (dir)
		closedir(dir);
	if (!smallest[0])
		return;
	crypto_generichash(hash, sizeof(hash), (const uint8_t *)smallest,
			   ADDRESS_TEXT, context, sizeof(context) - 1);
	memcpy(ret, hash, NODE_MACHINE_SIZE);
}
