/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for secrets. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "compiler/image/image_http.h"
#include "runtime/base/banned.h"

void
img_secret_set(struct img_secret *s, struct str bytes)
{
	char *p = malloc(bytes.n + 1);

	if (p == NULL)
		rt_no_memory();
	if (bytes.n > 0)
		memcpy(p, bytes.p, bytes.n);
	p[bytes.n] = '\0';
	img_secret_wipe(s);
	s->p = p;
	s->n = bytes.n;
}

void
img_secret_wipe(struct img_secret *s)
{
	if (s->p != NULL)
		OPENSSL_cleanse(s->p, s->n);
	free(s->p);
	s->p = NULL;
	s->n = 0;
}

void
img_buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		OPENSSL_cleanse(b->p, b->cap);
	buf_free(b);
}
