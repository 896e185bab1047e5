/* SPDX-License-Identifier: Apache-2.0 */
/* Who a process runs as (policy-model 7.6 steps 4 to 16, 7.7). */
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

/* passwd and group */

/* Splits at ':'; the number of fields, at most `max` are filled. */
static size_t
split(struct str line, struct str *out, size_t max)
{
	size_t n = 0, at = 0, end;

	do {
		end = str_chr(line, ':', at);
		if (n < max)
			out[n] = str_sub(line, at, end);
		n++;
		at = end == SIZE_MAX ? line.n : end + 1;
	} while (end != SIZE_MAX);
	return n;
}

static bool
number(struct str s, uint32_t *out)
{
	uint64_t n;

	if (!str_u64(s, UINT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool
passwd_line(struct lower *l, struct img_users *u, struct str line)
{
	struct img_user user;
	struct str f[7];

	if (split(line, f, 7) != 7 || !number(f[2], &user.uid) ||
	    !number(f[3], &user.gid))
		return false;
	user.name = f[0];
	VEC_PUSH(l->arena, &u->users, user);
	return true;
}

static bool
group_line(struct lower *l, struct img_users *u, struct str line)
{
	struct img_group group;
	struct str f[4];

	if (split(line, f, 4) != 4 || !number(f[2], &group.gid))
		return false;
	group.name = f[0];
	group.members = f[3];
	VEC_PUSH(l->arena, &u->groups, group);
	return true;
}

static void
read_lines(struct work *w, struct img_users *u, struct str text,
    const char *file,
    bool (*line)(struct lower *, struct img_users *, struct str))
{
	size_t at = 0, end;

	while (at < text.n) {
		struct str s;

		end = str_chr(text, '\n', at);
		s = str_sub(text, at, end);
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
		at = end == SIZE_MAX ? text.n : end + 1;
		if (str_trim(s).n > 0 && !line(w->l, u, s))
			lw_found(w, diag_report(w->l->diags, IMAGE_USER_LINE,
					w->image_loc, file, STR_ARG(w->image)));
	}
}

const struct img_users *
lw_users(struct work *w)
{
	struct img_users *u = map_get(&w->l->users, w->image);

	if (u != NULL)
		return u;
	u = ARENA_NEW(w->l->arena, struct img_users);
	map_set(w->l->arena, &w->l->users, arena_str(w->l->arena, w->image), u);
	if (w->facts == NULL || w->l->sw.named_root)
		return u; /* nobody looks into them */
	read_lines(w, u, w->facts->passwd, "/etc/passwd", passwd_line);
	read_lines(w, u, w->facts->group, "/etc/group", group_line);
	return u;
}

static const struct img_user *
by_uid(const struct img_users *u, uint32_t uid)
{
	const struct img_user *it;

	VEC_FOREACH(it, &u->users) {
		if (it->uid == uid)
			return it;
	}
	return NULL;
}

static const struct img_user *
by_name(const struct img_users *u, struct str name)
{
	const struct img_user *it;

	VEC_FOREACH(it, &u->users) {
		if (str_eq(it->name, name))
			return it;
	}
	return NULL;
}

static const struct img_group *
group_by_name(const struct img_users *u, struct str name)
{
	const struct img_group *it;

	VEC_FOREACH(it, &u->groups) {
		if (str_eq(it->name, name))
			return it;
	}
	return NULL;
}

/* the set of groups */

static void
add_gid(struct work *w, struct user *u, uint32_t gid, const struct origin *o)
{
	size_t lo = 0, hi = u->gids.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (u->gids.p[mid].gid == gid)
			return;
		if (u->gids.p[mid].gid < gid)
			lo = mid + 1;
		else
			hi = mid;
	}
	VEC_INSERT(w->a, &u->gids, lo, ((struct gid){gid, o}));
}

static void
only_gid(struct work *w, struct user *u)
{
	u->gids.n = 0;
	add_gid(w, u, u->gid, u->gid_origin);
}

/* USER of the image */

static bool
has_run_as_user(const struct work *w)
{
	return w->w->security.user.node != NULL ||
	       (w->k != NULL && w->k->security.user.node != NULL);
}

static bool
user_part(struct work *w, struct str text, struct user *u)
{
	struct str digits = text;
	const struct img_user *p;

	if (digits.n > 1 && digits.p[0] == '+')
		digits = str_sub(digits, 1, SIZE_MAX);
	if (number(digits, &u->uid))
		return true;
	if (text.n == 0)
		return true;
	if (w->l->sw.named_root) {
		if (!has_run_as_user(w))
			lw_found(
			    w, diag_report(w->l->diags, IMAGE_USER_ROOT,
				   w->image_loc, STR_ARG(w->image),
				   STR_ARG(text), w->l->options->target->name));
		return true;
	}
	p = by_name(w->users, text);
	if (p == NULL) {
		lw_found(w, diag_report(w->l->diags, IMAGE_USER, w->image_loc,
				"user", STR_ARG(text), STR_ARG(w->image)));
		return false;
	}
	u->uid = p->uid;
	return true;
}

static bool
group_part(struct work *w, struct str text, struct user *u)
{
	const struct img_group *g;

	if (number(text, &u->gid) || w->l->sw.named_root)
		return true;
	g = group_by_name(w->users, text);
	if (g == NULL) {
		lw_found(w, diag_report(w->l->diags, IMAGE_USER, w->image_loc,
				"group", STR_ARG(text), STR_ARG(w->image)));
		return false;
	}
	u->gid = g->gid;
	return true;
}

static void
image_user(struct work *w, struct user *u)
{
	struct str text = jv_get_str(w->config, STR("User"));
	const struct origin *o;
	const struct img_user *p;
	size_t colon = str_chr(text, ':', 0);
	struct str group = STR("");

	if (text.n == 0)
		return;
	if (colon != SIZE_MAX && str_chr(text, ':', colon + 1) != SIZE_MAX) {
		lw_found(
		    w, diag_report(w->l->diags, IMAGE_USER_FORM, w->image_loc,
			   STR_ARG(text), STR_ARG(w->image)));
		return;
	}
	if (colon != SIZE_MAX && (w->k == NULL || w->l->sw.image_group))
		group = str_sub(text, colon + 1, SIZE_MAX);
	u->uid_origin = o = lw_image(w, "User");
	if (!user_part(w, str_sub(text, 0, colon), u))
		return;
	if (group.n > 0) {
		if (!group_part(w, group, u))
			return;
	} else {
		p = by_uid(w->users, u->uid);
		if (p == NULL)
			return;
		u->gid = p->gid;
		o = lw_image(w, "/etc/passwd");
	}
	u->gid_origin = o;
	add_gid(w, u, u->gid, o);
}

/* security contexts */

static void
pod_context(struct work *w, struct user *u)
{
	const struct ir_security *s = &w->w->security;
	bool look_up = false;

	if (s->user.node != NULL) {
		u->uid = (uint32_t)s->user.v;
		u->uid_origin = lw_yaml(w, s->user.node);
		look_up = true;
	}
	if (s->group.node != NULL) {
		u->gid = (uint32_t)s->group.v;
		u->gid_origin = lw_yaml(w, s->group.node);
		only_gid(w, u);
		look_up = false;
	}
	if (look_up) {
		const struct img_user *p = by_uid(w->users, u->uid);

		u->gid = p == NULL ? 0 : p->gid;
		u->gid_origin = lw_image(w, "/etc/passwd");
		only_gid(w, u);
	}
}

static void
pod_groups(struct work *w, struct user *u)
{
	const struct ir_security *s = &w->w->security;
	const struct ir_int *it;

	if (w->k == NULL && (s->user.node != NULL || s->group.node != NULL ||
				jv_get_str(w->config, STR("User")).n > 0))
		return;
	if (s->fs_group.node != NULL)
		add_gid(w, u, (uint32_t)s->fs_group.v,
		    lw_yaml(w, s->fs_group.node));
	VEC_FOREACH(it, &s->groups.list)
		add_gid(w, u, (uint32_t)it->v, lw_yaml(w, it->node));
}

static void
container_context(struct work *w, struct user *u)
{
	const struct ir_security *s;

	if (w->k == NULL)
		return;
	s = &w->k->security;
	if (s->user.node != NULL) {
		const struct img_user *p;

		u->uid = (uint32_t)s->user.v;
		u->uid_origin = lw_yaml(w, s->user.node);
		p = by_uid(w->users, u->uid);
		if (p != NULL) {
			u->gid = p->gid;
			u->gid_origin = lw_image(w, "/etc/passwd");
		}
		add_gid(w, u, u->gid, u->gid_origin);
	}
	if (s->group.node != NULL) {
		u->gid = (uint32_t)s->group.v;
		u->gid_origin = lw_yaml(w, s->group.node);
		add_gid(w, u, u->gid, u->gid_origin);
	}
}

/* Is `name` an element of a list with commas? */
static bool
is_member(struct str list, struct str name)
{
	size_t at = 0, end;

	do {
		end = str_chr(list, ',', at);
		if (str_eq(str_sub(list, at, end), name))
			return true;
		at = end == SIZE_MAX ? list.n : end + 1;
	} while (end != SIZE_MAX);
	return false;
}

static void
image_groups(struct work *w, struct user *u)
{
	const struct img_user *p = by_uid(w->users, u->uid);
	const struct img_group *g;
	const struct origin *o = NULL;

	if (p == NULL)
		return;
	VEC_FOREACH(g, &w->users->groups) {
		if (g->members.n == 0 || str_eq(g->name, p->name) ||
		    !is_member(g->members, p->name))
			continue;
		if (o == NULL)
			o = lw_image(w, "/etc/group");
		add_gid(w, u, g->gid, o);
	}
}

/* The host resolves no users of images that the guest pulls. */

static bool
given(const struct ir_int *container, const struct ir_int *pod, uint32_t id)
{
	if (container->node != NULL)
		return container->v == (int64_t)id;
	return pod->node != NULL && pod->v == (int64_t)id;
}

static bool
group_given(const struct ir_security *pod, uint32_t gid)
{
	const struct ir_int *it;

	if (pod->fs_group.node != NULL && pod->fs_group.v == (int64_t)gid)
		return true;
	VEC_FOREACH(it, &pod->groups.list) {
		if (it->v == (int64_t)gid)
			return true;
	}
	return false;
}

static void
recommend(struct work *w, struct buf *b, const struct user *u, bool ids,
    const struct buf *groups)
{
	if (ids) {
		buf_printf(b, "in the securityContext of container '%.*s':",
		    STR_ARG(w->k->name.s));
		if (u->uid != 0)
			buf_printf(b, " runAsUser: %u", u->uid);
		if (u->gid != 0)
			buf_printf(b, "%s runAsGroup: %u",
			    u->uid != 0 ? "," : "", u->gid);
	}
	if (groups->n > 0)
		buf_printf(b,
		    "%sin the securityContext of the pod: "
		    "supplementalGroups: [%.*s]",
		    ids ? "; " : "", STR_ARG(buf_str(groups)));
}

static void
guest_pull(struct work *w, const struct user *u)
{
	const struct ir_security *pod = &w->w->security, *own;
	struct buf help = {0}, groups = {0};
	const struct gid *it;
	struct diag *g;
	bool ids;

	own = &w->k->security;
	ids = (u->uid != 0 && !given(&own->user, &pod->user, u->uid)) ||
	      (u->gid != 0 && !given(&own->group, &pod->group, u->gid));
	VEC_FOREACH(it, &u->gids) {
		if (it->gid != u->gid && !group_given(pod, it->gid))
			buf_printf(
			    &groups, "%s%u", groups.n > 0 ? ", " : "", it->gid);
	}
	if (!ids && groups.n == 0)
		return;
	recommend(w, &help, u, ids, &groups);
	g = w->l->sw.guest_pull_error
		? diag_report(w->l->diags, GUEST_PULL_USER, w->image_loc,
		      STR_ARG(w->image))
		: diag_report(w->l->diags, GUEST_PULL_USER_NOTE, w->image_loc,
		      STR_ARG(w->image));
	lw_found(w, g);
	diag_help(w->l->diags, g, "%.*s", STR_ARG(buf_str(&help)));
	buf_free(&help);
	buf_free(&groups);
}

void
lw_user(struct work *w, struct user *u)
{
	BECAUSE(zero, "a process runs as root unless the image or the "
		      "YAML says otherwise");

	u->uid_origin = u->gid_origin = &zero;
	image_user(w, u);
	if (w->k != NULL)
		add_gid(w, u, u->gid, u->gid_origin);
	pod_context(w, u);
	pod_groups(w, u);
	container_context(w, u);
	image_groups(w, u);
	if (w->k != NULL && w->l->sw.guest_pull && w->facts != NULL)
		guest_pull(w, u);
}
