// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cluster key: text form, derivations (values made by an independent
 * BLAKE2b, Python's hashlib), places, kernel command line.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "key.h"
#include "secret.h"

/* The bytes 0…31. */
#define KEY_TEXT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER_TEXT "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="

static char directory[] = "/tmp/tessera-key-XXXXXX";

static int make_directory(void **state)
{
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void assert_hex(const void *data, size_t len, const char *hex)
{
	char text[129];

	assert_string_equal(sodium_bin2hex(text, sizeof(text), data, len), hex);
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct cluster known_cluster(void)
{
	uint8_t key[CLUSTER_KEY_SIZE];
	struct cluster c;

	for (uint8_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	cluster_from_key(&c, key);
	return c;
}

static void derived_values_are_those_of_the_protocol(void **state)
{
	struct cluster c = known_cluster();
	uint8_t a[NODE_KEY_SIZE], b[NODE_KEY_SIZE], psk[32];
	uint8_t mac[ANNOUNCE_MAC_SIZE];
	struct node_id id;

	assert_hex(c.id, sizeof(c.id), "59f7b1d4b8");
	assert_hex(&c.prefix, sizeof(c.prefix),
		   "fd59f7b1d4b800000000000000000000");
	assert_hex(c.announce_key, sizeof(c.announce_key),
		   "346d3e9a1ba5b1d1c1962c25c70dbd7a"
		   "cc39b56f6fd889c07af288b6cda2294c");
	assert_hex(c.mesh_key, sizeof(c.mesh_key),
		   "162e8717e2ea79a1b9c68e886816890b"
		   "29b7410fb0643de8301b80512e42ca01");
	memset(a, 0xaa, sizeof(a));
	memset(b, 0xbb, sizeof(b));
	cluster_node_id(a, &id);
	assert_hex(&id, sizeof(id), "72a4f35397435eea");
	cluster_psk(&c, a, b, psk);
	assert_hex(psk, sizeof(psk),
		   "a92e6b9d003516af01ba2001f6b2f411"
		   "b5b7693b14c5299d3f318dffa2f3aa17");
	cluster_mac(&c, "hello", 5, mac);
	assert_hex(mac, sizeof(mac), "0ad889ad476eaad9915c68e9fc3bf847");
}

static void a_pair_has_one_psk_seen_from_both_ends(void **state)
{
	struct cluster c = known_cluster();
	uint8_t a[NODE_KEY_SIZE] = { 1, 2 }, b[NODE_KEY_SIZE] = { 1, 3 };
	uint8_t x[32], y[32];

	cluster_psk(&c, a, b, x);
	cluster_psk(&c, b, a, y);
	assert_memory_equal(x, y, sizeof(x));
	b[31] = 1;
	cluster_psk(&c, a, b, y);
	assert_memory_not_equal(x, y, sizeof(x));
}

static void an_address_gives_back_its_node_id(void **state)
{
	struct cluster c = known_cluster();
	struct node_id id = { { 1, 2, 3, 4, 5, 6, 7, 8 } }, back = { { 0 } };
	struct in6_addr address;

	cluster_node_address(&c, &id, &address);
	assert_hex(&address, sizeof(address),
		   "fd59f7b1d4b800000102030405060708");
	assert_int_equal(cluster_address_id(&c, &address, &back), 0);
	assert_true(node_id_equal(&id, &back));
	for (int i = 0; i < 8; i++) {
		address.s6_addr[i] ^= 1;
		assert_int_equal(cluster_address_id(&c, &address, &back),
				 -EINVAL);
		address.s6_addr[i] ^= 1;
	}
}

static void a_key_survives_its_text_form(void **state)
{
	struct cluster c = known_cluster();
	uint8_t key[CLUSTER_KEY_SIZE];
	char text[CLUSTER_KEY_TEXT];

	cluster_key_format(text, c.key);
	assert_string_equal(text, KEY_TEXT);
	assert_int_equal(cluster_key_parse(key, text, strlen(text)), 0);
	assert_memory_equal(key, c.key, sizeof(key));
	assert_int_equal(cluster_key_parse(key, "\r\n " KEY_TEXT "\r\n", 49),
			 0);
	assert_memory_equal(key, c.key, sizeof(key));
}

static void anything_else_is_no_key(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"=",
		"hello",
		/* short, long, no padding, two keys, blanks inside */
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
		KEY_TEXT "\n" KEY_TEXT,
		KEY_TEXT "=",
		"AAECAwQFBgcICQoLDA0O ODxAREhMUFRYXGBkaGxwdHh8=",
		"AAECAwQFBgcICQoLDA0O DxAREhMUFRYXGBkaGxwdHh=",
		/* bits behind the last byte, the URL's alphabet, zeros */
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
		"__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	};
	uint8_t key[CLUSTER_KEY_SIZE], before[CLUSTER_KEY_SIZE];

	memset(key, 7, sizeof(key));
	memcpy(before, key, sizeof(key));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(cluster_key_parse(key, texts[i],
						   strlen(texts[i])),
				 -EINVAL);
		assert_memory_equal(key, before, sizeof(key));
	}
	assert_int_equal(cluster_key_parse(key, KEY_TEXT "\0", 45), -EINVAL);
}

static void assert_word(const char *line, const char *value)
{
	char word[64] = "untouched";
	int r = key_cmdline_word(line, strlen(line), "tessera.key", word,
				 sizeof(word));

	if (value)
		assert_int_equal(r, 0);
	else
		assert_int_equal(r, -ENOENT);
	assert_string_equal(word, value ? value : "untouched");
}

static void a_word_is_found_as_the_kernel_would(void **state)
{
	char word[4];

	assert_word("quiet tessera.key=abc root=/dev/ram0\n", "abc");
	assert_word("tessera.key=abc", "abc");
	assert_word("tessera.key=", "");
	assert_word("tessera.key=a=b=", "a=b=");
	assert_word("tessera.key=a tessera.key=b", "b");
	assert_word("tessera.key=\"a b\" c", "a b");
	assert_word("\"tessera.key=a b\" c", "a b");
	assert_word("", NULL);
	assert_word("  \n", NULL);
	assert_word("tessera.key", NULL);
	assert_word("tessera.keys=a xtessera.key=b tessera=key=c", NULL);
	assert_word("TESSERA.KEY=a", NULL);
	assert_word("x=\"y tessera.key=a\"", NULL);
	assert_word("x=\"y tessera.key=a", NULL);
	assert_int_equal(key_cmdline_word("a=1234", 6, "a", word, sizeof(word)),
			 -E2BIG);
	assert_int_equal(key_cmdline_word("a=123", 5, "a", word, sizeof(word)),
			 0);
}

static const struct key_place places[] = {
	{ KEY_PLACE_CMDLINE, "cmdline" },
	{ KEY_PLACE_CREDENTIAL, "tessera.key" },
	{ KEY_PLACE_FILE, "first" },
	{ KEY_PLACE_FILE, "second" },
};

static int find(struct cluster *ret)
{
	return key_find(ret, places, sizeof(places) / sizeof(places[0]));
}

static void no_key_anywhere_is_said(void **state)
{
	struct cluster c = { .source = "untouched" };

	put("cmdline", "quiet\n");
	assert_int_equal(find(&c), -ENOENT);
	assert_string_equal(c.source, "untouched");
	unlink("cmdline");
	assert_int_equal(find(&c), -ENOENT);
}

static void the_first_place_wins(void **state)
{
	struct cluster c, expected = known_cluster();
	char path[64];

	put("second", KEY_TEXT "\n");
	assert_int_equal(find(&c), 0);
	assert_string_equal(c.source, "second");
	assert_memory_equal(c.key, expected.key, sizeof(c.key));
	assert_memory_equal(&c.prefix, &expected.prefix, sizeof(c.prefix));

	put("first", OTHER_TEXT);
	assert_int_equal(find(&c), 0);
	assert_string_equal(c.source, "first");
	assert_memory_not_equal(c.key, expected.key, sizeof(c.key));

	put("tessera.key", KEY_TEXT "\n");
	assert_int_equal(find(&c), 0);
	assert_string_equal(c.source, "first");
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	assert_int_equal(find(&c), 0);
	snprintf(path, sizeof(path), "%s/tessera.key", directory);
	assert_string_equal(c.source, path);
	assert_memory_equal(c.key, expected.key, sizeof(c.key));

	put("cmdline", "quiet tessera.key=" OTHER_TEXT "\n");
	assert_int_equal(find(&c), 0);
	assert_string_equal(c.source,
			    "tessera.key= of the kernel command line");
	assert_memory_not_equal(c.key, expected.key, sizeof(c.key));

	unsetenv("CREDENTIALS_DIRECTORY");
	unlink("cmdline");
	unlink("tessera.key");
	unlink("first");
	unlink("second");
}

static void a_damaged_key_is_not_passed_over(void **state)
{
	struct cluster c = { .source = "" };
	char big[SECRET_FILE_MAX];

	put("second", KEY_TEXT "\n");
	put("first", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk\n");
	assert_int_equal(find(&c), -EINVAL);
	assert_string_equal(c.source, "first");

	memset(big, ' ', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	put("first", big);
	assert_int_equal(find(&c), -EINVAL);

	put("cmdline", "tessera.key= quiet\n");
	assert_int_equal(find(&c), -EINVAL);
	assert_string_equal(c.source,
			    "tessera.key= of the kernel command line");
	unlink("cmdline");
	unlink("first");

	assert_int_equal(mkfifo("first", 0600), 0);
	assert_int_equal(find(&c), -EINVAL);
	assert_string_equal(c.source, "first");
	unlink("first");
	unlink("second");
}

static void a_new_key_is_never_written_over_another(void **state)
{
	char one[CLUSTER_KEY_TEXT], two[CLUSTER_KEY_TEXT] = "untouched";
	uint8_t key[CLUSTER_KEY_SIZE];
	char text[64];
	struct stat st;
	ssize_t n;

	assert_int_equal(cluster_key_new("new/key", false, one), 0);
	assert_int_equal(cluster_key_parse(key, one, strlen(one)), 0);
	assert_int_equal(stat("new/key", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	n = secret_read("new/key", text, sizeof(text));
	assert_int_equal(n, CLUSTER_KEY_TEXT);
	assert_memory_equal(text, one, CLUSTER_KEY_TEXT - 1);

	assert_int_equal(cluster_key_new("new/key", false, two), -EEXIST);
	assert_string_equal(two, "untouched");
	assert_int_equal(cluster_key_new("new/key", true, two), 0);
	assert_string_not_equal(one, two);
	unlink("new/key");
	assert_int_equal(rmdir("new"), 0); /* nothing else was left there */
	assert_int_equal(cluster_key_new("no/such/key", false, two), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derived_values_are_those_of_the_protocol),
		cmocka_unit_test(a_pair_has_one_psk_seen_from_both_ends),
		cmocka_unit_test(an_address_gives_back_its_node_id),
		cmocka_unit_test(a_key_survives_its_text_form),
		cmocka_unit_test(anything_else_is_no_key),
		cmocka_unit_test(a_word_is_found_as_the_kernel_would),
		cmocka_unit_test(no_key_anywhere_is_said),
		cmocka_unit_test(the_first_place_wins),
		cmocka_unit_test(a_damaged_key_is_not_passed_over),
		cmocka_unit_test(a_new_key_is_never_written_over_another),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
