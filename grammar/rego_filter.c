/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between scanner and grammar.  A first walk over all tokens finds the
 * partner of each bracket and classes what it opens by its first separator;
 * then the filter delivers tokens one by one: it tells what a bracket opens,
 * makes a newline between two literals a separator, and turns the words that
 * are keywords only here or only by import into what they are.  Both are
 * linear in the text.
 */
#include <string.h>

#include "grammar/rego_int.h"
#include "grammar/rego_parse.h"
#include "runtime/base/banned.h"

enum {
	ENDS = 1 << 0,   /* can end an operand */
	STARTS = 1 << 1, /* can start a literal */
	REF = 1 << 2,    /* a '.' or '[' that touches it continues it */
	WORD = 1 << 3,   /* letters */
	SOFT = 1 << 4,   /* a keyword in some places or by import only */
	OPENS = 1 << 5,
	CLOSES = 1 << 6,
	STATEMENT = 1 << 7, /* shows that a brace opened statements */
	CONTINUES = 1 << 8, /* after a term: makes it part of a larger one */
	OPERATOR = 1 << 9   /* cannot be in a comprehension's head */
};

#define KINDS 512

/* What the agents' engines take. */
#define PARENS_MAX 31

static const uint16_t traits[KINDS] = {
    [T_NAME] = ENDS | STARTS | REF | WORD,
    [T_NUMBER] = ENDS | STARTS,
    [T_STRING] = ENDS | STARTS,
    [T_RAW] = ENDS | STARTS,
    [T_NULL] = ENDS | STARTS | WORD,
    [T_TRUE] = ENDS | STARTS | WORD,
    [T_FALSE] = ENDS | STARTS | WORD,
    [T_EMPTYSET] = ENDS | STARTS | REF,
    [T_TBEGIN] = STARTS,
    [T_TEND] = ENDS,
    [T_TOPEN] = OPENS,
    [T_TCLOSE] = CLOSES,
    ['['] = STARTS | OPENS,
    ['('] = STARTS | OPENS,
    [T_LBRACE_SET] = STARTS | OPENS,
    [']'] = ENDS | REF | CLOSES,
    [')'] = ENDS | REF | CLOSES,
    ['}'] = ENDS | REF | CLOSES,
    [T_NOT] = STARTS | WORD | STATEMENT,
    [T_SOME] = STARTS | WORD | STATEMENT,
    [T_EVERY] = STARTS | WORD | SOFT,
    [T_CONTAINS] = WORD | SOFT,
    [T_IF] = WORD | SOFT,
    [T_IN] = WORD | SOFT | CONTINUES,
    [T_AS] = WORD,
    [T_DEFAULT] = WORD,
    [T_ELSE] = WORD,
    [T_IMPORT] = WORD,
    [T_PACKAGE] = WORD,
    [T_WITH] = WORD | STATEMENT | CONTINUES,
    [T_SEP] = STATEMENT,
    [T_ASSIGN] = STATEMENT | CONTINUES,
    ['='] = STATEMENT | CONTINUES,
    [T_EQ] = CONTINUES | OPERATOR,
    [T_NE] = CONTINUES | OPERATOR,
    [T_LE] = CONTINUES | OPERATOR,
    [T_GE] = CONTINUES | OPERATOR,
    ['<'] = CONTINUES | OPERATOR,
    ['>'] = CONTINUES | OPERATOR,
    ['|'] = CONTINUES,
    ['&'] = CONTINUES | OPERATOR,
    ['+'] = CONTINUES | OPERATOR,
    ['-'] = CONTINUES | OPERATOR,
    ['*'] = CONTINUES | OPERATOR,
    ['/'] = CONTINUES | OPERATOR,
    ['%'] = CONTINUES | OPERATOR,
    ['.'] = CONTINUES,
};

_Static_assert(T_QUERY < KINDS, "the table of traits is too short");

/* A bracket while the first walk is inside of it. */
struct open {
	uint32_t at;
	uint8_t class;
	bool decided; /* the class is final */
	bool colon;   /* a ':' came first */
	bool query;   /* statements came first */
	bool infix;   /* an operator before the bar: it is a union */
	bool local;   /* statements after the bar: it is none */
	bool comma;   /* a ',' after the bar that is not of "k, v in" */
	bool commas;  /* … and another: it is one */
};

static const char *
partner(uint16_t kind)
{
	switch (kind) {
	case '(':
		return "')'";
	case '[':
		return "']'";
	default:
		return "'}'";
	}
}

static bool
matches(uint16_t open, uint16_t close)
{
	return (open == '(' && close == ')') || (open == '[' && close == ']') ||
	       (open == T_LBRACE_SET && close == '}') ||
	       (open == T_TOPEN && close == T_TCLOSE);
}

static void
see_bar(struct open *o)
{
	if (o->decided || o->infix)
		return;
	o->class = o->colon ? REGO_C_OBJECT_COMPR : REGO_C_COMPR;
	o->decided = true;
}

static void
see_comma(struct open *o)
{
	if (o->decided) {
		o->commas |= o->comma;
		o->comma = true;
		return;
	}
	o->class = o->colon ? REGO_C_OBJECT : REGO_C_LIST;
	o->decided = true;
}

/* One token directly inside of `o`. */
static void
see(struct open *o, const struct rego_token *t, const struct rego_token *last)
{
	uint16_t w = traits[t->kind];
	bool statement = (w & STATEMENT) != 0 ||
			 ((t->flags & REGO_T_NL) && (w & STARTS) &&
			     last != NULL && (traits[last->kind] & ENDS));

	if (o->class == REGO_C_EMPTY)
		o->class = REGO_C_LIST;
	if (statement && !o->decided && !o->colon)
		o->query = true;
	if (o->decided && (statement || t->kind == T_EVERY))
		o->local = true;
	if (t->kind == T_IN)
		o->comma = false;
	o->infix |=
	    (w & OPERATOR) && last != NULL && (traits[last->kind] & ENDS);
	if (t->kind == '|')
		see_bar(o);
	else if (t->kind == ',')
		see_comma(o);
	else if (t->kind == ':' && !o->decided) {
		o->colon = true;
		o->infix = false;
	}
}

static void
finish(struct open *o, struct rego_token *t)
{
	if (!o->decided && o->colon)
		o->class = REGO_C_OBJECT;
	/* "[x | y, 5]": the comma says that the bar was a union. */
	if (o->class == REGO_C_COMPR && (o->comma || o->commas) && !o->local)
		o->class = REGO_C_LIST;
	t->class = (uint8_t)(o->class | (o->query ? REGO_C_QUERY : 0));
}

static bool
fail_close(struct rego_parse *p, const struct rego_token *t,
    const struct rego_token *open)
{
	struct str s = rego_token_text(p, t);

	if (open == NULL)
		rego_refuse(p, t->off, t->len,
		    "unexpected '%.*s': no bracket is open", STR_ARG(s));
	else
		rego_refuse(p, t->off, t->len, "unexpected '%.*s', expected %s",
		    STR_ARG(s), partner(open->kind));
	return false;
}

bool
rego_classify(struct rego_parse *p)
{
	struct open stack[REGO_DEPTH_MAX + 1];
	struct rego_token *t, *all = p->tokens.p;
	size_t i, n = 0;

	for (i = 0; i < p->tokens.n; i++) {
		t = &all[i];
		if (traits[t->kind] & CLOSES) {
			if (n == 0)
				return fail_close(p, t, NULL);
			if (!matches(all[stack[n - 1].at].kind, t->kind))
				return fail_close(p, t, &all[stack[n - 1].at]);
			n--;
			finish(&stack[n], &all[stack[n].at]);
			all[stack[n].at].match = (uint32_t)i;
			continue;
		}
		if (n > 0 && t->kind != T_EOF)
			see(&stack[n - 1], t,
			    i > stack[n - 1].at + 1 ? &all[i - 1] : NULL);
		if ((traits[t->kind] & OPENS) == 0)
			continue;
		if (n == REGO_DEPTH_MAX) {
			diag_report(p->diags, REGO_LIMIT,
			    ((struct loc){p->source, t->off, t->len}),
			    "nested brackets", REGO_DEPTH_MAX);
			return false;
		}
		memset(&stack[n], 0, sizeof(stack[n]));
		stack[n++].at = (uint32_t)i;
	}
	if (n > 0) {
		t = &all[stack[n - 1].at];
		rego_refuse(p, t->off, t->len,
		    "unexpected end of the text: %s is missing",
		    partner(t->kind));
	}
	return n == 0;
}

struct str
rego_token_text(const struct rego_parse *p, const struct rego_token *t)
{
	return (struct str){p->source->text.p + t->off, t->len};
}

static bool
token_is(const struct rego_parse *p, size_t i, const char *word)
{
	return i < p->tokens.n &&
	       str_eqz(rego_token_text(p, &p->tokens.p[i]), word);
}

/* Switches keywords on for the import whose tokens follow. */
static void
see_import(struct rego_parse *p)
{
	size_t i = p->next; /* behind the word `import` */
	bool all;

	if (token_is(p, i, "rego") && token_is(p, i + 2, "v1")) {
		p->kw_if = p->kw_contains = p->kw_in = p->kw_every = true;
		p->module->v1 = true;
	}
	if (!token_is(p, i, "future") || !token_is(p, i + 2, "keywords"))
		return;
	all = !token_is(p, i + 3, ".");
	p->kw_if |= all || token_is(p, i + 4, "if");
	p->kw_contains |= all || token_is(p, i + 4, "contains");
	p->kw_every |= all || token_is(p, i + 4, "every");
	p->kw_in |= all || token_is(p, i + 4, "in") || p->kw_every;
}

static bool
is_keyword_here(const struct rego_parse *p, uint16_t kind)
{
	switch (kind) {
	case T_IF:
		return p->kw_if;
	case T_IN:
		return p->kw_in;
	case T_EVERY:
		return p->kw_every;
	default:
		return p->kw_contains && p->depth == 0 && p->head && p->ends;
	}
}

/* A word after a dot is a name, if the engine takes it. */
static uint16_t
word_after_dot(struct rego_parse *p, const struct rego_token *t)
{
	bool reserved =
	    t->kind != T_NAME &&
	    ((traits[t->kind] & SOFT) == 0 ||
		(t->kind != T_CONTAINS && is_keyword_here(p, t->kind)));

	if (reserved && !p->options.opa && !p->options.every && !p->importing)
		diag_report(p->diags, REGO_KEYWORD_KEY,
		    ((struct loc){p->source, t->off, t->len}),
		    STR_ARG(rego_token_text(p, t)));
	if (reserved && !p->options.opa && !p->options.every && !p->importing)
		p->failed = true;
	return T_NAME;
}

static uint16_t
word(struct rego_parse *p, const struct rego_token *t)
{
	if (p->prev == T_DOT)
		return word_after_dot(p, t);
	if ((traits[t->kind] & SOFT) && !is_keyword_here(p, t->kind))
		return T_NAME;
	/* Newest OPA: "default.x" is a reference, as a head "in[x]" too. */
	if (p->options.opa && t[1].flags == 0 &&
	    (t[1].kind == '.' || (t[1].kind == '[' && p->depth == 0 &&
				     p->ends && (t->flags & REGO_T_NL))))
		return T_NAME;
	return t->kind;
}

static void
push_frame(struct rego_parse *p, bool compr, bool body)
{
	struct rego_frame *f = &p->frames[++p->depth];

	memset(f, 0, sizeof(*f));
	f->compr = compr;
	f->body = body;
}

/* Does a term that ends before token `i` go on there? */
static bool
continues(const struct rego_parse *p, size_t i)
{
	const struct rego_token *t = &p->tokens.p[i];

	if (t->kind == '[')
		return (t->flags & REGO_T_WS) == 0;
	if ((traits[t->kind] & WORD) && t[1].kind == '.')
		return false;
	return (traits[t->kind] & CONTINUES) != 0;
}

/* After `if`, "{" opens statements unless it must be a term. */
static bool
is_body_after_if(const struct rego_parse *p, const struct rego_token *t)
{
	if (t->class & REGO_C_QUERY)
		return true;
	switch (t->class & REGO_C_MASK) {
	case REGO_C_EMPTY:
	case REGO_C_OBJECT:
	case REGO_C_OBJECT_COMPR:
		return false;
	case REGO_C_COMPR:
		/* Newest OPA tries a term first. */
		return (!p->options.opa || p->otherwise) &&
		       !continues(p, t->match + 1);
	default:
		return !continues(p, t->match + 1);
	}
}

static bool
is_body(struct rego_parse *p, const struct rego_token *t)
{
	struct rego_frame *f = &p->frames[p->depth];

	if (p->prev == T_IF)
		return is_body_after_if(p, t);
	if (f->every && p->ends) {
		f->every = false;
		return true;
	}
	return p->prev == T_ELSE || (p->depth == 0 && p->ends && !f->body);
}

static uint16_t
open_brace(struct rego_parse *p, const struct rego_token *t)
{
	if (is_body(p, t)) {
		push_frame(p, false, true);
		return T_LBRACE_BODY;
	}
	switch (t->class & REGO_C_MASK) {
	case REGO_C_EMPTY:
	case REGO_C_OBJECT:
		push_frame(p, false, false);
		return T_LBRACE_OBJ;
	case REGO_C_COMPR:
		push_frame(p, true, false);
		return T_LBRACE_COMPR;
	case REGO_C_OBJECT_COMPR:
		push_frame(p, true, false);
		return T_LBRACE_OBJCOMPR;
	default:
		push_frame(p, false, false);
		return T_LBRACE_SET;
	}
}

static uint16_t
open_bracket(struct rego_parse *p, const struct rego_token *t)
{
	bool touches = (t->flags & REGO_T_WS) == 0;

	if (t->kind == T_LBRACE_SET)
		return open_brace(p, t);
	if (t->kind == '[' && touches && (traits[p->prev] & REF)) {
		push_frame(p, false, false);
		return T_LBRACK_REF;
	}
	if (t->kind == '[' && (t->class & REGO_C_MASK) == REGO_C_COMPR) {
		push_frame(p, true, false);
		return T_LBRACK_COMPR;
	}
	push_frame(p, false, false);
	if (t->kind == '(' && touches && (p->prev == T_NAME || p->prev == ']'))
		return T_LPAREN_CALL;
	if (t->kind == '(') {
		p->frames[p->depth].paren = true;
		if (++p->parens == PARENS_MAX + 1 && !p->options.opa) {
			diag_report(p->diags, REGO_LIMIT,
			    ((struct loc){p->source, t->off, t->len}),
			    "nested parentheses", PARENS_MAX);
			p->failed = true;
		}
	}
	return t->kind;
}

/* What the token is for the grammar; brackets move the stack. */
static uint16_t
translate(struct rego_parse *p, const struct rego_token *t)
{
	struct rego_frame *f = &p->frames[p->depth];

	if (traits[t->kind] & OPENS)
		return open_bracket(p, t);
	if (traits[t->kind] & CLOSES) {
		p->parens -= f->paren;
		p->depth--;
		return t->kind;
	}
	if (t->kind == '|' && f->compr) {
		f->compr = false;
		f->body = true;
		return T_BAR;
	}
	if (t->kind == '.' && (t->flags & REGO_T_WS) == 0 &&
	    (traits[p->prev] & REF) &&
	    (p->tokens.p[p->next + 1].flags & REGO_T_WS) == 0)
		return T_DOT;
	return t->kind;
}

/* Follows where in a rule the top level is. */
static void
follow(struct rego_parse *p, uint16_t kind)
{
	switch (kind) {
	case T_NAME:
		if (p->ends || p->prev == 0) {
			p->head = true;
			p->importing = p->otherwise = false;
		}
		break;
	case T_DEFAULT:
		p->head = true;
		break;
	case T_IMPORT:
		see_import(p);
		p->importing = true;
		p->head = false;
		break;
	case T_ELSE:
		p->otherwise = true;
		p->head = false;
		break;
	case T_PACKAGE:
	case T_ASSIGN:
	case '=':
	case T_IF:
	case T_CONTAINS:
	case T_LBRACE_BODY:
		p->head = false;
		break;
	default:
		break;
	}
}

/* "set()" is one token. */
static bool
is_empty_set(const struct rego_parse *p, const struct rego_token *t)
{
	return t->kind == T_NAME && t->len == 3 && p->prev != T_DOT &&
	       t[1].kind == '(' && (t[1].flags & REGO_T_WS) == 0 &&
	       t[2].kind == ')' &&
	       memcmp(p->source->text.p + t->off, "set", 3) == 0;
}

static int
deliver(struct rego_parse *p, uint16_t kind)
{
	if (p->depth == 0 || kind == T_LBRACE_BODY)
		follow(p, kind);
	if (kind == T_EVERY)
		p->frames[p->depth].every = true;
	p->prev = kind;
	p->ends = (traits[kind] & ENDS) != 0;
	return kind;
}

int
rego_filter(
    struct rego_parse *p, struct rego_range *loc, const struct rego_token **out)
{
	const struct rego_token *t = &p->tokens.p[p->next];
	uint16_t kind = t->kind;

	if (p->start != 0) {
		kind = p->start;
		p->start = 0;
		loc->from = loc->to = t->off;
		return kind;
	}
	if (traits[kind] & WORD)
		kind = word(p, t);
	if ((t->flags & REGO_T_NL) && p->ends && (traits[kind] & STARTS) &&
	    p->frames[p->depth].body &&
	    !(kind == T_LBRACE_SET && p->frames[p->depth].every)) {
		loc->from = loc->to = t[-1].off + t[-1].len;
		return deliver(p, T_SEP);
	}
	*out = t;
	loc->from = t->off;
	loc->to = t->off + t->len;
	if (is_empty_set(p, t)) {
		loc->to = t[2].off + t[2].len;
		p->next += 3;
		return deliver(p, T_EMPTYSET);
	}
	if ((traits[kind] & WORD) == 0)
		kind = translate(p, t);
	if (kind != T_EOF)
		p->next++;
	return deliver(p, kind);
}
