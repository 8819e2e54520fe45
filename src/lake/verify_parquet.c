/* One Parquet file of a snapshot: hashed as a whole, then read by its footer, column after column.
 */
#include <fcntl.h>

#include <kho/core/hash.h>
#include <kho/core/interrupt.h>

#include "parquet/file_in.h"
#include "verify.h"

#define CHUNK_BYTES ((size_t)64 * 1024)

static bool hash_all(const struct lake_listed *file, int fd, struct kho_sha256 *sha,
                     struct kho_err *err)
{
    char bytes[CHUNK_BYTES];
    for (;;) {
        KHO_TRY(kho_interrupt_check(err));
        ssize_t got = read(fd, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", file->path);
        if (got == 0)
            return true;
        kho_sha256_update(sha, bytes, (size_t)got);
    }
}

static bool check_hash(const struct lake_listed *file, int fd, struct kho_err *err)
{
    struct kho_sha256 *sha;
    char sha256[KHO_SHA256_HEX_SIZE];
    KHO_TRY(kho_sha256_new(&sha, err));
    bool ok = hash_all(file, fd, sha, err);
    if (ok)
        kho_sha256_finish(sha, sha256);
    kho_sha256_free(sha);
    if (!ok || strcmp(sha256, file->sha256) == 0)
        return ok;
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: sha256 is %s, the manifest says %s", file->path,
                       sha256, file->sha256);
}

static bool is_kind(const struct parquet_column *column, enum lake_kind kind)
{
    switch (column->logical) {
    case PARQUET_PLAIN_BOOLEAN:
        return kind == LAKE_BOOLEAN;
    case PARQUET_PLAIN_INTEGER:
        return kind == LAKE_INTEGER;
    case PARQUET_DECIMAL:
        return kind == LAKE_NUMBER;
    case PARQUET_DATE:
        return kind == LAKE_DATE;
    case PARQUET_TIMESTAMP:
        return kind == LAKE_DATETIME;
    case PARQUET_STRING: /* of a decimal without a scale: its digits */
        return kind == LAKE_STRING || kind == LAKE_NUMBER;
    }
    return false;
}

static bool check_columns(const struct lake_listed *file, const struct file_in *in,
                          struct kho_err *err)
{
    if (in->n_columns != file->n_fields)
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: has %zu columns, the manifest says %zu",
                           file->path, in->n_columns, file->n_fields);
    for (size_t i = 0; i < in->n_columns; i++) {
        const struct lake_field *field = &file->fields[i];
        if (!kho_text_eq_cstr(in->columns[i].name, field->name) ||
            !is_kind(&in->columns[i], field->kind) || in->columns[i].required != field->required)
            return kho_err_set(err, KHO_ERR_VERIFY,
                               "%s: column %zu is not the manifest's column %s", file->path, i + 1,
                               field->name);
    }
    return true;
}

/* A column of a row group being checked. */
struct check {
    const struct parquet_column *column;
    enum lake_kind kind;
    bool bounded;
    struct parquet_value min;
    struct parquet_value max;
    int64_t nulls;
};

static bool begin_check(const struct file_in *in, const struct chunk_in *chunk, struct check *check,
                        struct kho_err *err)
{
    check->bounded = chunk->min.ptr != NULL && chunk->max.ptr != NULL;
    if (!check->bounded || (parquet_value_read(check->column, chunk->min, &check->min) &&
                            parquet_value_read(check->column, chunk->max, &check->max)))
        return true;
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: a bound in the footer is no value of its column",
                       in->name);
}

static const char *check_value(const struct check *check, struct kho_text bytes)
{
    struct parquet_value value;
    if (!parquet_value_read(check->column, bytes, &value))
        return "holds no value of its type";
    if (check->column->logical == PARQUET_STRING && check->kind == LAKE_NUMBER &&
        !lake_value_is(LAKE_NUMBER, bytes))
        return "holds a text that is no number";
    if (check->bounded && (parquet_value_compare(check->column, &value, &check->min) < 0 ||
                           parquet_value_compare(check->column, &value, &check->max) > 0))
        return "holds a value beyond the bounds in the footer";
    return NULL;
}

static bool check_pages(struct cursor_in *cursor, struct check *check, struct kho_err *err)
{
    struct page_in page;
    bool eof = false;
    KHO_TRY(cursor_in_next(cursor, &page, &eof, err));
    while (!eof) {
        KHO_TRY(kho_interrupt_check(err));
        check->nulls += (int64_t)(page.n_rows - page.n_values);
        for (size_t i = 0; i < page.n_values; i++) {
            const char *what = check_value(check, page.values[i]);
            if (what != NULL)
                return cursor_in_wrong(cursor, what, err);
        }
        KHO_TRY(cursor_in_next(cursor, &page, &eof, err));
    }
    return true;
}

static bool check_chunk(const struct file_in *in, size_t group, size_t column, enum lake_kind kind,
                        struct kho_err *err)
{
    const struct chunk_in *chunk = &in->groups[group].chunks[column];
    struct check check = {.column = &in->columns[column], .kind = kind};
    KHO_TRY(begin_check(in, chunk, &check, err));
    struct kho_arena *arena = kho_arena_new(NULL);
    struct cursor_in *cursor = cursor_in_new(arena, in, group, column);
    bool ok = check_pages(cursor, &check, err);
    if (ok && chunk->nulls >= 0 && chunk->nulls != check.nulls)
        ok = cursor_in_wrong(cursor, "the footer tells another number of NULLs", err);
    kho_arena_free(arena);
    return ok;
}

static bool check_content(struct kho_arena *arena, const struct lake_listed *file, int fd,
                          struct kho_err *err)
{
    struct file_in in;
    KHO_TRY(file_in_open(arena, fd, file->path, &in, err));
    if (in.rows != file->rows)
        return kho_err_set(err, KHO_ERR_VERIFY,
                           "%s: has %" PRId64 " rows, the manifest says %" PRId64, file->path,
                           in.rows, file->rows);
    KHO_TRY(check_columns(file, &in, err));
    for (size_t group = 0; group < in.n_groups; group++)
        for (size_t i = 0; i < in.n_columns; i++)
            KHO_TRY(check_chunk(&in, group, i, file->fields[i].kind, err));
    return true;
}

bool lake_parquet_verify(int dir_fd, const struct lake_listed *file, struct kho_err *err)
{
    int fd;
    KHO_TRY(lake_listed_open(dir_fd, file, &fd, err));
    struct kho_arena *arena = kho_arena_new(NULL);
    bool ok = check_hash(file, fd, err) && check_content(arena, file, fd, err);
    kho_arena_free(arena);
    close(fd);
    return ok;
}
