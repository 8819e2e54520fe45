/* Whole files: read, written at once or not at all, removed; programs run; hashes of files. */
#include <kho/core/file.h>
#include <kho/core/hash.h>
#include <kho/core/spawn.h>

#include <signal.h>
#include <sys/resource.h>

#include "../../support/unit.h"

static struct kho_arena *arena;
static char dir[64];
static struct kho_err err;

static const char *path_of(const char *name)
{
    return kho_path_join(arena, dir, name);
}

static void setup(void)
{
    arena = kho_arena_new(NULL);
    snprintf(dir, sizeof(dir), "/tmp/kho-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
    ck_ok(kho_dir_remove(dir, &err), err);
    kho_arena_free(arena);
}

START_TEST(what_is_written_is_read_back)
{
    struct kho_text content;
    ck_ok(kho_dir_make(path_of("a/b/c"), 0755, &err), err);
    ck_ok(kho_file_write(path_of("a/b/c/f"), KHO_TEXT("x\0y"), 0600, &err), err);
    ck_ok(kho_file_read(arena, path_of("a/b/c/f"), 100, &content, &err), err);
    ck_assert(kho_text_eq(content, KHO_TEXT("x\0y")));
    ck_ok(kho_file_read(arena, path_of("a/b/c/f"), 3, &content, &err), err);
    ck_assert(!kho_file_read(arena, path_of("a/b/c/f"), 2, &content, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "is larger than 2 bytes"));
}
END_TEST

START_TEST(a_missing_file_is_named_with_the_reason)
{
    struct kho_text content;
    ck_assert(!kho_file_read(arena, "/nowhere/f", 100, &content, &err));
    ck_assert_str_eq(err.message, "cannot open '/nowhere/f': No such file or directory");
}
END_TEST

START_TEST(a_write_that_fails_leaves_the_old_file_and_nothing_else)
{
    char *large = kho_arena_bytes(arena, 100000);
    memset(large, 'x', 100000);
    ck_ok(kho_file_write(path_of("f"), KHO_TEXT("old"), 0600, &err), err);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, small;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = (struct rlimit){10000, limit.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool wrote = kho_file_write(path_of("f"), (struct kho_text){large, 100000}, 0600, &err);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(!wrote);
    ck_assert_ptr_nonnull(strstr(err.message, "File too large"));
    struct kho_text content;
    ck_ok(kho_file_read(arena, path_of("f"), 100, &content, &err), err);
    ck_text_eq(content, "old");
    const char **names;
    size_t count;
    ck_ok(kho_dir_list(arena, dir, "", &names, &count, &err), err);
    ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(listings_are_sorted_and_a_missing_directory_is_empty)
{
    const char **names;
    size_t count;
    ck_ok(kho_file_write(path_of("b.yaml"), KHO_TEXT(""), 0600, &err), err);
    ck_ok(kho_file_write(path_of("a.yaml"), KHO_TEXT(""), 0600, &err), err);
    ck_ok(kho_file_write(path_of(".hidden.yaml"), KHO_TEXT(""), 0600, &err), err);
    ck_ok(kho_file_write(path_of("c.txt"), KHO_TEXT(""), 0600, &err), err);
    ck_ok(kho_dir_list(arena, dir, ".yaml", &names, &count, &err), err);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(names[0], "a.yaml");
    ck_assert_str_eq(names[1], "b.yaml");
    ck_ok(kho_dir_list(arena, path_of("none"), "", &names, &count, &err), err);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(paths_are_joined_with_one_slash)
{
    ck_assert_str_eq(kho_path_join(arena, "a/", "b"), "a/b");
    ck_assert_str_eq(kho_path_join(arena, "a", "/b"), "/b");
    ck_assert_str_eq(kho_path_join(arena, "/", "b"), "/b");
    ck_assert_str_eq(kho_path_join(arena, "", "b"), "b");
}
END_TEST

START_TEST(a_program_that_fails_is_reported_with_what_it_said)
{
    const char *const good[] = {"/bin/true", NULL};
    const char *const bad[] = {"/bin/sh", "-c", "echo reason >&2; exit 3", NULL};
    const char *const none[] = {"/nowhere/program", NULL};
    struct kho_spawn_options options = {.argv = good, .dir = dir};
    ck_ok(kho_spawn_run(&options, &err), err);
    options.argv = bad;
    ck_assert(!kho_spawn_run(&options, &err));
    ck_assert_str_eq(err.message, "'/bin/sh' failed: reason");
    options.argv = none;
    ck_assert(!kho_spawn_run(&options, &err));
    ck_assert_str_eq(err.message,
                     "'/nowhere/program' failed: /nowhere/program: No such file or directory");
}
END_TEST

START_TEST(hashes_are_the_published_ones)
{
    char hex[KHO_SHA256_HEX_SIZE], digits[KHO_HASH_HEX_SIZE];
    int64_t size;
    ck_ok(kho_file_write(path_of("abc"), KHO_TEXT("abc"), 0600, &err), err);
    ck_ok(kho_sha256_file(path_of("abc"), hex, &size, &err), err);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_int_eq(size, 3);
    ck_assert_str_eq(kho_hash_hex(kho_hash_bytes("", 0, 0), digits),
                     "99aa06d3014798d86001c324468d497f");
    struct kho_hash128 a = kho_hash_bytes("a", 1, 1);
    unsigned char bytes[16];
    kho_hash_to_bytes(a, bytes);
    ck_assert(kho_hash_eq(kho_hash_from_bytes(bytes), a));
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_written_is_read_back);
    tcase_add_test(tcase, a_missing_file_is_named_with_the_reason);
    tcase_add_test(tcase, a_write_that_fails_leaves_the_old_file_and_nothing_else);
    tcase_add_test(tcase, listings_are_sorted_and_a_missing_directory_is_empty);
    tcase_add_test(tcase, paths_are_joined_with_one_slash);
    tcase_add_test(tcase, a_program_that_fails_is_reported_with_what_it_said);
    tcase_add_test(tcase, hashes_are_the_published_ones);
}

KHO_UNIT_MAIN("core/file", tests)
