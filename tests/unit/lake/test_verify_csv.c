/* CSV that is good, and CSV with one thing wrong in it; also when it comes in any pieces. */
#include "lake/verify.h"

#include "../../support/lake.h"

static struct lake_field fields[] = {
    {"a", LAKE_STRING, false},
    {"b", LAKE_INTEGER, true},
};

static struct lake_listed listed = {.path = "t.csv.gz", .fields = fields, .n_fields = 2};

/* Feeds the text in pieces of `step` bytes. */
static bool feed(const char *csv, size_t step, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct lake_csv_check *check = lake_csv_check_new(arena, &listed);
    struct kho_text rest = kho_text_of(csv);
    bool ok = true;
    while (ok && rest.len != 0) {
        size_t len = KHO_MIN(step, rest.len);
        ok = lake_csv_check_feed(check, (struct kho_text){rest.ptr, len}, err);
        rest.ptr += len;
        rest.len -= len;
    }
    ok = ok && lake_csv_check_end(check, err);
    kho_arena_free(arena);
    return ok;
}

static void takes(const char *csv, int64_t rows)
{
    struct kho_err err;
    listed.rows = rows;
    for (size_t step = 1; step <= strlen(csv); step++)
        ck_ok(feed(csv, step, &err), err);
}

static void refuses(const char *csv, const char *message)
{
    listed.rows = 9;
    for (size_t step = 1; step <= strlen(csv) + 1; step++) {
        struct kho_err err;
        ck_assert_msg(!feed(csv, step, &err), "accepted: %s", csv);
        ck_assert_str_eq(err.message, message);
        ck_assert_int_eq(err.class, KHO_ERR_VERIFY);
    }
}

START_TEST(good_text_is_taken_in_any_pieces)
{
    takes("a,b\n", 0);
    takes("\"a\",b\nx,1\n,-2\n\"\",3\n", 3);
    takes("a,b\n\"x,\"\"y\"\"\n\r\n\",\"4\"\n", 1);
    takes("a,b\n\u0110\u1EE9c \U0001F3E0,1\n", 1);
}
END_TEST

START_TEST(the_header_row_must_be_the_manifest_s)
{
    refuses("", "t.csv.gz: the header row is cut off");
    refuses("a,b", "t.csv.gz: the header row is cut off");
    refuses("a\n", "t.csv.gz: the header row is not that of the manifest");
    refuses("b,a\n", "t.csv.gz: the header row is not that of the manifest");
    refuses("a,b,c\n", "t.csv.gz: the header row is not that of the manifest");
}
END_TEST

START_TEST(a_row_has_as_many_columns_as_the_header)
{
    refuses("a,b\nx,1\nx\n", "t.csv.gz: row 2 has too few columns");
    refuses("a,b\nx,1,\n", "t.csv.gz: row 1 has too many columns");
    refuses("a,b\n\n", "t.csv.gz: row 1 has too few columns");
}
END_TEST

START_TEST(a_cut_off_row_is_refused)
{
    refuses("a,b\nx,1", "t.csv.gz: row 1 is cut off");
    refuses("a,b\nx,1\nx,", "t.csv.gz: row 2 is cut off");
    refuses("a,b\n\"x", "t.csv.gz: row 1 is cut off");
    refuses("a,b\nx,\"1\"", "t.csv.gz: row 1 is cut off");
}
END_TEST

START_TEST(quotes_stand_where_they_may)
{
    refuses("a,b\nx\"y,1\n", "t.csv.gz: row 1 has a quote or CR outside quotes");
    refuses("a,b\nx,1\r\n", "t.csv.gz: row 1 has a quote or CR outside quotes");
    refuses("a,b\n\"x\"y,1\n", "t.csv.gz: row 1 goes on behind a closing quote");
}
END_TEST

START_TEST(values_are_of_their_type_and_not_repeated)
{
    refuses("a,b\nx,1\nsecret,secret\n", "t.csv.gz: row 2: column b is no integer");
    refuses("a,b\nx,\"\"\n", "t.csv.gz: row 1: column b is no integer");
    refuses("a,b\nx\xFFy,1\n", "t.csv.gz: row 1: column a is no UTF-8 text");
}
END_TEST

START_TEST(a_required_value_is_there)
{
    refuses("a,b\nx,\n", "t.csv.gz: row 1: column b is required and has no value");
}
END_TEST

/* Feeds `before`, then `unit` until `bytes` have come, then `behind`. */
static bool feed_long(const char *unit, size_t bytes, const char *behind, struct kho_err *err)
{
    static char piece[3 << 16];
    struct kho_arena *arena = lake_arena();
    struct lake_csv_check *check = lake_csv_check_new(arena, &listed);
    size_t len = strlen(unit);
    for (size_t i = 0; i < sizeof(piece); i++)
        piece[i] = unit[i % len];
    KHO_TRY(lake_csv_check_feed(check, KHO_TEXT("a,b\n"), err));
    for (; bytes != 0; bytes -= KHO_MIN(bytes, sizeof(piece)))
        KHO_TRY(lake_csv_check_feed(check, (struct kho_text){piece, KHO_MIN(bytes, sizeof(piece))},
                                    err));
    return lake_csv_check_feed(check, kho_text_of(behind), err) && lake_csv_check_end(check, err);
}

START_TEST(a_long_text_is_checked_in_pieces)
{
    struct kho_err err;
    listed.rows = 1;
    for (size_t shift = 0; shift < 3; shift++) {
        const char *unit = "\u1EE9"; /* three bytes, which no power of two divides */
        ck_ok(feed_long(unit, 3000000, ",1\n", &err), err);
        ck_assert(!feed_long(unit, 3000000 + 1 + shift % 2, ",1\n", &err));
        ck_assert_str_eq(err.message, "t.csv.gz: row 1: column a is no UTF-8 text");
    }
    ck_assert(!feed_long("\xFF", 3000000, ",1\n", &err));
    ck_assert_str_eq(err.message, "t.csv.gz: row 1: column a is no UTF-8 text");
}
END_TEST

START_TEST(a_value_over_1_gb_is_refused)
{
    struct kho_err err;
    listed.rows = 1;
    ck_assert(!feed_long("x", ((size_t)1 << 30) + 1, ",1\n", &err));
    ck_assert_str_eq(err.message, "t.csv.gz: row 1 has a value over 1 GB");
}
END_TEST

START_TEST(an_endless_number_is_refused)
{
    struct kho_err err;
    listed.rows = 1;
    fields[0].kind = LAKE_NUMBER;
    ck_ok(feed_long("1", 147455, ",1\n", &err), err);
    ck_assert(!feed_long("1", 1 << 20, ",1\n", &err));
    ck_assert_str_eq(err.message, "t.csv.gz: row 1: column a is no number");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, NULL, lake_end);
    tcase_add_test(tcase, good_text_is_taken_in_any_pieces);
    tcase_add_test(tcase, the_header_row_must_be_the_manifest_s);
    tcase_add_test(tcase, a_row_has_as_many_columns_as_the_header);
    tcase_add_test(tcase, a_cut_off_row_is_refused);
    tcase_add_test(tcase, quotes_stand_where_they_may);
    tcase_add_test(tcase, values_are_of_their_type_and_not_repeated);
    tcase_add_test(tcase, a_required_value_is_there);
    tcase_add_test(tcase, a_long_text_is_checked_in_pieces);
    tcase_add_test(tcase, a_value_over_1_gb_is_refused);
    tcase_add_test(tcase, an_endless_number_is_refused);
}

KHO_UNIT_MAIN("lake/verify_csv", tests)
