/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest must not hold, because everybody reads it. */
#include "compiler/emit/manifest_fill.h"
#include "compiler/lower/secret.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

static void
look(void *diags, struct jv *v, struct loc at)
{
	const char *like = NULL;

	if (v->type == JV_STRING)
		like = secret_by_form(v->text);
	if (like != NULL)
		diag_report(diags, SECRET_IN_MANIFEST, at, like)->hidden = true;
}

bool
fill_secrets(
    struct arena *a, struct diags *d, const char *path, struct str text)
{
	struct source *s;
	struct jv *v;

	/* Nearly never is there something to look for. */
	if (secret_by_form(text) == NULL || jv_parse(&v, a, text, NULL) != 0)
		return true;
	s = source_new(a, str_from(path), text);
	jv_places(v, s, look, d);
	return d->errors == 0;
}
