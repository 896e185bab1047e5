/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rego.  The token filter has decided what a bracket opens, what a newline
 * separates and which words are keywords, so this is plain LALR(1).  Actions
 * only call rego_on_… (rego_build.c).  Everything lives in an arena: nothing
 * has a destructor.  Conflicts are solved by changing the grammar, never by
 * raising %expect.
 */
%require "3.8"
%define api.pure full
%define api.prefix {rego_yy}
%define api.location.type {struct rego_range}
%define parse.error custom
%define lr.default-reduction consistent
%locations
%expect 0
%param {struct rego_parse *p}

%code requires {
#include "grammar/rego_int.h"
}

%code {
#define YYLLOC_DEFAULT(cur, rhs, n)                                            \
	do {                                                                   \
		if (n) {                                                       \
			(cur).from = YYRHSLOC(rhs, 1).from;                    \
			(cur).to = YYRHSLOC(rhs, n).to;                        \
		} else {                                                       \
			(cur).from = (cur).to = YYRHSLOC(rhs, 0).to;           \
		}                                                              \
	} while (0)

static int rego_yylex(
    YYSTYPE *value, struct rego_range *loc, struct rego_parse *p);
static void rego_yyerror(const struct rego_range *loc, struct rego_parse *p,
    const char *text);
}

%union {
	const struct rego_token *token;
	struct rego_term *term;
	struct rego_literal *literal;
	struct rego_body *body;
	struct rego_rule *rule;
	size_t n;
	bool flag;
}

%token T_AS "'as'" T_DEFAULT "'default'" T_ELSE "'else'" T_FALSE "'false'"
%token T_IMPORT "'import'" T_NOT "'not'" T_NULL "'null'"
%token T_PACKAGE "'package'" T_SOME "'some'" T_TRUE "'true'" T_WITH "'with'"
%token T_CONTAINS "'contains'" T_EVERY "'every'" T_IF "'if'" T_IN "'in'"
%token <token> T_NAME "a name" T_NUMBER "a number" T_STRING "a string"
%token <token> T_RAW "a raw string" T_TPART "text" T_TRAW "raw text"
%token T_TBEGIN "a template string" T_TEND "the end of the template string"
%token T_TOPEN "'{' of a template string" T_TCLOSE "'}' of a template string"
%token T_ASSIGN "':='" T_EQ "'=='" T_NE "'!='" T_LE "'<='" T_GE "'>='"
%token T_SEP "';' or a new line"
%token T_EMPTYSET "'set()'"
%token T_DOT "'.'" T_LBRACK_REF "'[' after a term" T_LPAREN_CALL "'(' of a call"
%token T_LBRACK_COMPR "'[' of a comprehension"
%token T_LBRACE_BODY "'{' of a body" T_LBRACE_SET "'{'" T_LBRACE_OBJ "'{' of an object"
%token T_LBRACE_COMPR "'{' of a comprehension"
%token T_LBRACE_OBJCOMPR "'{' of an object comprehension"
%token T_BAR "'|' of a comprehension"
%token T_MODULE T_QUERY
%token T_EOF 0 "the end of the text"

%left T_IN
%left T_EQ T_NE T_LE T_GE '<' '>'
%left '|'
%left '&'
%left '+' '-'
%left '*' '/' '%'

%type <term> expr full term ref base template path
%type <literal> literal core
%type <body> query braced if_body
%type <rule> head alts alt last
%type <n> literals items items_opt pairs pairs_opt vars parts
%type <flag> assign

%%

start:
	T_MODULE module
	| T_QUERY query T_EOF { p->query = $2; }
	;

module:
	package statements T_EOF
	;

package:
	T_PACKAGE path { rego_on_package(p, @$, $2); }
	;

statements:
	%empty
	| statements import
	| statements rule
	;

path:
	ref
	;

import:
	T_IMPORT path { rego_on_import(p, @$, $2, (struct str){NULL, 0}); }
	| T_IMPORT path T_AS T_NAME {
		rego_on_import(p, @$, $2, rego_token_text(p, $4));
	}
	;

rule:
	T_DEFAULT ref assign full { rego_on_default(p, @$, $2, $4, $3); }
	| head { rego_on_rule(p, @$, $1, NULL, false, NULL); }
	| head T_IF if_body alts last {
		rego_on_rule(p, @$, $1, $3, true, rego_chain($4, $5));
	}
	| head braced alts last {
		rego_on_rule(p, @$, $1, $2, false, rego_chain($3, $4));
	}
	;

head:
	ref { $$ = rego_on_head(p, @$, $1, NULL, NULL, false); }
	| ref T_CONTAINS full { $$ = rego_on_head(p, @$, $1, $3, NULL, false); }
	| ref assign full { $$ = rego_on_head(p, @$, $1, NULL, $3, $2); }
	;

assign:
	T_ASSIGN { $$ = false; }
	| '=' { $$ = true; }
	;

if_body:
	braced
	| literal { rego_push(p, $1); $$ = rego_on_body(p, @$, 1); }
	;

braced:
	T_LBRACE_BODY query '}' { $$ = $2; $$->loc = rego_loc(p, @$); }
	;

alts:
	%empty { $$ = NULL; }
	| alts alt { $$ = rego_chain($1, $2); }
	| alts braced { $$ = rego_chain($1, rego_on_further(p, @2, $2)); }
	;

last:
	%empty { $$ = NULL; }
	| T_ELSE assign full {
		$$ = rego_on_else(p, @$, $3, $2, NULL, false);
	}
	;

alt:
	T_ELSE assign full T_IF if_body {
		$$ = rego_on_else(p, @$, $3, $2, $5, true);
	}
	| T_ELSE assign full braced {
		$$ = rego_on_else(p, @$, $3, $2, $4, false);
	}
	| T_ELSE T_IF if_body { $$ = rego_on_else(p, @$, NULL, false, $3, true); }
	| T_ELSE braced { $$ = rego_on_else(p, @$, NULL, false, $2, false); }
	;

query:
	literals { $$ = rego_on_body(p, @$, $1); }
	;

literals:
	literal { rego_push(p, $1); $$ = 1; }
	| literals T_SEP literal { rego_push(p, $3); $$ = $1 + 1; }
	;

literal:
	core
	| literal T_WITH term T_AS full {
		$$ = $1;
		rego_on_with(p, $$, $3, $5);
		$$->loc = rego_loc(p, @$);
	}
	;

core:
	full {
		rego_push(p, $1);
		$$ = rego_on_literal(p, REGO_EXPR, @$, 1);
	}
	| full assign full {
		rego_push(p, rego_on_infix(p, $2 ? REGO_OP_UNIFY : REGO_OP_ASSIGN,
		    @$, $1, $3));
		$$ = rego_on_literal(p, REGO_EXPR, @$, 1);
	}
	| T_NOT full {
		rego_push(p, $2);
		$$ = rego_on_literal(p, REGO_NOT, @$, 1);
	}
	| T_NOT full assign full {
		rego_push(p, rego_on_infix(p, $3 ? REGO_OP_UNIFY : REGO_OP_ASSIGN,
		    @$, $2, $4));
		$$ = rego_on_literal(p, REGO_NOT, @$, 1);
	}
	| T_SOME vars { $$ = rego_on_some(p, @$, $2, NULL); }
	| T_SOME vars T_IN expr { $$ = rego_on_some(p, @$, $2, $4); }
	| T_EVERY vars T_IN expr braced {
		$$ = rego_on_every(p, @$, $2, $4, $5);
	}
	;

vars:
	term { rego_push(p, $1); $$ = 1; }
	| vars ',' term { rego_push(p, $3); $$ = $1 + 1; }
	;

full:
	expr
	| expr ',' expr { $$ = rego_on_member3(p, @$, $1, $3); }
	;

expr:
	term
	| expr T_IN expr { $$ = rego_on_infix(p, REGO_OP_IN, @$, $1, $3); }
	| expr T_EQ expr { $$ = rego_on_infix(p, REGO_OP_EQ, @$, $1, $3); }
	| expr T_NE expr { $$ = rego_on_infix(p, REGO_OP_NE, @$, $1, $3); }
	| expr T_LE expr { $$ = rego_on_infix(p, REGO_OP_LE, @$, $1, $3); }
	| expr T_GE expr { $$ = rego_on_infix(p, REGO_OP_GE, @$, $1, $3); }
	| expr '<' expr { $$ = rego_on_infix(p, REGO_OP_LT, @$, $1, $3); }
	| expr '>' expr { $$ = rego_on_infix(p, REGO_OP_GT, @$, $1, $3); }
	| expr '|' expr { $$ = rego_on_infix(p, REGO_OP_OR, @$, $1, $3); }
	| expr '&' expr { $$ = rego_on_infix(p, REGO_OP_AND, @$, $1, $3); }
	| expr '+' expr { $$ = rego_on_infix(p, REGO_OP_ADD, @$, $1, $3); }
	| expr '-' expr { $$ = rego_on_infix(p, REGO_OP_SUB, @$, $1, $3); }
	| expr '*' expr { $$ = rego_on_infix(p, REGO_OP_MUL, @$, $1, $3); }
	| expr '/' expr { $$ = rego_on_infix(p, REGO_OP_DIV, @$, $1, $3); }
	| expr '%' expr { $$ = rego_on_infix(p, REGO_OP_REM, @$, $1, $3); }
	;

term:
	T_NULL { $$ = rego_new(p->arena, REGO_NULL, rego_loc(p, @$), STR("")); }
	| T_TRUE {
		$$ = rego_new(p->arena, REGO_BOOL, rego_loc(p, @$), STR(""));
		$$->op = 1;
	}
	| T_FALSE {
		$$ = rego_new(p->arena, REGO_BOOL, rego_loc(p, @$), STR(""));
	}
	| T_NUMBER {
		$$ = rego_new(p->arena, REGO_NUMBER, rego_loc(p, @$),
		    rego_token_text(p, $1));
	}
	| '-' T_NUMBER {
		$$ = rego_new(p->arena, REGO_NUMBER, rego_loc(p, @$),
		    arena_printf(p->arena, "-%.*s",
		    STR_ARG(rego_token_text(p, $2))));
	}
	| T_STRING { $$ = rego_on_string(p, @$, false); }
	| T_RAW { $$ = rego_on_string(p, @$, true); }
	| template
	| ref
	| base
	| '(' full ')' {
		$$ = $2;
		$$->flags |= REGO_F_PAREN;
	}
	| '-' ref { $$ = rego_on_negative(p, @$, $2); }
	| '-' '(' full ')' {
		$3->flags |= REGO_F_PAREN;
		$$ = rego_on_negative(p, @$, $3);
	}
	;

base:
	'[' items_opt ']' { $$ = rego_on_list(p, REGO_ARRAY, @$, $2); }
	| T_LBRACE_SET items_opt '}' {
		$$ = rego_on_list(p, REGO_SET, @$, $2);
	}
	| T_EMPTYSET { $$ = rego_on_list(p, REGO_SET, @$, 0); }
	| T_LBRACE_OBJ pairs_opt '}' {
		$$ = rego_on_list(p, REGO_OBJECT, @$, $2);
	}
	| T_LBRACK_COMPR term T_BAR query ']' {
		$$ = rego_on_compr(p, REGO_ARRAY_COMPR, @$, NULL, $2, $4);
	}
	| T_LBRACE_COMPR term T_BAR query '}' {
		$$ = rego_on_compr(p, REGO_SET_COMPR, @$, NULL, $2, $4);
	}
	| T_LBRACE_OBJCOMPR expr ':' term T_BAR query '}' {
		$$ = rego_on_compr(p, REGO_OBJECT_COMPR, @$, $2, $4, $6);
	}
	| base T_DOT T_NAME {
		$$ = rego_on_operand(p, @$, $1, rego_new(p->arena, REGO_STRING,
		    rego_loc(p, @3), rego_token_text(p, $3)));
	}
	| base T_LBRACK_REF full ']' { $$ = rego_on_operand(p, @$, $1, $3); }
	;

ref:
	T_NAME {
		$$ = rego_new(p->arena, REGO_VAR, rego_loc(p, @$),
		    rego_token_text(p, $1));
	}
	| ref T_DOT T_NAME {
		$$ = rego_on_operand(p, @$, $1, rego_new(p->arena, REGO_STRING,
		    rego_loc(p, @3), rego_token_text(p, $3)));
	}
	| ref T_LBRACK_REF full ']' { $$ = rego_on_operand(p, @$, $1, $3); }
	| ref T_LPAREN_CALL items_opt ')' { $$ = rego_on_call(p, @$, $1, $3); }
	;

template:
	T_TBEGIN parts T_TEND { $$ = rego_on_list(p, REGO_TEMPLATE, @$, $2); }
	;

parts:
	%empty { $$ = 0; }
	| parts T_TPART {
		rego_push(p, rego_on_string(p, @2, false));
		$$ = $1 + 1;
	}
	| parts T_TRAW {
		rego_push(p, rego_on_string(p, @2, true));
		$$ = $1 + 1;
	}
	| parts T_TOPEN full T_TCLOSE {
		$3->flags |= REGO_F_PAREN;
		rego_push(p, $3);
		$$ = $1 + 1;
	}
	;

items_opt:
	%empty { $$ = 0; }
	| items
	| items ','
	;

items:
	expr { rego_push(p, $1); $$ = 1; }
	| items ',' expr { rego_push(p, $3); $$ = $1 + 1; }
	;

pairs_opt:
	%empty { $$ = 0; }
	| pairs
	| pairs ','
	;

pairs:
	expr ':' expr {
		rego_push(p, $1);
		rego_push(p, $3);
		$$ = 2;
	}
	| pairs ',' expr ':' expr {
		rego_push(p, $3);
		rego_push(p, $5);
		$$ = $1 + 2;
	}
	;

%%

static int
rego_yylex(YYSTYPE *value, struct rego_range *loc, struct rego_parse *p)
{
	return rego_filter(p, loc, &value->token);
}

static void
rego_yyerror(
    const struct rego_range *loc, struct rego_parse *p, const char *text)
{
	rego_refuse(p, loc->from, loc->to - loc->from, "%s", text);
}

/*
 * Names at most this many expected tokens; where a term could stand, that is
 * said instead of all tokens that start one.
 */
#define EXPECTED_MAX 4

static void
list_expected(const yypcontext_t *c, struct buf *b)
{
	yysymbol_kind_t list[YYNTOKENS];
	int i, n = yypcontext_expected_tokens(c, list, YYNTOKENS);

	for (i = 0; i < n; i++) {
		if (list[i] == YYSYMBOL_T_NUMBER) {
			buf_puts(b, ", expected an expression");
			return;
		}
	}
	for (i = 0; i < n && n <= EXPECTED_MAX; i++) {
		buf_puts(b, i == 0 ? ", expected " : " or ");
		buf_puts(b, yysymbol_name(list[i]));
	}
}

static int
yyreport_syntax_error(const yypcontext_t *c, struct rego_parse *p)
{
	const struct rego_range *loc = yypcontext_location(c);
	struct buf b = {0};

	buf_puts(&b, "unexpected ");
	buf_puts(&b, yysymbol_name(yypcontext_token(c)));
	list_expected(c, &b);
	rego_refuse(p, loc->from, loc->to - loc->from, "%.*s",
	    STR_ARG(buf_str(&b)));
	buf_free(&b);
	return 0;
}
