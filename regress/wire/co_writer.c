/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a Coordinator that writes, for tests that kill it:
 *
 *	co_writer set DIR N   after the history that is there, manifests until
 *	                      there are N; prints a line for each that the
 *	                      caller would have been told of
 *	co_writer check DIR   recovers and prints the length of the history
 *
 * The seed is fixed: 00 to 3f.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coordinator/guard.h"
#include "runtime/base/banned.h"

static struct pki_seed seed;

static int
authorise(void *arg, struct pki_seed *out, EVP_PKEY **mesh_key,
    const struct manifest *m, struct str text, struct rt_err *err)
{
	(void)arg;
	(void)mesh_key;
	(void)m;
	(void)text;
	return pki_seed_read(out, pki_secret_str(&seed.seed),
	    (struct str){(const char *)seed.salt, PKI_SALT_LEN}, err);
}

static int
die(const char *what, const struct rt_err *err)
{
	fprintf(stderr, "co_writer: %s: %s\n", what, err->text);
	return 1;
}

/* The nth manifest is told apart by an ID. */
static struct str
text_of(struct arena *a, size_t n)
{
	return arena_printf(a,
	    "{\"Policies\":{\"%s\":{\"SANs\":[\"co\"],\"WorkloadSecretID\":"
	    "\"id-%zu\",\"Role\":\"coordinator\"}},\"ReferenceValues\":{"
	    "\"snp\":[{\"MinimumTCB\":{\"BootloaderVersion\":1,\"TEEVersion\":"
	    "2,\"SNPVersion\":3,\"MicrocodeVersion\":4},\"ProductName\":"
	    "\"Milan\",\"TrustedMeasurement\":\"%096d\"}]},"
	    "\"WorkloadOwnerPubKeys\":[],\"SeedshareOwnerPubKeys\":[]}\n",
	    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
	    n, 1);
}

static int
set(struct co_guard *g, struct arena *a, size_t until)
{
	const struct str policy = STR("a");
	struct co_state *old, *now;
	struct rt_err err;

	while (co_guard_generation(g) < until) {
		struct co_update u = {.policies = &policy, .npolicies = 1};

		(void)co_guard_state(&old, g, &err);
		u.text = text_of(a, co_guard_generation(g) + 1);
		u.seed = old == NULL ? &seed : NULL;
		if (co_guard_update(&now, g, old, &u, &err) != 0)
			return die("set", &err);
		printf("%zu\n", now->generation);
		(void)fflush(stdout);
		co_state_unref(now);
		co_state_unref(old);
	}
	return 0;
}

/* Is each manifest the one that was set as that? */
static int
check(struct co_guard *g, struct arena *a)
{
	struct co_chain chain = {0};
	struct co_state *s = NULL;
	struct str text;
	struct rt_err err = {0};
	size_t i;
	int rc = 0;

	if (co_guard_state(&s, g, &err) == CO_SERVING)
		rc = co_history_chain(
		    &chain, a, co_guard_store(g), s->latest.transition, &err);
	for (i = 0; i < chain.v.n && rc == 0; i++) {
		rc = co_history_manifest(
		    &text, a, co_guard_store(g), chain.v.p[i].manifest, &err);
		if (rc == 0 && !str_eq(text, text_of(a, i + 1)))
			rc = rt_err_set(&err, RT_EVERIFY, "manifest %zu", i);
	}
	co_state_unref(s);
	if (rc != 0)
		return die("check", &err);
	printf("%zu\n", chain.v.n);
	return 0;
}

static int
run(struct co_guard *g, struct arena *a, char **argv)
{
	struct rt_err err;
	int rc = co_guard_reset(g, authorise, NULL, &err);

	if (rc != 0 && rc != RT_ENOTFOUND)
		return die("recover", &err);
	if (strcmp(argv[1], "check") == 0)
		return check(g, a);
	return set(g, a, strtoul(argv[3], NULL, 10));
}

int
main(int argc, char **argv)
{
	const struct co_rules rules = {0};
	struct arena *a = arena_new();
	unsigned char bytes[64 + PKI_SALT_LEN];
	struct co_store *store;
	struct co_guard *g;
	struct rt_err err;
	size_t i;
	int rc;

	if (argc < 3 || (strcmp(argv[1], "set") == 0 && argc < 4))
		return 2;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	if (pki_seed_read(&seed, (struct str){(const char *)bytes, 64},
		(struct str){(const char *)bytes + 64, PKI_SALT_LEN},
		&err) != 0 ||
	    co_store_file(&store, argv[2], &err) != 0)
		return die("open", &err);
	g = co_guard_new(store, &rules);
	rc = run(g, a, argv);
	co_guard_free(g);
	co_store_close(store);
	pki_seed_free(&seed);
	arena_free(a);
	return rc;
}
