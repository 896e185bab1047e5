/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_LOWER_SECRET_H
#define CONTRASTC_LOWER_SECRET_H

#include "runtime/base/str.h"

/*
 * What secret a text holds by its form ("a private key"), or NULL: the forms
 * that well-known issuers give to nothing else.
 */
const char *secret_by_form(struct str text);
/*
 * What secret a value of this name may be ("a password"), or NULL: the name
 * ends like one, and the value is neither a path, a reference nor a plain
 * word or number.
 */
const char *secret_by_name(struct str name, struct str value);

#endif
