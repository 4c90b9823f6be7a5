// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How busy this node is. Runs once a second for ever, so it keeps its files
 * open, reads them into one buffer and does no floating point.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "balance.h"
#include "load.h"

/* /proc/stat grows with CPUs and interrupts; more than this is not read. */
#define BUFFER_START 4096
#define BUFFER_MAX (1 << 20)

#define DECAY_MS 5000	/* the run queue's memory */
#define SHORTEST_MS 100 /* shares over less than this say nothing */
#define CPUS_EVERY 60	/* measures between two looks at the CPUs */

struct load {
	int stat_fd, meminfo_fd;
	int pressure_fd; /* -1: the kernel does not measure it */
	char *buffer;
	size_t size;
	unsigned int measures;
	uint16_t cpus;
	bool started;
	int64_t last; /* ms of the last shares */
	uint64_t busy, total;
	uint16_t util;
	uint32_t running; /* in the last measure, without guests and the agent */
	struct balance_looks looks; /* at the same */
	int64_t decay;		    /* ms of its past that are in the next: */
	int64_t smooth; /* CPUs that processes want that are no guests, millionths */
};

static int open_below(const char *root, const char *path)
{
	char full[4096];
	int n = snprintf(full, sizeof(full), "%s%s", root, path);

	if (n < 0 || (size_t)n >= sizeof(full))
		return -ENAMETOOLONG;
	n = open(full, O_RDONLY | O_CLOEXEC);
	return n < 0 ? -errno : n;
}

int load_new(struct load **ret, const char *root)
{
	struct load *load = calloc(1, sizeof(*load));
	int r;

	if (!load)
		return -ENOMEM;
	load->meminfo_fd = load->pressure_fd = -1;
	load->decay = DECAY_MS;
	load->stat_fd = r = open_below(root, "/proc/stat");
	if (r >= 0)
		load->meminfo_fd = r = open_below(root, "/proc/meminfo");
	if (r >= 0) {
		load->pressure_fd = open_below(root, "/proc/pressure/memory");
		load->size = BUFFER_START;
		load->buffer = malloc(load->size);
		r = load->buffer ? 0 : -ENOMEM;
	}
	if (r < 0) {
		load_free(load);
		return r;
	}
	*ret = load;
	return 0;
}

void load_free(struct load *load)
{
	if (!load)
		return;
	if (load->stat_fd >= 0)
		close(load->stat_fd);
	if (load->meminfo_fd >= 0)
		close(load->meminfo_fd);
	if (load->pressure_fd >= 0)
		close(load->pressure_fd);
	free(load->buffer);
	free(load);
}

/* /proc makes these texts in one piece, so what leaves room in the buffer is all
 * of it; a larger buffer means reading from the start again. Returns its length. */
static ssize_t read_whole(struct load *load, int fd)
{
	for (;;) {
		ssize_t n = pread(fd, load->buffer, load->size, 0);
		char *larger;

		if (n < 0)
			return -errno;
		if ((size_t)n < load->size)
			return n;
		if (load->size >= BUFFER_MAX)
			return -EFBIG;
		larger = realloc(load->buffer, load->size * 2);
		if (!larger)
			return -ENOMEM;
		load->buffer = larger;
		load->size *= 2;
	}
}

/* The number at *text, which then points behind it. */
static int take_number(const char **text, const char *end, uint64_t *ret)
{
	const char *p = *text;
	uint64_t value = 0;

	while (p < end && *p == ' ')
		p++;
	if (p == end || *p < '0' || *p > '9')
		return -EINVAL;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return -EINVAL;
	if (p < end && *p != ' ' && *p != '\n')
		return -EINVAL;
	*text = p;
	*ret = value;
	return 0;
}

/* What follows word at the start of a line, or NULL. */
static const char *find_line(const char *text, size_t len, const char *word)
{
	const char *end = text + len;
	size_t n = strlen(word);

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if ((size_t)(end - text) >= n && memcmp(text, word, n) == 0)
			return text + n;
		if (!eol)
			break;
		text = eol + 1;
	}
	return NULL;
}

int load_parse_stat(const char *text, size_t len, uint64_t *ret_busy,
		    uint64_t *ret_total, uint32_t *ret_running)
{
	enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, TIMES };
	const char *end = text + len, *p = find_line(text, len, "cpu ");
	uint64_t total = 0, idle = 0, running, value;

	if (!p)
		return -EINVAL;
	for (int i = USER; i < TIMES; i++) {
		if (take_number(&p, end, &value) < 0)
			return -EINVAL;
		/* Time stolen by a hypervisor is lost to others too: busy. */
		if (__builtin_add_overflow(total, value, &total))
			return -EINVAL;
		if (i == IDLE || i == IOWAIT)
			idle += value; /* not more than total */
	}
	p = find_line(text, len, "procs_running ");
	if (!p || take_number(&p, end, &running) < 0 || running > UINT32_MAX)
		return -EINVAL;
	*ret_busy = total - idle;
	*ret_total = total;
	*ret_running = (uint32_t)running;
	return 0;
}

int load_parse_meminfo(const char *text, size_t len, uint64_t *ret_total_kib,
		       uint64_t *ret_available_kib)
{
	const char *total = find_line(text, len, "MemTotal:");
	const char *available = find_line(text, len, "MemAvailable:");
	uint64_t total_kib, available_kib;

	if (!total || !available ||
	    take_number(&total, text + len, &total_kib) < 0 ||
	    take_number(&available, text + len, &available_kib) < 0 ||
	    available_kib > total_kib)
		return -EINVAL;
	*ret_total_kib = total_kib;
	*ret_available_kib = available_kib;
	return 0;
}

int load_parse_pressure(const char *text, size_t len, uint16_t *ret)
{
	const char *p = find_line(text, len, "some avg10="), *end = text + len;
	unsigned int value = 0, decimals = 0;

	if (!p || p == end || *p < '0' || *p > '9')
		return -EINVAL;
	/* "12.34" per cent; the last digit is not needed. */
	for (; p < end && *p >= '0' && *p <= '9' && value <= 1000; p++)
		value = value * 10 + (unsigned int)(*p - '0');
	if (p < end && *p == '.' && p + 1 < end && p[1] >= '0' && p[1] <= '9')
		decimals = (unsigned int)(p[1] - '0');
	value = value * 10 + decimals;
	if (value > 1000)
		return -EINVAL;
	*ret = (uint16_t)value;
	return 0;
}

static uint32_t to_mib(uint64_t kib)
{
	return kib / 1024 > UINT32_MAX ? UINT32_MAX : (uint32_t)(kib / 1024);
}

/* Exponential smoothing by the time that passed, so that a late measure counts
 * for as long as it stood. */
static void smooth(struct load *load, int64_t passed, uint32_t wanted)
{
	int64_t sample = (int64_t)wanted * 10000;

	load->smooth +=
		(sample - load->smooth) * passed / (load->decay + passed);
}

/* What our own want, hundredths. Never less than what was used and not by guests. */
static uint32_t wanted(struct load *load, uint32_t guests_used)
{
	uint32_t running = load->running > 10000 ? 10000 : load->running;
	uint32_t seen = balance_look(&load->looks, running) * 100;
	uint32_t used = (uint32_t)load->util * load->cpus / 10;
	uint32_t wants;

	used -= used < guests_used ? used : guests_used;
	wants = balance_wanted(seen, used, load->cpus, BALANCE_OWN_SHARE);
	return wants > used ? wants : used;
}

static void count(struct load *load, int64_t now, uint64_t busy, uint64_t total,
		  uint32_t guests_used)
{
	int64_t passed = now - load->last;

	if (!load->started)
		passed = load->decay;
	else if (passed < SHORTEST_MS)
		return;
	/* The kernel's times may step back a little; the share then stays. */
	if (total > load->total && busy >= load->busy &&
	    busy - load->busy <= total - load->total)
		load->util = (uint16_t)((busy - load->busy) * 1000 /
					(total - load->total));
	load->started = true;
	smooth(load, passed > 60000 ? 60000 : passed,
	       wanted(load, guests_used));
	load->busy = busy;
	load->total = total;
	load->last = now;
}

static void count_cpus(struct load *load)
{
	long n;

	if (load->measures++ % CPUS_EVERY != 0)
		return;
	n = sysconf(_SC_NPROCESSORS_ONLN);
	load->cpus = n < 1 ? 1 : n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

/* 0 where the kernel does not tell. */
static uint16_t measure_pressure(struct load *load)
{
	uint16_t pressure = 0;
	ssize_t n;

	if (load->pressure_fd < 0)
		return 0;
	n = read_whole(load, load->pressure_fd);
	if (n > 0)
		(void)load_parse_pressure(load->buffer, (size_t)n, &pressure);
	return pressure;
}

uint32_t load_running(const struct load *load)
{
	return load->running;
}

void load_set_decay(struct load *load, int64_t ms)
{
	load->decay = ms > 0 ? ms : DECAY_MS;
}

int load_measure(struct load *load, int64_t now,
		 const struct guests_measure *guests, struct node_load *ret)
{
	static const struct guests_measure none;
	uint64_t busy, total, mem, available;
	uint32_t running;
	ssize_t n = read_whole(load, load->stat_fd);
	int r;

	if (n < 0)
		return (int)n;
	r = load_parse_stat(load->buffer, (size_t)n, &busy, &total, &running);
	if (r < 0)
		return r;
	n = read_whole(load, load->meminfo_fd);
	if (n < 0)
		return (int)n;
	r = load_parse_meminfo(load->buffer, (size_t)n, &mem, &available);
	if (r < 0)
		return r;

	if (!guests)
		guests = &none;
	running -= running < guests->running ? running : guests->running;
	/* The agent is running while it looks. */
	load->running = running > 0 ? running - 1 : 0;
	count_cpus(load);
	count(load, now, busy, total, guests->used);
	ret->cpus = load->cpus;
	ret->util = load->util;
	/* Rounded: it comes near to what is wanted and never quite there. */
	ret->load = (uint32_t)((load->smooth + 5000) / 10000) + guests->load;
	ret->guests = guests->count;
	ret->guest_load = guests->load;
	ret->pressure = measure_pressure(load);
	ret->mem_mib = to_mib(mem);
	ret->free_mib = to_mib(available);
	return 0;
}
