/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_ANNOT_H
#define CONTRASTC_GRAMMAR_ANNOT_H

#include "runtime/base/arena.h"
#include "runtime/base/diag.h"
#include "runtime/base/vec.h"

/*
 * The mini-language of the service-mesh annotations:
 *
 *	ingress   NAME#PORT#DISABLE-TLS ## ...       or DISABLED
 *	egress    NAME#127.x.y.z:PORT#HOST:PORT ## ...
 *	admin     PORT
 *
 * One parser for the compiler (the annotations) and for the sidecar (its
 * environment variables).  It queues nothing and prints nothing: it fills a
 * struct annot_mesh with what is valid and a list of findings.  After a bad
 * entry it goes on behind the next "##", so all faults of a value are found.
 *
 * Names of the findings in diag.def and their codes in the documentation of
 * the mesh:
 *
 *	E001 mesh-too-long            E113 mesh-ingress-reserved-port
 *	E004 mesh-control-character   E120 mesh-egress-empty
 *	E005 mesh-utf8                E121 mesh-duplicate-listener
 *	E010 mesh-field-count         E122 mesh-duplicate-name
 *	E020 mesh-port                E123 mesh-reserved-name
 *	E021 mesh-boolean             E124 mesh-empty-name
 *	E022 mesh-listen-address      E125 mesh-egress-reserved-port
 *	E023 mesh-listen-not-local    E131 mesh-admin-port-taken
 *	E024 mesh-remote              N108 mesh-leading-zero
 *	E025 mesh-remote-port         W110 mesh-disabled-only
 *	E026 mesh-remote-host         W111 mesh-duplicate-port
 *	E027 mesh-long-name           W132 mesh-admin-exposed
 *	E030 mesh-admin-port
 *	E112 mesh-conflicting-port
 *
 * and, with the pod at hand (compiler/pass):
 *
 *	N101 mesh-annotation-on-object E141 mesh-port-in-use
 *	E102 annotation-conflict       N142 mesh-port-undeclared
 *	W103 mesh-without-runtime      W143 mesh-probe
 *	W140 mesh-listener-clash       N144 mesh-not-tcp
 *	W145 mesh-deny-stays           N146 mesh-replaced
 */
enum annot_kind { ANNOT_INGRESS, ANNOT_EGRESS, ANNOT_ADMIN, ANNOT_KINDS };

#define ANNOT_VALUE_MAX 262144 /* all annotations of an object */
#define ANNOT_FINDINGS_MAX 100 /* per call; what is beyond is dropped */
#define ANNOT_NAME_MAX 253

/* Ports of the proxy's own listeners. */
#define ANNOT_PORT_MTLS 15006
#define ANNOT_PORT_TLS 15007

/* The dialect of v1.2: DISABLED is no keyword, an empty egress is allowed. */
#define ANNOT_F_V12 0x1u

/* A carrier: `present` with an empty text is not the same as absent. */
struct annot_value {
	struct str text;
	bool present;
};

/* A range of bytes of a value. */
struct annot_range {
	uint32_t off, end;
};

struct annot_ingress {
	struct str name;
	uint16_t port;
	bool plain;               /* no redirection, no TLS */
	struct annot_range where; /* of the port */
};

struct annot_egress {
	struct str name;
	uint8_t listen[4];
	uint16_t port;
	struct str host; /* without brackets */
	uint16_t remote_port;
	bool ipv6;                /* host is an IPv6 literal */
	struct annot_range where; /* of the listen address */
};

struct annot_finding {
	enum diag_id id;
	enum annot_kind kind;
	uint32_t off, len; /* in the value */
	struct str text;
};

struct annot_mesh {
	bool any;      /* at least one carrier is present: there is a sidecar */
	bool disabled; /* ingress is DISABLED */
	VEC(struct annot_ingress) ingress;
	VEC(struct annot_egress) egress;
	uint16_t admin; /* 0: none */
	size_t errors;
	VEC(struct annot_finding) findings;
};

/* Values indexed by enum annot_kind; strings of the result point into them. */
void annot_parse(struct annot_mesh *out, struct arena *a,
    const struct annot_value value[ANNOT_KINDS], unsigned flags);
/* "MESH-E010" of a finding's id, or NULL. */
const char *annot_code(enum diag_id id);

#endif
