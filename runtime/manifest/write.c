/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical bytes (cli 7.5): what Go's json.MarshalIndent prints. */
#include "runtime/base/jv.h"
#include "runtime/manifest/manifest_int.h"
#include "runtime/base/banned.h"

struct writer {
	struct buf *out;
	unsigned depth;
	bool first; /* nothing yet at this level */
};

static void
newline(struct writer *w)
{
	buf_putc(w->out, '\n');
	buf_fill(w->out, ' ', 2 * (size_t)w->depth);
}

static void
open_level(struct writer *w, char c)
{
	buf_putc(w->out, c);
	w->depth++;
	w->first = true;
}

static void
close_level(struct writer *w, char c)
{
	w->depth--;
	if (!w->first)
		newline(w);
	buf_putc(w->out, c);
	w->first = false;
}

static void
next_item(struct writer *w)
{
	if (!w->first)
		buf_putc(w->out, ',');
	w->first = false;
	newline(w);
}

/* Length of the UTF-8 sequence at `i`, 0 if it is malformed. */
static size_t
sequence(struct str s, size_t i)
{
	size_t n;

	for (n = 1; n <= 4 && i + n <= s.n; n++) {
		if (str_is_utf8(str_sub(s, i, i + n)))
			return n;
	}
	return 0;
}

static void
put_wide(struct buf *out, struct str s, size_t *i)
{
	size_t n = sequence(s, *i);
	struct str seq = str_sub(s, *i, *i + n);

	if (n == 0)
		buf_puts(out, "\\ufffd");
	else if (str_eq(seq, STR("\xe2\x80\xa8")))
		buf_puts(out, "\\u2028");
	else if (str_eq(seq, STR("\xe2\x80\xa9")))
		buf_puts(out, "\\u2029");
	else
		buf_put(out, seq);
	*i += n == 0 ? 1 : n;
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' &&
	       c != '>' && c != '&';
}

static void
put_string(struct buf *out, struct str s)
{
	size_t i = 0, from;

	buf_putc(out, '"');
	while (i < s.n) {
		for (from = i; i < s.n && is_plain((unsigned char)s.p[i]); i++)
			;
		buf_put(out, str_sub(s, from, i));
		if (i == s.n)
			break;
		if ((unsigned char)s.p[i] >= 0x80)
			put_wide(out, s, &i);
		else
			jv_print_escape(out, (unsigned char)s.p[i++]);
	}
	buf_putc(out, '"');
}

static void
put_name(struct writer *w, struct str name)
{
	next_item(w);
	put_string(w->out, name);
	buf_puts(w->out, ": ");
}

static void
put_strings(struct writer *w, const struct str *p, size_t n, bool set)
{
	size_t i;

	if (!set) {
		buf_puts(w->out, "null");
		return;
	}
	open_level(w, '[');
	for (i = 0; i < n; i++) {
		next_item(w);
		put_string(w->out, p[i]);
	}
	close_level(w, ']');
}

static void put_object(
    struct writer *w, const struct mf_table *t, const void *p);

static void
put_entries(struct writer *w, const struct mf_table *t, const struct mf_vec *v)
{
	size_t i;

	open_level(w, '[');
	for (i = 0; i < v->n; i++) {
		next_item(w);
		put_object(w, t, v->p + i * t->size);
	}
	close_level(w, ']');
}

static void
put_policies(struct writer *w, const struct manifest *m)
{
	size_t i;

	if (!m->policies_set && m->policies.n == 0) {
		buf_puts(w->out, "null");
		return;
	}
	open_level(w, '{');
	for (i = 0; i < m->policies.n; i++) {
		put_name(w, m->policies.p[i].hash);
		put_object(w, &mf_policy_table, &m->policies.p[i]);
	}
	close_level(w, '}');
}

static void
put_optional(struct buf *out, int32_t n)
{
	if (n < 0)
		buf_puts(out, "null");
	else
		buf_printf(out, "%d", n);
}

static bool
is_zero(const struct mf_field *f, const void *at)
{
	switch (f->type) {
	case MF_STRING:
	case MF_HEX:
		return ((const struct str *)at)->n == 0;
	case MF_BOOL:
		return !*(const bool *)at;
	case MF_UINT:
		return *(const uint64_t *)at == 0;
	case MF_TCB:
		return *(const int16_t *)at < 0;
	case MF_ENTRIES:
		return ((const struct mf_vec *)at)->n == 0;
	case MF_BYTE:
	case MF_SVN:
	case MF_STRINGS:
	case MF_HEXES:
	case MF_RTMRS:
	case MF_OBJECT:
	case MF_POLICIES:
		break;
	}
	return false;
}

static void
put_value(struct writer *w, const struct mf_field *f, const void *at)
{
	const struct manifest_list *l = at;

	switch (f->type) {
	case MF_STRING:
	case MF_HEX:
		put_string(w->out, *(const struct str *)at);
		break;
	case MF_BOOL:
		buf_puts(w->out, *(const bool *)at ? "true" : "false");
		break;
	case MF_BYTE:
		buf_printf(w->out, "%u", *(const uint8_t *)at);
		break;
	case MF_UINT:
		buf_printf(
		    w->out, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	case MF_TCB:
		put_optional(w->out, *(const int16_t *)at);
		break;
	case MF_SVN:
		put_optional(w->out, *(const int32_t *)at);
		break;
	case MF_STRINGS:
	case MF_HEXES:
		put_strings(w, l->v.p, l->v.n, l->set);
		break;
	case MF_RTMRS:
		put_strings(w, at, MANIFEST_RTMRS, true);
		break;
	case MF_OBJECT:
		put_object(w, f->sub, at);
		break;
	case MF_ENTRIES:
		put_entries(w, f->sub, at);
		break;
	case MF_POLICIES:
		put_policies(w, at);
		break;
	}
}

static void
put_object(struct writer *w, const struct mf_table *t, const void *p)
{
	size_t i;

	open_level(w, '{');
	for (i = 0; i < t->n; i++) {
		const struct mf_field *f = &t->fields[i];
		/* Policies is written from the manifest as a whole. */
		const char *at = (const char *)p + f->off;

		if ((f->flags & MF_OMIT) != 0 && is_zero(f, at))
			continue;
		put_name(w, str_from(f->name));
		put_value(w, f, f->type == MF_POLICIES ? p : at);
	}
	close_level(w, '}');
}

void
mf_write_object(struct buf *out, const struct mf_table *t, const void *p)
{
	struct writer w = {out, 0, true};

	put_object(&w, t, p);
}

void
manifest_write(struct buf *out, const struct manifest *m)
{
	mf_write_object(out, mf_table_of(m->format), m);
	buf_putc(out, '\n');
}

void
manifest_write_policies(struct buf *out, const struct manifest *m)
{
	struct writer w = {out, 0, true};

	put_policies(&w, m);
	buf_putc(out, '\n');
}
