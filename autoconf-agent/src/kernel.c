// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/tessera: the kernel's build id, the node table and links handed to it,
 * and its events.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel.h"
#include "kernel_notes.h"

#define DEVICE "/dev/tessera"
#define NOTES "/sys/kernel/notes"
#define EVENTS 32 /* read at once */

struct kernel {
	int fd;
	sd_event_source *source;
	void (*on_event)(const struct tessera_event *event, void *userdata);
	void *userdata;
	struct tessera_node *last; /* what the kernel has now */
	size_t n_last;
	uint16_t last_self;
};

_Static_assert(TESSERA_NODES_MAX >= NODES_MAX, "the kernel takes all nodes");
_Static_assert(TESSERA_NAME_SIZE > NODE_NAME_MAX, "the kernel takes any name");
_Static_assert(TESSERA_BUILD_ID_SIZE <= NODE_BUILD_SIZE, "a build id fits");

int kernel_open(struct kernel **ret)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	struct tessera_version version = { 0 };
	int r = 0;

	if (!kernel)
		return -ENOMEM;
	kernel->fd = open(DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (kernel->fd < 0 ||
	    ioctl(kernel->fd, TESSERA_IOC_VERSION, &version) < 0)
		r = -errno;
	else if (version.abi != TESSERA_ABI)
		r = -EPROTONOSUPPORT;
	if (r < 0) {
		kernel_close(kernel);
		return r;
	}
	*ret = kernel;
	return 0;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	sd_event_source_disable_unref(kernel->source);
	if (kernel->fd >= 0)
		close(kernel->fd);
	free(kernel->last);
	free(kernel);
}

int kernel_device(const struct kernel *kernel)
{
	return kernel->fd;
}

static int build_id_from_notes(uint8_t ret[NODE_BUILD_SIZE])
{
	char notes[4096];
	int fd = open(NOTES, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, notes, sizeof(notes));
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	return kernel_notes_build_id(notes, (size_t)n, ret);
}

int kernel_build_id(struct kernel *kernel, uint8_t ret[NODE_BUILD_SIZE])
{
	struct tessera_version version = { 0 };

	if (!kernel || ioctl(kernel->fd, TESSERA_IOC_VERSION, &version) < 0 ||
	    version.build_id_len == 0 ||
	    version.build_id_len > TESSERA_BUILD_ID_SIZE)
		return build_id_from_notes(ret);
	memset(ret, 0, NODE_BUILD_SIZE);
	memcpy(ret, version.build_id, version.build_id_len);
	return 0;
}

static uint16_t to_status(enum node_status status)
{
	switch (status) {
	case NODE_UP:
		return TESSERA_STATUS_UP;
	case NODE_SUSPECT:
		return TESSERA_STATUS_SUSPECT;
	case NODE_DOWN:
		return TESSERA_STATUS_DOWN;
	case NODE_JOINING:
	case NODE_LEFT:
		break;
	}
	return 0;
}

static void fill(struct tessera_node *to, const struct node *from)
{
	const struct node_load *load = &from->load;

	*to = (struct tessera_node){
		.number = from->claim.number,
		.status = to_status(from->status),
		.cpus = load->cpus,
		.util = load->util,
		.load = load->load,
		.speed = load->speed,
		.mem = (uint64_t)load->mem_mib << 20,
		.rmem = (uint64_t)load->free_mib << 20,
		.guests = load->guests,
		.pressure = load->pressure,
		.measured = (uint32_t)(from->heard / 1000),
	};
	memcpy(to->address, &from->address, sizeof(to->address));
	if (from->known)
		memcpy(to->name, from->info.name,
		       strnlen(from->info.name, NODE_NAME_MAX));
}

/* While two nodes claim one number, the kernel hears of the first alone: it
 * refuses a table with doubles. Returns how many entries there are. */
static size_t make_table(struct tessera_node *table,
			 const struct node *const *nodes, size_t count)
{
	uint8_t taken[(NODE_NUMBER_MAX + 8) / 8] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < count && n < NODES_MAX; i++) {
		uint16_t number = nodes[i]->claim.number;
		uint8_t bit = (uint8_t)(1u << (number % 8));

		if (!number || !to_status(nodes[i]->status) ||
		    (taken[number / 8] & bit))
			continue;
		taken[number / 8] |= bit;
		fill(&table[n++], nodes[i]);
	}
	return n;
}

int kernel_set_nodes(struct kernel *kernel, const struct node *const *nodes,
		     size_t count, uint16_t self)
{
	struct tessera_nodes request = { 0 };
	struct tessera_node *table;
	size_t n, size;

	table = calloc(count ? count : 1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	n = make_table(table, nodes, count);
	size = n * sizeof(*table);
	if (n == kernel->n_last && self == kernel->last_self &&
	    (n == 0 || memcmp(table, kernel->last, size) == 0)) {
		free(table);
		return 0;
	}
	request.count = (uint32_t)n;
	request.nodes = (uint64_t)(uintptr_t)table;
	for (size_t i = 0; i < n; i++)
		if (self && table[i].number == self)
			request.self = self;
	if (ioctl(kernel->fd, TESSERA_IOC_NODES, &request) < 0) {
		int r = -errno;

		free(table);
		return r;
	}
	free(kernel->last);
	kernel->last = table;
	kernel->n_last = n;
	kernel->last_self = self;
	return 0;
}

static int on_readable(sd_event_source *s, int fd, uint32_t revents,
		       void *userdata)
{
	struct tessera_event events[EVENTS];
	struct kernel *kernel = userdata;
	ssize_t n = read(fd, events, sizeof(events));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (size_t i = 0; i < (size_t)n / sizeof(*events); i++)
		kernel->on_event(&events[i], kernel->userdata);
	return 0;
}

int kernel_listen(struct kernel *kernel, sd_event *event,
		  void (*on_event)(const struct tessera_event *event,
				   void *userdata),
		  void *userdata)
{
	kernel->on_event = on_event;
	kernel->userdata = userdata;
	return sd_event_add_io(event, &kernel->source, kernel->fd, EPOLLIN,
			       on_readable, kernel);
}

int kernel_link(struct kernel *kernel, int fd, uint16_t node,
		enum tessera_link_role role)
{
	struct tessera_link_request request = {
		.fd = fd,
		.node = node,
		.role = (uint16_t)role,
	};

	return ioctl(kernel->fd, TESSERA_IOC_LINK, &request) < 0 ? -errno : 0;
}

void kernel_failed(struct kernel *kernel, uint16_t node, uint64_t id,
		   enum tessera_reason reason)
{
	struct tessera_failure failure = {
		.id = id,
		.node = node,
		.reason = (uint32_t)reason,
	};

	/* It has withdrawn the request, at worst. */
	(void)ioctl(kernel->fd, TESSERA_IOC_FAILED, &failure);
}
