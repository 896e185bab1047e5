/* SPDX-License-Identifier: Apache-2.0 */
/* manifest validate|canonical|hash|convert FILE (cli 2.8). */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "compiler/emit/keys.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/manifest/manifest.h"
#include "runtime/base/banned.h"

struct job {
	struct run *run;
	const char *path;
	struct str text;
	struct manifest m;
};

static int
read_manifest(struct job *j)
{
	struct rt_err err;

	if (manifest_read(&j->m, j->run->arena, j->text,
		opt_on(j->run, OPT_LEGACY), &err) == 0)
		return EXIT_OK;
	return cmd_fail(j->run, EXIT_FINDINGS, "%s: %s", j->path, err.text);
}

static int
print_manifest(struct job *j)
{
	struct buf b = {0};
	struct file_set files;
	struct rt_err err;
	size_t changed;
	int status;

	manifest_write(&b, &j->m);
	if (!opt_on(j->run, OPT_WRITE)) {
		status = cmd_print(j->run, buf_str(&b));
		buf_free(&b);
		return status;
	}
	file_set_init(&files, j->run->arena);
	file_set_add(
	    &files, j->path, arena_str(j->run->arena, buf_str(&b)), 0644);
	buf_free(&b);
	if (file_set_stage(&files, &err) != 0 ||
	    file_set_commit(&files, &changed, &err) != 0)
		return cmd_fail(j->run, EXIT_ENVIRONMENT, "write %s", err.text);
	return EXIT_OK;
}

/* One line a finding, then the verdict. */
static int
validate(struct job *j)
{
	struct manifest_notes notes = {0};
	const struct manifest_note *n;
	enum manifest_verdict v;
	struct buf b = {0};
	struct rt_err err;
	int status;

	if (manifest_read(&j->m, j->run->arena, j->text,
		opt_on(j->run, OPT_LEGACY), &err) != 0) {
		v = MANIFEST_PARSE_ERROR;
		buf_printf(&b, "%s\n", err.text);
	} else {
		v = manifest_validate(&notes, j->run->arena, &j->m);
	}
	VEC_FOREACH(n, &notes.v)
		buf_printf(
		    &b, "%.*s: %.*s\n", STR_ARG(n->path), STR_ARG(n->text));
	buf_printf(&b, "%s\n", manifest_verdict_name(v));
	status = cmd_print(j->run, buf_str(&b));
	buf_free(&b);
	if (status != EXIT_OK)
		return status;
	if (v == MANIFEST_OK)
		return EXIT_OK;
	return v == MANIFEST_EXPECTED_MISSING &&
		       opt_on(j->run, OPT_ALLOW_MISSING)
		   ? EXIT_OK
		   : EXIT_FINDINGS;
}

static int
canonical(struct job *j)
{
	int status = read_manifest(j);

	return status != EXIT_OK ? status : print_manifest(j);
}

static int
hash(struct job *j)
{
	return cmd_print(
	    j->run, arena_printf(j->run->arena, "%.*s\n",
			STR_ARG(rt_sha256_hex(j->run->arena, j->text))));
}

static int
convert(struct job *j)
{
	const struct opt_value *paths = &j->run->opt[OPT_CONVERT_KEY];
	const char *name = opt_str(j->run, OPT_TO);
	struct manifest_list hex = {0};
	struct owner_keys keys = {0};
	struct owner_key *k;
	struct rt_err err;
	int format = name == NULL ? -1 : manifest_format_find(str_from(name));
	int status = read_manifest(j);

	if (status != EXIT_OK)
		return status;
	if (format < MANIFEST_1_2)
		return cmd_fail(j->run, EXIT_USAGE,
		    "parse flags: --to needs 1.2, 1.7, 1.10 or 2");
	if (paths->values.n > 0 &&
	    !keys_load(&keys, j->run->arena, &j->run->diags, PKI_OWNER_WORKLOAD,
		paths->values.p, paths->values.n)) {
		cmd_report(j->run);
		return EXIT_FINDINGS;
	}
	VEC_FOREACH(k, &keys.list)
		manifest_list_add(
		    &hex, j->run->arena, pki_owner_hex(j->run->arena, &k->key));
	keys_wipe(&keys);
	if (manifest_convert(&j->m, j->run->arena, (enum manifest_format)format,
		&hex, &err) != 0)
		return cmd_fail(
		    j->run, EXIT_FINDINGS, "%s: %s", j->path, err.text);
	return print_manifest(j);
}

static const struct {
	const char *name;
	int (*run)(struct job *);
} verbs[] = {{"validate", validate}, {"canonical", canonical}, {"hash", hash},
    {"convert", convert}};

int
cmd_manifest(struct run *r)
{
	struct job j = {.run = r};
	struct rt_err err;
	size_t i;

	if (r->args.n != 2)
		return cmd_fail(r, EXIT_USAGE,
		    "manifest: name a verb (validate, canonical, hash, "
		    "convert) and one file");
	j.path = r->args.p[1];
	for (i = 0; i < 4; i++) {
		if (strcmp(verbs[i].name, r->args.p[0]) != 0)
			continue;
		if (file_read(&j.text, r->arena, j.path, MANIFEST_SIZE_MAX,
			&err) != 0)
			return cmd_fail(r, EXIT_ENVIRONMENT, "%s", err.text);
		return verbs[i].run(&j);
	}
	return cmd_fail(
	    r, EXIT_USAGE, "manifest: unknown verb: %s", r->args.p[0]);
}
