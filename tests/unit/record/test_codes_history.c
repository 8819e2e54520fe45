/* Code lists through time: what a spelling stood for on a day, and what became of it. */
#include "../../support/unit.h"

#include <kho/record/codes_history.h>

#include "../../../src/record/tone.h"

static struct kho_arena *arena;
static struct kho_diags diags;
static const struct kho_codes *list;
static const struct kho_codes_history *history;

#define REFORM "2025-07-01"

/* Invented units: 1 was divided, 2 and 3 were joined into a new 2, 5 was renamed, 6 vanished. */
static const char content[] = "code,name,parent,valid_from,valid_to,became,gso,old\n"
                              "1,Phường An Hoà,9,2025-07-01,,,,\n"
                              "2,Phường Bình Hải,9,2025-07-01,,,002|2,B\n"
                              "4,Xã Cẩm Giang,9,2025-07-01,,,,2\n"
                              "7,Xã Cẩm Giàng,9,2025-07-01,,,,\n"
                              "8,Phường 7,9,,,,,\n"
                              "1,Xã An Hòa,8,,2025-07-01,1|2,,\n"
                              "2,Xã Bình,8,,2025-07-01,2,,\n"
                              "3,Thị trấn Bình,8,,2025-07-01,2,,\n"
                              "5,Xã Đông,8,,2024-01-01,5,,\n"
                              "5,Xã Đông Hải,8,2024-01-01,2025-07-01,4,,\n"
                              "6,Xã Tây,8,,2025-07-01,,,\n"
                              "10,Xã Vòng,8,,2025-07-01,11,,\n";

static void setup(void)
{
    arena = kho_arena_new(NULL);
    kho_diags_init(&diags, arena);
    list = kho_codes_parse(arena, KHO_TEXT("unit"), "schemas/codes/unit.csv", kho_text_of(content),
                           &diags);
    ck_assert_uint_eq(diags.errors, 0);
    history = kho_codes_history_new(arena, list);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static const char *ask(const char *system, const char *spelling, const char *as_of, bool forward)
{
    static const char *const answers[] = {"none", "", "several ", "split ", "ended "};
    struct kho_codes_question question = {
        .system = *system != '\0' ? kho_codes_system(list, kho_text_of(system)) : KHO_CODES_ANY,
        .spelling = kho_text_of(spelling),
        .as_of = kho_text_of(as_of),
        .forward = forward};
    ck_assert_int_ge(question.system, 0);
    struct kho_codes_found found = kho_codes_history_find(history, arena, &question);
    return kho_arena_printf(arena, "%s%.*s%s%s%s", answers[found.answer], KHO_TEXT_ARGS(found.code),
                            found.candidates != NULL && found.code.ptr != NULL ? " to " : "",
                            found.candidates != NULL ? found.candidates : "",
                            found.loosely ? " loosely" : "");
}

START_TEST(a_code_means_what_it_meant_on_that_day)
{
    ck_assert_str_eq(ask("gso", "3", "2024-05-01", false), "3");
    ck_assert_str_eq(ask("gso", "3", REFORM, false), "none");
    ck_assert_str_eq(ask("gso", "3", "2025-06-30", true), "2");
    ck_assert_str_eq(ask("gso", "1", "2025-06-30", true), "split 1 to 1, 2");
    ck_assert_str_eq(ask("gso", "1", REFORM, true), "1");
    ck_assert_str_eq(ask("gso", "002", REFORM, true), "2");
    ck_assert_str_eq(ask("gso", "6", "2020", true), "ended 6");
    /* two steps: renamed in 2024, joined in 2025 */
    ck_assert_str_eq(ask("gso", "5", "2023-12-31", true), "4");
    /* what it became is not in the list */
    ck_assert_str_eq(ask("gso", "10", "2020-01", true), "ended 10");
}
END_TEST

START_TEST(without_a_day_only_what_stands_today_is_found)
{
    ck_assert_str_eq(ask("gso", "1", NULL, true), "1");
    ck_assert_str_eq(ask("gso", "3", NULL, true), "none");
    struct kho_text code;
    ck_assert(!kho_codes_find(list, KHO_CODES_ANY, KHO_TEXT("3"), &code));
    ck_assert(kho_codes_find(list, KHO_CODES_ANY, KHO_TEXT("1"), &code));
}
END_TEST

START_TEST(names_are_matched_more_and_more_loosely)
{
    ck_assert_str_eq(ask("", "Phường An Hoà", NULL, true), "1");
    ck_assert_str_eq(ask("", "phường an hòa", NULL, true), "1");
    ck_assert_str_eq(ask("", "An Hoà", NULL, true), "1 loosely");
    ck_assert_str_eq(ask("", "an hoa", NULL, true), "1 loosely");
    ck_assert_str_eq(ask("", "Phường 07", NULL, true), "8");
    /* with diacritics one of two, without them either */
    ck_assert_str_eq(ask("", "Cẩm Giàng", NULL, true), "7 loosely");
    ck_assert_str_eq(ask("", "xa cam giang", NULL, true), "several 4, 7");
    /* a town and a village of one name */
    ck_assert_str_eq(ask("", "Bình", "2024", false), "several 2, 3");
    ck_assert_str_eq(ask("", "Thị trấn Bình", "2024", true), "2");
    ck_assert_str_eq(ask("", "Quận Bình Thuỷ", "2024", true), "none");
    ck_assert_str_eq(ask("", "\xFF", NULL, true), "none");
    ck_assert_str_eq(ask("", "2", "2024", false), "2");
}
END_TEST

START_TEST(numberings_that_contradict_are_found)
{
    ck_assert(kho_text_eq_cstr(kho_codes_contradicting(list), "old"));
    struct kho_codes *plain =
        kho_codes_parse(arena, KHO_TEXT("sex"), "schemas/codes/sex.csv",
                        KHO_TEXT("code,name,civil\n1,Nam,M|1\n2,Nữ,F|nu\n"), &diags);
    ck_assert_ptr_null(kho_codes_contradicting(plain).ptr);
}
END_TEST

START_TEST(tone_marks_are_moved_to_their_old_place)
{
    static const char *const pairs[][2] = {
        {"hoà", "hòa"},
        {"thuỷ", "thủy"},
        {"khoẻ", "khỏe"},
        {"quý", "quý"},
        {"hoàn", "hoàn"},
        {"thuỵ khuê", "thụy khuê"},
        {"loã, toạ", "lõa, tọa"},
        {"ngoằn", "ngoằn"},
        {"", ""},
        {"à", "à"},
    };
    for (size_t i = 0; i < KHO_COUNT(pairs); i++) {
        struct kho_text moved = kho_tone_old_style(arena, kho_text_of(pairs[i][0]));
        ck_assert_msg(kho_text_eq_cstr(moved, pairs[i][1]), "%s: %.*s", pairs[i][0],
                      KHO_TEXT_ARGS(moved));
    }
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_code_means_what_it_meant_on_that_day);
    tcase_add_test(tcase, without_a_day_only_what_stands_today_is_found);
    tcase_add_test(tcase, names_are_matched_more_and_more_loosely);
    tcase_add_test(tcase, numberings_that_contradict_are_found);
    tcase_add_test(tcase, tone_marks_are_moved_to_their_old_place);
}

KHO_UNIT_MAIN("record/codes_history", tests)
