/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_TDX_DOC_H
#define CONTRASTC_ATTEST_TDX_DOC_H

#include <stddef.h>

#include "runtime/attest/attest_pb.h"
#include "runtime/attest/tdx_int.h"

/*
 * The messages tdx.QuoteV4 and tdx.QuoteV5 (4.3) by table, for reading and
 * writing.
 */

struct top {
	struct str header, body, signed_data, extra;
	uint32_t signed_size;
};
#define TOP(member) offsetof(struct top, member)
static const struct pb_row top_rows[] = {
    {1, PB_ONCE, TOP(header)},
    {2, PB_ONCE, TOP(body)},
    {3, PB_U32, TOP(signed_size)},
    {4, PB_ONCE, TOP(signed_data)},
    {5, PB_DATA, TOP(extra)},
};

struct header {
	uint32_t version, key_type, tee_type;
	struct str qe_svn, pce_svn, vendor, user_data;
};
#define HEADER(member) offsetof(struct header, member)
static const struct pb_row header_rows[] = {
    {1, PB_U32, HEADER(version)},
    {2, PB_U32, HEADER(key_type)},
    {3, PB_U32, HEADER(tee_type)},
    {4, PB_DATA, HEADER(qe_svn)},
    {5, PB_DATA, HEADER(pce_svn)},
    {6, PB_DATA, HEADER(vendor)},
    {7, PB_DATA, HEADER(user_data)},
};

/* TDQuoteBodyDescriptor of version 5. */
struct descriptor {
	uint32_t type, size;
	struct str body;
};
#define DESCRIPTOR(member) offsetof(struct descriptor, member)
static const struct pb_row descriptor_rows[] = {
    {1, PB_U32, DESCRIPTOR(type)},
    {2, PB_U32, DESCRIPTOR(size)},
    {3, PB_ONCE, DESCRIPTOR(body)},
};

struct auth {
	struct str signature, key, certification;
};
#define AUTH(member) offsetof(struct auth, member)
static const struct pb_row auth_rows[] = {
    {1, PB_DATA, AUTH(signature)},
    {2, PB_DATA, AUTH(key)},
    {3, PB_ONCE, AUTH(certification)},
};

/* CertificationData and PCKCertificateChainData have one shape. */
struct certification {
	uint32_t type, size;
	struct str data;
};
#define CERT(member) offsetof(struct certification, member)
static const struct pb_row cert_rows[] = {
    {1, PB_U32, CERT(type)},
    {2, PB_U32, CERT(size)},
    {3, PB_DATA, CERT(data)},
};

struct qe_data {
	struct str report, signature, auth, chain;
};
#define QE(member) offsetof(struct qe_data, member)
static const struct pb_row qe_rows[] = {
    {1, PB_ONCE, QE(report)},
    {2, PB_DATA, QE(signature)},
    {3, PB_ONCE, QE(auth)},
    {4, PB_ONCE, QE(chain)},
};

struct qe_auth {
	uint32_t size;
	struct str data;
};
static const struct pb_row qe_auth_rows[] = {
    {1, PB_U32, offsetof(struct qe_auth, size)},
    {2, PB_DATA, offsetof(struct qe_auth, data)},
};

/* EnclaveReport: numbers, and bytes in the order of enum qe_field. */
struct enclave {
	uint32_t misc_select, product, svn;
	struct str f[QE_FIELD_N];
};
#define ENCLAVE(field) offsetof(struct enclave, f[field])
static const struct pb_row enclave_rows[] = {
    {1, PB_DATA, ENCLAVE(QE_CPU_SVN)},
    {2, PB_U32, offsetof(struct enclave, misc_select)},
    {3, PB_DATA, ENCLAVE(QE_RESERVED1)},
    {4, PB_DATA, ENCLAVE(QE_ATTRIBUTES)},
    {5, PB_DATA, ENCLAVE(QE_MR_ENCLAVE)},
    {6, PB_DATA, ENCLAVE(QE_RESERVED2)},
    {7, PB_DATA, ENCLAVE(QE_MR_SIGNER)},
    {8, PB_DATA, ENCLAVE(QE_RESERVED3)},
    {9, PB_U32, offsetof(struct enclave, product)},
    {10, PB_U32, offsetof(struct enclave, svn)},
    {11, PB_DATA, ENCLAVE(QE_RESERVED4)},
    {12, PB_DATA, ENCLAVE(QE_REPORT_DATA)},
};

#define READ(out, rows, in)                                                    \
	pb_read(out, rows, sizeof(rows) / sizeof(rows[0]), in)
#define WRITE(out, rows, in)                                                   \
	pb_write(out, rows, sizeof(rows) / sizeof(rows[0]), in)

/* The number of a body's field in its message. */
uint32_t tdx_doc_number(enum tdx_field f);

#endif
