// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This node's key pair, name and address, and the small state file that lets
 * them outlive the agent's restart.
 */
#include "identity.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "key.h"
#include "secret.h"

#define STATE_MAGIC "tessera-identity 1\n"

/* The text's next line must be `name value`; value is copied out. */
static bool take_line(const char **text, size_t *len, const char *name,
		      char *value, size_t size)
{
	size_t name_len = strlen(name), value_len;
	const char *end = memchr(*text, '\n', *len);

	if (!end || (size_t)(end - *text) <= name_len + 1 ||
	    memcmp(*text, name, name_len) != 0 || (*text)[name_len] != ' ')
		return false;
	value_len = (size_t)(end - *text) - name_len - 1;
	if (value_len >= size)
		return false;
	memcpy(value, *text + name_len + 1, value_len);
	value[value_len] = '\0';
	*len -= (size_t)(end + 1 - *text);
	*text = end + 1;
	return strlen(value) == value_len; /* no NUL inside */
}

static bool take_number(const char **text, size_t *len, const char *name,
			uint64_t max, uint64_t *ret)
{
	char digits[21], again[21];
	uint64_t v = 0;

	if (!take_line(text, len, name, digits, sizeof(digits)))
		return false;
	for (const char *p = digits; *p; p++) {
		if (*p < '0' || *p > '9' ||
		    __builtin_mul_overflow(v, 10U, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	}
	snprintf(again, sizeof(again), "%" PRIu64, v);
	if (v > max || strcmp(again, digits) != 0) /* no leading zeros */
		return false;
	*ret = v;
	return true;
}

static bool take_bytes(const char **text, size_t *len, const char *name,
		       uint8_t *ret, size_t size)
{
	char hex[2 * NODE_KEY_SIZE + 1], again[sizeof(hex)];
	size_t n = 0;
	bool ok = take_line(text, len, name, hex, sizeof(hex)) &&
		  sodium_hex2bin(ret, size, hex, strlen(hex), NULL, &n, NULL) ==
			  0 &&
		  n == size;

	if (ok) { /* lower case only: one text for one state */
		sodium_bin2hex(again, sizeof(again), ret, size);
		ok = strcmp(hex, again) == 0;
	}
	sodium_memzero(hex, sizeof(hex));
	sodium_memzero(again, sizeof(again));
	return ok;
}

static bool secret_clamped(const uint8_t secret[NODE_KEY_SIZE])
{
	return !(secret[0] & 7) && (secret[31] & 0xc0) == 0x40;
}

static void secret_clamp(uint8_t secret[NODE_KEY_SIZE])
{
	secret[0] &= 0xf8;
	secret[31] &= 0x7f;
	secret[31] |= 0x40;
}

int identity_state_parse(struct identity_state *ret, const char *text,
			 size_t len)
{
	const size_t magic = sizeof(STATE_MAGIC) - 1;
	struct identity_state s;
	uint64_t number, weight, stamp, incarnation;
	int r = -EINVAL;

	memset(&s, 0, sizeof(s));
	if (len < magic || memcmp(text, STATE_MAGIC, magic) != 0)
		return r;
	text += magic;
	len -= magic;
	if (take_bytes(&text, &len, "secret", s.secret, sizeof(s.secret)) &&
	    secret_clamped(s.secret) &&
	    take_bytes(&text, &len, "cluster", s.cluster, sizeof(s.cluster)) &&
	    take_number(&text, &len, "number", NODE_NUMBER_MAX, &number) &&
	    take_number(&text, &len, "weight", UINT16_MAX, &weight) &&
	    take_number(&text, &len, "stamp", UINT64_MAX, &stamp) &&
	    take_number(&text, &len, "incarnation", UINT32_MAX, &incarnation) &&
	    len == 0) {
		s.claim.number = (uint16_t)number;
		s.claim.weight = (uint16_t)weight;
		s.claim.stamp = stamp;
		s.incarnation = (uint32_t)incarnation;
		*ret = s;
		r = 0;
	}
	sodium_memzero(&s, sizeof(s));
	return r;
}

size_t identity_state_format(char ret[IDENTITY_STATE_TEXT],
			     const struct identity_state *state)
{
	char secret[2 * NODE_KEY_SIZE + 1], cluster[2 * CLUSTER_ID_SIZE + 1];
	int n;

	sodium_bin2hex(secret, sizeof(secret), state->secret,
		       sizeof(state->secret));
	sodium_bin2hex(cluster, sizeof(cluster), state->cluster,
		       sizeof(state->cluster));
	n = snprintf(ret, IDENTITY_STATE_TEXT,
		     STATE_MAGIC "secret %s\n"
				 "cluster %s\n"
				 "number %u\n"
				 "weight %u\n"
				 "stamp %" PRIu64 "\n"
				 "incarnation %" PRIu32 "\n",
		     secret, cluster, (unsigned int)state->claim.number,
		     (unsigned int)state->claim.weight, state->claim.stamp,
		     state->incarnation);
	sodium_memzero(secret, sizeof(secret));
	return (size_t)n;
}

int identity_name(char ret[NODE_NAME_MAX + 1], const char *text)
{
	char name[NODE_NAME_MAX + 1];
	size_t n = 0;

	for (; *text && *text != '.' && n < NODE_NAME_MAX; text++) {
		unsigned char c = (unsigned char)*text;
		bool letter = c < 0x80 && isalnum(c);

		if (letter || n) /* a label does not start with '-' */
			name[n++] = letter ? (char)c : '-';
	}
	while (n && name[n - 1] == '-')
		n--;
	if (n == 0)
		return -EINVAL;
	name[n] = '\0';
	memcpy(ret, name, n + 1);
	return 0;
}

/* The name on the kernel command line, the host name, or one from the id. */
static void find_name(struct identity *id)
{
	char line[SECRET_FILE_MAX], word[256];
	ssize_t n = secret_read(KERNEL_CMDLINE, line, sizeof(line));

	if (n >= 0 &&
	    key_cmdline_word(line, (size_t)n, "tessera.name", word,
			     sizeof(word)) == 0 &&
	    identity_name(id->info.name, word) == 0)
		goto found;
	word[sizeof(word) - 1] = '\0';
	if (gethostname(word, sizeof(word) - 1) == 0 &&
	    strcmp(word, "localhost") != 0 && strcmp(word, "(none)") != 0 &&
	    identity_name(id->info.name, word) == 0)
		goto found;
	snprintf(id->info.name, sizeof(id->info.name), "tess-%02x%02x%02x",
		 id->id.bytes[0], id->id.bytes[1], id->id.bytes[2]);
found:
	sodium_memzero(line, sizeof(line)); /* the cluster key may be in it */
}

/* Everything that follows from the secret. */
static int complete(struct identity *id, const struct cluster *c)
{
	if (crypto_scalarmult_base(id->info.key, id->secret) != 0)
		return -EINVAL;
	cluster_node_id(id->info.key, &id->id);
	cluster_node_address(c, &id->id, &id->address);
	find_name(id);
	return 0;
}

int identity_load(struct identity *ret, const char *state_file,
		  const struct cluster *c)
{
	char text[IDENTITY_STATE_TEXT];
	struct identity_state state;
	struct identity id = { 0 };
	ssize_t n;
	int r;

	if (sodium_init() < 0)
		return -ENOSYS;
	n = secret_read(state_file, text, sizeof(text));
	if (n >= 0 && identity_state_parse(&state, text, (size_t)n) == 0) {
		memcpy(id.secret, state.secret, sizeof(id.secret));
		/* Kept for a new cluster too: there it is only higher than
		 * needed, and never lower than what somebody remembers. */
		id.incarnation = state.incarnation + 1;
		if (memcmp(state.cluster, c->id, sizeof(c->id)) == 0)
			id.claim = state.claim;
		sodium_memzero(&state, sizeof(state));
	} else {
		randombytes_buf(id.secret, sizeof(id.secret));
		secret_clamp(id.secret);
	}
	r = complete(&id, c);
	if (r == 0)
		*ret = id;
	sodium_memzero(text, sizeof(text));
	identity_destroy(&id);
	return r;
}

int identity_save(const struct identity *id, const char *state_file)
{
	char text[IDENTITY_STATE_TEXT];
	struct identity_state state = {
		.claim = id->claim,
		.incarnation = id->incarnation,
	};
	size_t len;
	int r;

	memcpy(state.secret, id->secret, sizeof(state.secret));
	memcpy(state.cluster, id->address.s6_addr + 1, sizeof(state.cluster));
	len = identity_state_format(text, &state);
	r = secret_write(state_file, text, len, true);
	sodium_memzero(text, sizeof(text));
	sodium_memzero(&state, sizeof(state));
	return r;
}

void identity_destroy(struct identity *id)
{
	if (id)
		sodium_memzero(id, sizeof(*id));
}

void cluster_destroy(struct cluster *c)
{
	if (c)
		sodium_memzero(c, sizeof(*c));
}
