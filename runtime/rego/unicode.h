/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_UNICODE_H
#define CONTRASTC_REGO_UNICODE_H

#include "runtime/base/buf.h"

/*
 * The code point at byte `i` and its length; U+FFFD and 1 where the bytes are
 * no UTF-8 (RFC 3629).
 */
size_t utf8_decode(unsigned *out, struct str s, size_t i);
void utf8_put(struct buf *out, unsigned c);
/* With U+FFFD for each byte that is no UTF-8. */
void utf8_put_valid(struct buf *out, struct str s);
/* Bytes of the first `n` code points of s, from byte `i` on. */
size_t utf8_skip(struct str s, size_t i, size_t n);
size_t utf8_count(struct str s);

/* Letters, marks, numbers, punctuation, symbols and the ASCII blank. */
bool unicode_is_printed(unsigned c);
/* White_Space (Unicode, PropList). */
bool unicode_is_space(unsigned c);
/* One to one. */
unsigned unicode_upper(unsigned c);
unsigned unicode_lower(unsigned c);
/* `full`: also to several characters, and with the final sigma. */
void unicode_put_upper(struct buf *out, struct str s, bool full);
void unicode_put_lower(struct buf *out, struct str s, bool full);

#endif
