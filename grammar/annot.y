/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a service-mesh annotation.  Every sequence of tokens is a
 * sentence: what an entry has to look like is decided by annot_entry(), so
 * that one bad entry does not hide the next.  Empty items are skipped, which
 * makes "##a#80#true", "a#80#true##" and "" valid.
 */
%require "3.8"
%expect 0
%define api.pure full
%define api.prefix {annot_yy}
%define api.location.type {struct annot_range}
%define parse.error verbose
%locations
%lex-param { void *scanner }
%parse-param { void *scanner }
%parse-param { struct annot_parser *p }

%code requires {
#include "grammar/annot_int.h"
}

%code {
#include "grammar/annot_scan.h"

/* Lists grow to the left: the stacks, which are zeroed, stay small. */
#define YYINITDEPTH 16

#define YYLLOC_DEFAULT(cur, rhs, n)                                            \
	do {                                                                   \
		if (n) {                                                       \
			(cur).off = YYRHSLOC(rhs, 1).off;                      \
			(cur).end = YYRHSLOC(rhs, n).end;                      \
		} else {                                                       \
			(cur).off = (cur).end = YYRHSLOC(rhs, 0).end;          \
		}                                                              \
	} while (0)

static void annot_yyerror(struct annot_range *where, void *scanner,
    struct annot_parser *p, const char *text);
static struct annot_fields fields_add(struct annot_fields f,
    struct annot_range hash, struct annot_range field);
}

%union {
	struct annot_fields fields;
}

%token SEP HASH TEXT KW_DISABLED
%type <fields> multi entry

%initial-action { @$.off = @$.end = 0; }

%%

value
	: items
	| KW_DISABLED		{ p->out->disabled = true; }
	;

items
	: item
	| items SEP		{ p->entry++; }
	  item
	;

item
	: %empty
	| entry			{ annot_entry(p, &$1, @1); }
	;

entry
	: TEXT			{ $$ = (struct annot_fields){ .field = { @1 }, .n = 1 }; }
	| multi			{ $$ = $1; }
	;

multi
	: field HASH field	{ $$ = (struct annot_fields){ .field = { @1, @3 }, .n = 2 }; }
	| multi HASH field	{ $$ = fields_add($1, @2, @3); }
	;

field
	: %empty
	| TEXT
	;

%%

/* Not reached: every input is a sentence and no stack grows with it. */
static void
annot_yyerror(struct annot_range *where, void *scanner,
    struct annot_parser *p, const char *text)
{
	(void)scanner;
	annot_add(p, DIAG_INTERNAL, *where, diag_text_INTERNAL, text);
}

static struct annot_fields
fields_add(struct annot_fields f, struct annot_range hash,
    struct annot_range field)
{
	if (f.n < 3)
		f.field[f.n] = field;
	if (f.n == 3)
		f.extra = hash;
	f.n++;
	return f;
}

void
annot_run(struct annot_parser *p)
{
	YY_BUFFER_STATE b;
	yyscan_t scanner;

	p->pos = 0;
	p->entry = 1;
	if (annot_yylex_init_extra(p, &scanner) != 0)
		rt_no_memory();
	/* The keyword stands for the whole text. */
	b = annot_yy_scan_bytes(
	    p->text.p, p->keyword ? 0 : (int)p->text.n, scanner);
	(void)annot_yyparse(scanner, p);
	annot_yy_delete_buffer(b, scanner);
	(void)annot_yylex_destroy(scanner);
}
