/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulated platform reports of itself (attestation 19.5). */
#include "runtime/attest/simulated_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

int
simulated_closed(struct attest_result *r, const char *gate)
{
	return attest_reject(r, ATTEST_SIM_NOT_ENABLED,
	    "the simulated platform is not enabled: %s", gate);
}

static int
bad_config(struct attest_result *r, const char *member)
{
	return attest_reject(r, ATTEST_SIM_NOT_ENABLED,
	    "member %s of the configuration of the simulated platform is "
	    "missing or malformed",
	    member);
}

/* "0x30000" */
static bool
read_hex_word(uint64_t *out, struct str s)
{
	static const char digits[] = "0123456789abcdef";
	const char *d;
	size_t i;

	*out = 0;
	if (!str_starts(s, STR("0x")) || s.n == 2 || s.n > 18)
		return false;
	for (i = 2; i < s.n; i++) {
		d = memchr(digits, s.p[i] | 0x20, 16);
		if (d == NULL)
			return false;
		*out = *out << 4 | (uint64_t)(d - digits);
	}
	return true;
}

static bool
read_tcb(uint64_t *out, const struct jv *v, enum snp_product p)
{
	static const char *const names[] = {
	    "bootloader", "tee", "snp", "microcode", "fmc"};
	int64_t n;
	int i, byte;

	*out = 0;
	for (i = 0; i < SNP_PARTS; i++) {
		byte = snp_tcb_byte(p, (enum snp_part)i);
		if (byte < 0)
			continue;
		if (!jv_to_int(jv_get(v, str_from(names[i])), &n) || n < 0 ||
		    n > 255)
			return false;
		*out |= (uint64_t)n << (8 * byte);
	}
	return true;
}

static bool
read_bytes(struct str *out, struct arena *a, const struct jv *v,
    const char *member, size_t len)
{
	return rt_unhex(out, a, jv_get_str(v, str_from(member)), NULL) == 0 &&
	       out->n == len;
}

int
simulated_read_config(
    struct simulated_config *c, struct attest_result *r, struct str text)
{
	struct arena *a = r->arena;
	struct rt_err err = {0};
	struct jv *v;

	if (jv_parse(&v, a, text, &err) != 0)
		return simulated_closed(r, err.text);
	c->product = snp_product_find(jv_get_str(v, STR("product")));
	c->key = arena_cstr(a, jv_get_str(v, STR("vcekKey")));
	c->chain = arena_cstr(a, jv_get_str(v, STR("chain")));
	c->host_data = arena_cstr(a, jv_get_str(v, STR("hostDataFile")));
	c->id_block = jv_is(jv_getz(v, "idBlock"), JV_TRUE);
	if (c->product == SNP_PRODUCT_NONE)
		return bad_config(r, "product");
	if (!jv_to_int(jv_getz(v, "reportVersion"), &c->version) ||
	    c->version < 2 || c->version > 5)
		return bad_config(r, "reportVersion");
	if (!read_hex_word(&c->policy, jv_get_str(v, STR("policy"))) ||
	    !read_hex_word(
		&c->platform_info, jv_get_str(v, STR("platformInfo"))))
		return bad_config(r, "policy or platformInfo");
	if (!read_tcb(&c->tcb, jv_getz(v, "tcb"), c->product))
		return bad_config(r, "tcb");
	if (!read_bytes(&c->chip_id, a, v, "chipId", SNP_CHIP_ID_LEN) ||
	    !read_bytes(
		&c->measurement, a, v, "measurement", SNP_MEASUREMENT_LEN))
		return bad_config(r, "chipId or measurement");
	return 0;
}
