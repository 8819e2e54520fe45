/* A lake of one test: all in one temporary directory and one arena. */
#include "lake.h"

#include <dirent.h>
#include <zlib.h>

#include <kho/core/file.h>
#include <kho/core/hash.h>
#include <kho/record/wire.h>

static struct kho_arena *arena;
static const char *dir;
static enum kho_format format = KHO_FORMAT_CSV;

static void remove_dir(void *object)
{
    struct kho_err err;
    (void)object;
    ck_assert(kho_dir_remove(dir, &err));
    arena = NULL;
}

struct kho_arena *lake_arena(void)
{
    if (arena != NULL)
        return arena;
    char template[] = "/tmp/kho-lake.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(template));
    arena = kho_arena_new(NULL);
    dir = kho_arena_strdup(arena, template);
    kho_arena_defer(arena, remove_dir, NULL);
    return arena;
}

void lake_end(void)
{
    format = KHO_FORMAT_CSV;
    kho_arena_free(arena);
}

const char *lake_dir(void)
{
    lake_arena();
    return dir;
}

const char *lake_path(const char *name)
{
    return kho_path_join(lake_arena(), lake_dir(), name);
}

static struct kho_schema_column columns[] = {
    {.name = {"n", 1}, .type = KHO_TYPE_INTEGER, .required = true},
    {.name = {"amount", 6}, .type = KHO_TYPE_DECIMAL},
    {.name = {"alive", 5}, .type = KHO_TYPE_BOOLEAN},
    {.name = {"born", 4}, .type = KHO_TYPE_DATE, .pii = KHO_PII_BASIC, .title = {"Birthday", 8}},
    {.name = {"seen", 4}, .type = KHO_TYPE_TIMESTAMPTZ},
    {.name = {"note", 4}, .type = KHO_TYPE_TEXT},
};

const struct kho_schema *lake_schema(void)
{
    static struct kho_schema schema = {
        .name = {"population.person", 17},
        .domain = {"population", 10},
        .table = {"person", 6},
        .version = 3,
        .title = {"A person", 8},
        .columns = columns,
        .n_columns = KHO_COUNT(columns),
    };
    return &schema;
}

struct kho_batch *lake_batch(void)
{
    struct kho_batch *batch = kho_batch_new(lake_arena(), 2 + KHO_COUNT(columns));
    for (size_t i = 2; i < batch->n_columns; i++)
        batch->columns[i].wire = kho_type_wire(columns[i - 2].type);
    return batch;
}

void lake_add_row(struct kho_batch *batch, const char *key, int64_t n, struct kho_text note)
{
    struct kho_batch_column *to = batch->columns;
    size_t row = batch->n_rows++;
    to[0].cells[row] = KHO_TEXT("civil");
    to[1].cells[row] = kho_text_of(key);
    to[2].cells[row] = kho_wire_from_int8(batch->arena, n);
    ck_assert(kho_wire_from_decimal(batch->arena, KHO_TEXT("-12.50"), &to[3].cells[row]));
    to[4].cells[row] = kho_wire_from_bool(batch->arena, true);
    ck_assert(kho_wire_from_date(batch->arena, -1, &to[5].cells[row]));
    ck_assert(kho_wire_from_timestamp(batch->arena, LAKE_CREATED_US, &to[6].cells[row]));
    to[7].cells[row] = note;
}

void lake_use_format(enum kho_format wanted)
{
    format = wanted;
}

struct kho_snapshot_writer *lake_begin(struct kho_arena *writer_arena)
{
    struct kho_err err;
    struct kho_snapshot_writer *writer = NULL;
    struct kho_snapshot_options options = {
        .lake = lake_path("lake"),
        .warehouse = KHO_TEXT("ngo-quyen"),
        .created_us = LAKE_CREATED_US,
        .format = format,
    };
    ck_ok(kho_snapshot_begin(writer_arena, &options, &writer, &err), err);
    ck_ok(
        kho_snapshot_dataset(writer, &(struct kho_snapshot_dataset){.schema = lake_schema()}, &err),
        err);
    return writer;
}

const char *lake_publish(const struct kho_batch *batch)
{
    struct kho_err err;
    struct kho_snapshot_writer *writer = lake_begin(lake_arena());
    int64_t rows;
    const char *path;
    ck_ok(kho_snapshot_rows(writer, batch, &err), err);
    ck_ok(kho_snapshot_dataset_end(writer, &rows, &err), err);
    ck_assert_int_eq(rows, (int64_t)batch->n_rows);
    ck_ok(kho_snapshot_commit(writer, &path, &err), err);
    return path;
}

struct kho_text lake_read(const char *path)
{
    struct kho_err err;
    struct kho_text content;
    ck_ok(kho_file_read(lake_arena(), path, (size_t)1 << 26, &content, &err), err);
    return content;
}

void lake_write(const char *path, struct kho_text content)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(content.ptr, 1, content.len, file), content.len);
    ck_assert_int_eq(fclose(file), 0);
}

void lake_edit(const char *path, const char *old, const char *new)
{
    struct kho_text content = lake_read(path);
    const char *found = strstr(content.ptr, old);
    ck_assert_msg(found != NULL, "no '%s' in %s", old, path);
    struct kho_buf out;
    kho_buf_init(&out, (size_t)1 << 26);
    kho_buf_append(&out, content.ptr, (size_t)(found - content.ptr));
    kho_buf_puts(&out, new);
    kho_buf_puts(&out, found + strlen(old));
    lake_write(path, kho_buf_as_text(&out));
    kho_buf_release(&out);
}

struct kho_text lake_gzip(struct kho_text content)
{
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, content.len);
    char *out = kho_arena_bytes(lake_arena(), room);
    z.next_in = (unsigned char *)(uintptr_t)content.ptr;
    z.avail_in = (unsigned)content.len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    struct kho_text made = {out, z.total_out};
    deflateEnd(&z);
    return made;
}

struct kho_text lake_gunzip(struct kho_text content)
{
    z_stream z = {0};
    ck_assert_int_eq(inflateInit2(&z, 31), Z_OK);
    size_t room = (size_t)1 << 22;
    char *out = kho_arena_bytes(lake_arena(), room);
    z.next_in = (unsigned char *)(uintptr_t)content.ptr;
    z.avail_in = (unsigned)content.len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)room - 1;
    ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
    ck_assert_int_eq((int)z.avail_in, 0);
    struct kho_text made = {out, z.total_out};
    out[made.len] = '\0';
    inflateEnd(&z);
    return made;
}

static const char crafted_manifest[] =
    "{\"name\": \"by-hand\", \"created\": \"2026-01-01T00:00:00Z\", \"resources\": [\n"
    " {\"name\": \"t\", \"path\": \"t.csv.gz\", \"format\": \"csv\", \"encoding\": \"utf-8\",\n"
    "  \"compression\": \"gz\", \"bytes\": %zu, \"hash\": \"sha256:%s\", \"rows\": %" PRId64 ",\n"
    "  \"dialect\": {\"delimiter\": \",\", \"lineTerminator\": \"\\n\", \"quoteChar\": \"\\\"\",\n"
    "              \"doubleQuote\": true, \"header\": true},\n"
    "  \"schema\": {\"fields\": [\n"
    "   {\"name\": \"a\", \"type\": \"string\"},\n"
    "   {\"name\": \"b\", \"type\": \"integer\", \"constraints\": {\"required\": true}}]}}]}\n";

const char *lake_craft(struct kho_text file, int64_t rows)
{
    struct kho_err err;
    const char *made = lake_path("by-hand");
    ck_ok(kho_dir_make(made, 0700, &err), err);
    const char *path = kho_path_join(lake_arena(), made, "t.csv.gz");
    char sha256[KHO_SHA256_HEX_SIZE];
    int64_t size_bytes;
    lake_write(path, file);
    ck_ok(kho_sha256_file(path, sha256, &size_bytes, &err), err);
    lake_write(
        kho_path_join(lake_arena(), made, "datapackage.json"),
        kho_text_of(kho_arena_printf(lake_arena(), crafted_manifest, file.len, sha256, rows)));
    lake_prove(made);
    return made;
}

/* SHA256SUMS of the manifest and the one file, unsigned, and _SUCCESS. */
void lake_prove(const char *snapshot)
{
    static const char *const names[] = {"datapackage.json", "t.csv.gz"};
    struct kho_buf sums;
    kho_buf_init(&sums, 4096);
    for (size_t i = 0; i < KHO_COUNT(names); i++) {
        struct kho_err err;
        char sha256[KHO_SHA256_HEX_SIZE];
        int64_t size_bytes;
        ck_ok(kho_sha256_file(kho_path_join(lake_arena(), snapshot, names[i]), sha256, &size_bytes,
                              &err),
              err);
        kho_buf_printf(&sums, "%s  %s\n", sha256, names[i]);
    }
    lake_write(kho_path_join(lake_arena(), snapshot, "SHA256SUMS"), kho_buf_as_text(&sums));
    lake_write(kho_path_join(lake_arena(), snapshot, "_SUCCESS"), KHO_TEXT(""));
    kho_buf_release(&sums);
}

const char *lake_craft_csv(struct kho_text csv, int64_t rows)
{
    return lake_craft(lake_gzip(csv), rows);
}

void lake_refuses(const char *snapshot, const char *message)
{
    struct kho_err err;
    struct kho_verified verified;
    ck_assert_msg(!kho_snapshot_verify(lake_arena(), snapshot, KHO_TEXT_NULL, &verified, &err),
                  "accepted, but should be refused with: %s", message);
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(err.class, KHO_ERR_VERIFY);
}

int lake_count_names(const char *path)
{
    DIR *opened = opendir(path);
    ck_assert_ptr_nonnull(opened);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            count++;
    closedir(opened);
    return count;
}
