/* One cell after the other; nothing of what is hidden goes further. */
#include "hide.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <kho/core/clock.h>
#include <kho/core/utf8.h>
#include <kho/record/wire.h>

#define SHOWN_CHARACTERS 4
#define YEAR_DIGITS 4
#define HMAC_BYTES 32
#define KEY_ID_DIGITS 16

struct lake_hider {
    struct lake_columns columns;
    struct kho_text key;
    bool hides;
    int64_t rows;
    struct kho_arena *scratch;
    struct kho_batch view;
};

static const char *const words[] = {
#define X(name, word) word,
    KHO_HIDES(X)
#undef X
};

const char *lake_hide_word(enum kho_hide hide)
{
    return words[hide];
}

bool kho_hide_find(struct kho_text word, enum kho_hide *hide)
{
    for (size_t i = 0; i < KHO_COUNT(words); i++) {
        if (!kho_text_eq_cstr(word, words[i]))
            continue;
        *hide = (enum kho_hide)i;
        return true;
    }
    return false;
}

bool kho_hide_fits(enum kho_hide hide, enum kho_type type)
{
    switch (hide) {
    case KHO_HIDE_LAST4:
        return kho_type_wire(type) == KHO_WIRE_TEXT;
    case KHO_HIDE_YEAR:
        return type == KHO_TYPE_DATE || type == KHO_TYPE_PARTIAL_DATE;
    case KHO_HIDE_KEEP:
    case KHO_HIDE_DROP:
    case KHO_HIDE_HMAC:
        break;
    }
    return true;
}

static struct kho_text hmac_of(struct kho_arena *arena, struct kho_text key, struct kho_text bytes)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    KHO_BUG_IF(key.ptr == NULL || key.len > INT32_MAX);
    if (HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)bytes.ptr, bytes.len, mac,
             &len) == NULL)
        kho_out_of_memory(0);
    char *hex = kho_arena_bytes(arena, HMAC_BYTES * 2 + 1);
    for (size_t i = 0; i < HMAC_BYTES; i++) {
        hex[2 * i] = digits[mac[i] >> 4];
        hex[2 * i + 1] = digits[mac[i] & 15];
    }
    hex[HMAC_BYTES * 2] = '\0';
    return (struct kho_text){hex, HMAC_BYTES * 2};
}

const char *lake_pseudonym_key_id(struct kho_arena *arena, struct kho_text key)
{
    struct kho_text mac = hmac_of(arena, key, KHO_TEXT("kho: which key this is"));
    mac.len = KEY_ID_DIGITS;
    return kho_arena_cstr(arena, mac);
}

struct lake_hider *lake_hider_new(struct kho_arena *arena, struct lake_columns columns,
                                  struct kho_text key)
{
    struct lake_hider *hider = kho_arena_alloc(arena, sizeof(*hider));
    hider->columns = columns;
    hider->key = key;
    hider->scratch = kho_arena_new(arena);
    for (size_t i = 0; i < columns.count; i++)
        hider->hides |= columns.items[i].hide != KHO_HIDE_KEEP;
    return hider;
}

/* `*******4321`: as many characters as there were. */
static struct kho_text last_four(struct kho_arena *arena, struct kho_text text)
{
    size_t length = kho_utf8_length(text), hidden = length, at = 0;
    if (length > SHOWN_CHARACTERS)
        hidden = length - SHOWN_CHARACTERS;
    for (size_t i = 0; i < hidden; i++)
        (void)kho_utf8_next(text, &at);
    char *bytes = kho_arena_bytes(arena, hidden + text.len - at + 1);
    memset(bytes, '*', hidden);
    memcpy(bytes + hidden, text.ptr + at, text.len - at);
    return (struct kho_text){bytes, hidden + text.len - at};
}

static bool year_of(struct kho_arena *arena, enum kho_type type, struct kho_text cell,
                    struct kho_text *year)
{
    int64_t days;
    if (type == KHO_TYPE_PARTIAL_DATE) {
        *year = (struct kho_text){cell.ptr, YEAR_DIGITS};
        return cell.len >= YEAR_DIGITS;
    }
    if (!kho_wire_date(cell, &days) || days == INT64_MIN || days == INT64_MAX)
        return false;
    struct kho_date date = kho_date_from_days(days);
    if (date.year < 1 || date.year > 9999)
        return false;
    *year = kho_text_of(kho_arena_printf(arena, "%04d", (int)date.year));
    return true;
}

static bool hide_cell(const struct lake_hider *hider, const struct lake_column *column,
                      struct kho_text cell, struct kho_text *hidden)
{
    struct kho_text text;
    *hidden = cell;
    if (cell.ptr == NULL)
        return true;
    switch (column->hide) {
    case KHO_HIDE_LAST4:
        *hidden = last_four(hider->scratch, cell);
        return true;
    case KHO_HIDE_YEAR:
        return year_of(hider->scratch, column->was, cell, hidden);
    case KHO_HIDE_HMAC:
        if (!kho_wire_to_text(hider->scratch, kho_type_wire(column->was), cell, &text))
            return false;
        *hidden = hmac_of(hider->scratch, hider->key, text);
        return true;
    case KHO_HIDE_KEEP:
    case KHO_HIDE_DROP:
        break;
    }
    return true;
}

static bool hide_column(struct lake_hider *hider, const char *file, size_t i, struct kho_err *err)
{
    const struct lake_column *column = &hider->columns.items[i];
    struct kho_batch_column *cells = &hider->view.columns[i];
    const struct kho_text *from = cells->cells;
    if (column->hide == KHO_HIDE_KEEP)
        return true;
    cells->wire = KHO_WIRE_TEXT;
    cells->cells = kho_arena_array(hider->scratch, hider->view.n_rows, sizeof(*cells->cells));
    for (size_t row = 0; row < hider->view.n_rows; row++)
        if (!hide_cell(hider, column, from[row], &cells->cells[row]))
            return kho_err_set(err, KHO_ERR_FAILED,
                               "%s: row %" PRId64 ": column %.*s cannot be hidden as '%s'", file,
                               hider->rows + (int64_t)row + 1, KHO_TEXT_ARGS(column->name),
                               words[column->hide]);
    return true;
}

bool lake_hider_batch(struct lake_hider *hider, const char *file, const struct kho_batch **batch,
                      struct kho_err *err)
{
    if (!hider->hides)
        return true;
    kho_arena_clear(hider->scratch);
    hider->view = **batch;
    hider->view.columns =
        kho_arena_array(hider->scratch, hider->view.n_columns, sizeof(*hider->view.columns));
    memcpy(hider->view.columns, (*batch)->columns,
           hider->view.n_columns * sizeof(*hider->view.columns));
    for (size_t i = 0; i < hider->view.n_columns; i++)
        KHO_TRY(hide_column(hider, file, i, err));
    hider->rows += (int64_t)hider->view.n_rows;
    *batch = &hider->view;
    return true;
}
