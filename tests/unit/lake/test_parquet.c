/*
 * Parquet files at the edges: what is written is what is read. With $KHO_PARQUET_DIR the files stay
 * there, for readers that are not ours (tests/integration/parquet.sh).
 */
#include <fcntl.h>

#include <kho/record/wire.h>

#include "lake/parquet/file_in.h"

#include "../../support/lake.h"
#include "../../support/parquet.h"

#define LAST_CHARACTER "\U0010FFFF"

/* A column of each kind, with bounds and without. */
static const struct lake_column all_kinds[] = {
    {.name = {"id", 2}, .type = KHO_TYPE_INTEGER, .required = true},
    {.name = {"small", 5}, .type = KHO_TYPE_DECIMAL, .precision = 9, .scale = 2},
    {.name = {"medium", 6}, .type = KHO_TYPE_DECIMAL, .precision = 18, .scale = 0},
    {.name = {"wide", 4}, .type = KHO_TYPE_DECIMAL, .precision = 38, .scale = 10},
    {.name = {"loose", 5}, .type = KHO_TYPE_DECIMAL},
    {.name = {"truth", 5}, .type = KHO_TYPE_BOOLEAN},
    {.name = {"day", 3}, .type = KHO_TYPE_DATE},
    {.name = {"moment", 6}, .type = KHO_TYPE_TIMESTAMPTZ},
    {.name = {"note", 4}, .type = KHO_TYPE_TEXT},
    {.name = {"name", 4}, .type = KHO_TYPE_PERSON_NAME, .pii = KHO_PII_BASIC},
    {.name = {"sex", 3}, .type = KHO_TYPE_TEXT, .required = true},
};

static struct parquet_making *make_all_kinds(const char *name, enum parquet_codec codec)
{
    return parquet_make(name, all_kinds, KHO_COUNT(all_kinds), codec);
}

/* Reads a file by kho's own reader, all values, and returns what its footer says. */
static const struct file_in *checked(const char *path, const struct lake_column *columns, size_t n)
{
    struct file_in *file = kho_arena_alloc(lake_arena(), sizeof(*file));
    ck_assert(lake_parquet_accepts(lake_read(path), columns, n));
    struct kho_err err;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_ok(file_in_open(lake_arena(), fd, path, file, &err), err);
    close(fd);
    return file;
}

#define YEAR_1_DAYS INT64_C(-719162)
#define LAST_DAYS INT64_C(2932896)

/* Values that repeat, that never do, and NULLs, in an order that follows from the row. */
static void add_mixed_row(struct parquet_making *making, int64_t i)
{
    static const char *const names[] = {"Nguy\u1EC5n V\u0103n An", "Tr\u1EA7n Th\u1ECB B\u00ECnh",
                                        "a\u0301", "\U0001F600", ""};
    char text[80];
    parquet_int(making, i);
    snprintf(text, sizeof(text), "%s%" PRId64 ".%02d", i % 2 ? "-" : "", i % 9999999,
             (int)(i % 100));
    parquet_cell(making, i % 7 ? kho_text_of(text) : KHO_TEXT_NULL);
    parquet_int(making, i * 7919 % 1000);
    snprintf(text, sizeof(text), "%s1234567890123456789%09" PRId64 ".%010" PRId64, i % 3 ? "" : "-",
             i, i);
    parquet_cell(making, kho_text_of(text));
    snprintf(text, sizeof(text), "%" PRId64 ".5", i % 50);
    parquet_cell(making, kho_text_of(text));
    parquet_cell(making, i % 11 == 0 ? KHO_TEXT_NULL
                         : i % 3     ? KHO_TEXT("true")
                                     : KHO_TEXT("false"));
    parquet_int(making, i % 40000);
    parquet_int(making, i * 86399999983 - 1000000000000000);
    snprintf(text, sizeof(text),
             "ghi ch\u00FA %" PRId64 " ...............................................",
             i * 48271 % 1000003);
    parquet_cell(making, i % 10 < 7 ? KHO_TEXT_NULL : kho_text_of(text));
    parquet_cell(making, kho_text_of(names[i % 5]));
    parquet_cell(making, i % 2 ? KHO_TEXT("nam") : KHO_TEXT("n\u1EEF"));
}

static const char *make_mixed(const char *name, int64_t rows, enum parquet_codec codec)
{
    struct parquet_making *making = make_all_kinds(name, codec);
    for (int64_t i = 0; i < rows; i++)
        add_mixed_row(making, i);
    return parquet_made(making);
}

START_TEST(files_of_few_and_of_many_rows)
{
    static const int64_t counts[] = {0, 1, 2, 7, 8, 9, 20001};
    for (size_t i = 0; i < KHO_COUNT(counts); i++)
        checked(make_mixed(kho_arena_printf(lake_arena(), "rows-%" PRId64, counts[i]), counts[i],
                           PARQUET_ZSTD),
                all_kinds, KHO_COUNT(all_kinds));
}
END_TEST

static const struct lake_column few_columns[] = {
    {.name = {"id", 2}, .type = KHO_TYPE_INTEGER, .required = true},
    {.name = {"word", 4}, .type = KHO_TYPE_TEXT},
};

START_TEST(row_groups_end_where_they_should)
{
    for (int64_t rows = GROUP_ROWS - 1; rows <= GROUP_ROWS + 1; rows++) {
        const char *name = kho_arena_printf(lake_arena(), "group-%" PRId64, rows);
        struct parquet_making *making = parquet_make(name, few_columns, 2, PARQUET_ZSTD);
        for (int64_t i = 0; i < rows; i++) {
            parquet_int(making, i * i);
            parquet_cell(making, i % 1000 == 0 ? KHO_TEXT("\xC4\x91") : KHO_TEXT_NULL);
        }
        const struct file_in *file = checked(parquet_made(making), few_columns, 2);
        ck_assert_uint_eq(file->n_groups, rows <= GROUP_ROWS ? 1 : 2);
        ck_assert_int_eq(file->groups[0].rows, KHO_MIN(rows, GROUP_ROWS));
    }
}
END_TEST

START_TEST(columns_without_a_value)
{
    struct parquet_making *making = make_all_kinds("nulls", PARQUET_ZSTD);
    for (int64_t i = 0; i < 21000; i++) {
        for (size_t column = 0; column < KHO_COUNT(all_kinds); column++) {
            if (column == 0)
                parquet_int(making, -i);
            else if (all_kinds[column].required)
                parquet_cell(making, KHO_TEXT("x"));
            else if (column == 8 && i == 20500)
                parquet_cell(making, KHO_TEXT("the only one, on the second page"));
            else
                parquet_null(making);
        }
    }
    const struct file_in *file = checked(parquet_made(making), all_kinds, KHO_COUNT(all_kinds));
    ck_assert_int_eq(file->groups[0].chunks[8].nulls, 20999);
    ck_assert_int_eq(file->groups[0].chunks[7].nulls, 21000);
    ck_assert_ptr_null(file->groups[0].chunks[7].min.ptr);
}
END_TEST

START_TEST(the_greatest_and_the_least_of_each_type)
{
    static const char *const rows[][11] = {
        {"-9223372036854775808", "-9999999.99", "-999999999999999999",
         "-9999999999999999999999999999.9999999999", "-0.000001", "false", "-719162",
         "-62135596800000000", "", "", ""},
        {"9223372036854775807", "9999999.99", "999999999999999999",
         "9999999999999999999999999999.9999999999",
         "123456789012345678901234567890123456789012345678901234567890.5", "true", "2932896",
         "253402300799999999", LAST_CHARACTER, "z", "z"},
        {"0", "0.00", "0", "0.0000000000", "0", "false", "0", "0", "e\u0301 is not \u00E9",
         "\U0001F468\u200D\U0001F469", "\t\r"},
    };
    struct parquet_making *making = make_all_kinds("limits", PARQUET_ZSTD);
    for (size_t i = 0; i < KHO_COUNT(rows); i++)
        for (size_t column = 0; column < KHO_COUNT(all_kinds); column++)
            parquet_cell(making, kho_text_of(rows[i][column]));
    checked(parquet_made(making), all_kinds, KHO_COUNT(all_kinds));
}
END_TEST

/* `len` bytes that begin with the number. */
static struct kho_text long_text(int64_t number, size_t len)
{
    char *bytes = kho_arena_bytes(lake_arena(), len + 1);
    memset(bytes, 'x', len);
    int wrote = snprintf(bytes, len, "%" PRId64 " ", number);
    bytes[wrote] = 'x';
    return (struct kho_text){bytes, len};
}

START_TEST(texts_of_nine_kilobytes_and_one_of_three_megabytes)
{
    struct parquet_making *making = parquet_make("long", few_columns, 2, PARQUET_ZSTD);
    for (int64_t i = 0; i < 1500; i++) {
        parquet_int(making, i);
        parquet_cell(making, long_text(i % 900, i == 700 ? 3000000 : 9000));
    }
    checked(parquet_made(making), few_columns, 2);
}
END_TEST

START_TEST(a_dictionary_that_becomes_full_is_given_up_for_the_rest)
{
    struct parquet_making *making = parquet_make("overflow", few_columns, 2, PARQUET_ZSTD);
    for (int64_t i = 0; i < 100000; i++) {
        int64_t number = i < 30000 ? i % 3000 : i;
        parquet_int(making, number);
        parquet_cell(making, long_text(number, 40));
    }
    checked(parquet_made(making), few_columns, 2);
}
END_TEST

START_TEST(files_of_each_codec)
{
    make_mixed("codec-none", 3000, PARQUET_UNCOMPRESSED);
    make_mixed("codec-gzip", 3000, PARQUET_GZIP);
    make_mixed("codec-zstd", 3000, PARQUET_ZSTD);
}
END_TEST

START_TEST(the_same_rows_give_the_same_bytes)
{
    const char *first = make_mixed("same-1", 3000, PARQUET_ZSTD);
    const char *second = make_mixed("same-2", 3000, PARQUET_ZSTD);
    ck_assert(kho_text_eq(lake_read(first), lake_read(second)));
}
END_TEST

/* The name of a person must not stand in what tells about the file. */
START_TEST(personal_columns_have_no_bounds)
{
    const char *path = make_mixed("personal", 100, PARQUET_ZSTD);
    const struct file_in *file = checked(path, all_kinds, KHO_COUNT(all_kinds));
    ck_assert_ptr_nonnull(file->groups[0].chunks[8].min.ptr);
    ck_assert_ptr_null(file->groups[0].chunks[9].min.ptr);
    ck_assert_ptr_null(file->groups[0].chunks[9].max.ptr);
    struct kho_text bytes = lake_read(path);
    int64_t pages_end = file->groups[0].chunks[10].offset + file->groups[0].chunks[10].stored_bytes;
    ck_assert_ptr_null(memmem(bytes.ptr + pages_end, bytes.len - (size_t)pages_end, "Nguy", 4));
    ck_assert_ptr_nonnull(
        memmem(bytes.ptr + pages_end, bytes.len - (size_t)pages_end, "ghi ch", 6));
}
END_TEST

/* a int32 (1, NULL) and b text: the least file there is, byte by byte. */
START_TEST(a_page_is_laid_out_as_five_readers_know_it)
{
    static const struct lake_column columns[] = {
        {.name = {"a", 1}, .type = KHO_TYPE_DATE},
        {.name = {"b", 1}, .type = KHO_TYPE_TEXT},
    };
    struct parquet_making *making = parquet_make("tiny", columns, 2, PARQUET_UNCOMPRESSED);
    parquet_int(making, 1);
    parquet_cell(making, KHO_TEXT("H\u00E0"));
    parquet_null(making);
    parquet_cell(making, KHO_TEXT("N\u1ED9i"));
    struct kho_text bytes = lake_read(parquet_made(making));
    /* magic; DATA_PAGE, 10, 10, CRC, {2 values, PLAIN, RLE, RLE}; levels; the day */
    ck_assert_mem_eq(bytes.ptr, "PAR1\x15\x00\x15\x14\x15\x14\x15", 11);
    ck_assert_mem_eq(bytes.ptr + 16, "\x1C\x15\x04\x15\x00\x15\x06\x15\x06\x00\x00", 11);
    ck_assert_mem_eq(bytes.ptr + 27, "\x02\x00\x00\x00\x03\x01\x01\x00\x00\x00", 10);
}
END_TEST

static void refused(struct kho_text cell, size_t column, const char *message)
{
    struct kho_err err;
    struct parquet_writer *writer;
    struct lake_out *out;
    static int number;
    const char *path = lake_path(kho_arena_printf(lake_arena(), "refused-%d", number++));
    struct kho_batch *batch = kho_batch_new(lake_arena(), KHO_COUNT(all_kinds));
    struct parquet_options options = {
        .file = "t.parquet",
        .columns = {(struct lake_column *)(uintptr_t)all_kinds, KHO_COUNT(all_kinds)},
        .codec = PARQUET_ZSTD,
    };
    for (size_t i = 0; i < KHO_COUNT(all_kinds); i++)
        batch->columns[i].wire = kho_type_wire(all_kinds[i].type);
    batch->columns[0].cells[0] = kho_wire_from_int8(batch->arena, 1);
    batch->columns[10].cells[0] = KHO_TEXT("x");
    batch->columns[column].cells[0] = cell;
    batch->n_rows = 1;
    ck_ok(lake_out_open(lake_arena(), path, &out, &err), err);
    ck_ok(parquet_writer_new(lake_arena(), &options, out, &writer, &err), err);
    ck_assert(!parquet_writer_batch(writer, batch, &err));
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(err.class, KHO_ERR_FAILED);
}

START_TEST(what_has_no_place_in_its_column_is_refused_with_row_and_column)
{
    struct kho_text cell;
    refused(KHO_TEXT("\x7F\xFF\xFF\xFF"), 6,
            "t.parquet: row 1: column day is infinite, or outside the years 1 to 9999");
    ck_assert(kho_wire_from_date(lake_arena(), LAST_DAYS + 1, &cell));
    refused(cell, 6, "t.parquet: row 1: column day is infinite, or outside the years 1 to 9999");
    ck_assert(kho_wire_from_date(lake_arena(), YEAR_1_DAYS - 1, &cell));
    refused(cell, 6, "t.parquet: row 1: column day is infinite, or outside the years 1 to 9999");
    refused(KHO_TEXT("\x80\0\0\0\0\0\0\0"), 7,
            "t.parquet: row 1: column moment is infinite, or outside the years 1 to 9999");
    refused(KHO_TEXT("\0\0\0\0\xC0\0\0\0"), 1,
            "t.parquet: row 1: column small is no number of its precision");
    refused(KHO_TEXT("xx"), 5, "t.parquet: row 1: column truth holds no value of its type");
    refused(KHO_TEXT_NULL, 0, "t.parquet: row 1: column id is required and has no value");
    refused(long_text(1, ((size_t)64 << 20) + 1), 8,
            "t.parquet: row 1: column note holds more than 64 MB");
}
END_TEST

/* Whatever byte is another, the file is refused or read as something else, and nothing worse. */
START_TEST(a_file_with_any_byte_flipped_is_read_to_an_end)
{
    struct kho_text bytes = lake_read(make_mixed("flipped", 12, PARQUET_ZSTD));
    size_t accepted = 0;
    for (size_t at = 0; at < bytes.len; at += 7) {
        char *changed = (char *)(uintptr_t)bytes.ptr + at;
        *changed = (char)(*changed ^ (1 << (at % 8)));
        accepted += lake_parquet_accepts(bytes, all_kinds, KHO_COUNT(all_kinds));
        *changed = (char)(*changed ^ (1 << (at % 8)));
    }
    ck_assert(lake_parquet_accepts(bytes, all_kinds, KHO_COUNT(all_kinds)));
    /* Page index, notes, and what readers need not ask for. */
    ck_assert_uint_lt(accepted, bytes.len / 14);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused)
{
    struct kho_text bytes = lake_read(make_mixed("cut", 3, PARQUET_ZSTD));
    for (size_t len = 0; len < bytes.len; len += 13)
        ck_assert_msg(!lake_parquet_accepts((struct kho_text){bytes.ptr, len}, all_kinds,
                                            KHO_COUNT(all_kinds)),
                      "%zu bytes", len);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, NULL, lake_end);
    tcase_add_test(tcase, files_of_few_and_of_many_rows);
    tcase_add_test(tcase, row_groups_end_where_they_should);
    tcase_add_test(tcase, columns_without_a_value);
    tcase_add_test(tcase, the_greatest_and_the_least_of_each_type);
    tcase_add_test(tcase, texts_of_nine_kilobytes_and_one_of_three_megabytes);
    tcase_add_test(tcase, a_dictionary_that_becomes_full_is_given_up_for_the_rest);
    tcase_add_test(tcase, files_of_each_codec);
    tcase_add_test(tcase, the_same_rows_give_the_same_bytes);
    tcase_add_test(tcase, personal_columns_have_no_bounds);
    tcase_add_test(tcase, a_page_is_laid_out_as_five_readers_know_it);
    tcase_add_test(tcase, what_has_no_place_in_its_column_is_refused_with_row_and_column);
    tcase_add_test(tcase, a_file_with_any_byte_flipped_is_read_to_an_end);
    tcase_add_test(tcase, a_file_cut_anywhere_is_refused);
}

KHO_UNIT_MAIN("lake/parquet", tests)
