/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that somebody else may have touched. */
#include "compiler/policy/policy.h"
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"

#define HEAD "package agent_policy\n"
#define IF "import future.keywords.if\n"
#define COMPACT HEAD IF "default A:=false\nB if policy_data.x==1\n"
#define FMT                                                                    \
	HEAD "\n" IF "\ndefault A := false\n\nB if {\n\tpolicy_data.x == 1\n}\n"
#define DATA "policy_data := "

static const struct {
	const char *text;
	enum policy_state state;
	uint32_t line;
} cases[] = {
    {COMPACT DATA "{\"x\":1}", POLICY_AS_PRINTED, 0},
    {COMPACT DATA "{\n\"x\":1,\n\"y\":[\n1,2]}", POLICY_AS_PRINTED, 0},
    {COMPACT DATA "{\"x\": 1}", POLICY_EDITED, 5},
    {COMPACT DATA "{\"x\":1}\n ", POLICY_EDITED, 5},
    {COMPACT DATA "{\"x\":1", POLICY_BROKEN, 5},
    {COMPACT "# mine\n" DATA "{\"x\":1}", POLICY_EDITED, 5},
    {HEAD "default A := false\n" DATA "{}", POLICY_EDITED, 2},
    {HEAD "default A:=false\n\nB if policy_data.x==1\n" DATA "{}",
	POLICY_EDITED, 4},
    {HEAD "default A:=false\nB {x\n" DATA "{}", POLICY_BROKEN, 3},
    {HEAD "default A:=false\nB {nosuch(1)}\n" DATA "{}", POLICY_BROKEN, 3},
    {FMT "\n" DATA "{\n  \"x\": 1\n}", POLICY_AS_PRINTED, 0},
    {FMT "\n" DATA "{\n  \"x\":1\n}", POLICY_EDITED, 11},
    {"package other\ndefault A:=false\n" DATA "{}", POLICY_BROKEN, 1},
    {"", POLICY_BROKEN, 1},
    {"allow all", POLICY_BROKEN, 1},
};

static void
policy_examine__finds(void **state)
{
	struct arena *a = arena_new();
	struct map seen = {0};
	struct policy_look look;
	size_t i;
	int round;

	(void)state;
	/* The second time rules are remembered. */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			look =
			    policy_examine(a, &seen, str_from(cases[i].text));
			if (look.state != cases[i].state ||
			    look.line != cases[i].line)
				fail_msg("case %zu: state %d, line %u", i,
				    (int)look.state, look.line);
			assert_int_equal(
			    look.why.n > 0, look.state == POLICY_BROKEN);
		}
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(policy_examine__finds)};

	return cmocka_run_group_tests_name("examine", tests, NULL, NULL);
}
