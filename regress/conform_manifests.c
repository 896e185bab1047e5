/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests: canonical bytes, verdicts, keys, digests, recorded files and
 * extracted policies.  The cases below generate/ are judged in
 * conform_generate.c, where that is linked.
 */
#include <string.h>

#include "compiler/emit/manifest_fill.h"
#include "regress/conform.h"
#include "runtime/base/encode.h"
#include "runtime/base/jv.h"
#include "runtime/manifest/idblock.h"
#include "runtime/manifest/manifest.h"
#include "runtime/pki/sign.h"

#include "runtime/base/banned.h"

void conform_manifests_generate(struct conform *c, const char *dir)
    __attribute__((weak));

static bool
read_json(struct conform *c, struct jv **out, const char *path)
{
	struct rt_err err = {0};
	struct str text;

	if (!conform_read(&text, c->arena, path))
		return false;
	if (jv_parse(out, c->arena, text, &err) == 0)
		return true;
	conform_fail(c, path, "%s", err.text);
	return false;
}

static void
same_text(struct conform *c, const char *name, struct str got, struct str want)
{
	size_t i;

	if (str_eq(got, want)) {
		conform_pass(c);
		return;
	}
	for (i = 0; i < got.n && i < want.n && got.p[i] == want.p[i]; i++)
		;
	conform_fail(c, name, "differs at byte %zu: got \"%.*s\"", i,
	    STR_ARG(str_sub(got, i, i + 40)));
}

static struct str
bytes_str(const unsigned char *p, size_t n)
{
	return (struct str){(const char *)p, n};
}

static struct str
hex_member(struct conform *c, const struct jv *v, const char *name)
{
	struct str raw = {"", 0};

	if (rt_unhex(&raw, c->arena, jv_get_str(v, str_from(name)), NULL) != 0)
		return (struct str){"", 0};
	return raw;
}

/* canonical/NAME.fmtF.in.json and .out.json */

static bool
canonical(struct conform *c, struct str *out, const char *name, struct str in,
    enum manifest_format format)
{
	struct rt_err err = {0};
	struct manifest m;
	struct buf b = {0};
	int rc = manifest_read(&m, c->arena, in, false, &err);

	if (rc == 0 && m.format != format)
		rc = manifest_convert(&m, c->arena, format, NULL, &err);
	if (rc != 0) {
		conform_fail(c, name, "%s", err.text);
		return false;
	}
	manifest_write(&b, &m);
	*out = arena_str(c->arena, buf_str(&b));
	buf_free(&b);
	return true;
}

static void
canonical_case(struct conform *c, const char *dir, const char *name)
{
	struct str n = str_from(name), stem, in, want, got, again;
	size_t dot;
	int format;
	const char *out;

	if (!str_ends(n, STR(".in.json")))
		return;
	stem = str_sub(n, 0, n.n - strlen(".in.json"));
	dot = str_find(stem, STR(".fmt"), 0);
	format = dot == SIZE_MAX
		     ? -1
		     : manifest_format_find(str_sub(stem, dot + 4, stem.n));
	out = arena_printf(c->arena, "%s/%.*s.out.json", dir, STR_ARG(stem)).p;
	if (format < 0 ||
	    !conform_read(&in, c->arena, conform_path(c->arena, dir, name)) ||
	    !conform_read(&want, c->arena, out)) {
		conform_fail(c, name, "no format, or no expected file");
		return;
	}
	if (!canonical(c, &got, name, in, (enum manifest_format)format))
		return;
	same_text(c, name, got, want);
	if (canonical(c, &again, name, got, (enum manifest_format)format))
		same_text(c, name, again, got);
}

static void
run_canonical(struct conform *c, const char *dir)
{
	size_t i, n;
	const char **names = conform_list(c->arena, dir, &n);

	for (i = 0; i < n; i++)
		canonical_case(c, dir, names[i]);
}

/* validate/cases.json */

static bool
has_path(const struct manifest_notes *notes, struct str path)
{
	const struct manifest_note *n;

	VEC_FOREACH(n, &notes->v) {
		if (str_eq(n->path, path))
			return true;
	}
	return false;
}

static void
validate_case(struct conform *c, const struct jv *v)
{
	const char *name = arena_cstr(c->arena, jv_get_str(v, STR("name")));
	struct str want = jv_get_str(v, STR("verdict"));
	struct str text = jv_get_str(v, STR("raw"));
	const struct jv *paths = jv_getz(v, "failing_paths");
	enum manifest_verdict verdict = MANIFEST_PARSE_ERROR;
	struct manifest_notes notes = {0};
	struct buf b = {0};
	struct manifest m;
	size_t i;

	if (jv_getz(v, "manifest") != NULL) {
		jv_print(&b, jv_getz(v, "manifest"), JV_COMPACT);
		text = buf_str(&b);
	}
	if (manifest_read(&m, c->arena, text, false, NULL) == 0)
		verdict = manifest_validate(&notes, c->arena, &m);
	buf_free(&b);
	if (!str_eqz(want, manifest_verdict_name(verdict))) {
		conform_fail(c, name, "verdict %s, not %.*s",
		    manifest_verdict_name(verdict), STR_ARG(want));
		return;
	}
	for (i = 0; paths != NULL && i < paths->items.n; i++) {
		struct str path = jv_str(paths->items.p[i]);

		if (!has_path(&notes, path)) {
			conform_fail(
			    c, name, "%.*s is not named", STR_ARG(path));
			return;
		}
	}
	conform_pass(c);
}

static void
run_validate(struct conform *c, const char *dir)
{
	struct jv *cases = NULL;
	struct jv **it;

	if (!read_json(c, &cases, conform_path(c->arena, dir, "cases.json")))
		return;
	VEC_FOREACH(it, &cases->items)
		validate_case(c, *it);
}

/* digests/ */

static void
idblock_case(struct conform *c, const struct jv *v)
{
	struct str digest = hex_member(c, v, "launch_digest");
	struct idblock b;
	struct rt_err err = {0};
	unsigned char sum[SHA256_LEN];
	int64_t policy = 0;

	jv_to_int(jv_getz(v, "guest_policy_u64"), &policy);
	if (digest.n != IDBLOCK_MEASUREMENT_LEN ||
	    idblock_make(&b, (const unsigned char *)digest.p, (uint64_t)policy,
		&err) != 0) {
		conform_fail(c, "idblock", "%s", err.text);
		return;
	}
	rt_sha256(sum, bytes_str(b.auth, sizeof(b.auth)));
	same_text(c, "id block", bytes_str(b.block, sizeof(b.block)),
	    hex_member(c, v, "id_block_hex"));
	same_text(c, "id key x", bytes_str(b.x, sizeof(b.x)),
	    hex_member(c, v, "id_key_qx_be_hex"));
	same_text(c, "id key y", bytes_str(b.y, sizeof(b.y)),
	    hex_member(c, v, "id_key_qy_be_hex"));
	same_text(c, "id key digest",
	    bytes_str(b.key_digest, sizeof(b.key_digest)),
	    hex_member(c, v, "id_key_digest_sha384_hex"));
	same_text(c, "id authentication", bytes_str(sum, sizeof(sum)),
	    hex_member(c, v, "id_auth_sha256_hex"));
}

static void
policy_case(struct conform *c, const struct jv *v)
{
	struct str text = jv_get_str(v, STR("policy_utf8")), decoded;
	struct buf b = {0};

	same_text(c, "policy hash", rt_sha256_hex(c->arena, text),
	    jv_get_str(v, STR("policy_hash_hex")));
	rt_base64(&b, text);
	same_text(c, "annotation", buf_str(&b),
	    jv_get_str(v, STR("annotation_base64")));
	if (rt_unbase64(&decoded, c->arena, buf_str(&b), NULL) != 0)
		conform_fail(c, "annotation", "cannot be decoded");
	else
		same_text(c, "annotation decoded", decoded, text);
	buf_free(&b);
}

static void
transition_case(struct conform *c, const char *top, const struct jv *v)
{
	const char *file =
	    arena_cstr(c->arena, jv_get_str(v, STR("manifest_file")));
	struct str previous = hex_member(c, v, "previous_transition_hex");
	struct str text;
	unsigned char sum[SHA256_LEN];

	if (!conform_read(&text, c->arena, conform_path(c->arena, top, file)) ||
	    previous.n != SHA256_LEN) {
		conform_fail(c, file, "cannot be read");
		return;
	}
	rt_sha256(sum, text);
	same_text(c, "manifest hash", bytes_str(sum, sizeof(sum)),
	    hex_member(c, v, "manifest_sha256_hex"));
	manifest_transition(sum, text, (const unsigned char *)previous.p);
	same_text(c, "transition hash", bytes_str(sum, sizeof(sum)),
	    hex_member(c, v, "transition_hex"));
	rt_sha256(sum, rt_hex(c->arena, sum, sizeof(sum)));
	same_text(c, "signed hash", bytes_str(sum, sizeof(sum)),
	    hex_member(c, v, "ecdsa_message_hash_hex"));
}

/* What `sign --prepare` writes, and a signature over it by keys/wo.pem. */
static void
signature_case(struct conform *c, const char *top, const char *dir)
{
	struct str prepare, sig, pem, hash, owner;
	struct pki_owner_key k = {0};
	int rc = RT_EFORMAT;

	if (!conform_read(&prepare, c->arena,
		conform_path(c->arena, dir, "transition.prepare")) ||
	    !conform_read(&sig, c->arena,
		conform_path(c->arena, dir, "transition.wo.sig")) ||
	    !conform_read(
		&pem, c->arena, conform_path(c->arena, top, "keys/wo.pem")))
		return;
	if (pki_owner_public(&k, c->arena, PKI_OWNER_WORKLOAD, pem, NULL) ==
		0 &&
	    rt_unhex(&hash, c->arena, prepare, NULL) == 0 &&
	    hash.n == SHA256_LEN) {
		owner = pki_owner_hex(c->arena, &k);
		rc = pki_transition_verify(
		    &owner, 1, (const unsigned char *)hash.p, sig, NULL);
	}
	if (rc == 0)
		conform_pass(c);
	else
		conform_fail(c, "transition.wo.sig", "does not verify");
}

static void
run_digests(struct conform *c, const char *top, const char *dir)
{
	struct jv *v = NULL;
	struct jv **it;

	if (read_json(c, &v, conform_path(c->arena, dir, "idblock.json")))
		VEC_FOREACH(it, &v->items)
			idblock_case(c, *it);
	if (read_json(c, &v, conform_path(c->arena, dir, "policy.json")))
		VEC_FOREACH(it, &v->items)
			policy_case(c, *it);
	if (read_json(c, &v, conform_path(c->arena, dir, "transition.json")))
		VEC_FOREACH(it, &v->items)
			transition_case(c, top, *it);
	signature_case(c, top, dir);
}

/* keys/expected.json: `files` are named from the directory above */

struct key_form {
	const char *list, *der; /* members of expected.json */
	enum pki_owner kind;
};

static void
key_case(struct conform *c, const char *top, const struct key_form *form,
    const struct jv *v, const char *file)
{
	struct pki_owner_key k = {0};
	struct rt_err err = {0};
	struct str pem, digest = jv_get_str(v, STR("digest_sha256_hex"));

	if (!conform_read(&pem, c->arena, conform_path(c->arena, top, file)) ||
	    pki_owner_public(&k, c->arena, form->kind, pem, &err) != 0) {
		conform_fail(c, file, "%s", err.text);
		return;
	}
	same_text(c, file, pki_owner_hex(c->arena, &k),
	    jv_get_str(v, str_from(form->der)));
	if (digest.n > 0)
		same_text(c, file, pki_owner_digest_hex(c->arena, &k), digest);
}

static void
run_keys(struct conform *c, const char *top, const char *dir)
{
	static const struct key_form forms[] = {
	    {"workload_owner", "spki_der_hex", PKI_OWNER_WORKLOAD},
	    {"seedshare_owner", "pkcs1_der_hex", PKI_OWNER_SEEDSHARE},
	};
	struct jv *all = NULL;
	size_t f, i, k;

	if (!read_json(c, &all, conform_path(c->arena, dir, "expected.json")))
		return;
	for (f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
		const struct jv *list = jv_get(all, str_from(forms[f].list));

		for (i = 0; list != NULL && i < list->items.n; i++) {
			const struct jv *v = list->items.p[i];
			const struct jv *files = jv_getz(v, "files");

			for (k = 0; files != NULL && k < files->items.n; k++)
				key_case(c, top, &forms[f], v,
				    arena_cstr(
					c->arena, jv_str(files->items.p[k])));
		}
	}
}

/* policies/: annotated.yml, and the members Policies of expected.json */

static bool
extracted(struct conform *c, struct jv **out, struct str text,
    enum secret_id_format format)
{
	const struct fill_options options = {.format = -1};
	struct workload_policies w = {0};
	struct k8s_objects objects = {0};
	struct units units = {0};
	struct manifest m;
	struct buf b = {0};
	struct diags d;
	bool ok;

	diags_init(&d, c->arena);
	manifest_init(&m, MANIFEST_2);
	ok = yaml_read(&units, c->arena, &d,
		 source_new(c->arena, STR("annotated.yml"), text)) &&
	     k8s_objects_read(&objects, c->arena, &d, &units) &&
	     extract_policies(&w, c->arena, &d, &objects, format) &&
	     fill_policies(&m, c->arena, &d, &options, &w);
	manifest_write_policies(&b, &m);
	ok = ok && jv_parse(out, c->arena, buf_str(&b), NULL) == 0;
	buf_free(&b);
	return ok;
}

/* What v1.2 extracts is a part of what we do; it knows no roles. */
static void
old_policies(struct conform *c, const struct jv *want, const struct jv *got)
{
	static const char *const members[] = {"SANs", "WorkloadSecretID"};
	const struct jv_member *m;
	size_t i;

	VEC_FOREACH(m, &want->members) {
		for (i = 0; i < 2; i++) {
			struct str key = str_from(members[i]);
			const struct jv *a = jv_get(m->value, key);
			const struct jv *b = jv_get(jv_get(got, m->key), key);

			if (a != NULL && b != NULL && jv_equal(a, b))
				conform_pass(c);
			else
				conform_fail(c, arena_cstr(c->arena, m->key),
				    "%s differs from v1.2", members[i]);
		}
	}
}

static void
run_policies(struct conform *c, const char *dir)
{
	struct jv *want = NULL, *got = NULL;
	struct str text;

	if (!conform_read(
		&text, c->arena, conform_path(c->arena, dir, "annotated.yml")))
		return;
	if (!read_json(c, &want, conform_path(c->arena, dir, "expected.json")))
		return;
	if (extracted(c, &got, text, SECRET_ID_QUALIFIED) &&
	    jv_getz(want, "contrastc") != NULL &&
	    jv_equal(jv_getz(want, "contrastc"), got))
		conform_pass(c);
	else
		conform_fail(c, "policies", "other entries than expected");
	if (jv_getz(want, "v1.2") != NULL &&
	    extracted(c, &got, text, SECRET_ID_NAME))
		old_policies(c, jv_getz(want, "v1.2"), got);
}

/* recorded/: canonical already, or of a format that is only read */

static void
recorded_case(struct conform *c, const char *dir, const char *name)
{
	struct str text;
	struct manifest m;
	struct rt_err err = {0};
	struct buf b = {0};

	if (!str_ends(str_from(name), STR(".manifest.json")))
		return;
	if (!conform_read(&text, c->arena, conform_path(c->arena, dir, name)) ||
	    manifest_read(&m, c->arena, text, true, &err) != 0) {
		conform_fail(c, name, "%s", err.text);
		return;
	}
	if (m.format < MANIFEST_1_2) {
		if (manifest_read(&m, c->arena, text, false, NULL) == 0)
			conform_fail(c, name, "is read without being asked to");
		else
			conform_pass(c);
		return;
	}
	manifest_write(&b, &m);
	same_text(c, name, buf_str(&b), text);
	buf_free(&b);
}

static void
run_recorded(struct conform *c, const char *dir)
{
	size_t i, n;
	const char **names = conform_list(c->arena, dir, &n);

	for (i = 0; i < n; i++)
		recorded_case(c, dir, names[i]);
}

void
conform_manifests(struct conform *c, const char *dir)
{
	struct arena *a = c->arena;

	run_canonical(c, conform_path(a, dir, "canonical"));
	run_validate(c, conform_path(a, dir, "validate"));
	run_keys(c, dir, conform_path(a, dir, "keys"));
	run_digests(c, dir, conform_path(a, dir, "digests"));
	run_policies(c, conform_path(a, dir, "policies"));
	run_recorded(c, conform_path(a, dir, "recorded"));
	if (conform_manifests_generate != NULL)
		conform_manifests_generate(c, conform_path(a, dir, "generate"));
	else
		conform_skip(c, "generate", "the passes are not linked");
	conform_skip(c, "resources", "there is no command `resources' yet");
}
