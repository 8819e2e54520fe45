#include "../../support/project.h"
#include "../../support/unit.h"

static struct kho_arena *arena;
static struct kho_diags diags;

static void setup(void)
{
    arena = kho_arena_new(NULL);
    kho_diags_init(&diags, arena);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static struct kho_pos at(const char *text, int line, int column)
{
    return (struct kho_pos){"f.yaml", text, line, column};
}

START_TEST(problems_are_ordered_by_file_line_and_column)
{
    kho_diag_error(&diags, (struct kho_pos){"g.yaml", NULL, 1, 1}, "fourth");
    kho_diag_error(&diags, at(NULL, 10, 1), "third");
    kho_diag_warning(&diags, at(NULL, 9, 2), "second");
    kho_diag_error(&diags, at(NULL, 9, 1), "first");
    kho_diag_error(&diags, (struct kho_pos){.file = "f.yaml"}, "of the file");
    ck_assert_str_eq(diags_text(arena, &diags), "f.yaml: error: of the file\n"
                                                "f.yaml:9:1: error: first\n"
                                                "f.yaml:9:2: warning: second\n"
                                                "f.yaml:10:1: error: third\n"
                                                "g.yaml:1:1: error: fourth\n");
    ck_assert_uint_eq(diags.errors, 4);
    ck_assert_uint_eq(diags.warnings, 1);
}
END_TEST

START_TEST(the_caret_stands_under_the_character)
{
    kho_diag_error(&diags, at("a: 1\n    tên ở: đây\r\n", 2, 12), "here");
    ck_assert_str_eq(diags_text(arena, &diags), "f.yaml:2:12: error: here\n"
                                                "    tên ở: đây\n"
                                                "           ^\n");
}
END_TEST

START_TEST(of_a_long_line_the_part_around_the_place_is_shown)
{
    char line[1001];
    memset(line, 'x', 1000);
    line[1000] = '\0';
    line[499] = 'Y';
    kho_diag_error(&diags, at(line, 1, 500), "here");
    const char *shown = diags_text(arena, &diags);
    const char *second = strchr(shown, '\n') + 1;
    ck_assert_uint_eq(strcspn(second, "\n"), 144);
    const char *caret = strchr(second, '\n') + 1;
    ck_assert_int_eq(second[strcspn(caret, "^")], 'Y');
}
END_TEST

START_TEST(what_is_over_the_maximum_is_counted)
{
    for (int i = 0; i < KHO_DIAG_MAX + 7; i++)
        kho_diag_error(&diags, at(NULL, i + 1, 1), "wrong");
    ck_assert_uint_eq(diags.count, KHO_DIAG_MAX);
    const char *shown = diags_text(arena, &diags);
    ck_assert_str_eq(strstr(shown, "f.yaml:100:"), "f.yaml:100:1: error: wrong\nand 7 more\n");
    struct kho_err err = {0};
    ck_assert(!kho_diags_check(&diags, &err));
    ck_assert_int_eq(err.class, KHO_ERR_CONFIG);
    ck_assert_str_eq(err.message, "107 errors in the configuration");
}
END_TEST

START_TEST(warnings_alone_are_no_failure)
{
    struct kho_err err = {0};
    kho_diag_warning(&diags, at(NULL, 1, 1), "odd");
    ck_ok(kho_diags_check(&diags, &err), err);
    kho_diag_error(&diags, at(NULL, 1, 1), "wrong");
    ck_assert(!kho_diags_check(&diags, &err));
    ck_assert_str_eq(err.message, "1 error in the configuration");
}
END_TEST

START_TEST(a_suggestion_is_made_only_when_a_word_is_near)
{
    static const char *const words[] = {"from", "schedule"};
    ck_assert_str_eq(kho_diag_suggest(&diags, KHO_TEXT("form"), words, 2),
                     "; did you mean 'from'?");
    ck_assert_str_eq(kho_diag_suggest(&diags, KHO_TEXT("xyz"), words, 2), "");
}
END_TEST

START_TEST(messages_hold_no_control_characters_and_end)
{
    char long_word[3000];
    memset(long_word, 'w', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    kho_diag_error(&diags, at(NULL, 1, 1), "a\x1B[31m\nb");
    kho_diag_error(&diags, at(NULL, 1, 2), "%s", long_word);
    ck_assert_str_eq(diags.items[0].message, "a [31m b");
    ck_assert_uint_lt(strlen(diags.items[1].message), 500);
}
END_TEST

START_TEST(secrets_in_the_line_shown_are_masked)
{
    static const struct {
        const char *text;
        const char *line;
    } cases[] = {
        {"password: hunter2", "    password: ***\n"},
        {"{a: 1, \"password\": 'hunter2', b: 2}", "    {a: 1, \"password\": '***\n"},
        {"pasword: hunter2", "    pasword: ***\n"},
        {"sign_key: hunter2", "    sign_key: ***\n"},
        {"connect: host=x PASSWORD = hunter2 user=y", "    connect: host=x PASSWORD = ***\n"},
        {"connect: postgres://u:hunter2@h/db", "    connect: postgres://u:***@h/db\n"},
        {"connect: postgres://u:hun/t@er2@h/db", "    connect: postgres://u:***@h/db\n"},
        {"connect: postgres://u@h:5432/db", "    connect: postgres://u@h:5432/db\n"},
        {"password: ${env:X}", "    password: ${env:X}\n"},
        {"key: id", "    key: id\n"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        kho_diags_init(&diags, arena);
        kho_diag_error(&diags, at(cases[i].text, 1, 0), "x");
        ck_assert_str_eq(strchr(diags_text(arena, &diags), '\n') + 1, cases[i].line);
    }
}
END_TEST

START_TEST(the_caret_keeps_its_place_behind_a_masked_secret)
{
    kho_diag_error(&diags, at("connect: postgres://u:hunter2@h/db", 1, 31), "here");
    ck_assert_str_eq(diags_text(arena, &diags), "f.yaml:1:31: error: here\n"
                                                "    connect: postgres://u:***@h/db\n"
                                                "                              ^\n");
}
END_TEST

START_TEST(a_line_that_goes_on_with_a_secret_is_not_shown)
{
    static const char *const texts[] = {"password:\n  hunter2: x\n", "password: |\n  hunter2\n",
                                        "{password:\nhunter2}\n", "password: >\n\n   hunter2\n"};
    for (size_t i = 0; i < KHO_COUNT(texts); i++) {
        int line = i == 3 ? 3 : 2;
        kho_diags_init(&diags, arena);
        kho_diag_error(&diags, at(texts[i], line, 1), "here");
        ck_assert_ptr_null(strstr(diags_text(arena, &diags), "hunter2"));
    }
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, problems_are_ordered_by_file_line_and_column);
    tcase_add_test(tcase, the_caret_stands_under_the_character);
    tcase_add_test(tcase, of_a_long_line_the_part_around_the_place_is_shown);
    tcase_add_test(tcase, what_is_over_the_maximum_is_counted);
    tcase_add_test(tcase, warnings_alone_are_no_failure);
    tcase_add_test(tcase, a_suggestion_is_made_only_when_a_word_is_near);
    tcase_add_test(tcase, messages_hold_no_control_characters_and_end);
    tcase_add_test(tcase, secrets_in_the_line_shown_are_masked);
    tcase_add_test(tcase, the_caret_keeps_its_place_behind_a_masked_secret);
    tcase_add_test(tcase, a_line_that_goes_on_with_a_secret_is_not_shown);
}

KHO_UNIT_MAIN("config/diag", tests)
