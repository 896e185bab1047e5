/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/real.h"

#include <stdio.h>
#include <string.h>

#include "compiler/front/input.h"
#include "compiler/pass/pass.h"
#include "runtime/base/file.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

/* How a case is run; what is not named has the value 0. */
struct how {
	const char *platform;
	enum profile profile;
	bool skip_initializer, skip_mesh, store, shell, strict, coco,
	    no_handler, tags;
	enum startup_deny deny;
	enum annotation_location location;
	enum carrier carrier;
	const char *replacements;
};

struct run {
	struct arena *arena;
	struct diags diags;
	struct pass_options options;
	struct pass_ctx ctx;
	struct units units;
	struct k8s_objects objects;
	VEC(struct selection) selected;
	const struct source *source, *completed;
	bool ok;
};

static const char *
handler_of(void *arg, const struct platform *p)
{
	struct arena *a = arg;
	char *z;
	size_t i;

	z = (char *)(uintptr_t)arena_printf(a, "%s%s-0123abcd",
	    p->insecure ? "contrast-insecure-" : "contrast-cc-",
	    p->insecure ? "metal-qemu" : p->name)
		.p;
	for (i = 0; z[i] != '\0'; i++)
		z[i] = (char)(z[i] >= 'A' && z[i] <= 'Z' ? z[i] + 32 : z[i]);
	return z;
}

static void
set_options(struct run *r, const struct how *h)
{
	struct pass_options *o = &r->options;

	if (h->platform != NULL) {
		o->platform = platform_find(str_from(h->platform));
		assert_non_null(o->platform);
	}
	o->profile = h->profile;
	o->skip_initializer = h->skip_initializer;
	o->skip_service_mesh = h->skip_mesh;
	o->inject_image_store = h->store;
	o->debug_shell = h->shell;
	o->strict = h->strict;
	o->coco = h->coco;
	o->startup_deny = h->deny;
	o->annotation_location = h->location;
	o->carrier = h->carrier;
	o->replacements = str_from(h->replacements);
	o->replacements_file = STR("images.txt");
	if (!h->no_handler) {
		o->handler = handler_of;
		o->handler_arg = r->arena;
	}
}

/* Round one and the verifiers of the completed text. */
static void
run(struct run *r, struct arena *a, struct str text, const struct how *h)
{
	struct units after = {{NULL, 0, 0}};
	struct k8s_objects objects = {{NULL, 0, 0}};
	struct pass_ctx second = {.arena = a};
	struct selection sel;
	struct edits *edits;
	size_t i;

	memset(r, 0, sizeof(*r));
	r->arena = a;
	diags_init(&r->diags, a);
	set_options(r, h);
	if (h->tags)
		r->diags.level[DIAG_IMAGE_NOT_PINNED] = DIAG_AS_WARNING;
	r->source = source_new(a, STR("in.yml"), text);
	r->ok = yaml_read(&r->units, a, &r->diags, r->source) &&
		k8s_objects_read(&r->objects, a, &r->diags, &r->units);
	if (!r->ok)
		return;
	r->ctx.arena = a;
	r->ctx.diags = &r->diags;
	r->ctx.options = &r->options;
	r->ctx.objects = &r->objects;
	r->ok = pass_begin(&r->ctx);
	edits = edits_new(a, &r->diags, r->source, &r->units);
	for (i = 0; i < r->objects.list.n; i++) {
		r->ok = pass_run(&r->ctx, r->objects.list.p[i], edits, &sel) &&
			r->ok;
		VEC_PUSH(a, &r->selected, sel);
	}
	if (!r->ok || !edit_apply(edits, &r->completed, NULL)) {
		r->completed = NULL;
		return;
	}
	assert_true(yaml_read(&after, a, &r->diags, r->completed));
	assert_true(k8s_objects_read(&objects, a, &r->diags, &after));
	assert_int_equal(objects.list.n, r->selected.n);
	second.diags = &r->diags;
	second.options = &r->options;
	second.objects = &objects;
	for (i = 0; i < objects.list.n; i++)
		pass_verify(&second, objects.list.p[i], &r->selected.p[i]);
}

static void
show_findings(struct buf *b, struct run *r, enum diag_severity least)
{
	static const char *const words[] = {"note", "warning", "error"};
	struct diag **it;
	struct place p;
	struct loc loc;

	VEC_FOREACH(it, &r->diags.list) {
		if ((*it)->severity < least)
			continue;
		loc = loc_user((*it)->loc, NULL);
		p = source_place(r->arena, loc.source, loc.off);
		buf_printf(b, "%s%u:%u %s %s", b->n > 0 ? "; " : "", p.line,
		    p.col, words[(*it)->severity], diag_table[(*it)->id].name);
	}
}

/* Text in, text out: every byte. */
struct text_case {
	const char *name;
	struct how how;
	const char *in, *out;
};

#define D                                                                      \
	"@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* Line 1: Pod; 4: its annotations; then the spec. */
#define HEAD "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n"
#define MAIN                                                                   \
	"  containers:\n  - name: c\n    image: i:1" D "\n"                    \
	"    resources: {limits: {memory: 1Gi}}\n"
#define SPEC "spec:\n  runtimeClassName: contrast-cc\n"
#define NOTES "  annotations:\n"
#define KEY "    contrast.edgeless.systems/"
#define POD(annotations) HEAD NOTES annotations SPEC MAIN
#define WITH(rest) HEAD SPEC MAIN rest
#define CLASS(class) HEAD "spec:\n  runtimeClassName: " class "\n" MAIN
#define V12 .platform = "K3s-QEMU-SNP", .profile = PROFILE_V12
#define NEW .platform = "Metal-QEMU-SNP", .profile = PROFILE_LATEST

static const struct text_case texts[] = {
#include "regress/unit/pass_texts.h"
};

static bool
check_text(struct arena *a, const struct text_case *t)
{
	struct buf b = {0};
	struct run r, again;

	run(&r, a, str_from(t->in), &t->how);
	if (r.completed == NULL) {
		show_findings(&b, &r, DIAG_NOTE);
		fprintf(stderr, "%s: %.*s\n", t->name, STR_ARG(buf_str(&b)));
		buf_free(&b);
		return false;
	}
	if (!str_eqz(r.completed->text, t->out)) {
		fprintf(stderr, "%s: got\n%.*s", t->name,
		    STR_ARG(r.completed->text));
		return false;
	}
	run(&again, a, r.completed->text, &t->how);
	assert_non_null(again.completed);
	if (str_eq(again.completed->text, r.completed->text))
		return true;
	fprintf(stderr, "%s: the second run gives\n%.*s", t->name,
	    STR_ARG(again.completed->text));
	return false;
}

static void
pass_run__texts(void **state)
{
	struct arena *a = arena_new();
	size_t i, bad = 0;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bad += !check_text(a, &texts[i]);
	assert_int_equal(bad, 0);
	arena_free(a);
}

/* Text in, findings out: "LINE:COLUMN severity name; ...". */
struct finding_case {
	struct how how;
	const char *in, *want;
	enum diag_severity least;
};

static const struct finding_case findings[] = {
#include "regress/unit/pass_findings.h"
};

static void
pass_run__findings(void **state)
{
	struct arena *a = arena_new();
	struct buf b = {0};
	size_t i, bad = 0;
	struct run r;

	(void)state;
	for (i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		run(&r, a, str_from(findings[i].in), &findings[i].how);
		b.n = 0;
		show_findings(&b, &r, findings[i].least);
		if (str_eqz(buf_str(&b), findings[i].want))
			continue;
		bad++;
		fprintf(stderr, "case %zu: got \"%.*s\", want \"%s\" for\n%s",
		    i, STR_ARG(buf_str(&b)), findings[i].want, findings[i].in);
	}
	assert_int_equal(bad, 0);
	buf_free(&b);
	arena_free(a);
}

/* Who gets a policy and why; what starts before the application. */
static void
pass_run__selection(void **state)
{
	static const struct {
		struct how how;
		const char *in, *want;
	} t[] = {
	    {{V12}, CLASS("contrast-cc"),
		"in runtimeClassName is 'contrast-cc' K3s-QEMU-SNP "
		"contrast-initializer/"},
	    {{NEW}, CLASS("contrast-cc-metal-qemu-tdx"),
		"in runtimeClassName is 'contrast-cc-metal-qemu-tdx' "
		"Metal-QEMU-TDX contrast-initializer/"},
	    {{V12}, HEAD "spec:\n" MAIN, "out no runtimeClassName - /"},
	    {{V12}, HEAD "spec:\n  runtimeClassName: ''\n" MAIN,
		"out no runtimeClassName - /"},
	    {{V12}, CLASS("runc"), "out runtimeClassName is 'runc' - /"},
	    {{V12}, HEAD, "out no pod template - /"},
	    {{V12}, "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
		"out no workload - /"},
	    {{V12}, "apiVersion: a/v1\nkind: B\nmetadata: {name: s}\n",
		"out no workload - /"},
	    {{NEW, .coco = true}, CLASS("kata-remote"),
		"in runtimeClassName is 'kata-remote' - /"},
	    {{NEW, .coco = true}, CLASS("kata-remoter"),
		"out runtimeClassName 'kata-remoter' is none of Confidential "
		"Containers - /"},
	    {{V12, .skip_initializer = true},
		WITH("  initContainers:\n  - name: one\n    image: "
		     "ghcr.io/edgelesssys/contrast/initializer:latest\n"
		     "  - name: two\n    image: "
		     "r:5000/contrast/service-mesh-proxy\n"),
		"in runtimeClassName is 'contrast-cc' K3s-QEMU-SNP one/two"},
	};
	struct arena *a = arena_new();
	struct selection *s;
	struct str got;
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		run(&r, a, str_from(t[i].in), &t[i].how);
		assert_int_equal(r.selected.n, 1);
		s = &r.selected.p[0];
		got = arena_printf(a, "%s %.*s %s %.*s/%.*s",
		    s->in ? "in" : "out", STR_ARG(s->why),
		    s->platform != NULL ? s->platform->name : "-",
		    STR_ARG(s->initializer), STR_ARG(s->mesh));
		assert_strz(got, t[i].want);
		assert_int_equal(s->has_initializer, s->initializer.n > 0);
		assert_int_equal(s->in, s->carrier != NULL);
	}
	arena_free(a);
}

/* Places that have the wrong kind: an error or not, but the same twice. */
static const char *const odd_values[] = {"", " null", " {}", " []", " 5",
    " text", " [null]", " [[]]", " [{}]", " {a: b}", " [{name: 5}]",
    " [{name: contrast-secrets}]", " [{name: contrast-initializer}]",
    " [{name: contrast-service-mesh, image: []}]"};
static const char *const odd_places[] = {HEAD
    "spec:\n  runtimeClassName: contrast-cc\n  containers:%s\n",
    WITH("  initContainers:%s\n"), WITH("  volumes:%s\n"),
    WITH("    volumeMounts:%s\n"), WITH("    ports:%s\n"),
    WITH("    lifecycle:%s\n"), WITH("    livenessProbe:%s\n"),
    WITH("    image:%s\n"), WITH("  resources:%s\n"),
    WITH("  hostNetwork:%s\n"),
    HEAD NOTES KEY "servicemesh-ingress:%s\n" SPEC MAIN,
    HEAD NOTES KEY "servicemesh-admin-interface-port:%s\n" SPEC MAIN,
    HEAD NOTES KEY "secure-pv:%s\n" SPEC MAIN,
    HEAD NOTES KEY "image-store-size:%s\n" SPEC MAIN,
    HEAD NOTES KEY "skip-initializer:%s\n" SPEC MAIN,
    HEAD NOTES KEY "pod-role:%s\n" SPEC MAIN,
    HEAD "  annotations:%s\n" SPEC MAIN, HEAD "spec:%s\n",
    HEAD "spec:\n  runtimeClassName:%s\n" MAIN,
    "apiVersion: v1\nkind: Pod\nmetadata:%s\n" SPEC MAIN,
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
    "spec:\n  template:%s\n",
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: d}\n"
    "spec:\n  template:\n    metadata:%s\n    spec:\n"
    "      runtimeClassName: contrast-cc\n      containers: []\n",
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: d}\n"
    "spec:\n  volumeClaimTemplates:%s\n  template:\n    spec:\n"
    "      runtimeClassName: contrast-cc\n      containers: []\n"};

static void
check_odd(struct arena *a, const char *place, const char *value)
{
	static const struct how hows[] = {
	    {V12, .shell = true}, {NEW, .tags = true, .store = true}};
	struct str t = str_from(place), text;
	struct run once, twice;
	size_t at = str_find(t, STR("%s"), 0), i;

	text =
	    arena_printf(a, "%.*s%s%s", (int)at, place, value, place + at + 2);
	for (i = 0; i < 2; i++) {
		run(&once, a, text, &hows[i]);
		if (once.completed == NULL) {
			assert_true(once.diags.errors > 0);
			continue;
		}
		run(&twice, a, once.completed->text, &hows[i]);
		assert_non_null(twice.completed);
		assert_str(twice.completed->text, once.completed->text);
	}
}

static void
pass_run__odd_kinds(void **state)
{
	struct arena *a = arena_new();
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(odd_places) / sizeof(odd_places[0]); i++) {
		for (j = 0; j < sizeof(odd_values) / sizeof(odd_values[0]); j++)
			check_odd(a, odd_places[i], odd_values[j]);
	}
	arena_free(a);
}

/* Volumes of an older version keep their form. */
static void
forget_medium(struct jv *v)
{
	struct jv *dir = jv_getz(v, "emptyDir"), **it;
	struct jv_member *m;

	if (dir != NULL)
		jv_remove(dir, STR("medium"));
	if (jv_is(v, JV_OBJECT)) {
		VEC_FOREACH(m, &v->members)
			forget_medium(m->value);
	} else if (jv_is(v, JV_ARRAY)) {
		VEC_FOREACH(it, &v->items)
			forget_medium(*it);
	}
}

static struct jv *
meaning(struct arena *a, const struct source *s)
{
	struct units units = {{NULL, 0, 0}};
	struct jv *all = jv_array(a);
	struct unit **u;
	struct diags d;

	diags_init(&d, a);
	assert_true(yaml_read(&units, a, &d, s));
	VEC_FOREACH(u, &units.list)
		(void)jv_push(a, all, yaml_to_jv(a, (*u)->root));
	forget_medium(all);
	return all;
}

/* v1.2 and then latest means the same as latest alone. */
static void
check_older(struct arena *a, const char *name, struct str text)
{
	static const struct how old = {V12, .deny = DENY_OFF,
	    .replacements =
		"ghcr.io/edgelesssys/contrast/initializer:latest=r/init:v1\n"};
	static const struct how new = {.platform = "K3s-QEMU-SNP",
	    .profile = PROFILE_LATEST,
	    .tags = true};
	struct run first, then, alone;

	run(&first, a, text, &old);
	run(&alone, a, text, &new);
	if (first.completed == NULL || alone.completed == NULL)
		return;
	run(&then, a, first.completed->text, &new);
	assert_non_null(then.completed);
	if (!jv_equal(meaning(a, then.completed), meaning(a, alone.completed)))
		fail_msg("%s: got\n%.*s", name, STR_ARG(then.completed->text));
}

static void
pass_run__older(void **state)
{
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_older(a, texts[i].name, str_from(texts[i].in));
	arena_free(a);
}

static void
check_real(struct arena *a, const char *path, size_t counts[3])
{
	static const struct how hows[] = {{V12}, {NEW, .tags = true}};
	const struct source *s;
	struct run once, twice;
	struct rt_err err;
	struct str text;
	size_t i;

	if (file_read(&text, a, path, INPUT_FILE_MAX, &err) != 0)
		return;
	run(&once, a, text, &hows[0]);
	if (once.completed != NULL)
		assert_ptr_equal(once.completed, once.source);
	s = real_mark(a, source_new(a, str_from(path), text));
	if (s == NULL) {
		counts[2]++;
		return;
	}
	for (i = 0; i < 2; i++) {
		run(&once, a, s->text, &hows[i]);
		if (once.completed == NULL) {
			counts[1]++;
			continue;
		}
		run(&twice, a, once.completed->text, &hows[i]);
		if (twice.completed == NULL ||
		    !str_eq(twice.completed->text, once.completed->text))
			fail_msg("%s: the second run differs", path);
		counts[0]++;
	}
	check_older(a, path, s->text);
}

/* Files that others wrote, marked: what we write we do not change again. */
static void
pass_run__real(void **state)
{
	size_t counts[3] = {0, 0, 0}, i;
	struct arena *a;
	glob_t g = {0};

	(void)state;
	if (!real_files(&g)) {
		print_message("no files of others beside the project\n");
		skip();
	}
	for (i = 0; i < g.gl_pathc; i++) {
		a = arena_new();
		check_real(a, g.gl_pathv[i], counts);
		arena_free(a);
	}
	globfree(&g);
	print_message("%zu runs repeated, %zu ended with findings, %zu files "
		      "unreadable\n",
	    counts[0], counts[1], counts[2]);
	assert_true(counts[0] > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pass_run__texts),
	    cmocka_unit_test(pass_run__findings),
	    cmocka_unit_test(pass_run__selection),
	    cmocka_unit_test(pass_run__odd_kinds),
	    cmocka_unit_test(pass_run__older),
	    cmocka_unit_test(pass_run__real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
