/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/whole.h"
#include "grammar/toml_doc.h"
#include "runtime/base/banned.h"

/* The key of initdata that the agent takes its policy from. */
static int
from_initdata(struct str *out, struct arena *a, struct rt_err *err)
{
	struct toml *doc;
	bool found = true;
	int code = toml_parse(&doc, a, *out, err);

	if (code != 0)
		return code;
	*out = toml_get_str(
	    toml_get(doc, STR("data")), STR("policy.rego"), &found);
	return found ? 0
		     : rt_err_set(err, RT_EFORMAT,
			   "the initdata document has no 'policy.rego'");
}

static const struct jv *
data_of(struct arena *a, struct str module)
{
	static const char mark[] = "\npolicy_data := ";
	size_t at = str_find(module, str_from(mark), 0);
	struct jv *v;

	if (at == SIZE_MAX)
		return NULL;
	module = str_sub(module, at + sizeof(mark) - 1, module.n);
	return jv_parse(&v, a, str_trim(module), NULL) == 0 ? v : NULL;
}

int
whole_read(
    struct whole *out, struct arena *a, struct str text, struct rt_err *err)
{
	int code = 0;

	*out = (struct whole){.module = text};
	if (str_starts(text, STR("version =")) ||
	    str_starts(text, STR("algorithm =")))
		code = from_initdata(&out->module, a, err);
	if (code != 0)
		return code;
	out->data = data_of(a, out->module);
	/* No rule reads it, so only style full keeps it. */
	out->full = jv_path(out->data, "contrastc", "schema", NULL) != NULL;
	return 0;
}
