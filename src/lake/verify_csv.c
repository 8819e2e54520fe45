/*
 * A strict parser of RFC 4180 with LF line ends that only checks: it holds one cell at most, and of
 * a long text only the piece under inspection. An empty field without quotes is NULL.
 */
#include "verify.h"

#include <kho/core/utf8.h>

/* Room for the longest number that PostgreSQL writes (147,456 digits). */
#define ROOM ((size_t)256 * 1024)
#define CELL_MAX_BYTES (INT64_C(1) << 30) /* PostgreSQL's own limit of a field */

enum state {
    CELL_START,
    PLAIN,
    QUOTED,
    QUOTE_SEEN, /* inside quotes: the end, or the first of two */
};

struct lake_csv_check {
    const struct lake_listed *file;
    enum state state;
    bool was_quoted;
    bool header_read;
    size_t column;
    int64_t rows; /* whole ones, without the header */
    int64_t cell_bytes;
    size_t len;
    char cell[ROOM];
};

struct lake_csv_check *lake_csv_check_new(struct kho_arena *arena, const struct lake_listed *file)
{
    struct lake_csv_check *check = kho_arena_alloc(arena, sizeof(*check));
    check->file = file;
    return check;
}

static const struct lake_field *field(const struct lake_csv_check *check)
{
    return &check->file->fields[check->column];
}

/* Names the line: the header or a row, counted from 1. */
static bool wrong_line(const struct lake_csv_check *check, const char *what, struct kho_err *err)
{
    if (!check->header_read)
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: the header row %s", check->file->path, what);
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: row %" PRId64 " %s", check->file->path,
                       check->rows + 1, what);
}

static bool wrong_cell(const struct lake_csv_check *check, const char *what, const char *subject,
                       struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: row %" PRId64 ": column %s %s%s",
                       check->file->path, check->rows + 1, field(check)->name, what, subject);
}

static bool wrong_value(const struct lake_csv_check *check, struct kho_err *err)
{
    return wrong_cell(check, "is no ", lake_kind_called(field(check)->kind), err);
}

static bool wrong_header(const struct lake_csv_check *check, struct kho_err *err)
{
    return wrong_line(check, "is not that of the manifest", err);
}

/* Makes room in a full cell: a text's checked part goes, an unfinished character stays. */
static bool spill(struct lake_csv_check *check, struct kho_err *err)
{
    if (!check->header_read)
        return wrong_header(check, err);
    if (field(check)->kind != LAKE_STRING)
        return wrong_value(check, err);
    size_t valid = kho_utf8_check((struct kho_text){check->cell, check->len});
    if (check->len - valid > 3)
        return wrong_value(check, err);
    check->len -= valid;
    memmove(check->cell, check->cell + valid, check->len);
    return true;
}

static bool append(struct lake_csv_check *check, const char *bytes, size_t len, struct kho_err *err)
{
    check->cell_bytes += (int64_t)len;
    if (check->cell_bytes > CELL_MAX_BYTES)
        return wrong_line(check, "has a value over 1 GB", err);
    while (len != 0) {
        size_t part = KHO_MIN(len, ROOM - check->len);
        memcpy(check->cell + check->len, bytes, part);
        check->len += part;
        bytes += part;
        len -= part;
        if (check->len == ROOM)
            KHO_TRY(spill(check, err));
    }
    return true;
}

static bool check_value(const struct lake_csv_check *check, struct kho_err *err)
{
    struct kho_text value = {check->cell, check->len};
    if (!check->header_read)
        return kho_text_eq_cstr(value, field(check)->name) || wrong_header(check, err);
    if (check->cell_bytes == 0 && !check->was_quoted)
        return !field(check)->required ||
               wrong_cell(check, "is required and has no value", "", err);
    return lake_value_is(field(check)->kind, value) || wrong_value(check, err);
}

static bool end_line(struct lake_csv_check *check, struct kho_err *err)
{
    if (check->column != check->file->n_fields)
        return check->header_read ? wrong_line(check, "has too few columns", err)
                                  : wrong_header(check, err);
    check->column = 0;
    if (!check->header_read) {
        check->header_read = true;
        return true;
    }
    if (++check->rows > check->file->rows)
        return kho_err_set(err, KHO_ERR_VERIFY,
                           "%s: has more rows than the %" PRId64 " that the manifest says",
                           check->file->path, check->file->rows);
    return true;
}

static bool end_cell(struct lake_csv_check *check, char separator, struct kho_err *err)
{
    KHO_TRY(check_value(check, err));
    check->state = CELL_START;
    check->was_quoted = false;
    check->cell_bytes = 0;
    check->len = 0;
    check->column++;
    return separator == ',' || end_line(check, err);
}

static bool is_special(char c)
{
    return c == ',' || c == '\n' || c == '"' || c == '\r';
}

static bool start_cell(struct lake_csv_check *check, const char **at, struct kho_err *err)
{
    if (check->column == check->file->n_fields)
        return check->header_read ? wrong_line(check, "has too many columns", err)
                                  : wrong_header(check, err);
    check->was_quoted = **at == '"';
    check->state = check->was_quoted ? QUOTED : PLAIN;
    *at += check->was_quoted ? 1 : 0;
    return true;
}

static bool step_plain(struct lake_csv_check *check, const char **at, const char *end,
                       struct kho_err *err)
{
    const char *stop = *at;
    while (stop < end && !is_special(*stop))
        stop++;
    KHO_TRY(append(check, *at, (size_t)(stop - *at), err));
    *at = stop;
    if (stop == end)
        return true;
    if (*stop == '"' || *stop == '\r')
        return wrong_line(check, "has a quote or CR outside quotes", err);
    ++*at;
    return end_cell(check, *stop, err);
}

static bool step_quoted(struct lake_csv_check *check, const char **at, const char *end,
                        struct kho_err *err)
{
    const char *quote = memchr(*at, '"', (size_t)(end - *at));
    const char *stop = quote != NULL ? quote : end;
    KHO_TRY(append(check, *at, (size_t)(stop - *at), err));
    *at = stop;
    if (quote == NULL)
        return true;
    ++*at;
    check->state = QUOTE_SEEN;
    return true;
}

static bool step_after_quote(struct lake_csv_check *check, const char **at, struct kho_err *err)
{
    char c = *(*at)++;
    if (c == ',' || c == '\n')
        return end_cell(check, c, err);
    if (c != '"')
        return wrong_line(check, "goes on behind a closing quote", err);
    check->state = QUOTED;
    return append(check, "\"", 1, err);
}

bool lake_csv_check_feed(struct lake_csv_check *check, struct kho_text piece, struct kho_err *err)
{
    const char *at = piece.ptr;
    const char *end = at + piece.len;
    while (at < end) {
        switch (check->state) {
        case CELL_START:
            KHO_TRY(start_cell(check, &at, err));
            break;
        case PLAIN:
            KHO_TRY(step_plain(check, &at, end, err));
            break;
        case QUOTED:
            KHO_TRY(step_quoted(check, &at, end, err));
            break;
        case QUOTE_SEEN:
            KHO_TRY(step_after_quote(check, &at, err));
            break;
        }
    }
    return true;
}

bool lake_csv_check_end(struct lake_csv_check *check, struct kho_err *err)
{
    if (!check->header_read || check->state != CELL_START || check->column != 0)
        return wrong_line(check, "is cut off", err);
    if (check->rows != check->file->rows)
        return kho_err_set(err, KHO_ERR_VERIFY,
                           "%s: has %" PRId64 " rows, the manifest says %" PRId64,
                           check->file->path, check->rows, check->file->rows);
    return true;
}
