/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "regress/unit/unit.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

static char dir[] = "/tmp/contrastc-file-XXXXXX";

static int
setup(void **state)
{
	*state = arena_new();
	return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
commit(struct arena *a, const char *path, struct str bytes, size_t want)
{
	struct file_set fs;
	size_t changed;

	file_set_init(&fs, a);
	file_set_add(&fs, path, bytes, 0666);
	assert_int_equal(file_set_stage(&fs, NULL), 0);
	assert_int_equal(file_set_commit(&fs, &changed, NULL), 0);
	assert_int_equal(changed, want);
}

static void
file_set__keeps_mode_link_and_unchanged(void **state)
{
	struct stat before, after;
	struct str s;

	commit(*state, "a", STR("one"), 1);
	assert_int_equal(chmod("a", 0640), 0);
	assert_int_equal(symlink("a", "link"), 0);
	commit(*state, "link", STR("two"), 1);
	assert_int_equal(lstat("link", &after), 0);
	assert_true(S_ISLNK(after.st_mode));
	assert_int_equal(stat("a", &before), 0);
	assert_int_equal(before.st_mode & 0777, 0640);
	commit(*state, "a", STR("two"), 0);
	assert_int_equal(stat("a", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(file_read(&s, *state, "a", 3, NULL), 0);
	assert_strz(s, "two");
	assert_int_equal(file_read(&s, *state, "a", 2, NULL), RT_ELIMIT);
	assert_int_equal(file_read(&s, *state, "none", 2, NULL), RT_ENOTFOUND);
	/* the same size, other bytes */
	commit(*state, "a", STR("six"), 1);
	/* a file whose size does not say how much is in it */
	assert_int_equal(
	    file_read(&s, *state, "/proc/self/status", 65536, NULL), 0);
	assert_true(s.n > 0);
	assert_int_equal(file_read(&s, *state, ".", 2, NULL), RT_EIO);
}

static void
file_set__abort_leaves_nothing(void **state)
{
	struct file_set fs;
	struct rt_err err;

	file_set_init(&fs, *state);
	file_set_add(&fs, "b", STR("x"), 0644);
	file_set_add(&fs, "missing/c", STR("x"), 0644);
	assert_int_equal(file_set_stage(&fs, &err), RT_EIO);
	assert_int_equal(access("b", F_OK), -1);
	/* the set staged "b" under a temporary name and removed it */
	assert_int_equal(system("test -z \"$(ls -A | grep '^b')\""), 0);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
file_set__failed_commit_changes_nothing(void **state)
{
	struct file_set fs;
	struct rt_err err;
	size_t changed;
	struct str s;

	commit(*state, "one", STR("old"), 1);
	file_set_init(&fs, *state);
	file_set_add(&fs, "one", STR("new"), 0644);
	file_set_add(&fs, "made", STR("new"), 0644);
	file_set_add(&fs, "two", STR("new"), 0644);
	assert_int_equal(file_set_stage(&fs, &err), 0);
	assert_int_equal(unlink(fs.files.p[2].temp), 0);
	assert_int_equal(file_set_commit(&fs, &changed, &err), RT_EIO);
	assert_int_equal(changed, 0);
	assert_int_equal(file_read(&s, *state, "one", 9, NULL), 0);
	assert_strz(s, "old");
	assert_int_equal(access("made", F_OK), -1);
	assert_int_equal(access("two", F_OK), -1);
	assert_int_equal(system("test -z \"$(ls -A | grep '^\\.')\""), 0);
}

static void
file_set__removes_what_a_killed_run_left(void **state)
{
	static const char *const gone[] = {".s.abcDE1", ".t.000000"};
	static const char *const kept[] = {
	    ".s.abcDE", ".s.abcDE12", ".u.abcDE1", "s.abcDE1", ".s.t.abcDE1"};
	struct file_set fs;
	size_t i, changed;

	for (i = 0; i < 2; i++)
		write_file(gone[i], "x");
	for (i = 0; i < 5; i++)
		write_file(kept[i], "x");
	file_set_init(&fs, *state);
	file_set_add(&fs, "s", STR("x"), 0644);
	file_set_add(&fs, "./t", STR("x"), 0644);
	assert_int_equal(file_set_stage(&fs, NULL), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(access(gone[i], F_OK), -1);
	/* a run at the same time takes nothing away */
	commit(*state, "s", STR("y"), 1);
	assert_int_equal(file_set_commit(&fs, &changed, NULL), 0);
	assert_int_equal(changed, 2);
	for (i = 0; i < 5; i++)
		assert_int_equal(unlink(kept[i]), 0);
}

static void
file_set__refuses_what_is_no_file(void **state)
{
	static const char *const odd[] = {"dir", "/dev/null", "loop"};
	struct file_set fs;
	size_t i;

	assert_int_equal(mkdir("dir", 0755), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	for (i = 0; i < 3; i++) {
		file_set_init(&fs, *state);
		file_set_add(&fs, odd[i], STR("x"), 0644);
		assert_int_equal(file_set_stage(&fs, NULL), RT_EIO);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(file_set__keeps_mode_link_and_unchanged),
	    cmocka_unit_test(file_set__abort_leaves_nothing),
	    cmocka_unit_test(file_set__failed_commit_changes_nothing),
	    cmocka_unit_test(file_set__removes_what_a_killed_run_left),
	    cmocka_unit_test(file_set__refuses_what_is_no_file)};

	return cmocka_run_group_tests_name("file", tests, setup, teardown);
}
