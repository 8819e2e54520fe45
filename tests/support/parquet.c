/* Rows by hand, and what independent readers must read from them. */
#include "parquet.h"

#include <fcntl.h>

#include <kho/core/hash.h>
#include <kho/record/wire.h>

#include "lake/parquet/file_in.h"
#include "lake/verify.h"

#include "lake.h"

struct parquet_making {
    const char *path;
    struct lake_column *columns;
    size_t n_columns;
    size_t column; /* the next cell's */
    struct kho_batch *batch;
    struct lake_out *out;
    struct parquet_writer *writer;
    int64_t rows;
    int64_t *nulls;
    struct kho_sha256 **hashes;
};

static const char *path_of(const char *name)
{
    const char *dir = getenv("KHO_PARQUET_DIR");
    return kho_arena_printf(lake_arena(), "%s/%s.parquet", dir != NULL ? dir : lake_dir(), name);
}

struct parquet_making *parquet_make(const char *name, const struct lake_column *columns,
                                    size_t n_columns, enum parquet_codec codec)
{
    struct kho_err err;
    struct parquet_making *making = kho_arena_alloc(lake_arena(), sizeof(*making));
    making->path = path_of(name);
    making->n_columns = n_columns;
    making->columns = kho_arena_array(lake_arena(), n_columns, sizeof(*columns));
    memcpy(making->columns, columns, n_columns * sizeof(*columns));
    making->nulls = kho_arena_array(lake_arena(), n_columns, sizeof(int64_t));
    making->hashes = kho_arena_array(lake_arena(), n_columns, sizeof(*making->hashes));
    making->batch = kho_batch_new(lake_arena(), n_columns);
    for (size_t i = 0; i < n_columns; i++) {
        making->batch->columns[i].wire = kho_type_wire(columns[i].type);
        ck_ok(kho_sha256_new(&making->hashes[i], &err), err);
    }
    struct parquet_options options = {
        .file = name,
        .columns = {making->columns, n_columns},
        .codec = codec,
    };
    ck_ok(lake_out_open(lake_arena(), making->path, &making->out, &err), err);
    ck_ok(parquet_writer_new(lake_arena(), &options, making->out, &making->writer, &err), err);
    return making;
}

static void flush(struct parquet_making *making)
{
    struct kho_err err;
    ck_ok(parquet_writer_batch(making->writer, making->batch, &err), err);
    kho_batch_clear(making->batch);
}

static struct kho_text cell_of(struct parquet_making *making, struct kho_text text)
{
    struct kho_arena *arena = making->batch->arena;
    struct kho_text cell = KHO_TEXT_NULL;
    int64_t number = 0;
    switch (making->batch->columns[making->column].wire) {
    case KHO_WIRE_INT8:
        ck_assert(kho_text_to_int(text, &number));
        return kho_wire_from_int8(arena, number);
    case KHO_WIRE_BOOL:
        return kho_wire_from_bool(arena, kho_text_eq_cstr(text, "true"));
    case KHO_WIRE_NUMERIC:
        ck_assert(kho_wire_from_decimal(arena, text, &cell));
        return cell;
    case KHO_WIRE_DATE:
        ck_assert(kho_text_to_int(text, &number));
        ck_assert(kho_wire_from_date(arena, number, &cell));
        return cell;
    case KHO_WIRE_TIMESTAMPTZ:
        ck_assert(kho_text_to_int(text, &number));
        ck_assert(kho_wire_from_timestamp(arena, number, &cell));
        return cell;
    default:
        return kho_arena_text(arena, text);
    }
}

/* A value as readers print it: instants with six digits behind the point. */
static struct kho_text shown(struct parquet_making *making, struct kho_text cell)
{
    struct kho_arena *arena = making->batch->arena;
    enum kho_wire wire = making->batch->columns[making->column].wire;
    struct kho_text text;
    if (cell.ptr == NULL)
        return KHO_TEXT("\\N");
    if (wire == KHO_WIRE_TIMESTAMPTZ) {
        int64_t instant_us;
        char utc[KHO_INSTANT_MAX];
        ck_assert(kho_wire_timestamp(cell, &instant_us));
        return kho_text_of(kho_arena_strdup(arena, kho_instant_utc(instant_us, utc, sizeof(utc))));
    }
    ck_assert(kho_wire_to_text(arena, wire, cell, &text));
    return text;
}

static void put_cell(struct parquet_making *making, struct kho_text cell)
{
    size_t row = making->batch->n_rows, i = making->column;
    making->batch->columns[i].cells[row] = cell;
    struct kho_text text = shown(making, cell);
    kho_sha256_update(making->hashes[i], text.ptr, text.len);
    kho_sha256_update(making->hashes[i], "\n", 1);
    making->nulls[i] += cell.ptr == NULL;
    if (++making->column < making->n_columns)
        return;
    making->column = 0;
    making->rows++;
    if (++making->batch->n_rows == KHO_BATCH_ROWS)
        flush(making);
}

void parquet_cell(struct parquet_making *making, struct kho_text text)
{
    put_cell(making, text.ptr != NULL ? cell_of(making, text) : text);
}

void parquet_null(struct parquet_making *making)
{
    put_cell(making, KHO_TEXT_NULL);
}

void parquet_int(struct parquet_making *making, int64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, value);
    parquet_cell(making, (struct kho_text){digits, (size_t)len});
}

const char *parquet_made(struct parquet_making *making)
{
    struct kho_err err;
    int64_t rows;
    struct lake_file_stats stats;
    struct kho_buf expected;
    flush(making);
    ck_ok(parquet_writer_end(making->writer, &rows, &err), err);
    ck_ok(lake_out_close(making->out, &stats, &err), err);
    ck_assert_int_eq(rows, making->rows);
    kho_buf_init(&expected, 1 << 20);
    kho_buf_printf(&expected, "rows\t%" PRId64 "\n", rows);
    for (size_t i = 0; i < making->n_columns; i++) {
        char hex[KHO_SHA256_HEX_SIZE];
        kho_sha256_finish(making->hashes[i], hex);
        kho_sha256_free(making->hashes[i]);
        kho_buf_printf(&expected, "%.*s\t%" PRId64 "\t%s\n", KHO_TEXT_ARGS(making->columns[i].name),
                       making->nulls[i], hex);
    }
    lake_write(kho_arena_printf(lake_arena(), "%s.expected", making->path),
               kho_buf_as_text(&expected));
    kho_buf_release(&expected);
    return making->path;
}

static struct lake_listed listed_as(const char *name, const struct lake_column *columns,
                                    size_t n_columns)
{
    struct lake_listed listed = {
        .path = name,
        .format = KHO_FORMAT_PARQUET,
        .fields = kho_arena_array(lake_arena(), n_columns, sizeof(struct lake_field)),
        .n_fields = n_columns,
    };
    for (size_t i = 0; i < n_columns; i++) {
        struct lake_field *field = &listed.fields[i];
        field->name = kho_arena_cstr(lake_arena(), columns[i].name);
        field->required = columns[i].required;
        ck_assert(
            lake_kind_find(kho_text_of(kho_type_frictionless(columns[i].type)), &field->kind));
    }
    return listed;
}

bool lake_parquet_accepts(struct kho_text bytes, const struct lake_column *columns,
                          size_t n_columns)
{
    struct kho_err err;
    const char *path = lake_path("judged.parquet");
    struct lake_listed listed = listed_as("judged.parquet", columns, n_columns);
    char sha256[KHO_SHA256_HEX_SIZE];
    lake_write(path, bytes);
    ck_ok(kho_sha256_file(path, sha256, &listed.size_bytes, &err), err);
    listed.sha256 = sha256;
    int fd = open(path, O_RDONLY | O_CLOEXEC), dir_fd = open(lake_dir(), O_RDONLY | O_CLOEXEC);
    struct file_in file;
    /* The rows are what the footer says. */
    if (file_in_open(lake_arena(), fd, path, &file, &err))
        listed.rows = file.rows;
    bool ok = lake_parquet_verify(dir_fd, &listed, &err);
    if (!ok)
        ck_assert_int_eq(err.class, KHO_ERR_VERIFY);
    close(fd);
    close(dir_fd);
    return ok;
}
