// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess key: show the cluster key, or make a new one. Who has it is a member, so
 * all of this is for root.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "identity.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_show.h"

#define KEY_FILE "/etc/tessera/cluster.key"

static int root_only(bool json, const char *what)
{
	char message[128];

	snprintf(message, sizeof(message), "only root may %s the cluster key",
		 what);
	return tess_error(json, "not-root", message,
			  "try it with sudo, or as root");
}

/* What the agent refuses is said as what tess refuses. */
static int reply_error(bool json, const json_t *reply)
{
	int r = tess_reply_error(json, reply);

	if (r != TESS_OK && json)
		tess_print(reply);
	return r;
}

static bool agent_runs(void)
{
	cleanup_close int fd = client_connect();

	return fd >= 0 || fd == -ETIMEDOUT;
}

static int print_key(const char *key, const char *cluster, const char *source,
		     bool json)
{
	if (json) {
		json_t *reply = json_pack("{s:s, s:s, s:o}", "key", key,
					  "cluster", cluster, "source",
					  show_json_text(source));

		tess_print(reply);
		json_decref(reply);
		return TESS_OK;
	}
	puts(key);
	/* For people only: the key alone goes into a file or a pipe. */
	if (isatty(STDOUT_FILENO))
		fprintf(stderr, "(of cluster %s, from %s)\n", cluster, source);
	return TESS_OK;
}

static void cluster_text(char ret[9], const struct cluster *c)
{
	snprintf(ret, 9, "%02x%02x%02x%02x", c->id[0], c->id[1], c->id[2],
		 c->id[3]);
}

/* Without an agent: the same places it would look at. */
static int show_found(bool json)
{
	struct cluster cluster = { 0 };
	char key[CLUSTER_KEY_TEXT], id[9], message[256];
	int r = cluster_find(&cluster);

	if (r == -ENOENT)
		return tess_error(json, "no-key",
				  "this node has no cluster key",
				  "boot it from a medium that carries one, or "
				  "found a cluster with 'tess key new'");
	if (r < 0) {
		snprintf(message, sizeof(message),
			 "the cluster key from %s is not usable: %s",
			 cluster.source,
			 r == -EINVAL ? "it is not 32 bytes as base64" :
					strerror(-r));
		return tess_error(json, "no-key", message,
				  "put a good one in its place");
	}
	cluster_key_format(key, cluster.key);
	cluster_text(id, &cluster);
	return print_key(key, id, cluster.source, json);
}

static int key_show(bool json)
{
	json_t *reply;
	int r;

	if (geteuid() != 0)
		return root_only(json, "see");
	if (!agent_runs())
		return show_found(json);
	reply = client_ask("key-show", json, &r);
	if (!reply)
		return r;
	r = reply_error(json, reply);
	if (r == TESS_OK)
		r = print_key(show_string(reply, "key"),
			      show_string(reply, "cluster"),
			      show_string(reply, "source"), json);
	json_decref(reply);
	return r;
}

/* Why there must be no new key without --force; 0 when nothing is lost. */
static int refuse(const char *path, bool own, bool json)
{
	struct cluster cluster = { 0 };
	char message[512], id[9];

	if (access(path, F_OK) == 0) {
		snprintf(message, sizeof(message),
			 "%.200s holds a key already: overwritten, %s", path,
			 own ? "this node leaves its cluster and cannot return "
			       "without another copy of the key" :
			       "it is lost");
		return tess_error(json, "exists", message,
				  "use --force if that is meant");
	}
	if (!own || cluster_find(&cluster) < 0)
		return TESS_OK;
	cluster_text(id, &cluster);
	snprintf(message, sizeof(message),
		 "this node belongs to cluster %s (key from %s): with a new "
		 "key it leaves it",
		 id, cluster.source);
	return tess_error(json, "exists", message,
			  "use --force if that is meant");
}

/* The agent reads the new key, unless a place that comes before the file has
 * another one. */
static int tell_agent(const char *path, const char *id, bool json)
{
	char message[512];
	json_t *reply;
	int r;

	if (!agent_runs())
		return TESS_OK;
	reply = client_ask("key-new", json, &r);
	if (!reply)
		return r;
	r = reply_error(json, reply);
	if (r == TESS_OK && strcmp(show_string(reply, "cluster"), id) != 0) {
		snprintf(message, sizeof(message),
			 "%.200s is written, but the agent still uses the key "
			 "from %.128s",
			 path, show_string(reply, "source"));
		r = tess_error(json, "shadowed", message,
			       "take that one away to use the new one");
	}
	json_decref(reply);
	return r;
}

static int key_new(const char *path, bool force, bool json)
{
	char key[CLUSTER_KEY_TEXT], id[9], message[512];
	uint8_t bytes[CLUSTER_KEY_SIZE];
	struct cluster cluster;
	bool own = !path;
	int r;

	if (own)
		path = KEY_FILE;
	if (own && geteuid() != 0)
		return root_only(json, "change");
	r = force ? TESS_OK : refuse(path, own, json);
	if (r)
		return r;
	r = sodium_init() < 0 ? -EIO : cluster_key_new(path, force, key);
	if (r < 0) {
		snprintf(message, sizeof(message),
			 "%.200s could not be written: %s", path, strerror(-r));
		return tess_error(json, "failed", message,
				  "choose a directory that exists and is "
				  "writable");
	}
	r = cluster_key_parse(bytes, key, strlen(key));
	if (r < 0)
		return tess_error(json, "failed", "the new key is damaged", "");
	cluster_from_key(&cluster, bytes);
	cluster_text(id, &cluster);
	if (own) {
		r = tell_agent(path, id, json);
		if (r)
			return r;
	}
	if (json)
		return print_key(key, id, path, true);
	printf("cluster %s: its key is in %s\n", id, path);
	return TESS_OK;
}

int cmd_key(const struct tess_command *self, int argc, char **argv, bool json)
{
	const char *path = NULL;
	bool force = false, options = true;

	if (argc < 2)
		return tess_usage(self, json, NULL);
	if (strcmp(argv[1], "show") == 0)
		return argc > 2 ? tess_usage(self, json, argv[2]) :
				  key_show(json);
	if (strcmp(argv[1], "new") != 0)
		return tess_usage(self, json, argv[1]);
	for (int i = 2; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && strcmp(argv[i], "--force") == 0)
			force = true;
		else if ((options && argv[i][0] == '-') || path)
			return tess_usage(self, json, argv[i]);
		else
			path = argv[i];
	}
	return key_new(path, force, json);
}
