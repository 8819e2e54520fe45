/* Filling batches from the COPY stream, and making each row's key. */
#include "postgres.h"

#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/interrupt.h>
#include <kho/core/utf8.h>
#include <kho/record/copy.h>
#include <kho/record/wire.h>

static bool broken(const struct kho_source *source, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_FAILED,
                       "the server sent a malformed row %" PRId64 ", reading %s",
                       source->rows_read + 1, source->label);
}

/* Writes a key part; several parts are joined by `|`, so `|` and `\` inside one are escaped. */
static void put_escaped(struct kho_buf *out, struct kho_text part)
{
    for (size_t i = 0; i < part.len; i++) {
        if (part.ptr[i] == '|' || part.ptr[i] == '\\')
            kho_buf_char(out, '\\');
        kho_buf_char(out, part.ptr[i]);
    }
}

static bool key_part(const struct kho_source *source, struct kho_batch *batch, size_t row,
                     size_t part, struct kho_text *text)
{
    const struct kho_batch_column *column = &batch->columns[source->key[part]];
    struct kho_text cell = column->cells[row];
    if (cell.ptr == NULL || !kho_wire_to_text(batch->arena, column->wire, cell, text))
        return false;
    /* Trailing blanks of character(n) are padding: PostgreSQL compares without them. */
    while (column->wire == KHO_WIRE_BPCHAR && text->len != 0 && text->ptr[text->len - 1] == ' ')
        text->len--;
    return true;
}

static bool make_key(const struct kho_source *source, struct kho_batch *batch, size_t row,
                     struct kho_text *key)
{
    size_t n = source->job->key.count;
    if (n == 1)
        return key_part(source, batch, row, 0, key) && key->len <= KHO_KEY_MAX_BYTES;
    struct kho_buf joined;
    kho_buf_init(&joined, KHO_KEY_MAX_BYTES);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        struct kho_text part;
        ok = key_part(source, batch, row, i, &part);
        if (i != 0)
            kho_buf_char(&joined, '|');
        if (ok)
            put_escaped(&joined, part);
    }
    ok = ok && !joined.overflow;
    if (ok)
        *key = kho_arena_text(batch->arena, kho_buf_as_text(&joined));
    kho_buf_release(&joined);
    return ok;
}

static bool is_storable(struct kho_text key)
{
    return kho_utf8_check(key) == key.len && memchr(key.ptr, 0, key.len) == NULL;
}

static void take_key(const struct kho_source *source, struct kho_batch *batch, size_t row)
{
    struct kho_text *key = &batch->keys[row];
    bool made = make_key(source, batch, row, key);
    if (made && is_storable(*key))
        return;
    *key = KHO_TEXT_NULL;
    if (made) {
        kho_batch_reject(batch, row, KHO_REJECT, NULL, "key", "the key is not valid UTF-8");
        return;
    }
    kho_batch_reject(batch, row, KHO_REJECT, NULL, "key", "the key is NULL or over %d bytes",
                     KHO_KEY_MAX_BYTES);
}

static bool take_row(struct kho_source *source, struct kho_text bytes, struct kho_batch *batch,
                     struct kho_err *err)
{
    if (!kho_copy_take_row(bytes, source->seed, batch))
        return broken(source, err);
    take_key(source, batch, batch->n_rows - 1);
    source->rows_read++;
    return true;
}

/* Sleeps until the source's rows_per_second allows what was read. */
static bool be_polite(const struct kho_source *source, struct kho_err *err)
{
    if (source->rows_per_second <= 0)
        return true;
    int64_t due_us =
        source->started_us + source->rows_read * KHO_US_PER_SECOND / source->rows_per_second;
    int64_t wait_us;
    while ((wait_us = due_us - kho_clock_monotonic_us()) > 0) {
        poll(NULL, 0, (int)KHO_MIN(wait_us / 1000 + 1, 250));
        KHO_TRY(kho_interrupt_check(err));
    }
    return true;
}

static bool next_message(struct kho_source *source, struct kho_text *bytes, bool *eof,
                         struct kho_err *err)
{
    if (!kho_pg_copy_out_next(source->pg, bytes, eof, err))
        return kho_err_context(err, "reading %s after %" PRId64 " rows", source->label,
                               source->rows_read);
    if (!*eof && !source->header_seen) {
        source->header_seen = kho_copy_pass_header(bytes);
        return source->header_seen || broken(source, err);
    }
    return true;
}

bool kho_source_next(struct kho_source *source, struct kho_batch *batch, bool *eof,
                     struct kho_err *err)
{
    kho_batch_clear(batch);
    batch->first_row = source->rows_read + 1;
    size_t bytes_held = 0;
    while (!source->ended && batch->n_rows < KHO_BATCH_ROWS && bytes_held < KHO_BATCH_BYTES) {
        struct kho_text bytes;
        bool end;
        KHO_TRY(next_message(source, &bytes, &end, err));
        if (end) {
            source->ended = true;
            break;
        }
        if (kho_copy_is_end(bytes))
            continue;
        bytes_held += bytes.len;
        KHO_TRY(take_row(source, bytes, batch, err));
    }
    *eof = source->ended;
    KHO_TRY(kho_interrupt_check(err));
    return be_polite(source, err);
}
