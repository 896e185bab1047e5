/* SPDX-License-Identifier: Apache-2.0 */
/* Issuing on the simulated platform (attestation 19.4, 19.5). */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "runtime/attest/attest_host.h"
#include "runtime/attest/attest_http.h"
#include "runtime/attest/attest_x509.h"
#include "runtime/attest/simulated_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/manifest/idblock.h"
#include "runtime/base/banned.h"

#define TOKEN "contrast.allow_insecure_attestation=1"
#define CONFIG_MAX ((size_t)64 << 10)

/* Gates */

/* Does the hypervisor offer the guest a TEE? */
static bool
cpu_has_tee(void)
{
#if defined(__x86_64__)
	unsigned a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c >> 31 & 1) == 0)
		return false;
	if (__get_cpuid(0x8000001f, &a, &b, &c, &d) != 0 && (a >> 4 & 1) != 0)
		return true;
	return __get_cpuid_count(0x21, 0, &a, &b, &c, &d) != 0 &&
	       b == 0x65746e49 && d == 0x5844546c && c == 0x20202020;
#else
	return false;
#endif
}

static bool
has_tee(const struct attest_host *host)
{
	struct arena *a = arena_new();
	bool yes = tsm_provider(a, host).n > 0 ||
		   attest_host_has(host, "/dev/sev-guest") ||
		   attest_host_has(host, "/dev/tdx_guest") ||
		   (host->root == NULL && cpu_has_tee());

	arena_free(a);
	return yes;
}

static bool
has_token(const struct attest_host *host)
{
	struct arena *a = arena_new();
	struct str line = {0}, word;
	bool found = false;
	size_t end;

	if (file_read(&line, a, attest_host_path(a, host, "/proc/cmdline"),
		CONFIG_MAX, NULL) != 0)
		line.n = 0;
	for (line = str_trim(line); line.n > 0 && !found;
	     line = str_trim(str_sub(line, end, line.n))) {
		for (end = 0; end < line.n && line.p[end] != ' ' &&
			      line.p[end] != '\t' && line.p[end] != '\n';
		     end++)
			;
		word = str_sub(line, 0, end);
		found = str_eq(word, STR(TOKEN));
	}
	arena_free(a);
	return found;
}

static bool
has_gate(const struct attest_host *host)
{
	return has_token(host) ||
	       (host->simulated_gate != NULL &&
		   strcmp(host->simulated_gate, ATTEST_SIMULATED_GATE) == 0);
}

static const char *
config_path(struct arena *a, const struct attest_host *host)
{
	return host->simulated_config != NULL
		   ? host->simulated_config
		   : attest_host_path(a, host, ATTEST_SIMULATED_CONFIG);
}

bool
simulated_present(const struct attest_host *host)
{
	struct arena *a = arena_new();
	bool any = has_gate(host) || host->simulated_gate != NULL ||
		   access(config_path(a, host), F_OK) == 0;

	arena_free(a);
	return any;
}

/* Nobody else may have written what says who we are. */
static int
read_private(struct str *out, struct attest_result *r, const char *path)
{
	struct stat st;
	struct rt_err err = {0};

	if (stat(path, &st) != 0)
		return simulated_closed(
		    r, arena_printf(r->arena, "there is no %s", path).p);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return simulated_closed(r,
		    arena_printf(r->arena, "%s is writable by others", path).p);
	if (file_read(out, r->arena, path, CONFIG_MAX, &err) != 0)
		return simulated_closed(r, err.text);
	return 0;
}

static int
check_gates(
    struct str *config, struct attest_result *r, const struct attest_host *host)
{
	if (has_tee(host))
		return attest_reject(r, ATTEST_SIM_TEE_PRESENT,
		    "this machine has a trusted execution environment; the "
		    "simulated platform is refused");
	if (!has_gate(host))
		return simulated_closed(r,
		    "neither " TOKEN " on the kernel's command line nor "
		    "CONTRASTC_SIMULATED_TEE=" ATTEST_SIMULATED_GATE);
	return read_private(config, r, config_path(r->arena, host));
}

/* The report */

static const struct {
	unsigned family, model, stepping;
} chips[] = {{0, 0, 0}, {0x19, 1, 1}, {0x19, 0x11, 1}, {0x1a, 2, 1}};

#define SERVICE_MS 3000
#define FIRMWARE_BUILD 40
#define FIRMWARE_MINOR 55
#define FIRMWARE_MAJOR 1

/* 32 bytes, or base64 of them, from what stands for the host. */
static int
ask_host_data(
    struct str *out, struct attest_result *r, const struct attest_host *host)
{
	const char *url = host->simulated_service == NULL
			      ? ATTEST_SIMULATED_SERVICE
			      : host->simulated_service;
	struct attest_body body = {0};
	struct rt_err err = {0};

	if (attest_http_local(&body, r->arena, url, NULL, SERVICE_MS, &err) !=
	    0)
		return attest_reject(r, ATTEST_SIM_NO_HOST_DATA,
		    "no hostDataFile, and %s", err.text);
	*out = body.bytes;
	if (out->n == ATTEST_DIGEST_LEN ||
	    (rt_unbase64(out, r->arena, str_trim(body.bytes), NULL) == 0 &&
		out->n == ATTEST_DIGEST_LEN))
		return 0;
	return attest_reject(
	    r, ATTEST_SIM_NO_HOST_DATA, "no digest of 32 bytes from %s", url);
}

static int
read_host_data(struct str *out, struct attest_result *r, const char *path,
    const struct attest_host *host)
{
	struct str text;
	int rc = path[0] == '\0' ? RT_ENOTFOUND
				 : file_read(&text, r->arena, path, 1024, NULL);

	if (rc == RT_ENOTFOUND)
		return ask_host_data(out, r, host);
	if (rc == 0 && rt_unhex(out, r->arena, str_trim(text), NULL) == 0 &&
	    out->n == ATTEST_DIGEST_LEN)
		return 0;
	return attest_reject(r, ATTEST_SIM_NO_HOST_DATA,
	    "no digest of 64 hex digits in \"%s\"", path);
}

static struct str
bytes(struct arena *a, unsigned char first, size_t n)
{
	unsigned char *p = arena_alloc(a, n);

	p[0] = first;
	return (struct str){(const char *)p, n};
}

static void
fill_numbers(struct snp_fields *f, const struct simulated_config *c)
{
	f->version = (uint32_t)c->version;
	f->policy = c->policy;
	f->platform_info = c->platform_info;
	f->signature_algo = 1;
	f->current_tcb = f->committed_tcb = f->reported_tcb = f->launch_tcb =
	    c->tcb;
	f->current_build = f->committed_build = FIRMWARE_BUILD;
	f->current_minor = f->committed_minor = FIRMWARE_MINOR;
	f->current_major = f->committed_major = FIRMWARE_MAJOR;
	f->cpuid1eax_fms = c->version < 3 ? 0
					  : snp_fms(chips[c->product].family,
						chips[c->product].model,
						chips[c->product].stepping);
}

/* What an ID block puts into a report. */
static int
fill_id_block(struct snp_fields *f, struct attest_result *r,
    const struct simulated_config *c)
{
	struct idblock *b;
	struct rt_err err = {0};

	if (!c->id_block)
		return 0;
	b = ARENA_NEW(r->arena, struct idblock);
	if (idblock_make(b, (const unsigned char *)c->measurement.p, c->policy,
		&err) != 0)
		return attest_reject(r, ATTEST_ISSUE_IO, "%s", err.text);
	f->guest_svn = 2;
	f->family_id = bytes(r->arena, 1, 16);
	f->image_id = bytes(r->arena, 2, 16);
	f->id_key_digest =
	    (struct str){(const char *)b->key_digest, sizeof(b->key_digest)};
	return 0;
}

static int
fill(struct snp_fields *f, struct attest_result *r,
    const struct simulated_config *c, const struct attest_host *host,
    const unsigned char *report_data)
{
	struct arena *a = r->arena;
	unsigned char *id = arena_alloc(a, 32), *ma = arena_alloc(a, 32);

	memset(ma, 0xff, 32);
	if (RAND_bytes(id, 32) != 1)
		return attest_reject(r, ATTEST_ISSUE_IO, "no random bytes");
	fill_numbers(f, c);
	f->family_id = f->image_id = bytes(a, 0, 16);
	f->id_key_digest = f->author_key_digest = bytes(a, 0, 48);
	f->report_data =
	    (struct str){(const char *)report_data, ATTEST_REPORT_DATA_LEN};
	f->measurement = c->measurement;
	f->report_id = (struct str){(const char *)id, 32};
	f->report_id_ma = (struct str){(const char *)ma, 32};
	f->chip_id = c->chip_id;
	f->signature = bytes(a, 0, 512);
	if (read_host_data(&f->host_data, r, c->host_data, host) != 0)
		return RT_EVERIFY;
	return fill_id_block(f, r, c);
}

/* Signing */

static EVP_PKEY *
read_key(const char *path)
{
	BIO *b = BIO_new_file(path, "r");
	EVP_PKEY *key =
	    b == NULL ? NULL : PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	BIO_free(b);
	return key;
}

/* R and S, little endian, each in 72 bytes. */
static bool
put_signature(unsigned char *out, const unsigned char *der, size_t n)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	bool ok = sig != NULL &&
		  BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), out, 72) == 72 &&
		  BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), out + 72, 72) == 72;

	ECDSA_SIG_free(sig);
	return ok;
}

static bool
sign(unsigned char raw[SNP_REPORT_LEN], const char *path)
{
	EVP_PKEY *key = read_key(path);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[160];
	size_t n = sizeof(der);
	bool ok;

	ok = key != NULL && ctx != NULL &&
	     EVP_DigestSignInit_ex(
		 ctx, NULL, "SHA384", NULL, NULL, key, NULL) == 1 &&
	     EVP_DigestSign(ctx, der, &n, raw, SNP_SIGNED_LEN) == 1 &&
	     put_signature(raw + SNP_SIGNED_LEN, der, n);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok;
}

/* The first certificate of the chain, as DER. */
static bool
read_leaf(struct str *out, struct arena *a, const char *path)
{
	X509 *v[3];
	struct str pem;
	unsigned char *der = NULL;
	size_t n;
	int len;

	if (file_read(&pem, a, path, ATTEST_CHAIN_MAX, NULL) != 0)
		return false;
	n = attest_x509_pem(v, 3, pem);
	len = n == 0 ? -1 : i2d_X509(v[0], &der);
	if (len > 0)
		*out =
		    arena_str(a, (struct str){(const char *)der, (size_t)len});
	OPENSSL_free(der);
	attest_x509_free(v, n);
	return len > 0;
}

int
simulated_issue(struct str *doc, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
    const struct attest_env *env)
{
	unsigned char *raw = arena_alloc(r->arena, SNP_REPORT_LEN);
	struct snp_evidence ev = {
	    .report = {(const char *)raw, SNP_REPORT_LEN}};
	struct simulated_config c = {0};
	struct snp_fields f = {0};
	struct str text;
	struct buf b = {0};
	int rc;

	(void)env;
	if (check_gates(&text, r, host) != 0 ||
	    simulated_read_config(&c, r, text) != 0 ||
	    fill(&f, r, &c, host, report_data) != 0)
		return RT_EVERIFY;
	if (!snp_report_build(raw, &f) || !sign(raw, c.key) ||
	    !read_leaf(&ev.vcek, r->arena, c.chain))
		return attest_reject(r, ATTEST_ISSUE_IO,
		    "vcekKey or chain of the simulated platform is unusable");
	rc = snp_doc_write(&b, &ev, c.product, NULL);
	*doc = arena_str(r->arena, buf_str(&b));
	buf_free(&b);
	return rc == 0 ? 0 : attest_reject(r, ATTEST_ISSUE_IO, "no document");
}
