/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version text (cli 2.6): images, targets, the platforms and what is known
 * of them; or all of it as JSON.
 */
#include <stdlib.h>

#include "compiler/cmd/cmd.h"
#include "compiler/lower/target.h"
#include "compiler/pass/pass.h"
#include "runtime/base/encode.h"
#include "runtime/base/jv.h"
#include "runtime/manifest/refvalues.h"
#include "runtime/base/banned.h"

static void
snp(struct buf *b, const struct manifest_snp *e)
{
	static const char *const names[] = {
	    "bootloader", "tee", "snp", "microcode"};
	int i;

	buf_printf(b, "    - launch digest:     %.*s\n      default SNP TCB:\n",
	    STR_ARG(e->measurement));
	for (i = 0; i < 4; i++) {
		buf_printf(b, "          %s:%*s", names[i],
		    14 - (int)str_from(names[i]).n, "");
		if (e->tcb.v[i] < 0)
			buf_puts(b, "(no default)\n");
		else
			buf_printf(b, "%d\n", e->tcb.v[i]);
	}
}

static void
tdx(struct buf *b, const struct manifest_tdx *e)
{
	int i;

	buf_printf(b, "    - mrTd:              %.*s\n", STR_ARG(e->mr_td));
	for (i = 0; i < MANIFEST_RTMRS; i++)
		buf_printf(b, "      rtrm[%d]:           %.*s\n", i,
		    STR_ARG(e->rtmr[i]));
	buf_printf(b,
	    "      mrSeam:            %.*s\n      tdAttributes:      %.*s\n"
	    "      xfam:              %.*s\n",
	    STR_ARG(e->mr_seam), STR_ARG(e->td_attributes), STR_ARG(e->xfam));
}

static void
platform(struct buf *b, struct arena *a, const struct refvalues *r,
    const struct platform *p)
{
	const char *handler = refvalues_handler(r, p);
	const struct manifest_snp *s;
	const struct manifest_tdx *t;
	struct manifest m;

	manifest_init(&m, MANIFEST_1_10);
	if (handler == NULL || manifest_add_platform(&m, a, r, p, NULL) != 0)
		return;
	buf_printf(b,
	    "\nreference values for %s platform:\n"
	    "    runtime handler:     %s\n",
	    p->name, handler);
	if (refvalues_is_placeholder(r, p))
		buf_puts(b, "    (placeholders: match no hardware)\n");
	VEC_FOREACH(s, &m.refs.snp)
		snp(b, s);
	VEC_FOREACH(s, &m.refs.simulated)
		snp(b, s);
	VEC_FOREACH(t, &m.refs.tdx)
		tdx(b, t);
}

/* Placeholders until a release pins them. */
static void
images(struct buf *b)
{
	size_t i;

	buf_puts(b, "\ncontainer image versions:\n");
	for (i = 0; pass_images[i] != NULL; i++)
		buf_printf(b, "    %s\n", pass_images[i]);
}

/* The digest is that of what `settings init` writes. */
static void
targets(struct buf *b, struct arena *a)
{
	const struct target *t;
	size_t i;

	buf_puts(b, "\ntargets:\n");
	for (i = 0; (t = target_at(i)) != NULL; i++)
		buf_printf(b,
		    "    %s\n      carrier:           %s\n"
		    "      settings:          %.*s\n",
		    t->name, t->initdata ? "initdata" : "policy annotation",
		    STR_ARG(rt_sha256_hex(a, t->defaults)));
}

static struct jv *
targets_json(struct arena *a)
{
	struct jv *list = jv_array(a), *o, *settings;
	const struct target *t;
	size_t i;

	for (i = 0; (t = target_at(i)) != NULL; i++) {
		o = jv_push(a, list, jv_object(a));
		jv_put_str(a, o, "name", str_from(t->name));
		jv_put_str(a, o, "carrier",
		    t->initdata ? STR("initdata") : STR("policy"));
		jv_put_str(
		    a, o, "settingsSHA256", rt_sha256_hex(a, t->defaults));
		if (jv_parse(&settings, a, t->defaults, NULL) == 0)
			jv_put_str(a, o, "pauseImage",
			    jv_str(jv_path(settings, "cluster_config",
				"pause_container_image", NULL)));
	}
	return list;
}

static void
platform_json(struct arena *a, struct jv *list, const struct refvalues *r,
    const struct platform *p)
{
	struct jv *o = jv_push(a, list, jv_object(a)), *v;
	const char *handler = refvalues_handler(r, p);
	struct manifest m;
	struct buf b = {0};

	jv_put_str(a, o, "name", str_from(p->name));
	jv_put_str(a, o, "targetV12", str_from(p->target_v12));
	jv_put_str(a, o, "targetLatest", str_from(p->target_latest));
	manifest_init(&m, MANIFEST_1_10);
	if (handler == NULL || manifest_add_platform(&m, a, r, p, NULL) != 0)
		return;
	jv_put_str(a, o, "runtimeHandler", str_from(handler));
	jv_set(a, o, STR("placeholder"),
	    jv_bool(a, refvalues_is_placeholder(r, p)));
	manifest_write(&b, &m);
	if (jv_parse(&v, a, buf_str(&b), NULL) == 0)
		jv_set(a, o, STR("referenceValues"),
		    jv_getz(v, "ReferenceValues"));
	buf_free(&b);
}

static void
put_text(struct buf *b, struct run *r, const struct refvalues *refs)
{
	size_t i;

	buf_printf(b, "%s version v%s\n", r->program, CONTRASTC_VERSION);
	images(b);
	targets(b, r->arena);
	for (i = 0; i < nplatforms; i++)
		platform(b, r->arena, refs, &platforms[i]);
}

static void
put_json(struct buf *b, struct arena *a, const struct refvalues *refs)
{
	struct jv *o = jv_object(a), *list;
	size_t i;

	jv_put_int(a, o, "version", 1);
	jv_put_str(a, o, "contrastc", STR("v" CONTRASTC_VERSION));
	list = jv_set(a, o, STR("images"), jv_array(a));
	for (i = 0; pass_images[i] != NULL; i++)
		jv_push(a, list, jv_string(a, str_from(pass_images[i])));
	jv_set(a, o, STR("targets"), targets_json(a));
	list = jv_set(a, o, STR("platforms"), jv_array(a));
	for (i = 0; i < nplatforms; i++)
		platform_json(a, list, refs, &platforms[i]);
	jv_print(b, o, JV_PRETTY);
	buf_putc(b, '\n');
}

int
cmd_version(struct run *r)
{
	struct refvalues *refs;
	struct buf b = {0};
	struct rt_err err;
	int status;

	if (refvalues_load(
		&refs, r->arena, NULL, getenv("CONTRASTC_DATA_DIR"), &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "%s", err.text);
	if (opt_on(r, OPT_JSON))
		put_json(&b, r->arena, refs);
	else
		put_text(&b, r, refs);
	status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status;
}
