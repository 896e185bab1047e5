/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "regress/unit/unit.h"
#include "runtime/base/buf.h"
#include "runtime/wire/meshapi.pb-c.h"
#include "runtime/wire/pb.h"
#include "runtime/wire/userapi.pb-c.h"
#include "runtime/base/banned.h"

static int
unpack(ProtobufCMessage **m, const ProtobufCMessageDescriptor *t, struct str in)
{
	struct rt_err err = {0};

	return wire_pb_unpack(m, t, in, &err);
}

/* The bytes that coordinator.md 3.3 gives these fields. */
static void
set_manifest__bytes(void **state)
{
	static const char want[] = "\x0a\x02{}\x12\x01"
				   "a\x12\x00\x22\x01S";
	Userapi__SetManifestRequest *m =
	    (void *)wire_pb_new(&userapi__set_manifest_request__descriptor);
	ProtobufCMessage *back;
	uint8_t *p;
	size_t n;

	(void)state;
	wire_pb_set(&m->manifest, STR("{}"));
	wire_pb_add(&m->policies, &m->n_policies, STR("a"));
	wire_pb_add(&m->policies, &m->n_policies, STR(""));
	wire_pb_set(&m->signature, STR("S"));
	assert_int_equal(wire_pb_pack(&p, &n, &m->base, 5, 100, NULL), 0);
	assert_int_equal(n, sizeof(want) - 1);
	assert_memory_equal(p + 5, want, n);
	wire_pb_free(&m->base);
	assert_int_equal(
	    unpack(&back, &userapi__set_manifest_request__descriptor,
		(struct str){(char *)p + 5, n}),
	    0);
	m = (void *)back;
	assert_int_equal(m->n_policies, 2);
	assert_strz(wire_pb_str(m->manifest), "{}");
	assert_strz(wire_pb_str(m->policies[1]), "");
	wire_pb_free(back);
	wire_wipe_free(p, n + 5);
}

static void
pack__limit(void **state)
{
	Userapi__RecoverRequest *m =
	    (void *)wire_pb_new(&userapi__recover_request__descriptor);
	uint8_t *p;
	size_t n;

	(void)state;
	wire_pb_set(&m->seed, STR("12345678"));
	assert_int_equal(wire_pb_pack(&p, &n, &m->base, 0, 9, NULL), RT_ELIMIT);
	assert_int_equal(wire_pb_pack(&p, &n, &m->base, 0, 10, NULL), 0);
	wire_wipe_free(p, n);
	wire_pb_set(&m->seed, STR("1"));
	assert_strz(wire_pb_str(m->seed), "1");
	wire_pb_free(&m->base);
}

static void
strings__set(void **state)
{
	Userapi__SeedShare *m =
	    (void *)wire_pb_new(&userapi__seed_share__descriptor);

	(void)state;
	wire_pb_set_string(&m->public_key, STR("30"));
	wire_pb_set_string(&m->public_key, STR("3082"));
	assert_string_equal(m->public_key, "3082");
	wire_pb_free(&m->base);
	m = (void *)wire_pb_new(&userapi__seed_share__descriptor);
	wire_pb_free(&m->base);
}

/* Field 1 is reserved: what old senders put there is passed over. */
static void
mesh__ignores_old_field(void **state)
{
	ProtobufCMessage *m;

	(void)state;
	assert_int_equal(unpack(&m, &meshapi__new_mesh_cert_request__descriptor,
			     STR("\x0a\x03key")),
	    0);
	wire_pb_free(m);
	assert_int_equal(
	    unpack(&m, &meshapi__new_mesh_cert_request__descriptor, STR("")),
	    0);
	wire_pb_free(m);
}

static void
unpack__refuses(void **state)
{
	static const struct {
		const char *name;
		struct str in;
	} cases[] = {
	    {"length past the end", STR_INIT("\x0a\x05x")},
	    {"cut varint", STR_INIT("\x0a\xff")},
	    {"varint of 11 bytes",
		STR_INIT("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
	    {"tag 0", STR_INIT("\x00\x01")},
	    {"tag over 32 bits", STR_INIT("\x8a\x80\x80\x80\x80\x01\x01")},
	    {"group", STR_INIT("\x0b\x0c")},
	    {"wire type 7", STR_INIT("\x0f\x01")},
	    {"nested: cut", STR_INIT("\x1a\x03\x0a\x05x")},
	    {"nested: string not UTF-8",
		STR_INIT("\x1a\x05\x0a\x03\x0a\x01\xff")},
	    {"nested: NUL in a string",
		STR_INIT("\x1a\x05\x0a\x03\x0a\x01\x00")},
	};
	ProtobufCMessage *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (unpack(&m, &userapi__set_manifest_response__descriptor,
			cases[i].in) != RT_EFORMAT)
			fail_msg("accepted: %s", cases[i].name);
	}
}

/* Two bytes a field would take forty times as much memory. */
static void
unpack__bounds_fields(void **state)
{
	ProtobufCMessage *m;
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < WIRE_PB_FIELDS; i++)
		buf_put(&b, STR("\x12\x00"));
	assert_int_equal(
	    unpack(&m, &userapi__set_manifest_request__descriptor, buf_str(&b)),
	    0);
	wire_pb_free(m);
	buf_put(&b, STR("\x12\x00"));
	assert_int_equal(
	    unpack(&m, &userapi__set_manifest_request__descriptor, buf_str(&b)),
	    RT_ELIMIT);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(set_manifest__bytes),
	    cmocka_unit_test(pack__limit),
	    cmocka_unit_test(strings__set),
	    cmocka_unit_test(mesh__ignores_old_field),
	    cmocka_unit_test(unpack__refuses),
	    cmocka_unit_test(unpack__bounds_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
