/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy does not look at.  Each allowed request of the cases below
 * DIR (form of kata-policy) is changed at one place after the other; the
 * places where it stays allowed must be among those that no rule protects.
 */
#include <string.h>

#include "regress/conform_kata.h"
#include "regress/mutate.h"
#include "runtime/agent/agent.h"
#include "runtime/base/banned.h"

/*
 * X(kind, pointer): unchecked on purpose.  A star is one component, two at
 * the end are anything below.
 */
#define UNCHECKED(X)                                                           \
	X("*", "/exec_id")                                                     \
	X("*", "/stdin_port")                                                  \
	X("*", "/stdout_port")                                                 \
	X("*", "/stderr_port")                                                 \
	X("*", "/OCI/Hostname")                                                \
	X("*", "/OCI/Process/ConsoleSize")                                     \
	X("*", "/OCI/Process/Rlimits")                                         \
	X("*", "/OCI/Process/ApparmorProfile")                                 \
	X("*", "/OCI/Process/OOMScoreAdj")                                     \
	X("*", "/OCI/Linux/CgroupsPath")                                       \
	X("*", "/OCI/Linux/Resources/Memory/**")                               \
	X("*", "/OCI/Linux/Resources/CPU/**")                                  \
	X("*", "/OCI/Linux/Resources/Memory")                                  \
	X("*", "/OCI/Linux/Resources/CPU")                                     \
	X("*", "/OCI/Linux/Resources/HugepageLimits")                          \
	/* more is masked than the policy asks for */                          \
	X("*", "/OCI/Linux/MaskedPaths")                                       \
	X("*", "/OCI/Linux/MaskedPaths/*")                                     \
	X("*", "/OCI/Linux/ReadonlyPaths")                                     \
	/* any is the container's own */                                       \
	X("CreateContainerRequest", "/container_id")                           \
	/* values of annotations that nothing depends on */                    \
	X("*", "/OCI/Annotations/io.katacontainers.pkg.oci.bundle_path")       \
	X("*", "/OCI/Annotations/io.kubernetes.cri.image-name")                \
	X("*", "/OCI/Annotations/io.kubernetes.cri.podsandbox.image-name")     \
	X("*", "/OCI/Annotations/io.kubernetes.cri.sandbox-cpu-*")             \
	X("*", "/OCI/Annotations/io.kubernetes.cri.sandbox-memory")            \
	X("*", "/OCI/Annotations/io.kubernetes.cri.sandbox-uid")               \
	/* the same image, neighbour or route twice */                         \
	X("CreateContainerRequest", "/storages")                               \
	X("AddARPNeighborsRequest", "/neighbors/ARPNeighbors")                 \
	X("UpdateRoutesRequest", "/routes/Routes")                             \
	/* kata-4 looks at the digest of an image only */                      \
	X("*", "/storages/*/driver_options")                                   \
	X("*", "/storages/*/driver_options/*")                                 \
	X("*", "/storages/*/source")                                           \
	/* what patterns allow */                                              \
	X("ExecProcessRequest", "/process/ConsoleSize")                        \
	X("ExecProcessRequest", "/process/Rlimits")                            \
	X("ExecProcessRequest", "/process/OOMScoreAdj")                        \
	X("ExecProcessRequest", "/process/User/Username")                      \
	X("CopyFileRequest", "/path")                                          \
	X("CopyFileRequest", "/symlink_target")                                \
	X("CopyFileRequest", "/file_size")                                     \
	X("CopyFileRequest", "/file_mode")                                     \
	X("CopyFileRequest", "/dir_mode")                                      \
	X("CopyFileRequest", "/uid")                                           \
	X("CopyFileRequest", "/gid")                                           \
	X("CopyFileRequest", "/offset")                                        \
	X("CreateSandboxRequest", "/hostname")                                 \
	X("CreateSandboxRequest", "/dns")                                      \
	X("CreateSandboxRequest", "/dns/*")                                    \
	X("CreateSandboxRequest", "/sandbox_id")                               \
	X("RemoveContainerRequest", "/timeout")                                \
	X("AddARPNeighborsRequest", "/neighbors/ARPNeighbors/*/**")            \
	X("UpdateInterfaceRequest", "/interface/**")                           \
	X("UpdateRoutesRequest", "/routes/Routes/*/**")

/* Of runtimes whose requests say less, beside those. */
#define UNCHECKED_OLD(X)                                                       \
	/* the host resolves groups otherwise */                               \
	X("CreateContainerRequest", "/OCI/Process/User/GID")                   \
	X("CreateContainerRequest", "/OCI/Process/User/AdditionalGids")        \
	X("CreateContainerRequest", "/OCI/Process/User/AdditionalGids/*")      \
	X("CreateContainerRequest", "/OCI/Linux/RootfsPropagation")            \
	/* the oldest engine takes what is no map for an empty one */          \
	X("CreateContainerRequest", "/OCI/Linux/Sysctl")                       \
	/* not in their requests */                                            \
	X("CreateContainerRequest", "/storages/*/shared")

static bool
matches(const char *p, const char *path)
{
	for (; *p != '\0'; p++) {
		if (p[0] == '*' && p[1] == '*')
			return true;
		if (*p == '*') {
			while (*path != '\0' && *path != '/')
				path++;
		} else if (*p != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

#define X(name, pointer) {name, pointer},
static const char *const unchecked[][2] = {UNCHECKED(X)};
static const char *const unchecked_old[][2] = {UNCHECKED_OLD(X)};
#undef X

static bool
is_among(
    const char *const (*table)[2], size_t n, const char *kind, const char *path)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (matches(table[i][0], kind) && matches(table[i][1], path))
			return true;
	}
	return false;
}
#define IS_AMONG(table, kind, path)                                            \
	is_among((table), sizeof(table) / sizeof(*(table)), (kind), (path))

struct mutation {
	const struct kata_run *run;
	struct arena *arena;
	struct judge *judge;
	struct str kind;
	struct jv *request; /* changed in place, and back */
	const char *dir;
};

static bool
is_unchecked(const struct mutation *m, const char *path)
{
	const char *kind = arena_cstr(m->arena, m->kind);

	return IS_AMONG(unchecked, kind, path) ||
	       (m->run->old && IS_AMONG(unchecked_old, kind, path));
}

/* Asks with the request as it is now. */
static void
ask(void *ctx, const char *path)
{
	struct mutation *m = ctx;
	bool allowed = false;
	struct str failed = {0};
	const char *why;

	why = judge_ask(m->judge, m->kind, m->request, &allowed, &failed);
	if (why != NULL)
		conform_fail(m->run->c, m->dir, "%.*s %s: %s", STR_ARG(m->kind),
		    path, why);
	else if (failed.n > 0)
		conform_fail(m->run->c, m->dir, "%.*s: %s aborts: %.*s",
		    STR_ARG(m->kind), path, STR_ARG(failed));
	else if (allowed && !is_unchecked(m, path))
		conform_fail(m->run->c, m->dir, "%.*s: %s is not checked",
		    STR_ARG(m->kind), path);
	else
		conform_pass(m->run->c);
}

/* The request alone, after those before it. */
static void
mutate_case(const struct kata_run *r, const char *dir, const struct jv *cases,
    size_t which, struct str policy)
{
	struct arena *a = r->c->arena;
	struct mutation m = {.run = r, .arena = a, .dir = dir};
	struct str failed;
	bool allowed;
	size_t i;

	m.judge = judge_start(a, r->judge, kata_engine(r), policy);
	for (i = 0; m.judge != NULL && i <= which; i++) {
		const struct jv *t = cases->items.p[i];

		m.kind = kata_kind(t);
		m.request =
		    agent_request_normalise(a, m.kind, jv_getz(t, "request"));
		if (m.request != NULL)
			(void)judge_ask(
			    m.judge, m.kind, m.request, &allowed, &failed);
	}
	mutate_request(a, m.request, true, ask, &m);
	judge_stop(m.judge);
}

void
kata_mutate(const struct kata_run *r, const char *dir, const struct jv *cases,
    struct str policy)
{
	size_t i;

	for (i = 0; i < cases->items.n; i++)
		if (jv_is(jv_getz(cases->items.p[i], "allowed"), JV_TRUE))
			mutate_case(r, dir, cases, i, policy);
}
