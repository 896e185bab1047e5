/* SPDX-License-Identifier: Apache-2.0 */
/* simulated-tee init: founds a platform without hardware (attestation 19.5). */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "compiler/cmd/cmd.h"
#include "runtime/attest/simulated.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

#define REPORT_VERSION 3
#define POLICY "0x30000"
#define PLATFORM_INFO "0x25"

/* Parts of the TCB: names in the configuration and in reference values. */
static const struct {
	const char *config, *refs;
	uint64_t value;
} tcb_parts[SNP_PARTS] = {{"bootloader", "bootloaderVersion", 10},
    {"tee", "teeVersion", 0}, {"snp", "snpVersion", 23},
    {"microcode", "microcodeVersion", 84}, {"fmc", "fmcVersion", 0}};

struct init {
	struct run *run;
	enum snp_product product;
	const char *dir; /* absolute, once it is there */
	struct simulated made;
	struct str measurement; /* hex */
	struct file_set files;
};

static int
check_options(struct init *t)
{
	struct run *r = t->run;
	const char *name = opt_str(r, OPT_PRODUCT);

	if (r->args.n != 1 || strcmp(r->args.p[0], "init") != 0)
		return cmd_fail(r, EXIT_USAGE,
		    "simulated-tee: the only verb is init: '%s simulated-tee "
		    "init --out DIR'",
		    r->program);
	t->dir = opt_str(r, OPT_OUT_DIR);
	if (t->dir == NULL)
		return cmd_fail(
		    r, EXIT_USAGE, "required flag(s) \"out\" not set");
	t->product = snp_product_find(str_from(name));
	if (t->product == SNP_PRODUCT_NONE)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --product: %s is not Milan, Genoa or Turin",
		    name);
	return EXIT_OK;
}

static uint64_t
tcb_word(enum snp_product p)
{
	uint64_t word = 0;
	int i, byte;

	for (i = 0; i < SNP_PARTS; i++) {
		byte = snp_tcb_byte(p, (enum snp_part)i);
		if (byte >= 0)
			word |= tcb_parts[i].value << (8 * byte);
	}
	return word;
}

static int
make(struct init *t)
{
	struct run *r = t->run;
	unsigned char raw[SNP_MEASUREMENT_LEN];
	struct rt_err err;

	if (RAND_bytes(raw, sizeof(raw)) != 1)
		return cmd_fail(r, EXIT_INTERNAL, "no random bytes");
	t->measurement = rt_hex(r->arena, raw, sizeof(raw));
	cmd_say(r, "  Making keys of 4096 bits, which takes some seconds");
	if (simulated_make(&t->made, r->arena, t->product, tcb_word(t->product),
		time(NULL), &err) == 0)
		return EXIT_OK;
	return cmd_fail(r, EXIT_INTERNAL, "%s", err.text);
}

/* Files */

static const char *
path_of(struct init *t, const char *name)
{
	return arena_printf(t->run->arena, "%s/%s", t->dir, name).p;
}

static void
add(struct init *t, const char *name, struct str bytes, mode_t mode)
{
	file_set_add(&t->files, path_of(t, name), bytes, mode);
}

static void
add_json(struct init *t, const char *name, const struct jv *v)
{
	struct buf b = {0};

	jv_print(&b, v, JV_PRETTY);
	buf_putc(&b, '\n');
	add(t, name, arena_str(t->run->arena, buf_str(&b)), 0644);
	buf_free(&b);
}

static struct jv *
tcb_object(struct init *t, bool refs)
{
	struct arena *a = t->run->arena;
	struct jv *o = jv_object(a);
	int i;

	for (i = 0; i < SNP_PARTS; i++)
		if (snp_tcb_byte(t->product, (enum snp_part)i) >= 0)
			jv_put_int(a, o,
			    refs ? tcb_parts[i].refs : tcb_parts[i].config,
			    tcb_parts[i].value);
	return o;
}

static void
put_path(struct init *t, struct jv *o, const char *key, const char *name)
{
	jv_put_str(t->run->arena, o, key, str_from(path_of(t, name)));
}

static struct jv *
config(struct init *t)
{
	struct arena *a = t->run->arena;
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "product", str_from(snp_product_name(t->product)));
	put_path(t, o, "vcekKey", "vcek.key");
	put_path(t, o, "chain", "chain.pem");
	jv_put_int(a, o, "reportVersion", REPORT_VERSION);
	jv_put_str(a, o, "policy", STR(POLICY));
	jv_put_str(a, o, "platformInfo", STR(PLATFORM_INFO));
	jv_set(a, o, STR("tcb"), tcb_object(t, false));
	jv_put_str(a, o, "chipId",
	    rt_hex(a, t->made.chip_id, sizeof(t->made.chip_id)));
	jv_put_str(a, o, "measurement", t->measurement);
	put_path(t, o, "hostDataFile", "hostdata");
	jv_set(a, o, STR("idBlock"), jv_bool(a, true));
	return o;
}

/* For generate --reference-values-file. */
static struct jv *
reference_values(struct init *t)
{
	struct arena *a = t->run->arena;
	struct jv *top = jv_object(a), *h = jv_object(a), *list = jv_array(a);
	struct jv *e = jv_object(a);

	jv_put_str(a, e, "platform", STR("Simulated-SNP"));
	jv_put_str(a, e, "productName", str_from(snp_product_name(t->product)));
	jv_put_str(a, e, "trustedMeasurement", t->measurement);
	jv_set(a, e, STR("minimumTCB"), tcb_object(t, true));
	jv_put_str(a, e, "trustedRootSHA256", str_from(t->made.root_sha256));
	jv_push(a, list, e);
	jv_set(a, h, STR("simulated"), list);
	jv_set(a, top,
	    arena_printf(a, "contrast-cc-simulated-snp-%.8s", t->measurement.p),
	    h);
	return top;
}

static void
collect(struct init *t)
{
	struct arena *a = t->run->arena;
	const struct simulated *m = &t->made;

	file_set_init(&t->files, a);
	add(t, "vcek.key", m->vcek_key, 0600);
	if (opt_on(t->run, OPT_KEEP_CA_KEYS)) {
		add(t, "ark.key", m->ark_key, 0600);
		add(t, "ask.key", m->ask_key, 0600);
	}
	add(t, "chain.pem",
	    arena_printf(a, "%.*s%.*s%.*s", STR_ARG(m->vcek), STR_ARG(m->ask),
		STR_ARG(m->ark)),
	    0644);
	add(t, "roots.pem",
	    arena_printf(a, "%.*s%.*s", STR_ARG(m->ask), STR_ARG(m->ark)),
	    0644);
	add_json(t, "simulated-tee.json", config(t));
	add_json(t, "reference-values.json", reference_values(t));
}

/* A platform that is there is never replaced. */
static int
check_absent(struct init *t)
{
	static const char *const names[] = {"vcek.key", "ark.key", "ask.key",
	    "chain.pem", "roots.pem", "simulated-tee.json",
	    "reference-values.json"};
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (lstat(path_of(t, names[i]), &st) == 0)
			return cmd_fail(t->run, EXIT_FINDINGS,
			    "%s is there already; name another directory with "
			    "--out",
			    path_of(t, names[i]));
	return EXIT_OK;
}

static int
make_dir(struct init *t)
{
	struct run *r = t->run;
	const char *real;

	if (mkdir(t->dir, 0755) != 0 && errno != EEXIST)
		return cmd_fail(r, EXIT_ENVIRONMENT, "create %s: %s", t->dir,
		    strerror(errno));
	real =
	    file_real_path(r->arena, arena_printf(r->arena, "%s/x", t->dir).p);
	if (real == NULL)
		return cmd_fail(
		    r, EXIT_ENVIRONMENT, "%s: %s", t->dir, strerror(errno));
	t->dir = arena_cstr(r->arena, (struct str){real, strlen(real) - 2});
	return EXIT_OK;
}

static int
write_files(struct init *t)
{
	struct run *r = t->run;
	struct rt_err err;
	size_t changed;

	collect(t);
	if (file_set_stage(&t->files, &err) != 0 ||
	    file_set_commit(&t->files, &changed, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "write %s", err.text);
	cmd_say(r, "✔️ Wrote a simulated platform to %s", t->dir);
	cmd_say(r, "  It protects NOTHING: for tests only");
	return EXIT_OK;
}

static int
print(struct init *t)
{
	struct run *r = t->run;
	struct arena *a = r->arena;
	struct jv *top;
	struct buf b = {0};
	int status;

	if (!opt_on(r, OPT_JSON))
		return cmd_print(
		    r, arena_printf(a, "%s\n", t->made.root_sha256));
	top = jv_object(a);
	jv_put_str(a, top, "apiVersion", STR("contrastc/v1"));
	jv_put_str(a, top, "kind", STR("SimulatedPlatform"));
	jv_put_str(a, top, "directory", str_from(t->dir));
	jv_put_str(a, top, "product", str_from(snp_product_name(t->product)));
	jv_put_str(a, top, "trustedRootSHA256", str_from(t->made.root_sha256));
	jv_put_str(a, top, "trustedMeasurement", t->measurement);
	jv_print(&b, top, JV_PRETTY);
	buf_putc(&b, '\n');
	status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status;
}

int
cmd_simulated_tee(struct run *r)
{
	static int (*const steps[])(struct init *) = {
	    check_options, make_dir, check_absent, make, write_files, print};
	struct init t = {.run = r};
	int status = EXIT_OK;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (status == EXIT_OK)
			status = steps[i](&t);
	cmd_report(r);
	simulated_fini(&t.made);
	return status;
}
