// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "key.h"

#define GUESTS_MOST 1024
#define SHARE_DEFAULT 50

const struct conf conf_defaults = {
	.balance = true,
	.guests = CONF_GUESTS_AUTO,
	.owner_first = false,
	.share = SHARE_DEFAULT,
};

struct word {
	const char *text;
	size_t len;
};

static bool is(const struct word *w, const char *text)
{
	return w->len == strlen(text) && memcmp(w->text, text, w->len) == 0;
}

static struct word trim(const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return (struct word){ text, len };
}

static int to_bool(const struct word *w, bool *ret)
{
	if (is(w, "on") || is(w, "yes"))
		*ret = true;
	else if (is(w, "off") || is(w, "no"))
		*ret = false;
	else
		return -EINVAL;
	return 0;
}

static int to_number(const struct word *w, uint32_t most, uint32_t *ret)
{
	uint32_t n = 0;

	if (!w->len)
		return -EINVAL;
	for (size_t i = 0; i < w->len; i++) {
		if (!isdigit((unsigned char)w->text[i]))
			return -EINVAL;
		n = n * 10 + (uint32_t)(w->text[i] - '0');
		if (n > most)
			return -EINVAL;
	}
	*ret = n;
	return 0;
}

static int to_guests(const struct word *w, int32_t *ret)
{
	uint32_t n;

	if (is(w, "auto")) {
		*ret = CONF_GUESTS_AUTO;
		return 0;
	}
	if (to_number(w, GUESTS_MOST, &n) < 0)
		return -EINVAL;
	*ret = (int32_t)n;
	return 0;
}

static int to_share(const struct word *w, uint32_t *ret)
{
	uint32_t n;

	if (to_number(w, NODE_SHARE_MOST, &n) < 0 || !n)
		return -EINVAL;
	*ret = n;
	return 0;
}

static int take_line(struct conf *conf, const char *text, size_t len)
{
	const char *hash = memchr(text, '#', len), *equals;
	struct word line = trim(text, hash ? (size_t)(hash - text) : len);
	struct word name, value;

	if (!line.len)
		return 0;
	equals = memchr(line.text, '=', line.len);
	if (!equals)
		return -EINVAL;
	name = trim(line.text, (size_t)(equals - line.text));
	value = trim(equals + 1, line.len - (size_t)(equals + 1 - line.text));
	if (is(&name, "balance"))
		return to_bool(&value, &conf->balance);
	if (is(&name, "guests"))
		return to_guests(&value, &conf->guests);
	if (is(&name, "guest-share"))
		return to_share(&value, &conf->share);
	if (is(&name, "owner-first"))
		return to_bool(&value, &conf->owner_first);
	return -EINVAL;
}

int conf_parse(struct conf *ret, const char *text, size_t len,
	       unsigned int *ret_line)
{
	struct conf conf = conf_defaults;
	unsigned int number = 0;

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		number++;
		if (take_line(&conf, text, line) < 0) {
			*ret_line = number;
			return -EINVAL;
		}
		line += end ? 1 : 0;
		text += line;
		len -= line;
	}
	*ret = conf;
	return 0;
}

int conf_read(struct conf *ret, const char *path, unsigned int *ret_line)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	size_t len = 0;
	ssize_t n = 1;

	*ret_line = 0;
	if (fd < 0 && errno != ENOENT)
		return -errno;
	if (fd < 0) {
		*ret = conf_defaults;
		return 0;
	}
	text = malloc(CONF_MAX);
	if (!text)
		return -ENOMEM;
	while (n > 0 && len < CONF_MAX) {
		n = read(fd, text + len, CONF_MAX - len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	return len == CONF_MAX ? -EFBIG : conf_parse(ret, text, len, ret_line);
}

bool conf_cmdline(struct conf *conf, const char *line, size_t len)
{
	char text[8];
	struct word value = { text, 0 };

	if (key_cmdline_word(line, len, "tessera.balance", text, sizeof(text)) <
	    0)
		return false;
	value.len = strlen(text);
	return to_bool(&value, &conf->balance) == 0;
}
