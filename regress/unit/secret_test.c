/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/secret.h"
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"

/* Made up; the parts are joined here so that no scanner takes them for one. */
static void
secret_by_form__known_issuers(void **state)
{
	static const char *const yes[] = {
	    "gh"
	    "p_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
	    "token=gh"
	    "p_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8;",
	    "glp"
	    "at-A1b2C3d4E5f6G7h8I9j0",
	    "AKI"
	    "AABCDEFGH01234567",
	    "xox"
	    "b-123456789012-abcDEF123456",
	    "sk_li"
	    "ve_A1b2C3d4E5f6G7h8",
	    "hv"
	    "s.A1b2C3d4E5f6G7h8I9j0K1l2M3",
	    "Bearer ey"
	    "JhbGciOiJIUzI1NiJ9.ey"
	    "JzdWIiOiIxIn0.A1b2C3d4E5f6G7h8I9j0K1l2",
	    "-----BEGIN PRIVATE "
	    "KEY-----\nMIIE",
	    "x -----BEGIN RSA PRIVATE "
	    "KEY-----",
	    "-----BEGIN OPENSSH PRIVATE "
	    "KEY-----",
	    "postgres://user:hun"
	    "ter2@db:5432/shop",
	    "AccountKey"
	    "=A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0==",
	};
	static const char *const no[] = {"", "ghp_short", "AKIA",
	    "sk_live_example-example-example", "xoxb-your-token-goes-here-ok",
	    "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----",
	    "postgres://user@db:5432/shop", "postgres://db:5432/user:x@y",
	    "postgres://user:$(PASSWORD)@db", "postgres://user:${PASSWORD}@db",
	    "http://proxy:3128/a@b", "://a:b@c", "eyJhbGciOi.x.y",
	    "registry.example/shop/web:1.2@sha256:"
	    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "aghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (secret_by_form(str_from(yes[i])) == NULL)
			fail_msg("missed: %s", yes[i]);
	}
	for (i = 0; i < sizeof(no) / sizeof(*no); i++) {
		if (secret_by_form(str_from(no[i])) != NULL)
			fail_msg("found: %s", no[i]);
	}
}

static void
secret_by_name__needs_a_value(void **state)
{
	static const struct {
		const char *name, *value, *what;
	} cases[] = {
	    {"DB_PASSWORD", "hunter2", "a password"},
	    {"PGPASSWORD", "postgres", "a password"},
	    {"--db-password", "x y z", "a password"},
	    {"spring.datasource.password", "12345678", "a password"},
	    {"MYSQL_PWD", "root", "a password"},
	    {"API_TOKEN", "a8f5f167f44f4964e6c998dee827110c", "a token"},
	    {"SESSION_SECRET", "Zx81pQ72mN5vB3kL", "a secret"},
	    {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI7MDENGbPxRfiCY1", "a key"},
	    {"DB_PASSWORD", "", NULL},
	    {"DB_PASSWORD", "/run/secrets/password", NULL},
	    {"DB_PASSWORD", "$(OTHER)", NULL},
	    {"DB_PASSWORD", "true", NULL},
	    {"DB_PASSWORD", "<from the vault>", NULL},
	    {"DB_PASSWORD_FILE", "secret.txt", NULL},
	    {"ALLOW_EMPTY_PASSWORD", "yes", NULL},
	    {"ALLOW_EMPTY_PASSWORD", "maybe", NULL},
	    {"PWD", "/app", NULL},
	    {"ETCD_INITIAL_CLUSTER_TOKEN", "etcd-cluster-1", NULL},
	    {"PARTITION_KEY", "customer-identifier", NULL},
	    {"SSH_PUBLIC_KEY", "AAAAC3NzaC1lZDI1NTE5AAAAIC1", NULL},
	    {"TOKEN_URL", "a8f5f167f44f4964e6c998dee827110c", NULL},
	    {"KEYCLOAK_REALM", "a8f5f167f44f4964e6c998dee827110c", NULL},
	    {"IMAGE_DIGEST", "a8f5f167f44f4964e6c998dee827110c", NULL},
	    {"API_TOKEN", "https://issuer.example/a8f5f167f44f", NULL},
	};
	const char *what;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		what = secret_by_name(
		    str_from(cases[i].name), str_from(cases[i].value));
		if ((what == NULL) != (cases[i].what == NULL) ||
		    (what != NULL && !str_eqz(str_from(what), cases[i].what)))
			fail_msg("%s=%s: %s", cases[i].name, cases[i].value,
			    what == NULL ? "nothing" : what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(secret_by_form__known_issuers),
	    cmocka_unit_test(secret_by_name__needs_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
