/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may have meant by a name that is not in the table. */
#include "compiler/front/k8s_field_int.h"
#include "runtime/base/banned.h"

static bool
same_letters(struct str a, struct str b)
{
	size_t i;

	for (i = 0; i < a.n && i < b.n; i++) {
		if (((a.p[i] ^ b.p[i]) & ~0x20) != 0)
			return false;
	}
	return a.n == b.n;
}

bool
k8s_is_near(struct str known, struct str s, unsigned *best)
{
	size_t n = known.n < s.n ? known.n : s.n;
	size_t far = n < 5 ? 1 : n < 9 ? 2 : n / 3;
	unsigned d = 0;

	if (!same_letters(known, s)) {
		if (s.n > known.n + far || known.n > s.n + far)
			return false;
		d = str_distance(known, s);
	}
	if (d > far || d >= *best)
		return false;
	*best = d;
	return true;
}

static struct str
name_of(const struct k8s_member *m)
{
	return (struct str){m->name, m->len};
}

static void
nearest(const struct k8s_member *m, struct str name, const char **best,
    unsigned *distance)
{
	for (; m->shape != K8S_END; m++) {
		if (m->len > 0 && m->flag != K8S_F_OLD) {
			if (k8s_is_near(name_of(m), name, distance))
				*best = m->name;
		} else if (m->len == 0) {
			nearest(
			    k8s_types[m->type].members, name, best, distance);
		}
	}
}

const char *
k8s_nearest(const struct k8s_member *members, struct str name)
{
	const char *best = NULL;
	unsigned distance = 99;

	nearest(members, name, &best, &distance);
	return best;
}

bool
k8s_put_place(
    struct buf *b, const struct k8s_member *m, struct str name, unsigned depth)
{
	size_t n = b->n;
	const struct k8s_member *in;

	for (; m->shape != K8S_END; m++) {
		if (m->flag == K8S_F_OLD)
			continue;
		if (depth == 0 && m->len > 0 && str_eq(name_of(m), name)) {
			buf_printf(b, "%s%s", n == 0 ? "" : ".", m->name);
			return true;
		}
		in = k8s_types[m->type].members;
		if (in == NULL || (depth == 0 && m->len > 0))
			continue;
		if (m->len > 0)
			buf_printf(b, "%s%s%s", n == 0 ? "" : ".", m->name,
			    m->shape == K8S_SEQ ? "[]" : "");
		if (k8s_put_place(b, in, name, m->len > 0 ? depth - 1 : depth))
			return true;
		b->n = n;
	}
	return false;
}
