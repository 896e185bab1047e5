/* SPDX-License-Identifier: Apache-2.0 */
/* Making code: instructions, registers, constants, jumps. */
#include <stdarg.h>
#include <stdio.h>

#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

/* A unit that is larger is no policy. */
#define REGISTERS_MAX 1000000u

void
gen_error(struct gen *g, struct loc loc, const char *fmt, ...)
{
	char text[256];
	struct place at = {0, 0};
	va_list ap;

	if (g->failed != 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (loc.source != NULL)
		at = source_place(g->arena, loc.source, loc.off);
	g->failed =
	    rt_err_set(g->err, RT_EINVAL, "%u:%u: %s", at.line, at.col, text);
}

uint32_t
gen_reg(struct gen *g)
{
	if (g->nregs == REGISTERS_MAX && g->failed == 0)
		g->failed = rt_err_set(g->err, RT_ELIMIT,
		    "a rule needs more than %u registers", REGISTERS_MAX);
	return g->failed == 0 ? g->nregs++ : 0;
}

uint32_t
gen_k(struct gen *g, rv v)
{
	uintptr_t known;
	struct str key = {(const char *)&v, sizeof(v)};

	known = (uintptr_t)map_get(&g->ints, key);
	if (known != 0)
		return ~(uint32_t)(known - 1);
	rv_make_const(v);
	VEC_PUSH(g->whole, &g->k, v);
	(void)map_set(g->whole, &g->ints, arena_str(g->whole, key),
	    (void *)(uintptr_t)g->k.n);
	return ~(uint32_t)(g->k.n - 1);
}

struct insn *
gen_emit(struct gen *g, enum rego_insn op, uint32_t a, uint32_t b, uint32_t c)
{
	struct insn i = {.op = (uint8_t)op, .a = a, .b = b, .c = c};

	i.off = g->off;
	i.file = g->module != NULL ? g->module->file : FILE_QUERY;
	VEC_PUSH(g->whole, &g->code, i);
	return &g->code.p[g->code.n - 1];
}

uint32_t
gen_pool(struct gen *g, const uint32_t *v, size_t n)
{
	uint32_t first = (uint32_t)g->pool.n;
	size_t i;

	for (i = 0; i < n; i++)
		VEC_PUSH(g->whole, &g->pool, v[i]);
	return first;
}

struct gen_mark
gen_mark(struct gen *g)
{
	struct gen_mark m = {(uint32_t)g->code.n, g->choices};

	(void)gen_emit(g, INSN_MARK, 0, 0, 0);
	g->choices++;
	return m;
}

void
gen_land(struct gen *g, struct gen_mark m)
{
	g->code.p[m.at].b = (uint32_t)g->code.n;
	g->choices = m.choices;
}

void
gen_cut(struct gen *g, struct gen_mark m)
{
	(void)gen_emit(g, INSN_CUT, 0, m.choices, 0);
}

uint32_t
gen_jump(struct gen *g, enum rego_insn op, uint32_t a)
{
	(void)gen_emit(g, op, a, 0, 0);
	return (uint32_t)g->code.n - 1;
}

void
gen_here(struct gen *g, uint32_t jump)
{
	g->code.p[jump].b = (uint32_t)g->code.n;
}

bool
gen_begin(struct gen *g, struct unit *u)
{
	g->unit = u;
	g->code.n = 0;
	g->nregs = u->nargs;
	g->choices = 0;
	g->scope = NULL;
	return g->failed == 0;
}

/* The code moves to the program; constants follow when all are known. */
void
gen_end(struct gen *g)
{
	struct unit *u = g->unit;
	struct arena *a = g->heap->arena;
	struct insn *code = ARENA_ARRAY(a, struct insn, g->code.n);

	memcpy(code, g->code.p, g->code.n * sizeof(*code));
	u->code = code;
	u->ncode = (uint32_t)g->code.n;
	u->nregs = g->nregs;
	arena_reset(g->arena);
}

uint32_t
gen_builtin(struct gen *g, struct str name)
{
	struct rego_program *p = g->p;
	const struct rego_builtin *b = NULL;
	uintptr_t known = (uintptr_t)map_get(&p->builtin_ids, name);
	size_t i;

	if (known != 0)
		return (uint32_t)known - 1;
	for (i = 0; b == NULL && i < p->nmore; i++) {
		if (str_eqz(name, p->more[i].name))
			b = &p->more[i];
	}
	if (b == NULL && (b = rego_builtin_find(p->profile, name)) == NULL)
		return NO_UNIT;
	VEC_PUSH(p->arena, &p->builtins, b);
	(void)map_set(p->arena, &p->builtin_ids, str_from(b->name),
	    (void *)(uintptr_t)p->builtins.n);
	return (uint32_t)p->builtins.n - 1;
}
