#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/config/secret.h>

static struct kho_arena *arena;
static struct kho_diags diags;
static const struct kho_pos place = {"etl/sources/a.yaml", "password: hunter2\n", 1, 11};

static void setup(void)
{
    arena = kho_arena_new(NULL);
    kho_diags_init(&diags, arena);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static struct kho_secret parse(const char *text)
{
    struct kho_secret secret;
    ck_assert(kho_secret_parse(kho_text_of(text), place, &secret, &diags));
    return secret;
}

START_TEST(a_secret_is_a_variable_or_a_file)
{
    struct kho_secret secret = parse("${env:DB_PASSWORD}");
    ck_assert_int_eq(secret.kind, KHO_SECRET_ENV);
    ck_text_eq(secret.name, "DB_PASSWORD");
    secret = parse("${file:var/pass word}");
    ck_assert_int_eq(secret.kind, KHO_SECRET_FILE);
    ck_text_eq(secret.name, "var/pass word");
}
END_TEST

START_TEST(anything_else_is_an_error_that_does_not_repeat_it)
{
    static const char *const texts[] = {
        "hunter2",         "${env:}",         "${hunter2}", "${env:hunter2",
        "${env:a}hunter2", "x${env:hunter2}", "${env:a}b}", ""};
    for (size_t i = 0; i < KHO_COUNT(texts); i++) {
        struct kho_secret secret;
        kho_diags_init(&diags, arena);
        ck_assert(!kho_secret_parse(kho_text_of(texts[i]), place, &secret, &diags));
        ck_assert_int_eq(secret.kind, KHO_SECRET_NONE);
        ck_assert_str_eq(diags_text(arena, &diags),
                         "etl/sources/a.yaml:1:11: error: a secret is not written here but named: "
                         "${env:NAME} or ${file:PATH}\n");
    }
}
END_TEST

START_TEST(a_variable_is_read_when_it_is_needed)
{
    struct kho_secret secret = parse("${env:KHO_TEST_SECRET}");
    struct kho_text value;
    struct kho_err err = {0};
    unsetenv("KHO_TEST_SECRET");
    ck_assert(!kho_secret_resolve(&secret, "/", arena, &value, &err));
    ck_assert_int_eq(err.class, KHO_ERR_CONFIG);
    ck_assert_str_eq(err.message, "the environment variable KHO_TEST_SECRET is not set");
    ck_assert_str_eq(err.hint, "etl/sources/a.yaml:1 names it for a secret");
    setenv("KHO_TEST_SECRET", "xyz", 1);
    ck_ok(kho_secret_resolve(&secret, "/", arena, &value, &err), err);
    ck_text_eq(value, "xyz");
}
END_TEST

START_TEST(a_file_loses_one_newline_at_its_end)
{
    const char *dir = project_new(arena);
    struct kho_secret secret = parse("${file:keys/pw}");
    struct kho_text value;
    struct kho_err err = {0};
    project_write(arena, dir, "keys/pw", " xyz\n\n");
    ck_ok(kho_secret_resolve(&secret, dir, arena, &value, &err), err);
    ck_text_eq(value, " xyz\n");
}
END_TEST

START_TEST(a_missing_file_is_named_with_its_place)
{
    struct kho_secret secret = parse("${file:pw}");
    struct kho_text value;
    struct kho_err err = {0};
    ck_assert(!kho_secret_resolve(&secret, "/nowhere", arena, &value, &err));
    ck_assert_int_eq(err.class, KHO_ERR_CONFIG);
    ck_assert_str_eq(err.message, "cannot open '/nowhere/pw': No such file or directory");
    ck_assert_str_eq(err.hint, "etl/sources/a.yaml:1 names this file for a secret");
}
END_TEST

START_TEST(no_secret_is_null)
{
    struct kho_secret secret = {0};
    struct kho_text value = KHO_TEXT("x");
    struct kho_err err = {0};
    ck_ok(kho_secret_resolve(&secret, "/", arena, &value, &err), err);
    ck_assert(kho_text_is_null(value));
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_secret_is_a_variable_or_a_file);
    tcase_add_test(tcase, anything_else_is_an_error_that_does_not_repeat_it);
    tcase_add_test(tcase, a_variable_is_read_when_it_is_needed);
    tcase_add_test(tcase, a_file_loses_one_newline_at_its_end);
    tcase_add_test(tcase, a_missing_file_is_named_with_its_place);
    tcase_add_test(tcase, no_secret_is_null);
}

KHO_UNIT_MAIN("config/secret", tests)
