/* Making each row's key. */
#include <kho/core/utf8.h>
#include <kho/record/wire.h>

#include "source.h"

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

/* Whether something was made of the cells, and whether it can be kept. */
static bool make_storable(const struct kho_source *source, struct kho_batch *batch, size_t row,
                          bool *made)
{
    struct kho_text *key = &batch->keys[row];
    *made = make_key(source, batch, row, key);
    if (*made && is_storable(*key))
        return true;
    *key = KHO_TEXT_NULL;
    return false;
}

void kho_source_find_key(const struct kho_source *source, struct kho_batch *batch, size_t row)
{
    bool made;
    (void)make_storable(source, batch, row, &made);
}

void kho_source_take_key(const struct kho_source *source, struct kho_batch *batch, size_t row)
{
    bool made;
    if (make_storable(source, batch, row, &made))
        return;
    if (made)
        kho_batch_reject(batch, row, KHO_REJECT, NULL, "key", "the key is not valid UTF-8");
    else
        kho_batch_reject(batch, row, KHO_REJECT, NULL, "key", "the key is NULL or over %d bytes",
                         KHO_KEY_MAX_BYTES);
}
