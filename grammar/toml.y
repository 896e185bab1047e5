/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0.  The scanner tells keys from values; see toml_doc.c. */
%require "3.8"
%define api.pure full
%define api.prefix {toml_yy}
%define parse.error detailed
%expect 0
%param {struct toml_parse *p}

%code requires {
#include "grammar/toml_int.h"
}

%code {
#include <string.h>

static int toml_yylex(TOML_YYSTYPE *value, struct toml_parse *p);
static void toml_yyerror(struct toml_parse *p, const char *text);
int toml_lllex(TOML_YYSTYPE *value, void *scanner);
}

%union {
	struct str text;
	struct toml *value;
	struct toml_path *path;
	size_t n;
}

%token <text> T_KEY "a key" T_STRING "a string" T_BOOL "a boolean"
%token <text> T_NUMBER "a number" T_DATE "a date"
%token T_NEWLINE "the end of the line" T_BAD "a bad character"
%token T_HEADER "'['" T_HEADER_END "']'" T_HEADER2 "'[['" T_HEADER2_END "']]'"
%token T_EOF 0 "the end of the text"

%type <text> key
%type <path> path
%type <value> value table members
%type <n> items

%%

document:
	line
	| document T_NEWLINE line
	;

line:
	%empty
	| path '=' value { toml_put(p, p->table, $1, $3); }
	| T_HEADER path T_HEADER_END { toml_header(p, $2, false); }
	| T_HEADER2 path T_HEADER2_END { toml_header(p, $2, true); }
	;

path:
	key { $$ = toml_step(p, NULL, $1); }
	| path '.' key { $$ = toml_step(p, $1, $3); }
	;

key:
	T_KEY
	| T_STRING
	;

value:
	T_STRING { $$ = toml_new(p, TOML_STRING, $1); }
	| T_NUMBER { $$ = toml_new(p, TOML_NUMBER, $1); }
	| T_BOOL { $$ = toml_new(p, TOML_BOOL, $1); }
	| T_DATE { $$ = toml_new(p, TOML_DATE, $1); }
	| '[' ']' { $$ = toml_new(p, TOML_ARRAY, (struct str){0}); }
	| '[' items comma ']' {
		size_t i;

		$$ = toml_new(p, TOML_ARRAY, (struct str){0});
		p->items.n -= $2;
		for (i = 0; i < $2; i++)
			VEC_PUSH(p->arena, &$$->items, p->items.p[p->items.n + i]);
	}
	| table { $$ = $1; $$->closed = true; }
	;

comma:
	%empty
	| ','
	;

items:
	value { VEC_PUSH(p->arena, &p->items, $1); $$ = 1; }
	| items ',' value { VEC_PUSH(p->arena, &p->items, $3); $$ = $1 + 1; }
	;

table:
	'{' '}' { $$ = toml_new(p, TOML_TABLE, (struct str){0}); }
	| '{' members '}' { $$ = $2; }
	;

members:
	path '=' value {
		$$ = toml_new(p, TOML_TABLE, (struct str){0});
		toml_put(p, $$, $1, $3);
	}
	| members ',' path '=' value {
		$$ = $1;
		toml_put(p, $$, $3, $5);
	}
	;

%%

static int
toml_yylex(TOML_YYSTYPE *value, struct toml_parse *p)
{
	return toml_lllex(value, p->scanner);
}

static void
toml_yyerror(struct toml_parse *p, const char *text)
{
	static const char prefix[] = "syntax error, ";
	size_t skip = sizeof(prefix) - 1;

	if (strncmp(text, prefix, skip) == 0)
		text += skip;
	(void)toml_fail(p, RT_EFORMAT, "%s", text);
}
