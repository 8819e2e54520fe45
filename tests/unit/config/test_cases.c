/*
 * Case files a clerk can read: tests/cases/config/NAME.yaml is taken as the job file NAME.yaml, and
 * NAME.txt is what kho has to say about it. The tests run in the repository's top directory.
 */
#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/config/warehouse.h>
#include <kho/core/file.h>

#define CASES "tests/cases/config"

static void check_case(struct kho_arena *arena, const char *name)
{
    struct kho_err err = {0};
    struct kho_text input, expected;
    struct kho_diags diags;
    struct kho_config config;
    const char *dir = project_new(arena);
    const char *path = kho_path_join(arena, CASES, name);
    char *answer = kho_arena_printf(arena, "%.*s.txt", (int)(strlen(path) - 5), path);
    ck_ok(kho_file_read(arena, path, 1 << 20, &input, &err), err);
    ck_ok(kho_file_read(arena, answer, 1 << 20, &expected, &err), err);
    project_write(arena, dir, "etl/warehouse.yaml", "warehouse: w\n");
    project_write_bytes(arena, dir, kho_path_join(arena, "etl/jobs", name), input);
    kho_diags_init(&diags, arena);
    ck_ok(kho_config_load(arena, dir, &config, &diags, &err), err);
    const char *shown = diags_text(arena, &diags);
    ck_assert_msg(kho_text_eq_cstr(expected, shown), "%s: kho says\n%s", name, shown);
}

START_TEST(each_case_file_is_answered_as_its_text_says)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_err err = {0};
    const char **names;
    size_t count;
    ck_ok(kho_dir_list(arena, CASES, ".yaml", &names, &count, &err), err);
    ck_assert_uint_ge(count, 10);
    for (size_t i = 0; i < count; i++)
        check_case(arena, names[i]);
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, each_case_file_is_answered_as_its_text_says);
}

KHO_UNIT_MAIN("config/cases", tests)
