/* Bounds are copies: the values they are of are gone with their batch. */
#include "bounds.h"

#include <kho/core/utf8.h>

#define COPY_MAX_BYTES ((size_t)1 << 30)
#define LAST_CODE_POINT 0x10FFFF
#define SURROGATES 0xD800
#define BEHIND_SURROGATES 0xE000

static void release(void *object)
{
    struct bounds *bounds = object;
    kho_buf_release(&bounds->min.bytes);
    kho_buf_release(&bounds->max.bytes);
}

void bounds_init(struct bounds *bounds, struct kho_arena *arena)
{
    *bounds = (struct bounds){.any = false};
    kho_buf_init(&bounds->min.bytes, COPY_MAX_BYTES);
    kho_buf_init(&bounds->max.bytes, COPY_MAX_BYTES);
    kho_arena_defer(arena, release, bounds);
}

void bounds_clear(struct bounds *bounds)
{
    bounds->any = false;
}

static void set(struct bound *bound, const struct parquet_value *value)
{
    kho_buf_clear(&bound->bytes);
    kho_buf_append(&bound->bytes, value->ptr, value->len);
    bound->value.ptr = bound->bytes.data;
    bound->value.len = value->len;
    bound->value.number = value->number;
}

void bounds_add(struct bounds *bounds, const struct parquet_column *column,
                const struct parquet_value *value)
{
    if (!bounds->any || parquet_value_compare(column, value, &bounds->min.value) < 0)
        set(&bounds->min, value);
    if (!bounds->any || parquet_value_compare(column, value, &bounds->max.value) > 0)
        set(&bounds->max, value);
    bounds->any = true;
}

void bounds_merge(struct bounds *bounds, const struct parquet_column *column,
                  const struct bounds *other)
{
    if (!other->any)
        return;
    bounds_add(bounds, column, &other->min.value);
    bounds_add(bounds, column, &other->max.value);
}

/* The longest beginning of whole characters within the limit. */
static size_t cut(struct kho_text text)
{
    size_t len = BOUND_MAX_BYTES;
    while (len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80)
        len--;
    return len;
}

static bool is_long(const struct bound *bound, const struct parquet_column *column)
{
    return column->logical == PARQUET_STRING && bound->value.len > BOUND_MAX_BYTES;
}

static struct told_bound whole(const struct bound *bound, struct kho_arena *arena)
{
    struct kho_text bytes = {bound->value.ptr != NULL ? bound->value.ptr : "", bound->value.len};
    return (struct told_bound){kho_arena_text(arena, bytes), true};
}

struct told_bound bounds_min(const struct bounds *bounds, const struct parquet_column *column,
                             struct kho_arena *arena)
{
    struct told_bound told = whole(&bounds->min, arena);
    if (is_long(&bounds->min, column)) {
        told.bytes.len = cut(told.bytes);
        told.exact = false;
    }
    return told;
}

/* Where the last character of a text begins. */
static size_t last_character(struct kho_text text)
{
    size_t at = text.len - 1;
    while (at > 0 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static uint32_t next_code_point(uint32_t code_point)
{
    return code_point + 1 == SURROGATES ? BEHIND_SURROGATES : code_point + 1;
}

/* The least text of at most `len` bytes' beginning that is greater than all that begin so; false
 * if there is none. */
static bool increment(struct kho_text text, struct kho_arena *arena, struct kho_text *greater)
{
    while (text.len != 0) {
        size_t start = last_character(text), at = start;
        uint32_t code_point = kho_utf8_next(text, &at);
        text.len = start;
        if (code_point == LAST_CODE_POINT)
            continue;
        char *bytes = kho_arena_bytes(arena, start + 4);
        memcpy(bytes, text.ptr, start);
        size_t put = kho_utf8_put(next_code_point(code_point), bytes + start);
        *greater = (struct kho_text){bytes, start + put};
        return true;
    }
    return false;
}

struct told_bound bounds_max(const struct bounds *bounds, const struct parquet_column *column,
                             struct kho_arena *arena)
{
    struct told_bound told = whole(&bounds->max, arena);
    if (!is_long(&bounds->max, column))
        return told;
    struct kho_text beginning = {told.bytes.ptr, cut(told.bytes)};
    told.exact = !increment(beginning, arena, &told.bytes);
    return told;
}
