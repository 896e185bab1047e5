/* SPDX-License-Identifier: Apache-2.0 */
/* Which places of the text ran. */
#include <stdlib.h>
#include <string.h>

#include "runtime/rego/eval_int.h"
#include "runtime/base/banned.h"

/* A byte for each byte of a text. */
enum { RAN = 1 << 0, GAVE = 1 << 1 };

struct rego_cover {
	const struct rego_program *p;
	uint8_t **marks; /* by file */
};

struct rego_cover *
rego_cover_new(const struct rego_program *p)
{
	struct rego_cover *c = rt_calloc(1, sizeof(*c));
	size_t i;

	c->p = p;
	c->marks = rt_calloc(p->files.n + 1, sizeof(*c->marks));
	for (i = 0; i < p->files.n; i++)
		c->marks[i] = rt_calloc(p->files.p[i].text.n + 1, 1);
	return c;
}

void
rego_cover_free(struct rego_cover *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->p->files.n; i++)
		free(c->marks[i]);
	free(c->marks);
	free(c);
}

void
rego_eval_cover(struct rego_eval *e, struct rego_cover *c)
{
	e->cover = c;
}

void
eval_cover(struct rego_cover *c, const struct insn *i)
{
	if (i->file >= c->p->files.n || i->off > c->p->files.p[i->file].text.n)
		return;
	c->marks[i->file][i->off] |= i->op == INSN_YIELD ? GAVE : RAN;
}

/* NULL: no module of the program. */
static const uint8_t *
marks_of(const struct rego_cover *c, struct loc l)
{
	size_t i;

	for (i = 0; l.source != NULL && i < c->p->files.n; i++) {
		const struct file_text *f = &c->p->files.p[i];

		if (str_eq(f->name, l.source->name) &&
		    (size_t)l.off + l.len <= f->text.n)
			return c->marks[i] + l.off;
	}
	return NULL;
}

bool
rego_cover_ran(const struct rego_cover *c, struct loc l)
{
	const uint8_t *m = marks_of(c, l);
	uint32_t i;

	for (i = 0; m != NULL && i < l.len; i++) {
		if (m[i] & RAN)
			return true;
	}
	return false;
}

bool
rego_cover_gave(const struct rego_cover *c, struct loc l)
{
	const uint8_t *m = marks_of(c, l);

	return m != NULL && (m[0] & GAVE) != 0;
}
