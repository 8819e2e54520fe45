/* Cutting bytes into records: what is a record, what is broken, what a broken line leaves alone. */
#include "../../support/unit.h"

#include "source/csv/split.h"

#define ROOM 16

/* Cuts all of a text and writes it as `line:[field][field]`, `~` for NULL, `!why` for broken ones.
 */
static const char *cut_all(struct kho_arena *arena, const char *text, size_t n_expected)
{
    struct csv_field fields[ROOM];
    struct csv_split split = {
        .separator = ',', .fields = fields, .max_fields = ROOM, .n_expected = n_expected};
    struct kho_buf out;
    kho_buf_init(&out, 1 << 16);
    char *bytes = kho_arena_strdup(arena, text);
    size_t len = strlen(text), line = 1;
    while (len != 0) {
        size_t taken = csv_split(&split, bytes, len, CSV_LAST);
        ck_assert(taken > 0 && taken <= len);
        if (!split.blank)
            kho_buf_printf(&out, "%zu:", line);
        if (split.broken != NULL)
            kho_buf_printf(&out, "!%s", split.broken);
        for (size_t i = 0; !split.blank && i < split.n_fields; i++)
            kho_buf_printf(&out, "[%.*s]", fields[i].text.ptr == NULL ? 1 : (int)fields[i].text.len,
                           fields[i].text.ptr == NULL ? "~" : fields[i].text.ptr);
        if (!split.blank)
            kho_buf_char(&out, ' ');
        line += split.n_lines;
        bytes += taken;
        len -= taken;
    }
    const char *all = kho_arena_cstr(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return all;
}

static const struct {
    const char *text;
    size_t n_expected;
    const char *cut;
} cases[] = {
    {"a,b\n1,2\n", 2, "1:[a][b] 2:[1][2] "},
    {"a,b\r\n1,2\r\n", 2, "1:[a][b] 2:[1][2] "},
    {"1,2", 2, "1:[1][2] "},
    {"1,2\r", 2, "1:[1][2] "},
    {",\"\"\n", 2, "1:[~][] "},
    {"\"a,b\",\"say \"\"ho\"\"\"\n", 2, "1:[a,b][say \"ho\"] "},
    {"\"two\nlines\",2\n3,4\n", 2, "1:[two\nlines][2] 3:[3][4] "},
    {"\"two\r\nlines\",2\r\n3,4\r\n", 2, "1:[two\r\nlines][2] 3:[3][4] "},
    {"5\" pipe,2\n", 2, "1:[5\" pipe][2] "},
    {"1,2\n\n,\n3,4\n", 2, "1:[1][2] 4:[3][4] "},
    {"1,2\n3\n4,5,6\n7,8\n", 2,
     "1:[1][2] 2:!the number of fields is wrong[3] 3:!the number of fields is wrong[4][5][6] "
     "4:[7][8] "},
    {"1,\"x\"y\n2,z\n", 2, "1:!text stands behind a closing quote[1] 2:[2][z] "},
    {"1,\"Cafe \"Hoa\" 2\"\n2,z\n", 2, "1:!text stands behind a closing quote[1] 2:[2][z] "},
    {"1,\"open\n2,b\n3,c\n", 2, "1:!a quote is not closed[1] 2:[2][b] 3:[3][c] "},
    /* the next quote closes it, but then there are too many fields */
    {"1,\"open\n2,b\n3,\"\n4,d\n", 3,
     "1:!a quote is not closed in its line[1] 2:!the number of fields is wrong[2][b] "
     "3:!a quote is not closed[3] 4:!the number of fields is wrong[4][d] "},
    {"1,\"open\n2,\"b\"\n3,c\n", 2, "1:!text stands behind a closing quote[1] 2:[2][b] 3:[3][c] "},
    {"1,2,\n", 0, "1:[1][2][~] "},
};

START_TEST(records_are_cut_and_broken_ones_leave_their_neighbours)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_str_eq(cut_all(arena, cases[i].text, cases[i].n_expected), cases[i].cut);
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_record_waits_for_its_end)
{
    struct csv_field fields[ROOM];
    struct csv_split split = {.separator = ';', .fields = fields, .max_fields = ROOM};
    char text[] = "1;\"a\"\"b\nc\"\r\n2";
    for (size_t len = 0; len < 12; len++)
        ck_assert_uint_eq(csv_split(&split, text, len, CSV_MORE), 0);
    ck_assert_uint_eq(csv_split(&split, text, 13, CSV_MORE), 12);
    ck_text_eq(fields[1].text, "a\"b\nc");
    ck_assert_uint_eq(split.n_lines, 2);
}
END_TEST

START_TEST(a_record_without_room_gives_up_its_first_line)
{
    struct csv_field fields[ROOM];
    struct csv_split split = {
        .separator = ',', .fields = fields, .max_fields = ROOM, .n_expected = 2};
    char quoted[] = "1,\"a\nb";
    ck_assert_uint_eq(csv_split(&split, quoted, 6, CSV_FULL), 5);
    ck_assert_str_eq(split.broken, "a quote is not closed");
    ck_assert(!split.cut);
    char endless[] = "1,abcdef";
    ck_assert_uint_eq(csv_split(&split, endless, 8, CSV_FULL), 8);
    ck_assert_str_eq(split.broken, "the line is too long");
    ck_assert(split.cut);
}
END_TEST

START_TEST(fields_beyond_the_room_are_counted)
{
    struct csv_field fields[2];
    struct csv_split split = {.separator = ',', .fields = fields, .max_fields = 2};
    char text[] = "1,2,\"3\",4\n";
    ck_assert_uint_eq(csv_split(&split, text, 10, CSV_LAST), 10);
    ck_assert_uint_eq(split.n_fields, 4);
}
END_TEST

START_TEST(the_separator_is_the_most_frequent_outside_quotes)
{
    ck_assert_int_eq(csv_detect_separator(KHO_TEXT("a;b,c;d\nx,y,z,u")), ';');
    ck_assert_int_eq(csv_detect_separator(KHO_TEXT("\"a,b,c\"\td\n")), '\t');
    ck_assert_int_eq(csv_detect_separator(KHO_TEXT("\"a;\n;\"|b|c\n")), '|');
    ck_assert_int_eq(csv_detect_separator(KHO_TEXT("alone\n;;;")), ',');
    ck_assert_int_eq(csv_detect_separator(KHO_TEXT("")), ',');
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, records_are_cut_and_broken_ones_leave_their_neighbours);
    tcase_add_test(tcase, a_record_waits_for_its_end);
    tcase_add_test(tcase, a_record_without_room_gives_up_its_first_line);
    tcase_add_test(tcase, fields_beyond_the_room_are_counted);
    tcase_add_test(tcase, the_separator_is_the_most_frequent_outside_quotes);
}

KHO_UNIT_MAIN("source/csv_split", tests)
