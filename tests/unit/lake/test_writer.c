/* A snapshot from begin to commit, and what is left when it does not come to that. */
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>

#include <kho/core/file.h>
#include <kho/record/wire.h>

#include "../../support/lake.h"

#define HEADER "_source,_key,n,amount,alive,born,seen,note\n"
#define VALUES "-12.50,true,1969-12-31,2026-01-01T01:02:03.5Z,"

static struct kho_text published_csv(const char *snapshot)
{
    return lake_gunzip(lake_read(kho_path_join(lake_arena(), snapshot, LAKE_FILE)));
}

static struct kho_batch *one_row(struct kho_text note)
{
    struct kho_batch *batch = lake_batch();
    lake_add_row(batch, "1", 7, note);
    return batch;
}

START_TEST(what_is_written_is_verified)
{
    struct kho_batch *batch = lake_batch();
    lake_add_row(batch, "1", INT64_MIN, KHO_TEXT("x"));
    lake_add_row(batch, "2", INT64_MAX, KHO_TEXT_NULL);
    const char *path = lake_publish(batch);
    ck_assert_str_eq(path, lake_path("lake/" LAKE_SNAPSHOT));
    struct kho_err err;
    struct kho_verified verified;
    ck_ok(kho_snapshot_verify(lake_arena(), path, KHO_TEXT_NULL, &verified, &err), err);
    ck_assert_str_eq(verified.name, LAKE_SNAPSHOT);
    ck_assert_str_eq(verified.created, "2026-01-01T01:02:03.500000Z");
    ck_assert_uint_eq(verified.n_files, 1);
    ck_assert_str_eq(verified.files[0].path, LAKE_FILE);
    ck_assert_int_eq(verified.files[0].rows, 2);
    ck_assert_int_gt(verified.files[0].size_bytes, 20);
    ck_text_eq(published_csv(path), HEADER "civil,1,-9223372036854775808," VALUES "x\n"
                                           "civil,2,9223372036854775807," VALUES "\n");
}
END_TEST

START_TEST(null_is_empty_and_an_empty_text_is_quoted)
{
    struct kho_batch *batch = lake_batch();
    lake_add_row(batch, "1", 1, KHO_TEXT_NULL);
    lake_add_row(batch, "2", 2, KHO_TEXT(""));
    for (size_t column = 3; column < 8; column++)
        batch->columns[column].cells[0] = KHO_TEXT_NULL;
    ck_text_eq(published_csv(lake_publish(batch)),
               HEADER "civil,1,1,,,,,\ncivil,2,2," VALUES "\"\"\n");
}
END_TEST

START_TEST(quotes_stand_only_where_a_reader_needs_them)
{
    static const char *const cells[][2] = {
        {"plain text", "plain text"},
        {"a,b", "\"a,b\""},
        {"say \"so\"", "\"say \"\"so\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"two\rlines", "\"two\rlines\""},
        {" ahead", "\" ahead\""},
        {"behind ", "\"behind \""},
        {"12345678,", "\"12345678,\""},
        {"1234567,9", "\"1234567,9\""},
        {"Nguy\u1EC5n \u0110\u1EE9c; 'x' \t", "Nguy\u1EC5n \u0110\u1EE9c; 'x' \t"},
        {"\\.", "\\."},
    };
    for (size_t i = 0; i < KHO_COUNT(cells); i++) {
        struct kho_text csv = published_csv(lake_publish(one_row(kho_text_of(cells[i][0]))));
        ck_text_eq(csv,
                   kho_arena_printf(lake_arena(), HEADER "civil,1,7," VALUES "%s\n", cells[i][1]));
    }
}
END_TEST

START_TEST(a_cell_longer_than_the_buffer_is_written_whole)
{
    size_t len = 1 << 20;
    char *bytes = kho_arena_bytes(lake_arena(), len);
    for (int quoted = 0; quoted < 2; quoted++) {
        memset(bytes, quoted ? '"' : 'x', len);
        const char *path = lake_publish(one_row((struct kho_text){bytes, len}));
        struct kho_err err;
        struct kho_verified verified;
        ck_ok(kho_snapshot_verify(lake_arena(), path, KHO_TEXT_NULL, &verified, &err), err);
        size_t rest = strlen(HEADER "civil,1,7," VALUES "\n");
        ck_assert_uint_eq(published_csv(path).len, rest + (quoted ? 2 * len + 2 : len));
    }
}
END_TEST

START_TEST(the_same_input_gives_the_same_bytes)
{
    struct kho_batch *batch = lake_batch();
    for (int i = 0; i < KHO_BATCH_ROWS; i++)
        lake_add_row(batch, kho_arena_printf(lake_arena(), "key %d", i), i * 7919, KHO_TEXT("\""));
    const char *first = lake_publish(batch);
    const char *aside = lake_path("first");
    ck_assert_int_eq(rename(first, aside), 0);
    const char *second = lake_publish(batch);
    ck_assert_str_eq(first, second);
    const char *const files[] = {LAKE_FILE, "datapackage.json"};
    for (size_t i = 0; i < KHO_COUNT(files); i++)
        ck_assert(kho_text_eq(lake_read(kho_path_join(lake_arena(), aside, files[i])),
                              lake_read(kho_path_join(lake_arena(), second, files[i]))));
    struct kho_text bytes = lake_read(kho_path_join(lake_arena(), second, LAKE_FILE));
    ck_assert_mem_eq(bytes.ptr, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
}
END_TEST

START_TEST(the_manifest_says_what_a_column_is)
{
    const char *path = lake_publish(lake_batch());
    const char *json = lake_read(kho_path_join(lake_arena(), path, "datapackage.json")).ptr;
    static const char *const parts[] = {
        "{\n  \"$schema\": \"https://datapackage.org/profiles/2.0/datapackage.json\",\n"
        "  \"name\": \"20260101T010203Z\",\n  \"title\": \"ngo-quyen, 20260101T010203Z\",\n"
        "  \"created\": \"2026-01-01T01:02:03.500000Z\",\n  \"kho:warehouse\": \"ngo-quyen\",\n",
        "\"name\": \"population.person\",\n      \"type\": \"table\",\n"
        "      \"title\": \"A person\",\n      \"path\": \"population.person.csv.gz\",\n"
        "      \"format\": \"csv\",\n      \"mediatype\": \"text/csv\",\n"
        "      \"encoding\": \"utf-8\",\n      \"compression\": \"gz\",\n",
        "\"rows\": 0,\n      \"kho:schema_version\": 3,\n",
        "\"name\": \"born\",\n            \"type\": \"date\",\n"
        "            \"title\": \"Birthday\",\n            \"kho:type\": \"date\",\n"
        "            \"kho:pii\": \"basic\"\n",
        ("\"primaryKey\": [\n          \"_source\",\n          \"_key\"\n        ],\n"
         "        \"missingValues\": [\n          \"\"\n        ]\n"),
    };
    for (size_t i = 0; i < KHO_COUNT(parts); i++)
        ck_assert_msg(strstr(json, parts[i]) != NULL, "no %s in %s", parts[i], json);
}
END_TEST

START_TEST(a_taken_name_gets_a_number)
{
    struct kho_batch *batch = one_row(KHO_TEXT_NULL);
    lake_publish(batch);
    ck_assert_str_eq(lake_publish(batch), lake_path("lake/" LAKE_SNAPSHOT "-2"));
    const char *third = lake_publish(batch);
    ck_assert_str_eq(third, lake_path("lake/" LAKE_SNAPSHOT "-3"));
    ck_assert_ptr_nonnull(strstr(
        lake_read(kho_path_join(lake_arena(), third, "datapackage.json")).ptr, LAKE_SNAPSHOT "-3"));
}
END_TEST

START_TEST(two_writers_at_once_both_publish)
{
    struct kho_err err;
    int64_t rows;
    const char *path;
    struct kho_snapshot_writer *first = lake_begin(lake_arena());
    struct kho_snapshot_writer *second = lake_begin(lake_arena());
    ck_ok(kho_snapshot_dataset_end(second, &rows, &err), err);
    ck_ok(kho_snapshot_commit(second, &path, &err), err);
    ck_assert_str_eq(path, lake_path("lake/" LAKE_SNAPSHOT "-2"));
    ck_ok(kho_snapshot_dataset_end(first, &rows, &err), err);
    ck_ok(kho_snapshot_commit(first, &path, &err), err);
    ck_assert_str_eq(path, lake_path("lake/" LAKE_SNAPSHOT));
}
END_TEST

START_TEST(a_name_taken_while_it_is_built_is_not_overwritten)
{
    struct kho_err err;
    int64_t rows;
    const char *path;
    struct kho_snapshot_writer *writer = lake_begin(lake_arena());
    ck_ok(kho_snapshot_dataset_end(writer, &rows, &err), err);
    ck_ok(kho_dir_make(lake_path("lake/" LAKE_SNAPSHOT "/other"), 0700, &err), err);
    ck_ok(kho_snapshot_commit(writer, &path, &err), err);
    ck_assert_str_eq(path, lake_path("lake/" LAKE_SNAPSHOT "-2"));
    struct kho_verified verified;
    ck_ok(kho_snapshot_verify(lake_arena(), path, KHO_TEXT_NULL, &verified, &err), err);
    ck_assert_str_eq(verified.name, LAKE_SNAPSHOT "-2");
}
END_TEST

START_TEST(what_is_not_committed_leaves_nothing)
{
    struct kho_err err;
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_snapshot_writer *writer = lake_begin(arena);
    ck_ok(kho_snapshot_rows(writer, one_row(KHO_TEXT("x")), &err), err);
    ck_assert_int_eq(lake_count_names(lake_path("lake")), 1);
    kho_arena_free(arena);
    ck_assert_int_eq(lake_count_names(lake_path("lake")), 0);
}
END_TEST

START_TEST(a_snapshot_without_datasets_is_refused)
{
    struct kho_err err;
    struct kho_snapshot_writer *writer;
    const char *path;
    struct kho_snapshot_options options = {.lake = lake_path("lake"), .warehouse = KHO_TEXT("w")};
    ck_ok(kho_snapshot_begin(lake_arena(), &options, &writer, &err), err);
    ck_assert(!kho_snapshot_commit(writer, &path, &err));
    ck_assert_str_eq(err.message, "a snapshot without a dataset is not published");
}
END_TEST

START_TEST(leftovers_of_the_dead_are_swept)
{
    struct kho_err err;
    const char *dead = lake_path("lake/.20250101T000000Z-2.999999999.new");
    const char *reused =
        lake_path("lake/.20250101T000000Z.1.new"); /* a process, but none of ours */
    const char *alive =
        lake_path("lake/.20250102T000000Z.999999999.new"); /* in another container */
    const char *foreign = lake_path("lake/.cache.999999999.new");
    ck_ok(kho_dir_make(dead, 0700, &err), err);
    lake_write(kho_path_join(lake_arena(), dead, LAKE_FILE), KHO_TEXT("half"));
    ck_ok(kho_dir_make(reused, 0700, &err), err);
    ck_ok(kho_dir_make(alive, 0700, &err), err);
    ck_ok(kho_dir_make(foreign, 0700, &err), err);
    int lock = open(alive, O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    lake_publish(lake_batch());
    ck_assert(!kho_dir_exists(dead));
    ck_assert(!kho_dir_exists(reused));
    ck_assert(kho_dir_exists(alive));
    ck_assert(kho_dir_exists(foreign));
    close(lock);
}
END_TEST

static void begin_fails(const char *lake, enum kho_err_class class, const char *message)
{
    struct kho_err err;
    struct kho_snapshot_writer *writer;
    struct kho_snapshot_options options = {
        .lake = lake, .warehouse = KHO_TEXT("w"), .created_us = LAKE_CREATED_US};
    ck_assert(!kho_snapshot_begin(lake_arena(), &options, &writer, &err));
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(err.class, class);
}

START_TEST(a_lake_that_cannot_be_made_is_named)
{
    lake_write(lake_path("file"), KHO_TEXT("x"));
    const char *under = lake_path("file/lake");
    begin_fails(lake_path("file"), KHO_ERR_UNREACHABLE,
                kho_arena_printf(lake_arena(), "cannot make the directory '%s': File exists",
                                 lake_path("file")));
    begin_fails(
        under, KHO_ERR_UNREACHABLE,
        kho_arena_printf(lake_arena(), "cannot make the directory '%s': Not a directory", under));
}
END_TEST

START_TEST(a_lake_that_takes_no_names_is_named)
{
    const char *message = kho_arena_printf(
        lake_arena(),
        "cannot make the directory '/proc/self/.%s.%d.new': No such file or directory",
        LAKE_SNAPSHOT, (int)getpid());
    begin_fails("/proc/self", KHO_ERR_FAILED, message);
}
END_TEST

/* Files may grow to `bytes` only; more is EFBIG, as a full disk is ENOSPC. Lifted again before the
 * test ends: Check itself writes files. */
static void limit_files(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = KHO_MIN(bytes, limit.rlim_max);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_failing_write_is_reported_and_leaves_nothing)
{
    struct kho_err err;
    int64_t rows;
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_snapshot_writer *writer = lake_begin(arena);
    ck_ok(kho_snapshot_rows(writer, one_row(KHO_TEXT("x")), &err), err);
    limit_files(16);
    bool ended = kho_snapshot_dataset_end(writer, &rows, &err);
    limit_files(RLIM_INFINITY);
    ck_assert(!ended);
    ck_assert_str_eq(err.message,
                     kho_arena_printf(lake_arena(),
                                      "cannot write '%s/.%s.%d.new/%s': File too large",
                                      lake_path("lake"), LAKE_SNAPSHOT, (int)getpid(), LAKE_FILE));
    kho_arena_free(arena);
    ck_assert_int_eq(lake_count_names(lake_path("lake")), 0);
}
END_TEST

START_TEST(a_failing_manifest_publishes_nothing)
{
    struct kho_err err;
    int64_t rows;
    const char *path;
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_snapshot_writer *writer = lake_begin(arena);
    ck_ok(kho_snapshot_dataset_end(writer, &rows, &err), err);
    limit_files(1000);
    bool committed = kho_snapshot_commit(writer, &path, &err);
    limit_files(RLIM_INFINITY);
    ck_assert(!committed);
    ck_assert_str_eq(err.message,
                     kho_arena_printf(lake_arena(),
                                      "cannot write '%s/.%s.%d.new/datapackage.json': "
                                      "File too large",
                                      lake_path("lake"), LAKE_SNAPSHOT, (int)getpid()));
    kho_arena_free(arena);
    ck_assert_int_eq(lake_count_names(lake_path("lake")), 0);
}
END_TEST

START_TEST(the_same_dataset_twice_is_refused)
{
    struct kho_err err;
    int64_t rows;
    struct kho_snapshot_writer *writer = lake_begin(lake_arena());
    ck_ok(kho_snapshot_dataset_end(writer, &rows, &err), err);
    ck_assert(!kho_snapshot_dataset(writer, &(struct kho_snapshot_dataset){.schema = lake_schema()},
                                    &err));
    ck_assert_str_eq(err.message,
                     kho_arena_printf(lake_arena(), "cannot write '%s/.%s.%d.new/%s': File exists",
                                      lake_path("lake"), LAKE_SNAPSHOT, (int)getpid(), LAKE_FILE));
}
END_TEST

static void rows_fail(const struct kho_batch *batch, const char *message)
{
    struct kho_err err;
    struct kho_snapshot_writer *writer = lake_begin(lake_arena());
    ck_assert(!kho_snapshot_rows(writer, batch, &err));
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(err.class, KHO_ERR_FAILED);
}

START_TEST(a_required_value_that_is_missing_stops_the_export)
{
    struct kho_batch *batch = lake_batch();
    lake_add_row(batch, "1", 1, KHO_TEXT_NULL);
    lake_add_row(batch, "2", 2, KHO_TEXT_NULL);
    batch->columns[2].cells[1] = KHO_TEXT_NULL;
    rows_fail(batch, LAKE_FILE ": row 2: column n is required and has no value");
}
END_TEST

START_TEST(a_cell_that_is_none_of_its_wire_type_stops_the_export)
{
    struct kho_batch *batch = one_row(KHO_TEXT_NULL);
    batch->columns[5].cells[0] = KHO_TEXT("1969-12-31");
    rows_fail(batch, LAKE_FILE ": row 1: column born holds no value of its type");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, NULL, lake_end);
    tcase_add_test(tcase, what_is_written_is_verified);
    tcase_add_test(tcase, null_is_empty_and_an_empty_text_is_quoted);
    tcase_add_test(tcase, quotes_stand_only_where_a_reader_needs_them);
    tcase_add_test(tcase, a_cell_longer_than_the_buffer_is_written_whole);
    tcase_add_test(tcase, the_same_input_gives_the_same_bytes);
    tcase_add_test(tcase, the_manifest_says_what_a_column_is);
    tcase_add_test(tcase, a_taken_name_gets_a_number);
    tcase_add_test(tcase, two_writers_at_once_both_publish);
    tcase_add_test(tcase, a_name_taken_while_it_is_built_is_not_overwritten);
    tcase_add_test(tcase, what_is_not_committed_leaves_nothing);
    tcase_add_test(tcase, a_snapshot_without_datasets_is_refused);
    tcase_add_test(tcase, leftovers_of_the_dead_are_swept);
    tcase_add_test(tcase, a_lake_that_cannot_be_made_is_named);
    tcase_add_test(tcase, a_lake_that_takes_no_names_is_named);
    tcase_add_test(tcase, a_failing_write_is_reported_and_leaves_nothing);
    tcase_add_test(tcase, a_failing_manifest_publishes_nothing);
    tcase_add_test(tcase, the_same_dataset_twice_is_refused);
    tcase_add_test(tcase, a_required_value_that_is_missing_stops_the_export);
    tcase_add_test(tcase, a_cell_that_is_none_of_its_wire_type_stops_the_export);
}

KHO_UNIT_MAIN("lake/writer", tests)
