/* SPDX-License-Identifier: Apache-2.0 */
/* Findings and faults of `rego`, with OPA's codes (rego 5.8 and 8.1). */
#include <string.h>

#include "compiler/cmd/rego.h"
#include "runtime/base/banned.h"

static const struct {
	enum diag_id id;
	const char *code;
} codes[] = {
    {DIAG_REGO_UNSAFE, "rego_unsafe_var_error"},
    {DIAG_REGO_RECURSION, "rego_recursion_error"},
    {DIAG_REGO_FUNCTION, "rego_type_error"},
    {DIAG_REGO_ARITY, "rego_type_error"},
    {DIAG_REGO_CONFLICT, "rego_type_error"},
    {DIAG_REGO_DEFAULTS, "rego_type_error"},
    {DIAG_REGO_ASSIGNED, "rego_compile_error"},
    {DIAG_REGO_REFERENCED, "rego_compile_error"},
    {DIAG_REGO_SHADOW, "rego_compile_error"},
    {DIAG_REGO_IMPORT_SHADOWS, "rego_compile_error"},
    {DIAG_REGO_UNUSED, "rego_compile_error"},
    {DIAG_REGO_DATA, "rego_compile_error"},
    {DIAG_REGO_PORTABLE, "rego_portable_error"},
    {DIAG_INPUT_READ, "load_error"},
};

const char *
rego_error_code(const struct diag *d)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].id == d->id)
			return codes[i].code;
	}
	return "rego_parse_error";
}

static struct jv *
location(struct arena *a, struct str file, struct place at)
{
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "file", file);
	jv_put_int(a, o, "row", at.line);
	jv_put_int(a, o, "col", at.col);
	return o;
}

static struct jv *
error_json(struct arena *a, const struct diag *d)
{
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "message", d->text);
	jv_put_str(a, o, "code", str_from(rego_error_code(d)));
	if (d->loc.source != NULL)
		(void)jv_set(a, o, STR("location"),
		    location(a, d->loc.source->name,
			source_place(a, d->loc.source, d->loc.off)));
	return o;
}

void
rego_errors_json(struct buf *out, struct run *r)
{
	struct jv *all = jv_object(r->arena);
	struct jv *list =
	    jv_set(r->arena, all, STR("errors"), jv_array(r->arena));
	struct diag **d;

	diags_sort(&r->diags);
	VEC_FOREACH(d, &r->diags.list) {
		if ((*d)->severity == DIAG_ERROR && !(*d)->suppressed)
			(void)jv_push(r->arena, list, error_json(r->arena, *d));
	}
	jv_print(out, all, JV_PRETTY);
	buf_putc(out, '\n');
}

int
rego_findings(struct run *r, bool json)
{
	struct buf b = {0};
	int status;

	if (!json) {
		cmd_report(r);
		return r->diags.errors == 0 ? EXIT_OK : cmd_status(r);
	}
	if (r->diags.errors == 0)
		return EXIT_OK;
	rego_errors_json(&b, r);
	status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status == EXIT_OK ? cmd_status(r) : status;
}

/* Faults */

static struct str
fault_code(const struct rego_where *w)
{
	static const char *const names[] = {"",
#define X(id, code) code,
	    REGO_FAULTS(X)
#undef X
	};

	return str_from(names[w->fault.code]);
}

struct jv *
rego_fault_json(struct arena *a, const struct rego_where *w)
{
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "message", arena_str(a, str_from(w->fault.text)));
	jv_put_str(a, o, "code", fault_code(w));
	if (w->at.line > 0)
		(void)jv_set(a, o, STR("location"),
		    location(a, arena_str(a, w->file), w->at));
	return o;
}

struct str
rego_fault_text(struct arena *a, const struct rego_where *w)
{
	return arena_printf(a, "%.*s%s%u: %.*s: %s", STR_ARG(w->file),
	    w->file.n > 0 ? ":" : "", w->at.line, STR_ARG(fault_code(w)),
	    w->fault.text);
}
