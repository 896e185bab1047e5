/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/conform_policy.h"
#include "grammar/toml_doc.h"
#include "regress/conform.h"
#include "runtime/base/banned.h"

bool
conform_policy_module(struct str *out, struct arena *a, const char *path)
{
	struct toml *doc;
	bool found = true;

	if (!conform_read(out, a, path))
		return false;
	if (!str_starts(*out, STR("version =")))
		return true;
	if (toml_parse(&doc, a, *out, NULL) != 0)
		return false;
	*out = toml_get_str(
	    toml_get(doc, STR("data")), STR("policy.rego"), &found);
	return found;
}

/* The last rule is `policy_data := ` and JSON. */
static const struct jv *
data_of(struct arena *a, struct str text)
{
	static const char mark[] = "\npolicy_data := ";
	struct str tail = text;
	struct jv *v;
	size_t at;

	at = str_find(text, str_from(mark), 0);
	if (at == SIZE_MAX)
		return NULL;
	tail = str_trim(str_sub(text, at + sizeof(mark) - 1, text.n));
	return jv_parse(&v, a, tail, NULL) == 0 ? v : NULL;
}

const struct jv *
conform_policy_data(struct arena *a, const char *dir)
{
	struct str text;

	if (!conform_policy_module(&text, a, conform_path(a, dir, "data")))
		return NULL;
	return data_of(a, text);
}
