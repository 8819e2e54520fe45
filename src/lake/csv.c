/*
 * Cells into CSV in a buffer of fixed size. A cell that fits is encoded in place; a longer one goes
 * through it in slices, so that memory stays constant whatever a cell holds.
 */
#include "csv.h"

#include <kho/record/wire.h>

#define ROOM ((size_t)128 * 1024)
#define SLICE (ROOM / 4)

struct lake_csv {
    const char *file;
    struct lake_columns columns;
    struct lake_gzip *out;
    struct kho_arena *scratch; /* texts made of the cells of one batch */
    int64_t rows;
    size_t len;
    char data[ROOM];
};

struct lake_csv *lake_csv_new(struct kho_arena *arena, const char *file,
                              struct lake_columns columns, struct lake_gzip *out)
{
    struct lake_csv *csv = kho_arena_alloc(arena, sizeof(*csv));
    csv->file = kho_arena_strdup(arena, file);
    csv->columns = columns;
    csv->out = out;
    csv->scratch = kho_arena_new(arena);
    return csv;
}

static bool flush(struct lake_csv *csv, struct kho_err *err)
{
    size_t len = csv->len;
    csv->len = 0;
    return lake_gzip_write(csv->out, (struct kho_text){csv->data, len}, err);
}

static bool make_room(struct lake_csv *csv, size_t bytes, struct kho_err *err)
{
    return KHO_LIKELY(ROOM - csv->len >= bytes) || flush(csv, err);
}

#define ALL_BYTES(c) (UINT64_C(0x0101010101010101) * (unsigned char)(c))

/* Has its high bits set where a byte of `word` is `c`, and nowhere if none is. */
static inline uint64_t bytes_equal(uint64_t word, char c)
{
    uint64_t zero = word ^ ALL_BYTES(c);
    return (zero - ALL_BYTES(1)) & ~zero & ALL_BYTES(0x80);
}

static inline uint64_t special_in(uint64_t word)
{
    return bytes_equal(word, ',') | bytes_equal(word, '"') | bytes_equal(word, '\n') |
           bytes_equal(word, '\r');
}

/* Eight bytes at a time: most cells are one to three such words. */
static bool needs_quotes(struct kho_text text)
{
    if (text.len == 0 || text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ')
        return true;
    uint64_t found = 0, word;
    size_t at = 0;
    for (; at + sizeof(word) <= text.len; at += sizeof(word)) {
        memcpy(&word, text.ptr + at, sizeof(word));
        found |= special_in(word);
    }
    word = 0;
    memcpy(&word, text.ptr + at, text.len - at);
    return (found | special_in(word)) != 0;
}

/* Doubles quotes; returns the new end. */
static char *escape(char *out, struct kho_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            *out++ = '"';
        *out++ = text.ptr[i];
    }
    return out;
}

static bool put_char(struct lake_csv *csv, char c, struct kho_err *err)
{
    KHO_TRY(make_room(csv, 1, err));
    csv->data[csv->len++] = c;
    return true;
}

static bool put_slices(struct lake_csv *csv, struct kho_text text, bool quoted, struct kho_err *err)
{
    while (text.len != 0) {
        struct kho_text slice = {text.ptr, KHO_MIN(text.len, SLICE)};
        KHO_TRY(make_room(csv, 2 * SLICE, err));
        char *out = csv->data + csv->len;
        if (quoted)
            csv->len += (size_t)(escape(out, slice) - out);
        else {
            memcpy(out, slice.ptr, slice.len);
            csv->len += slice.len;
        }
        text.ptr += slice.len;
        text.len -= slice.len;
    }
    return true;
}

static bool put_long_cell(struct lake_csv *csv, struct kho_text text, char behind,
                          struct kho_err *err)
{
    bool quoted = needs_quotes(text);
    KHO_TRY(!quoted || put_char(csv, '"', err));
    KHO_TRY(put_slices(csv, text, quoted, err));
    KHO_TRY(!quoted || put_char(csv, '"', err));
    return put_char(csv, behind, err);
}

/* Puts a cell and the separator behind it. */
static bool put_cell(struct lake_csv *csv, struct kho_text text, char behind, struct kho_err *err)
{
    if (KHO_UNLIKELY(text.len > SLICE))
        return put_long_cell(csv, text, behind, err);
    KHO_TRY(make_room(csv, 2 * text.len + 3, err));
    char *out = csv->data + csv->len;
    if (text.ptr != NULL && needs_quotes(text)) {
        *out++ = '"';
        out = escape(out, text);
        *out++ = '"';
    } else if (text.ptr != NULL) {
        memcpy(out, text.ptr, text.len);
        out += text.len;
    }
    *out++ = behind;
    csv->len = (size_t)(out - csv->data);
    return true;
}

static char separator(const struct lake_csv *csv, size_t column)
{
    return column + 1 == csv->columns.count ? '\n' : ',';
}

bool lake_csv_header(struct lake_csv *csv, struct kho_err *err)
{
    for (size_t i = 0; i < csv->columns.count; i++)
        KHO_TRY(put_cell(csv, csv->columns.items[i].name, separator(csv, i), err));
    return true;
}

/* Row and column are named, the value is not. */
static bool refuse(const struct lake_csv *csv, size_t column, const char *what, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_FAILED, "%s: row %" PRId64 ": column %.*s %s", csv->file,
                       csv->rows + 1, KHO_TEXT_ARGS(csv->columns.items[column].name), what);
}

static bool put_row(struct lake_csv *csv, const struct kho_batch *batch, size_t row,
                    struct kho_err *err)
{
    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct kho_batch_column *column = &batch->columns[i];
        struct kho_text text;
        if (!kho_wire_to_text(csv->scratch, column->wire, column->cells[row], &text))
            return refuse(csv, i, "holds no value of its type", err);
        if (text.ptr == NULL && csv->columns.items[i].required)
            return refuse(csv, i, "is required and has no value", err);
        KHO_TRY(put_cell(csv, text, separator(csv, i), err));
    }
    csv->rows++;
    return true;
}

bool lake_csv_batch(struct lake_csv *csv, const struct kho_batch *batch, struct kho_err *err)
{
    KHO_BUG_IF(batch->n_columns != csv->columns.count);
    for (size_t row = 0; row < batch->n_rows; row++)
        KHO_TRY(put_row(csv, batch, row, err));
    kho_arena_clear(csv->scratch);
    return true;
}

bool lake_csv_end(struct lake_csv *csv, int64_t *rows, struct kho_err *err)
{
    *rows = csv->rows;
    return flush(csv, err);
}
