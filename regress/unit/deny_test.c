/* SPDX-License-Identifier: Apache-2.0 */
/* The start-up deny rule with firewalls that are scripts. */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "regress/unit/unit.h"
#include "runtime/mesh/deny.h"
#include "runtime/base/banned.h"

static char dir[32];
static const char *const names[] = {"iptables-legacy", "iptables",
    "ip6tables-legacy", "ip6tables", "nft", "left"};
#define NAMES (sizeof(names) / sizeof(*names))

static const char *
path(const char *name)
{
	static char p[64];

	(void)snprintf(p, sizeof(p), "%s/%s", dir, name);
	return p;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
	assert_int_equal(chmod(path(name), 0755), 0);
}

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/deny.XXXXXX");
	return mkdtemp(dir) == NULL || setenv("PATH", dir, 1) != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NAMES; i++)
		(void)unlink(path(names[i]));
	return rmdir(dir);
}

/* A firewall in which the rule stands as often as the file says. */
static void
put_counting(const char *name, unsigned left)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "#!/bin/sh\nread n <%s/left\n[ \"$2\" != -C ] || "
	    "{ [ $n -gt 0 ]; exit; }\necho $((n - 1)) >%s/left\n",
	    dir, dir);
	put(name, text);
	(void)snprintf(text, sizeof(text), "%u\n", left);
	put("left", text);
}

static void
deny__every_instance(void **state)
{
	static const struct {
		const char *program;
		unsigned left;
		int rc;
		unsigned n;
	} cases[] = {{"iptables-legacy", 0, 0, 0}, {"iptables-legacy", 1, 0, 1},
	    {"iptables", 2, 0, 2}, {"iptables", 16, 0, 16},
	    {"iptables", 17, RT_ELIMIT, 16}};
	struct rt_err err;
	size_t i;
	unsigned n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put_counting(cases[i].program, cases[i].left);
		assert_int_equal(mesh_deny_remove(&n, &err), cases[i].rc);
		assert_int_equal(n, cases[i].n);
		assert_int_equal(unlink(path(cases[i].program)), 0);
	}
}

static void
deny__no_program(void **state)
{
	struct rt_err err;
	unsigned n;

	(void)state;
	assert_int_equal(mesh_deny_remove(&n, &err), RT_ENOTFOUND);
	assert_non_null(strstr(err.text, "neither iptables nor nft"));
}

/* What cannot look, or cannot remove, is an error that names the program. */
static void
deny__failures(void **state)
{
	static const struct {
		const char *program, *text, *says;
	} cases[] = {
	    {"iptables-legacy", "exit 4", "iptables-legacy exits with 4"},
	    {"iptables", "exit 3", "iptables exits with 3"},
	    {"iptables", "[ $2 = -C ]", "iptables exits with 1"},
	    {"ip6tables", "exit 2", "ip6tables exits with 2"},
	    {"ip6tables", "[ $2 != -X ]", "more than 16"},
	    {"nft", "exit 1", "nft exits with 1"},
	    {"nft", "[ $1 = list ]", "nft exits with 1"},
	    {"nft", "kill -9 $$", "ended by signal 9"}};
	struct rt_err err;
	char text[128];
	unsigned n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		(void)snprintf(
		    text, sizeof(text), "#!/bin/sh\n%s\n", cases[i].text);
		put(cases[i].program, text);
		assert_true(mesh_deny_remove(&n, &err) < 0);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("%zu: %s", i, err.text);
		assert_int_equal(unlink(path(cases[i].program)), 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(deny__every_instance),
	    TEST(deny__no_program), TEST(deny__failures)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
