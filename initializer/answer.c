/* SPDX-License-Identifier: Apache-2.0 */
/* What the Coordinator answers: judged, then written as files. */
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "initializer/identity.h"
#include "runtime/pki/key.h"
#include "runtime/wire/pb.h"
#include "runtime/base/banned.h"

#define PEM_MAX ((size_t)64 << 10)
#define CHAIN_MAX 8

/* The certificates of a PEM text, at most `max`; the first is *first. */
static int
read_pem(X509 **first, size_t *n, struct str pem, size_t max)
{
	BIO *in = pem.n > PEM_MAX || pem.n == 0
		      ? NULL
		      : BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x;

	*first = NULL;
	*n = 0;
	while (in != NULL && *n <= max &&
	       (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		if ((*n)++ == 0)
			*first = x;
		else
			X509_free(x);
	}
	BIO_free(in);
	return *n > 0 && *n <= max ? 0 : RT_EFORMAT;
}

static int
check_pem(const char *what, ProtobufCBinaryData field, size_t max,
    const EVP_PKEY *key, struct rt_err *err)
{
	X509 *first;
	size_t n;
	int rc = read_pem(&first, &n, wire_pb_str(field), max);

	if (rc != 0)
		rc = rt_err_set(err, rc,
		    "the Coordinator's %s is not 1 to %zu certificates", what,
		    max);
	else if (key != NULL && EVP_PKEY_eq(X509_get0_pubkey(first), key) != 1)
		rc = rt_err_set(err, RT_EFORMAT,
		    "the Coordinator's certificate is not for our key");
	X509_free(first);
	return rc;
}

int
init_answer_check(const Meshapi__NewMeshCertResponse *m, const EVP_PKEY *key,
    struct rt_err *err)
{
	int rc = check_pem("chain", m->cert_chain, CHAIN_MAX, key, err);

	if (rc == 0)
		rc = check_pem("mesh CA", m->mesh_ca_cert, 1, NULL, err);
	if (rc == 0)
		rc = check_pem("root CA", m->root_ca_cert, 1, NULL, err);
	if (rc == 0 && m->workload_secret.len > INIT_SECRET_MAX)
		rc = rt_err_set(err, RT_EFORMAT,
		    "the Coordinator's workload secret has %zu bytes",
		    m->workload_secret.len);
	return rc;
}

/* Lower-case hex in locked memory. */
static int
hex(struct pki_secret *out, ProtobufCBinaryData bytes, struct rt_err *err)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;
	int rc;

	if (bytes.len == 0)
		return 0;
	rc = pki_secret_new(out, bytes.len * 2, err);
	for (i = 0; rc == 0 && i < bytes.len; i++) {
		out->p[2 * i] = (unsigned char)digits[bytes.data[i] >> 4];
		out->p[2 * i + 1] = (unsigned char)digits[bytes.data[i] & 15];
	}
	return rc;
}

int
init_answer_write(const Meshapi__NewMeshCertResponse *m, const EVP_PKEY *key,
    const struct init_config *c, struct rt_err *err)
{
	struct pki_secret pem = {0}, secret = {0};
	struct str bytes[INIT_FILES] = {0};
	struct arena *a = arena_new();
	int rc = pki_key_pkcs8_pem(&pem, key, err);

	if (rc == 0)
		rc = hex(&secret, m->workload_secret, err);
	if (rc == 0) {
		bytes[INIT_CHAIN] = wire_pb_str(m->cert_chain);
		bytes[INIT_MESH_CA] = wire_pb_str(m->mesh_ca_cert);
		bytes[INIT_ROOT_CA] = wire_pb_str(m->root_ca_cert);
		bytes[INIT_KEY] = pki_secret_str(&pem);
		bytes[INIT_SECRET] = pki_secret_str(&secret);
		rc = init_files_write(
		    a, c->text[INIT_DIR], bytes, c->key_mode, err);
	}
	pki_secret_free(&pem);
	pki_secret_free(&secret);
	arena_free(a);
	return rc;
}
