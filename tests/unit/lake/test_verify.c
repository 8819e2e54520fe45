/* Whole snapshots with one thing wrong: the files, their bytes, the manifest. */
#include <sys/stat.h>

#include <kho/core/file.h>

#include "../../support/lake.h"

#define CSV "a,b\nx,1\n,2\n"

static const char *in(const char *snapshot, const char *name)
{
    return kho_path_join(lake_arena(), snapshot, name);
}

static const char *good(void)
{
    return lake_craft_csv(KHO_TEXT(CSV), 2);
}

static bool is_good(const char *snapshot, struct kho_err *err)
{
    struct kho_verified verified;
    return kho_snapshot_verify(lake_arena(), snapshot, KHO_TEXT_NULL, &verified, err);
}

START_TEST(a_snapshot_by_hand_is_accepted)
{
    struct kho_err err;
    ck_ok(is_good(good(), &err), err);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_refused)
{
    const char *path = lake_path("none");
    lake_refuses(path, kho_arena_printf(lake_arena(), "there is no snapshot '%s'", path));
}
END_TEST

START_TEST(a_missing_manifest_is_refused)
{
    const char *snapshot = good();
    unlink(in(snapshot, "datapackage.json"));
    lake_refuses(snapshot, "datapackage.json: is missing");
    ck_assert_int_eq(symlink("/etc/passwd", in(snapshot, "datapackage.json")), 0);
    lake_refuses(snapshot, "datapackage.json: is no regular file");
}
END_TEST

START_TEST(a_missing_file_is_refused)
{
    const char *snapshot = good();
    unlink(in(snapshot, "t.csv.gz"));
    lake_refuses(snapshot, "t.csv.gz: is missing");
}
END_TEST

START_TEST(a_file_too_many_is_refused_also_a_hidden_one)
{
    const char *snapshot = good();
    lake_write(in(snapshot, "z\x1b[31m"), KHO_TEXT(""));
    lake_refuses(snapshot, "z?[31m: is not listed in datapackage.json");
    lake_write(in(snapshot, ".more"), KHO_TEXT(""));
    lake_refuses(snapshot, ".more: is not listed in datapackage.json");
}
END_TEST

START_TEST(links_pipes_and_directories_are_no_files)
{
    const char *snapshot = good();
    const char *file = in(snapshot, "t.csv.gz");
    const char *outside = lake_path("outside");
    ck_assert_int_eq(rename(file, outside), 0);
    ck_assert_int_eq(symlink(outside, file), 0);
    lake_refuses(snapshot, "t.csv.gz: is no regular file");
    unlink(file);
    ck_assert_int_eq(mkfifo(file, 0600), 0);
    lake_refuses(snapshot, "t.csv.gz: is no regular file");
    unlink(file);
    ck_assert_int_eq(mkdir(file, 0700), 0);
    lake_refuses(snapshot, "t.csv.gz: is no regular file");
}
END_TEST

START_TEST(a_flipped_bit_anywhere_in_a_file_is_found)
{
    const char *snapshot = good();
    const char *file = in(snapshot, "t.csv.gz");
    struct kho_text content = lake_read(file);
    for (size_t i = 0; i < content.len; i++) {
        struct kho_err err;
        char *changed = kho_arena_cstr(lake_arena(), content);
        changed[i] = (char)(changed[i] ^ 1);
        lake_write(file, (struct kho_text){changed, content.len});
        ck_assert(!is_good(snapshot, &err));
        ck_assert_int_eq(err.class, KHO_ERR_VERIFY);
        ck_assert_int_eq(strncmp(err.message, "t.csv.gz: sha256 is ", 20), 0);
    }
}
END_TEST

START_TEST(a_changed_byte_anywhere_in_a_manifest_does_no_harm)
{
    const char *snapshot = good();
    const char *file = in(snapshot, "datapackage.json");
    struct kho_text content = lake_read(file);
    static const char values[] = {'\0', '"', '9', '\xFF', '}', ','};
    for (size_t i = 0; i < content.len; i++) {
        struct kho_err err;
        char *changed = kho_arena_cstr(lake_arena(), content);
        changed[i] = values[i % sizeof(values)];
        lake_write(file, (struct kho_text){changed, content.len});
        ck_assert(is_good(snapshot, &err) || err.class == KHO_ERR_VERIFY);
    }
}
END_TEST

START_TEST(a_cut_off_manifest_does_no_harm)
{
    const char *snapshot = good();
    const char *file = in(snapshot, "datapackage.json");
    struct kho_text content = lake_read(file);
    for (size_t len = 0; len < content.len - 1; len++) {
        struct kho_err err;
        lake_write(file, (struct kho_text){content.ptr, len});
        ck_assert(!is_good(snapshot, &err));
        ck_assert_int_eq(err.class, KHO_ERR_VERIFY);
    }
    lake_write(file, KHO_TEXT("{\"name\": 1"));
    lake_refuses(snapshot, "datapackage.json: line 1, column 10: no valid JSON");
}
END_TEST

START_TEST(a_changed_size_is_refused)
{
    const char *snapshot = good();
    const char *file = in(snapshot, "t.csv.gz");
    struct kho_text content = lake_read(file);
    lake_write(file, (struct kho_text){content.ptr, content.len - 1});
    lake_refuses(snapshot,
                 kho_arena_printf(lake_arena(), "t.csv.gz: has %zu bytes, the manifest says %zu",
                                  content.len - 1, content.len));
}
END_TEST

START_TEST(a_changed_hash_is_refused)
{
    const char *snapshot = good();
    const char *json = lake_read(in(snapshot, "datapackage.json")).ptr;
    const char *is =
        kho_arena_cstr(lake_arena(), (struct kho_text){strstr(json, "sha256:") + 7, 64});
    char *says = kho_arena_strdup(lake_arena(), is);
    says[5] = says[5] == '0' ? '1' : '0';
    lake_edit(in(snapshot, "datapackage.json"), is, says);
    lake_refuses(
        snapshot,
        kho_arena_printf(lake_arena(), "t.csv.gz: sha256 is %s, the manifest says %s", is, says));
}
END_TEST

START_TEST(a_changed_row_count_is_refused)
{
    lake_refuses(lake_craft_csv(KHO_TEXT(CSV), 3), "t.csv.gz: has 2 rows, the manifest says 3");
    lake_refuses(lake_craft_csv(KHO_TEXT(CSV), 1),
                 "t.csv.gz: has more rows than the 1 that the manifest says");
}
END_TEST

START_TEST(a_gzip_stream_must_be_whole)
{
    struct kho_text file = lake_gzip(KHO_TEXT(CSV));
    for (size_t len = 0; len < file.len; len++)
        lake_refuses(lake_craft((struct kho_text){file.ptr, len}, 2),
                     "t.csv.gz: the gzip stream is cut off");
}
END_TEST

START_TEST(nothing_follows_the_gzip_stream)
{
    const char *message = "t.csv.gz: goes on behind the end of the gzip stream";
    struct kho_text file = lake_gzip(KHO_TEXT(CSV));
    char *more = kho_arena_bytes(lake_arena(), 2 * file.len);
    memcpy(more, file.ptr, file.len);
    memcpy(more + file.len, file.ptr, file.len);
    lake_refuses(lake_craft((struct kho_text){more, 2 * file.len}, 2), message);
    lake_refuses(lake_craft((struct kho_text){more, file.len + 1}, 2), message);
}
END_TEST

START_TEST(what_is_no_gzip_is_refused)
{
    lake_refuses(lake_craft(KHO_TEXT(CSV), 2), "t.csv.gz: the gzip stream is broken");
    struct kho_text file = lake_gzip(KHO_TEXT(CSV));
    char *changed = kho_arena_cstr(lake_arena(), file);
    changed[file.len - 6] = (char)(changed[file.len - 6] ^ 1); /* of the CRC */
    lake_refuses(lake_craft((struct kho_text){changed, file.len}, 2),
                 "t.csv.gz: the gzip stream is broken");
}
END_TEST

START_TEST(a_small_file_of_endless_rows_is_refused_early)
{
    size_t len = (size_t)64 << 20;
    struct kho_buf csv;
    kho_buf_init(&csv, len);
    kho_buf_puts(&csv, "a,b\n");
    while (csv.len + 4 <= len)
        kho_buf_append(&csv, "x,1\n", 4);
    const char *snapshot = lake_craft_csv(kho_buf_as_text(&csv), 5);
    kho_buf_release(&csv);
    lake_refuses(snapshot, "t.csv.gz: has more rows than the 5 that the manifest says");
}
END_TEST

/* Each edit of a good manifest, and what is said about it. */
static const char *const edits[][3] = {
    {"\"name\": \"by-hand\", ", "", "name is missing"},
    {"\"by-hand\"", "1", "name is no text"},
    {"\"by-hand\"", "\"\"", "name is empty, too long or not printable"},
    {"\"by-hand\"", "\"\\u001b[31m\"", "name is empty, too long or not printable"},
    {"\"by-hand\"", "\"\\u009b31m\"", "name is empty, too long or not printable"},
    {"\"2026-01-01T00:00:00Z\"", "\"yesterday\"", "created is no UTC datetime"},
    {"\"resources\"", "\"files\"", "resources is missing"},
    {"\"t\"", "null", "resource 1: name is no text"},
    {"\"t.csv.gz\"", "\"../t.csv.gz\"", "resource 1: path is no plain file name"},
    {"\"t.csv.gz\"", "\"/etc/passwd\"", "resource 1: path is no plain file name"},
    {"\"t.csv.gz\"", "\"..\"", "resource 1: path is no plain file name"},
    {"\"t.csv.gz\"", "\"a\\\\b\"", "resource 1: path is no plain file name"},
    {"\"t.csv.gz\"", "\"a\\nb\"", "resource 1: path is empty, too long or not printable"},
    {"\"t.csv.gz\"", "[\"t.csv.gz\"]", "resource 1: path is no text"},
    {"\"csv\"", "\"orc\"", "resource 1: format is none that is known here"},
    {"\"gz\"", "\"zip\"", "resource 1: compression is none that is known here"},
    {"\"utf-8\"", "\"latin1\"", "resource 1: encoding is none that is known here"},
    {"\"bytes\": ", "\"bytes\": -", "resource 1: bytes is no count"},
    {"\"bytes\": ", "\"bytes\": 1.", "resource 1: bytes is no count"},
    {"\"rows\": 2", "\"rows\": \"2\"", "resource 1: rows is no count"},
    {"\"rows\": 2,", "", "resource 1: rows is missing"},
    {"\"sha256:", "\"sha1:", "resource 1: hash is no sha256:<64 hex digits>"},
    {"\"sha256:", "\"sha256:0", "resource 1: hash is no sha256:<64 hex digits>"},
    {"\"dialect\": {", "\"dialect\": [], \"x\": {", "resource 1: dialect is no object"},
    {"\"delimiter\": \",\"", "\"delimiter\": \";\"",
     "resource 1: delimiter is none that is known here"},
    {"\"doubleQuote\": true", "\"doubleQuote\": 1", "resource 1: doubleQuote is not true"},
    {"\"header\": true", "\"header\": false", "resource 1: header is not true"},
    {"\"schema\": {", "\"schema\": 1, \"x\": {", "resource 1: schema is no object"},
    {"\"fields\": [", "\"fields\": [], \"x\": [", "resource 1: fields is empty"},
    {"\"fields\": [", "\"fields\": 7, \"x\": [", "resource 1: fields is no list"},
    {"\"fields\": [", "\"fields\": [7, ", "resource 1: field 1: is no object"},
    {"\"name\": \"b\"", "\"name\": \"a\"", "resource 1: field 2: name is that of an earlier field"},
    {"\"integer\"", "\"geopoint\"", "resource 1: field 2: type is none that is known here"},
    {"\"constraints\": {", "\"constraints\": 1, \"x\": {",
     "resource 1: field 2: constraints is no object"},
    {"\"required\": true", "\"required\": \"yes\"",
     "resource 1: field 2: required is neither true nor false"},
};

START_TEST(a_manifest_is_read_as_a_stranger_s)
{
    for (size_t i = 0; i < KHO_COUNT(edits); i++) {
        const char *snapshot = good();
        lake_edit(in(snapshot, "datapackage.json"), edits[i][0], edits[i][1]);
        lake_refuses(snapshot, kho_arena_printf(lake_arena(), "datapackage.json: %s", edits[i][2]));
    }
}
END_TEST

START_TEST(a_manifest_is_one_object_without_repeated_keys)
{
    const char *snapshot = good();
    lake_edit(in(snapshot, "datapackage.json"), "\"name\"", "\"name\": \"x\",\n\"name\"");
    lake_refuses(snapshot, "datapackage.json: line 2, column 6: no valid JSON");
    lake_write(in(snapshot, "datapackage.json"), KHO_TEXT("[]"));
    lake_refuses(snapshot, "datapackage.json: is no object");
}
END_TEST

START_TEST(a_resource_is_listed_once)
{
    const char *snapshot = good();
    const char *manifest = in(snapshot, "datapackage.json");
    const char *json = lake_read(manifest).ptr;
    const char *start = strstr(json, " {\"name\": \"t\"");
    struct kho_text resource = {start, (size_t)(strrchr(json, ']') - start)};
    const char *twice =
        kho_arena_printf(lake_arena(), "%.*s,%s", (int)(strrchr(json, ']') - json), json, start);
    lake_write(manifest, kho_text_of(twice));
    lake_refuses(snapshot, "datapackage.json: resource 2: name is that of an earlier resource");
    lake_edit(manifest, kho_arena_cstr(lake_arena(), resource),
              kho_arena_printf(lake_arena(), " {\"name\": \"u\"%.*s", (int)(resource.len - 13),
                               resource.ptr + 13));
    lake_refuses(snapshot, "datapackage.json: resource 2: path is that of an earlier resource");
}
END_TEST

START_TEST(a_huge_manifest_is_refused_unread)
{
    const char *snapshot = good();
    ck_assert_int_eq(truncate(in(snapshot, "datapackage.json"), (16 << 20) + 1), 0);
    lake_refuses(snapshot, "datapackage.json: is larger than 16 MB");
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    const char *snapshot = good();
    size_t depth = 1 << 20;
    char *json = kho_arena_bytes(lake_arena(), depth);
    memset(json, '[', depth);
    lake_write(in(snapshot, "datapackage.json"), (struct kho_text){json, depth});
    lake_refuses(snapshot, "datapackage.json: line 1, column 2049: no valid JSON");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, NULL, lake_end);
    tcase_add_test(tcase, a_snapshot_by_hand_is_accepted);
    tcase_add_test(tcase, a_directory_that_is_not_there_is_refused);
    tcase_add_test(tcase, a_missing_manifest_is_refused);
    tcase_add_test(tcase, a_missing_file_is_refused);
    tcase_add_test(tcase, a_file_too_many_is_refused_also_a_hidden_one);
    tcase_add_test(tcase, links_pipes_and_directories_are_no_files);
    tcase_add_test(tcase, a_flipped_bit_anywhere_in_a_file_is_found);
    tcase_add_test(tcase, a_changed_byte_anywhere_in_a_manifest_does_no_harm);
    tcase_add_test(tcase, a_cut_off_manifest_does_no_harm);
    tcase_add_test(tcase, a_changed_size_is_refused);
    tcase_add_test(tcase, a_changed_hash_is_refused);
    tcase_add_test(tcase, a_changed_row_count_is_refused);
    tcase_add_test(tcase, a_gzip_stream_must_be_whole);
    tcase_add_test(tcase, nothing_follows_the_gzip_stream);
    tcase_add_test(tcase, what_is_no_gzip_is_refused);
    tcase_add_test(tcase, a_small_file_of_endless_rows_is_refused_early);
    tcase_add_test(tcase, a_manifest_is_read_as_a_stranger_s);
    tcase_add_test(tcase, a_manifest_is_one_object_without_repeated_keys);
    tcase_add_test(tcase, a_resource_is_listed_once);
    tcase_add_test(tcase, a_huge_manifest_is_refused_unread);
    tcase_add_test(tcase, deep_nesting_is_refused);
}

KHO_UNIT_MAIN("lake/verify", tests)
