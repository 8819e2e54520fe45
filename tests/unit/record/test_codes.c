/* Code lists: how they are read, and which code a spelling finds. */
#include "../../support/unit.h"

#include <kho/record/codes.h>

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

static struct kho_codes *read_list(const char *content)
{
    return kho_codes_parse(arena, KHO_TEXT("sex"), "schemas/codes/sex.csv", kho_text_of(content),
                           &diags);
}

static const char *found(const struct kho_codes *codes, int system, const char *spelling)
{
    struct kho_text code;
    if (!kho_codes_find(codes, system, kho_text_of(spelling), &code))
        return "none";
    return kho_arena_cstr(arena, code);
}

static void check_message(const char *content, const char *message)
{
    kho_diags_init(&diags, arena);
    read_list(content);
    ck_assert_msg(diags.count > 0, "no problem found, expected: %s", message);
    ck_assert_str_eq(diags.items[0].message, message);
}

#define LIST                                 \
    "code,name,note,civil,land\r\n"          \
    "1,Nam,\"men, and boys\",M|nam,true\r\n" \
    "2,Nữ,,F | \"nu\",\r\n"                \
    "\r\n"                                   \
    "3,\"Giới tính \"\"khác\"\"\",,,\r\n"

START_TEST(a_code_is_found_by_code_and_by_name)
{
    struct kho_codes *codes = read_list(LIST);
    ck_assert_uint_eq(diags.errors, 0);
    ck_assert_uint_eq(codes->n_rows, 3);
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "2"), "2");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "Nam"), "1");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "  nAM\t"), "1");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "NỮ"), "2");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "Nu"), "none");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "giới tính \"khác\""), "3");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, ""), "none");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "\xFF"), "none");
}
END_TEST

START_TEST(a_system_knows_its_spellings_and_only_those)
{
    struct kho_codes *codes = read_list(LIST);
    int civil = kho_codes_system(codes, KHO_TEXT("civil"));
    int land = kho_codes_system(codes, KHO_TEXT("land"));
    ck_assert_int_ge(civil, 0);
    ck_assert_str_eq(found(codes, civil, "M"), "1");
    ck_assert_str_eq(found(codes, civil, "m"), "1");
    ck_assert_str_eq(found(codes, civil, "nam"), "1");
    ck_assert_str_eq(found(codes, civil, "F"), "2");
    ck_assert_str_eq(found(codes, civil, "1"), "none");
    /* an empty cell: that department writes the code itself */
    ck_assert_str_eq(found(codes, civil, "3"), "3");
    ck_assert_str_eq(found(codes, land, "2"), "2");
    ck_assert_str_eq(found(codes, land, "true"), "1");
}
END_TEST

START_TEST(facts_and_unknown_columns_are_no_systems)
{
    struct kho_codes *codes = read_list(LIST);
    ck_assert_int_eq(kho_codes_system(codes, KHO_TEXT("name")), -1);
    ck_assert_int_eq(kho_codes_system(codes, KHO_TEXT("note")), -1);
    ck_assert_int_eq(kho_codes_system(codes, KHO_TEXT("health")), -1);
}
END_TEST

START_TEST(a_name_that_two_codes_share_finds_neither)
{
    struct kho_codes *codes = read_list("code,name\n10888,Tân Phong\n10903,Tân Phong\n");
    ck_assert_uint_eq(diags.errors, 0);
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "Tân Phong"), "none");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "10903"), "10903");
}
END_TEST

START_TEST(spellings_that_differ_only_in_case_are_told_apart)
{
    struct kho_codes *codes = read_list("code,name,x\nA,one,k\na,two,K\n");
    ck_assert_uint_eq(diags.errors, 0);
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "a"), "a");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "A"), "A");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, " a"), "none");
    ck_assert_str_eq(found(codes, kho_codes_system(codes, KHO_TEXT("x")), "K"), "a");
}
END_TEST

START_TEST(problems_are_said_with_their_place)
{
    check_message("", "code list is empty: a header row is missing");
    check_message("code,title\n", "column 'name' is missing");
    check_message("code,name,name\n", "column 'name' stands twice");
    check_message("code,name\n1,Nam,x\n", "row has 3 fields, the header has 2");
    check_message("code,name\n1,Nam\n1,Nữ\n", "code '1' stands twice");
    check_message("code,name\n,Nam\n", "row without a code");
    check_message("code,name\n1,\"Nam\n", "quote is not closed");
    check_message("code,name\n1,\"Nam\"x\n", "text behind a closing quote");
    check_message("code,name\n1,N\xFFm\n", "not valid UTF-8");
    check_message("code,name,civil\n1,Nam,M|x\n2,Nữ,F|x\n",
                  "'x' already stands for code '1' in column 'civil'");
    ck_assert_int_eq(diags.items[0].pos.line, 3);
    ck_assert_int_eq(diags.items[0].pos.column, 6);
}
END_TEST

START_TEST(the_fingerprint_follows_the_content)
{
    struct kho_hash128 a = read_list("code,name\n1,Nam\n")->fingerprint;
    struct kho_hash128 quoted = read_list("\xEF\xBB\xBF"
                                          "code,name\r\n\"1\",Nam\r\n")
                                    ->fingerprint;
    struct kho_hash128 other = read_list("code,name\n1,Nữ\n")->fingerprint;
    struct kho_hash128 shifted = read_list("code,name\n1N,am\n")->fingerprint;
    ck_assert(kho_hash_eq(a, quoted));
    ck_assert(!kho_hash_eq(a, other));
    ck_assert(!kho_hash_eq(a, shifted));
}
END_TEST

START_TEST(a_long_list_is_found_whole)
{
    struct kho_buf content;
    kho_buf_init(&content, 1 << 20);
    kho_buf_puts(&content, "code,name\n");
    for (int i = 0; i < 5000; i++)
        kho_buf_printf(&content, "%05d,Đơn vị %d\n", i, i);
    struct kho_codes *codes = read_list(kho_buf_cstr(&content));
    ck_assert_uint_eq(codes->n_rows, 5000);
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "04999"), "04999");
    ck_assert_str_eq(found(codes, KHO_CODES_ANY, "ĐƠN VỊ 4321"), "04321");
    kho_buf_release(&content);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_code_is_found_by_code_and_by_name);
    tcase_add_test(tcase, a_system_knows_its_spellings_and_only_those);
    tcase_add_test(tcase, facts_and_unknown_columns_are_no_systems);
    tcase_add_test(tcase, a_name_that_two_codes_share_finds_neither);
    tcase_add_test(tcase, spellings_that_differ_only_in_case_are_told_apart);
    tcase_add_test(tcase, problems_are_said_with_their_place);
    tcase_add_test(tcase, the_fingerprint_follows_the_content);
    tcase_add_test(tcase, a_long_list_is_found_whole);
}
KHO_UNIT_MAIN("record/codes", tests)
