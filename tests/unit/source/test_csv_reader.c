/* Files as streams of records: marks, encodings, packed files, lines, what is cut or changed. */
#include "../../support/unit.h"

#include <kho/core/file.h>
#include <zlib.h>

#include "source/csv/reader.h"

static struct kho_arena *arena;
static char path[64];

static void begin(void)
{
    arena = kho_arena_new(NULL);
    snprintf(path, sizeof(path), "/tmp/kho-csv-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static void end(void)
{
    struct kho_err err = {0};
    ck_ok(kho_dir_remove(path, &err), err);
    kho_arena_free(arena);
}

static const char *in_directory(const char *name)
{
    return kho_arena_printf(arena, "%s/%s", path, name);
}

static const char *write_plain(const char *name, const char *bytes, size_t len)
{
    struct kho_err err = {0};
    const char *file = in_directory(name);
    ck_ok(kho_file_write(file, (struct kho_text){bytes, len}, 0600, &err), err);
    return file;
}

static const char *write_packed(const char *name, const char *bytes, size_t len)
{
    const char *file = in_directory(name);
    gzFile gz = gzopen(file, "wb");
    ck_assert_int_eq(gzwrite(gz, bytes, (unsigned)len), (int)len);
    ck_assert_int_eq(gzclose(gz), Z_OK);
    return file;
}

/* All records as `line:field|field `. */
static const char *read_all(const char *file, enum csv_units units, char separator)
{
    struct kho_err err = {0};
    struct csv_reader *reader = csv_reader_new(arena);
    struct kho_buf out;
    bool eof = false;
    kho_buf_init(&out, 1 << 20);
    ck_ok(csv_reader_open(reader, file, units, separator, &err), err);
    for (;;) {
        ck_ok(csv_reader_next(reader, &eof, &err), err);
        if (eof)
            break;
        kho_buf_printf(&out, "%" PRId64 ":", reader->line);
        for (size_t i = 0; i < reader->split.n_fields; i++)
            kho_buf_printf(&out, "%s%.*s", i != 0 ? "|" : "",
                           KHO_TEXT_ARGS(reader->split.fields[i].text));
        kho_buf_char(&out, ' ');
    }
    const char *all = kho_arena_cstr(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return all;
}

#define BYTES(literal) literal, sizeof(literal) - 1

START_TEST(marks_and_separators_are_found_out)
{
    ck_assert_str_eq(read_all(write_plain("a.csv", BYTES("\xEF\xBB\xBF"
                                                         "a;b\r\n1;2\r\n")),
                              CSV_BYTES, 0),
                     "1:a|b 2:1|2 ");
    ck_assert_str_eq(read_all(write_plain("b.tsv", BYTES("a,b\tc,d,e\n")), CSV_BYTES, 0),
                     "1:a,b|c,d,e ");
    ck_assert_str_eq(read_all(write_plain("c.csv", BYTES("sep=|\r\na|b,c,d\n1|2\n")), CSV_BYTES, 0),
                     "2:a|b,c,d 3:1|2 ");
    ck_assert_str_eq(read_all(write_plain("d.csv", BYTES("a,b;c\n")), CSV_BYTES, ';'), "1:a,b|c ");
    ck_assert_str_eq(read_all(write_plain("e.csv", BYTES("")), CSV_BYTES, 0), "");
    ck_assert_str_eq(read_all(write_plain("f.csv", BYTES("\xEF\xBB")), CSV_BYTES, 0),
                     "1:\xEF\xBB ");
}
END_TEST

START_TEST(utf16_becomes_utf8)
{
    static const char little[] = "\xFF\xFE"
                                 "a\0\t\0\xD1\x1E\n\0\x3D\xD8\x00\xDE\t\0b\0";
    static const char big[] = "\xFE\xFF\0a\0,\x1E\xD1";
    ck_assert_str_eq(read_all(write_plain("a.csv", little, sizeof(little) - 1), CSV_BYTES, 0),
                     "1:a|ố 2:\xF0\x9F\x98\x80|b ");
    ck_assert_str_eq(read_all(write_plain("b.csv", big, sizeof(big) - 1), CSV_BYTES, 0), "1:a|ố ");
    ck_assert_str_eq(read_all(write_plain("c.csv", big + 2, sizeof(big) - 3), CSV_UTF16_BE, 0),
                     "1:a|ố ");
    /* half a pair spoils its own field only, also at the end */
    ck_assert_str_eq(
        read_all(write_plain("d.csv", BYTES("a\0,\0\x3D\xD8,\0b\0\x3D\xD8")), CSV_UTF16_LE, 0),
        "1:a|\xFF|b\xFF ");
}
END_TEST

START_TEST(packed_files_are_unpacked_and_cut_ones_are_an_error)
{
    struct kho_err err = {0};
    struct csv_reader *reader = csv_reader_new(arena);
    ck_assert_str_eq(read_all(write_packed("a.csv.gz", BYTES("a,b\n1,2\n")), CSV_BYTES, 0),
                     "1:a|b 2:1|2 ");
    struct kho_text packed;
    ck_ok(kho_file_read(arena, in_directory("a.csv.gz"), 1000, &packed, &err), err);
    const char *cut = write_plain("b.csv.gz", packed.ptr, packed.len - 9);
    ck_assert(!csv_reader_open(reader, cut, CSV_BYTES, 0, &err));
    ck_assert_int_eq(err.class, KHO_ERR_UNREACHABLE);
    ck_assert_str_eq(err.message,
                     kho_arena_printf(arena, "the gzip data of '%s' end too soon", cut));
    char *damaged = kho_arena_bytes(arena, packed.len);
    memcpy(damaged, packed.ptr, packed.len);
    damaged[packed.len - 6] ^= 1; /* the check sum */
    ck_assert(
        !csv_reader_open(reader, write_plain("c.csv.gz", damaged, packed.len), CSV_BYTES, 0, &err));
    ck_assert_int_eq(err.class, KHO_ERR_FAILED);
    const char *plain = write_plain("d.csv.gz", BYTES("a,b\n"));
    ck_assert(!csv_reader_open(reader, plain, CSV_BYTES, 0, &err));
    ck_assert_str_eq(err.message,
                     kho_arena_printf(arena, "'%s' is not gzip data, as its name says", plain));
}
END_TEST

START_TEST(what_is_no_file_or_half_a_character_is_an_error)
{
    struct kho_err err = {0};
    struct csv_reader *reader = csv_reader_new(arena);
    const char *missing = in_directory("missing.csv");
    ck_assert(!csv_reader_open(reader, missing, CSV_BYTES, 0, &err));
    ck_assert_int_eq(err.class, KHO_ERR_UNREACHABLE);
    ck_assert_str_eq(
        err.message,
        kho_arena_printf(arena, "cannot open '%s': No such file or directory", missing));
    ck_assert(!csv_reader_open(reader, path, CSV_BYTES, 0, &err));
    ck_assert_str_eq(err.message, kho_arena_printf(arena, "'%s' is no file", path));
    const char *half = write_plain("half.csv", BYTES("\xFF\xFE"
                                                     "a\0b"));
    ck_assert(!csv_reader_open(reader, half, CSV_BYTES, 0, &err));
    ck_assert_str_eq(err.message, kho_arena_printf(arena, "'%s' ends within a character", half));
}
END_TEST

START_TEST(a_line_that_is_too_long_is_one_broken_record)
{
    struct kho_err err = {0};
    struct csv_reader *reader = csv_reader_new(arena);
    size_t len = 3 * CSV_RECORD_MAX;
    char *bytes = kho_arena_bytes(arena, len + 12);
    memcpy(bytes, "a,b\n1,", 6);
    memset(bytes + 6, 'x', len);
    memcpy(bytes + 6 + len, "\n2,3\n4", 6);
    bool eof;
    ck_ok(csv_reader_open(reader, write_plain("a.csv", bytes, len + 12), CSV_BYTES, 0, &err), err);
    ck_ok(csv_reader_next(reader, &eof, &err), err);
    reader->split.n_expected = 2;
    ck_ok(csv_reader_next(reader, &eof, &err), err);
    ck_assert_str_eq(reader->split.broken, "the line is too long");
    ck_text_eq(reader->split.fields[0].text, "1");
    ck_ok(csv_reader_next(reader, &eof, &err), err);
    ck_assert_ptr_null(reader->split.broken);
    ck_assert_int_eq(reader->line, 3);
    ck_text_eq(reader->split.fields[1].text, "3");
    ck_ok(csv_reader_next(reader, &eof, &err), err);
    ck_assert_ptr_nonnull(reader->split.broken);
    ck_ok(csv_reader_next(reader, &eof, &err), err);
    ck_assert(eof);
}
END_TEST

START_TEST(many_records_come_whole_past_the_end_of_the_window)
{
    struct kho_err err = {0};
    struct csv_reader *reader = csv_reader_new(arena);
    struct kho_buf out;
    kho_buf_init(&out, 1 << 24);
    for (int i = 0; i < 300000; i++)
        kho_buf_printf(&out, "%d,\"x\n%d\"\n", i, i);
    struct kho_text all = kho_buf_as_text(&out);
    ck_ok(csv_reader_open(reader, write_packed("a.csv.gz", all.ptr, all.len), CSV_BYTES, 0, &err),
          err);
    bool eof = false;
    for (int i = 0; i < 300000; i++) {
        char expected[16];
        snprintf(expected, sizeof(expected), "x\n%d", i);
        ck_ok(csv_reader_next(reader, &eof, &err), err);
        ck_assert(!eof && reader->line == 2 * i + 1 && reader->split.n_fields == 2);
        ck_assert(kho_text_eq_cstr(reader->split.fields[1].text, expected));
    }
    ck_ok(csv_reader_next(reader, &eof, &err), err);
    ck_assert(eof);
    kho_buf_release(&out);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, marks_and_separators_are_found_out);
    tcase_add_test(tcase, utf16_becomes_utf8);
    tcase_add_test(tcase, packed_files_are_unpacked_and_cut_ones_are_an_error);
    tcase_add_test(tcase, what_is_no_file_or_half_a_character_is_an_error);
    tcase_add_test(tcase, a_line_that_is_too_long_is_one_broken_record);
    tcase_add_test(tcase, many_records_come_whole_past_the_end_of_the_window);
}

KHO_UNIT_MAIN("source/csv_reader", tests)
