/* SPDX-License-Identifier: Apache-2.0 */
/* The version text (cli 2.6): the platforms and what is known of them. */
#include <stdlib.h>

#include "compiler/cmd/cmd.h"
#include "runtime/base/buf.h"
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

int
cmd_version(struct run *r)
{
	struct refvalues *refs;
	struct buf b = {0};
	struct rt_err err;
	int status;
	size_t i;

	if (refvalues_load(
		&refs, r->arena, NULL, getenv("CONTRASTC_DATA_DIR"), &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "%s", err.text);
	buf_printf(&b, "%s version v%s\n", r->program, CONTRASTC_VERSION);
	for (i = 0; i < nplatforms; i++)
		platform(&b, r->arena, refs, &platforms[i]);
	status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status;
}
