/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_MESH_DENY_H
#define CONTRASTC_MESH_DENY_H

#include "runtime/base/err.h"

/*
 * Removes the start-up deny rule, which the guest image has before the Kata
 * agent starts so that no port is reachable before someone decides
 * (coordinator 13.3, service mesh 6.5): the rule of iptables, the chain
 * CONTRAST_DENY6 of ip6tables, the table inet contrast_deny of nft, each with
 * the programs that are there (found along PATH).  *n is how many there were;
 * none is fine.  Needs NET_ADMIN, iptables-legacy NET_RAW too; starts
 * programs, so neither threads nor a sandbox come before it.
 *
 * Any failure is an error, since the pod may still be shut: RT_ENOTFOUND:
 * neither iptables nor nft is there; RT_ELIMIT: a rule stands more than
 * MESH_DENY_MAX times; RT_EIO.
 */
#define MESH_DENY_MAX 16
int mesh_deny_remove(unsigned *n, struct rt_err *err) RT_MUST_CHECK;

#endif
