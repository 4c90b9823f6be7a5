// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "proc.h"

static bool is_in(const struct rules_range *ranges, size_t n, uint16_t node)
{
	for (size_t i = 0; i < n; i++)
		if (node >= ranges[i].first && node <= ranges[i].last)
			return true;
	return false;
}

bool rules_allow(const struct rules *rules, uint16_t node)
{
	if (rules->home || rules->stay)
		return false;
	if (is_in(rules->denied, rules->n_denied, node))
		return false;
	return rules->n_ranges == 0 ||
	       is_in(rules->ranges, rules->n_ranges, node);
}

bool rules_choose(const struct rules *rules)
{
	return rules->n_ranges || rules->n_denied;
}

const char *rules_keep_home(const struct rules *rules)
{
	if (rules->home)
		return "its rules say home";
	if (rules->stay)
		return "its rules say stay";
	return rules->kind == RULES_KIND_IO ? "its rules say io" : NULL;
}

/* A node's number; *text is moved behind it. */
static int number(uint16_t *ret, const char **text)
{
	unsigned long value;
	char *end;

	if (**text < '0' || **text > '9')
		return -EINVAL;
	value = strtoul(*text, &end, 10);
	if (value < 1 || value > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)value;
	*text = end;
	return 0;
}

static int add_range(struct rules_range *ranges, size_t *n, const char *text)
{
	struct rules_range range;
	int r = number(&range.first, &text);

	if (r < 0)
		return r;
	range.last = range.first;
	if (*text == '-') {
		text++;
		r = number(&range.last, &text);
	}
	if (r < 0 || *text || range.last < range.first)
		return -EINVAL;
	if (*n == RULES_RANGES)
		return -E2BIG;
	ranges[(*n)++] = range;
	return 0;
}

int rules_add_range(struct rules *rules, const char *text)
{
	return add_range(rules->ranges, &rules->n_ranges, text);
}

int rules_deny_range(struct rules *rules, const char *text)
{
	return add_range(rules->denied, &rules->n_denied, text);
}

int rules_level_parse(unsigned int *ret, const char *text)
{
	static const char prefix[] = "x86-64-";

	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		text += sizeof(prefix) - 1;
	if (text[0] != 'v' || text[1] < '1' || text[1] > '0' + RULES_LEVELS ||
	    text[2])
		return -EINVAL;
	*ret = (unsigned int)(text[1] - '0');
	return 0;
}

static int add_list(struct rules *rules, char *list,
		    int (*add)(struct rules *rules, const char *text))
{
	char *item;
	int r = 0;

	while (r == 0 && (item = strsep(&list, ",")))
		r = add(rules, item);
	return r;
}

static int add_word(struct rules *rules, char *word)
{
	if (strcmp(word, "home") == 0)
		rules->home = true;
	else if (strcmp(word, "stay") == 0)
		rules->stay = true;
	else if (strcmp(word, "cpu") == 0)
		rules->kind = RULES_KIND_CPU;
	else if (strcmp(word, "io") == 0)
		rules->kind = RULES_KIND_IO;
	else if (strncmp(word, "on=", 3) == 0)
		return add_list(rules, word + 3, rules_add_range);
	else if (strncmp(word, "not-on=", 7) == 0)
		return add_list(rules, word + 7, rules_deny_range);
	else if (strncmp(word, "level=", 6) == 0)
		return rules_level_parse(&rules->level, word + 6);
	return 0;
}

int rules_parse(struct rules *ret, const char *value)
{
	struct rules rules = { 0 };
	char text[RULES_TEXT], *rest = text, *word;
	size_t len = strlen(value);

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, value, len + 1);
	while ((word = strsep(&rest, " ")))
		if (add_word(&rules, word) < 0)
			return -EINVAL;
	*ret = rules;
	return 0;
}

static const char *const kind_words[] = {
	[RULES_KIND_UNKNOWN] = NULL,
	[RULES_KIND_CPU] = "cpu",
	[RULES_KIND_IO] = "io",
};

static void put_ranges(FILE *f, const char *word,
		       const struct rules_range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct rules_range *range = &ranges[i];

		fprintf(f, "%s%u", i ? "," : word, range->first);
		if (range->last != range->first)
			fprintf(f, "-%u", range->last);
	}
}

int rules_format(char ret[RULES_TEXT], const struct rules *rules)
{
	char text[RULES_TEXT + 1] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	int r;

	if (!f)
		return -ENOMEM;
	setvbuf(f, NULL, _IONBF, 0);
	if (rules->home)
		fputs(" home", f);
	if (rules->stay)
		fputs(" stay", f);
	put_ranges(f, " on=", rules->ranges, rules->n_ranges);
	put_ranges(f, " not-on=", rules->denied, rules->n_denied);
	if (kind_words[rules->kind])
		fprintf(f, " %s", kind_words[rules->kind]);
	if (rules->level)
		fprintf(f, " level=v%u", rules->level);
	r = ferror(f) ? -E2BIG : 0;
	fclose(f);
	if (r == 0)
		memcpy(ret, *text ? text + 1 : text, RULES_TEXT);
	return r;
}

int rules_find(struct rules *ret, const char *entries, size_t len)
{
	static const char name[] = RULES_VARIABLE "=";

	while (len > 0) {
		size_t entry = strnlen(entries, len);

		if (entry == len)
			break; /* cut: who knows what it says */
		if (strncmp(entries, name, sizeof(name) - 1) == 0)
			return rules_parse(ret, entries + sizeof(name) - 1);
		entries += entry + 1;
		len -= entry + 1;
	}
	return -ENOENT;
}

#define PIECE (256u << 10) /* an entry is shorter: the kernel takes 128 KiB */
#define ENVIRON_MAX (4u << 20) /* what is behind it is not looked at */

/* Looks in a piece after the other; *ret_len is what there was. */
static int find_in(struct rules *ret, int fd, char *text, size_t *ret_len)
{
	size_t len = 0, total = 0;
	int r = -ENOENT;

	while (r == -ENOENT && total < ENVIRON_MAX && len < PIECE) {
		ssize_t n = read(fd, text + len, PIECE - len);
		size_t used = 0;

		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		total += (size_t)n;
		len += (size_t)n;
		r = rules_find(ret, text, len);
		/* The last entry may go on in the next piece. */
		for (size_t i = len; i && !used; i--)
			used = text[i - 1] ? 0 : i;
		len -= used;
		memmove(text, text + used, len);
	}
	*ret_len = total;
	return r;
}

/* Its new memory is not complete yet: the 51st field of its stat, the end of the
 * environment, comes last. */
static bool is_in_exec(pid_t pid)
{
	char text[1024], *field;

	if (proc_read(text, sizeof(text), "%d/stat", pid) < 0)
		return true;
	field = strrchr(text, ')');
	for (int i = 2; field && i < 51; i++)
		field = strchr(field + 1, ' ');
	return !field || strtoull(field, NULL, 10) == 0;
}

int rules_read(struct rules *ret, pid_t pid)
{
	cleanup_free char *text = malloc(PIECE);
	cleanup_close int fd = -1;
	size_t len;
	int r;

	if (!text)
		return -ENOMEM;
	fd = proc_open("%d/environ", pid);
	if (fd < 0)
		return fd;
	r = find_in(ret, fd, text, &len);
	return r == -ENOENT && !len && is_in_exec(pid) ? -EAGAIN : r;
}

void rules_override(struct rules *rules, const struct rules *given, bool placed)
{
	if (placed || given->home || given->stay || rules_choose(given)) {
		rules->home = given->home;
		rules->stay = given->stay;
	}
	if (given->home || given->n_ranges) {
		rules->n_ranges = given->n_ranges;
		memcpy(rules->ranges, given->ranges, sizeof(rules->ranges));
	}
	/* A new list of nodes is the whole list. */
	if (given->home || rules_choose(given)) {
		rules->n_denied = given->n_denied;
		memcpy(rules->denied, given->denied, sizeof(rules->denied));
	}
	if (given->kind)
		rules->kind = given->kind;
	if (given->level)
		rules->level = given->level;
}

#define ABOVE_3                                     \
	"-AVX512F,-AVX512CD,-AVX512BW,-AVX512DQ,"   \
	"-AVX512VL,-AVX512ER,-AVX512PF,-RTM,-FMA4," \
	"-XSAVEC"
#define ABOVE_2 ABOVE_3 ",-AVX,-AVX2,-BMI1,-BMI2,-FMA,-LZCNT,-MOVBE"
#define ABOVE_1 ABOVE_2 ",-SSSE3,-SSE4_1,-SSE4_2,-POPCNT"

const char *rules_tunable(unsigned int level)
{
	switch (level) {
	case 1:
		return "glibc.cpu.hwcaps=" ABOVE_1;
	case 2:
		return "glibc.cpu.hwcaps=" ABOVE_2;
	case 3:
		return "glibc.cpu.hwcaps=" ABOVE_3;
	case 4:
		return "glibc.cpu.hwcaps=-RTM,-FMA4,-AVX512ER,-AVX512PF";
	default:
		return NULL;
	}
}
