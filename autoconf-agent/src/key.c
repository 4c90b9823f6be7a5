// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cluster key: where it is found, its text form, and everything that is
 * derived from it. All derivations are BLAKE2b (RFC 7693); keyed ones have a
 * context string as message, so that no value can stand in for another.
 */
#include "key.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "secret.h"

_Static_assert(CLUSTER_KEY_SIZE >= crypto_generichash_KEYBYTES_MIN &&
		       CLUSTER_KEY_SIZE <= crypto_generichash_KEYBYTES_MAX,
	       "the cluster key must key BLAKE2b");
_Static_assert(CLUSTER_KEY_TEXT ==
		       sodium_base64_ENCODED_LEN(CLUSTER_KEY_SIZE,
						 sodium_base64_VARIANT_ORIGINAL),
	       "text size of the cluster key");

/* Some 16 bytes of hash are the least that libsodium gives out; where fewer
 * are wanted they are the first ones. */
#define SHORT_HASH 16

static void derive(uint8_t *ret, size_t size, const uint8_t key[32],
		   const char *context)
{
	crypto_generichash(ret, size, (const uint8_t *)context, strlen(context),
			   key, 32);
}

/*
 * K is the cluster key:
 *	id           = BLAKE2b-128(key K, "tessera 1 cluster id"), first 5 bytes
 *	announce_key = BLAKE2b-256(key K, "tessera 1 announce key")
 *	mesh_key     = BLAKE2b-256(key K, "tessera 1 mesh key")
 *	prefix       = fd, the 5 bytes of id, 00 00: a /64 of RFC 4193
 * The id is public: the addresses contain it. It tells nothing about K.
 */
void cluster_from_key(struct cluster *ret, const uint8_t key[CLUSTER_KEY_SIZE])
{
	uint8_t hash[SHORT_HASH];
	struct cluster c = { 0 };

	memcpy(c.key, key, sizeof(c.key));
	derive(hash, sizeof(hash), key, "tessera 1 cluster id");
	memcpy(c.id, hash, sizeof(c.id));
	derive(c.announce_key, sizeof(c.announce_key), key,
	       "tessera 1 announce key");
	derive(c.mesh_key, sizeof(c.mesh_key), key, "tessera 1 mesh key");
	c.prefix.s6_addr[0] = 0xfd;
	memcpy(c.prefix.s6_addr + 1, c.id, sizeof(c.id));
	*ret = c;
	sodium_memzero(&c, sizeof(c));
}

/* node id = BLAKE2b-128("tessera 1 node id" || public key), first 8 bytes. */
void cluster_node_id(const uint8_t key[NODE_KEY_SIZE], struct node_id *ret)
{
	static const char context[] = "tessera 1 node id";
	uint8_t hash[SHORT_HASH];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)context,
				  sizeof(context) - 1);
	crypto_generichash_update(&state, key, NODE_KEY_SIZE);
	crypto_generichash_final(&state, hash, sizeof(hash));
	memcpy(ret->bytes, hash, sizeof(ret->bytes));
}

/* address = the prefix of the cluster, then the node id. */
void cluster_node_address(const struct cluster *c, const struct node_id *id,
			  struct in6_addr *ret)
{
	*ret = c->prefix;
	memcpy(ret->s6_addr + 8, id->bytes, sizeof(id->bytes));
}

int cluster_address_id(const struct cluster *c, const struct in6_addr *address,
		       struct node_id *ret)
{
	if (memcmp(address->s6_addr, c->prefix.s6_addr, 8) != 0)
		return -EINVAL;
	memcpy(ret->bytes, address->s6_addr + 8, sizeof(ret->bytes));
	return 0;
}

/* psk = BLAKE2b-256(key mesh_key, lesser public key || greater public key):
 * the same at both ends, compared as byte strings. */
void cluster_psk(const struct cluster *c, const uint8_t a[NODE_KEY_SIZE],
		 const uint8_t b[NODE_KEY_SIZE], uint8_t ret[32])
{
	bool ordered = memcmp(a, b, NODE_KEY_SIZE) <= 0;
	uint8_t pair[2 * NODE_KEY_SIZE];

	memcpy(pair, ordered ? a : b, NODE_KEY_SIZE);
	memcpy(pair + NODE_KEY_SIZE, ordered ? b : a, NODE_KEY_SIZE);
	crypto_generichash(ret, 32, pair, sizeof(pair), c->mesh_key,
			   sizeof(c->mesh_key));
}

/* mac = BLAKE2b-128(key announce_key, data). */
void cluster_mac(const struct cluster *c, const void *data, size_t len,
		 uint8_t ret[ANNOUNCE_MAC_SIZE])
{
	crypto_generichash(ret, ANNOUNCE_MAC_SIZE, data, len, c->announce_key,
			   sizeof(c->announce_key));
}

int cluster_key_parse(uint8_t ret[CLUSTER_KEY_SIZE], const char *text,
		      size_t len)
{
	uint8_t key[CLUSTER_KEY_SIZE];
	size_t n = 0;
	int r = -EINVAL;

	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	/* A key of zeros is a file that was laid out and never filled. */
	if (len == CLUSTER_KEY_TEXT - 1 &&
	    sodium_base642bin(key, sizeof(key), text, len, NULL, &n, NULL,
			      sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    n == sizeof(key) && !sodium_is_zero(key, sizeof(key))) {
		memcpy(ret, key, sizeof(key));
		r = 0;
	}
	sodium_memzero(key, sizeof(key));
	return r;
}

void cluster_key_format(char ret[CLUSTER_KEY_TEXT],
			const uint8_t key[CLUSTER_KEY_SIZE])
{
	sodium_bin2base64(ret, CLUSTER_KEY_TEXT, key, CLUSTER_KEY_SIZE,
			  sodium_base64_VARIANT_ORIGINAL);
}

/* The directory of path, where it is one level short of existing. */
static void make_parent(const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len == 0 || len >= sizeof(parent))
		return;
	memcpy(parent, path, len);
	parent[len] = '\0';
	(void)mkdir(parent, 0755); /* the open will say what is wrong */
}

int cluster_key_new(const char *path, bool force, char ret[CLUSTER_KEY_TEXT])
{
	uint8_t key[CLUSTER_KEY_SIZE];
	char line[CLUSTER_KEY_TEXT + 1]; /* a newline and its NUL */
	int r;

	if (sodium_init() < 0)
		return -ENOSYS;
	randombytes_buf(key, sizeof(key));
	cluster_key_format(line, key);
	line[CLUSTER_KEY_TEXT - 1] = '\n';
	make_parent(path);
	r = secret_write(path, line, CLUSTER_KEY_TEXT, force);
	if (r == 0)
		cluster_key_format(ret, key);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(line, sizeof(line));
	return r;
}

/* One word of the line, quotes and all; returns where the next one starts. */
static size_t next_word(const char *line, size_t len, size_t at,
			const char **ret, size_t *ret_len)
{
	bool quoted = false;
	size_t start;

	while (at < len && isspace((unsigned char)line[at]))
		at++;
	start = at;
	for (; at < len && (quoted || !isspace((unsigned char)line[at])); at++)
		if (line[at] == '"')
			quoted = !quoted;
	*ret = line + start;
	*ret_len = at - start;
	return at;
}

static void strip(const char **text, size_t *len, bool front)
{
	if (*len && front && **text == '"') {
		(*text)++;
		(*len)--;
	}
	if (*len && !front && (*text)[*len - 1] == '"')
		(*len)--;
}

int key_cmdline_word(const char *line, size_t len, const char *name, char *ret,
		     size_t size)
{
	const char *word, *value = NULL;
	size_t n, at = 0, value_len = 0, name_len = strlen(name);

	while (at < len) {
		at = next_word(line, len, at, &word, &n);
		strip(&word, &n, true); /* "name=value" */
		if (n <= name_len || word[name_len] != '=' ||
		    memcmp(word, name, name_len) != 0)
			continue;
		value = word + name_len + 1;
		value_len = n - name_len - 1;
		strip(&value, &value_len, true); /* name="value" */
		strip(&value, &value_len, false);
	}
	if (!value)
		return -ENOENT;
	if (value_len >= size)
		return -E2BIG;
	memcpy(ret, value, value_len);
	ret[value_len] = '\0';
	return 0;
}

/* Returns the length of the key's text in buf; -ENOENT: not here. */
static ssize_t read_place(const struct key_place *place, const char *path,
			  char *buf, size_t size)
{
	char line[SECRET_FILE_MAX];
	ssize_t n;
	int r;

	if (place->kind != KEY_PLACE_CMDLINE)
		return secret_read(path, buf, size);
	n = secret_read(path, line, sizeof(line));
	if (n < 0)
		return n;
	r = key_cmdline_word(line, (size_t)n, "tessera.key", buf, size);
	sodium_memzero(line, sizeof(line));
	return r < 0 ? r : (ssize_t)strlen(buf);
}

/* The place's path in full and, in ret, how to call it; -ENOENT: no such. */
static int locate(const struct key_place *place, char *path, size_t size,
		  char *ret, size_t ret_size)
{
	const char *directory = "", *slash = "";

	if (place->kind == KEY_PLACE_CREDENTIAL) {
		directory = getenv("CREDENTIALS_DIRECTORY");
		if (!directory || directory[0] != '/')
			return -ENOENT;
		slash = "/";
	}
	if ((size_t)snprintf(path, size, "%s%s%s", directory, slash,
			     place->path) >= size)
		return -ENAMETOOLONG;
	snprintf(ret, ret_size, "%.*s", (int)ret_size - 1,
		 place->kind == KEY_PLACE_CMDLINE ?
			 "tessera.key= of the kernel command line" :
			 path);
	return 0;
}

int key_find(struct cluster *ret, const struct key_place *places, size_t count)
{
	char path[PATH_MAX], source[sizeof(ret->source)] = "", text[256];
	uint8_t key[CLUSTER_KEY_SIZE];
	int r = -ENOENT;

	for (size_t i = 0; i < count && r == -ENOENT; i++) {
		ssize_t n;

		r = locate(&places[i], path, sizeof(path), source,
			   sizeof(source));
		if (r < 0)
			continue;
		n = read_place(&places[i], path, text, sizeof(text));
		if (n >= 0)
			r = cluster_key_parse(key, text, (size_t)n);
		else if (n == -ENOTDIR)
			r = -ENOENT;
		else
			r = n == -E2BIG ? -EINVAL : (int)n;
	}
	if (r == 0)
		cluster_from_key(ret, key);
	if (r != -ENOENT)
		memcpy(ret->source, source, sizeof(ret->source));
	sodium_memzero(text, sizeof(text));
	sodium_memzero(key, sizeof(key));
	return r;
}

int cluster_find(struct cluster *ret)
{
	static const struct key_place places[] = {
		{ KEY_PLACE_CMDLINE, KERNEL_CMDLINE },
		{ KEY_PLACE_CREDENTIAL, "tessera.key" },
		{ KEY_PLACE_FILE, "/etc/tessera/cluster.key" },
		{ KEY_PLACE_FILE, "/run/live/medium/live/tessera.key" },
	};

	return key_find(ret, places, sizeof(places) / sizeof(places[0]));
}
