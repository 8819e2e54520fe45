/*
 * Numerics in wire form: groups of four decimal digits, the weight of the first group, a sign and
 * the display scale; to text and from text, digit by digit, never through a float.
 */
#include "numeric.h"

#include <kho/record/wire.h>

enum {
    SIGN_PLUS = 0x0000,
    SIGN_MINUS = 0x4000,
    SIGN_NAN = 0xC000,
    SIGN_INF = 0xD000,
    SIGN_MINUS_INF = 0xF000
};

#define SCALE_MAX 16383
#define DIGITS_MAX 1000

struct numeric {
    int n_groups;
    int weight; /* of the first group: its value counts 10000^weight */
    unsigned sign;
    int scale;
    const char *groups;
};

static bool numeric_open(struct kho_text cell, struct numeric *n)
{
    if (cell.len < 8)
        return false;
    n->n_groups = kho_be16(cell.ptr);
    n->weight = (int16_t)kho_be16(cell.ptr + 2);
    n->sign = kho_be16(cell.ptr + 4);
    n->scale = kho_be16(cell.ptr + 6);
    n->groups = cell.ptr + 8;
    if (cell.len != 8 + (size_t)n->n_groups * 2 || n->scale > SCALE_MAX)
        return false;
    for (int i = 0; i < n->n_groups; i++) {
        if (kho_be16(n->groups + i * 2) > 9999)
            return false;
    }
    return true;
}

static unsigned group_at(const struct numeric *n, int weight)
{
    int i = n->weight - weight;
    return i >= 0 && i < n->n_groups ? kho_be16(n->groups + i * 2) : 0;
}

static char *put_group(char *out, unsigned group)
{
    out[0] = (char)('0' + group / 1000);
    out[1] = (char)('0' + group / 100 % 10);
    out[2] = (char)('0' + group / 10 % 10);
    out[3] = (char)('0' + group % 10);
    return out + 4;
}

static char *put_whole_part(char *out, const struct numeric *n)
{
    char *start = out;
    for (int weight = n->weight; weight >= 0; weight--)
        out = put_group(out, group_at(n, weight));
    char *first = start;
    while (first < out && *first == '0')
        first++;
    size_t len = (size_t)(out - first);
    memmove(start, first, len);
    out = start + len;
    if (len == 0)
        *out++ = '0';
    return out;
}

static char *put_fraction(char *out, const struct numeric *n)
{
    char *end = out + 1 + n->scale;
    *out++ = '.';
    for (int weight = -1; out < end; weight--)
        out = put_group(out, group_at(n, weight));
    return end;
}

bool numeric_to_text(struct kho_arena *arena, struct kho_text cell, struct kho_text *text)
{
    struct numeric n;
    if (!numeric_open(cell, &n))
        return false;
    switch (n.sign) {
    case SIGN_NAN:
        *text = KHO_TEXT("NaN");
        return true;
    case SIGN_INF:
        *text = KHO_TEXT("Infinity");
        return true;
    case SIGN_MINUS_INF:
        *text = KHO_TEXT("-Infinity");
        return true;
    case SIGN_PLUS:
    case SIGN_MINUS:
        break;
    default:
        return false;
    }
    size_t whole = n.weight >= 0 ? ((size_t)n.weight + 1) * 4 : 1;
    size_t size = 1 + whole + 1 + (size_t)n.scale + 4; /* a group may be written beyond the end */
    char *bytes = kho_arena_bytes(arena, size);
    char *out = bytes;
    if (n.sign == SIGN_MINUS)
        *out++ = '-';
    out = put_whole_part(out, &n);
    if (n.scale > 0)
        out = put_fraction(out, &n);
    *text = (struct kho_text){bytes, (size_t)(out - bytes)};
    kho_arena_shrink(arena, bytes, size, text->len);
    return true;
}

/* A decimal as it is written: its digits, leading zeros dropped, around a point. */
struct written {
    bool negative;
    const char *whole;
    size_t n_whole;
    const char *fraction;
    size_t n_fraction;
};

static size_t count_digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return (size_t)(at - start);
}

static bool read_written(struct kho_text text, struct written *w)
{
    const char *at = text.ptr;
    const char *end = at + text.len;
    *w = (struct written){0};
    if (at < end && (*at == '-' || *at == '+'))
        w->negative = *at++ == '-';
    w->whole = at;
    w->n_whole = count_digits(at, end);
    at += w->n_whole;
    if (w->n_whole == 0 || w->n_whole > DIGITS_MAX)
        return false;
    if (at < end) {
        if (*at++ != '.')
            return false;
        w->fraction = at;
        w->n_fraction = count_digits(at, end);
        if (w->n_fraction == 0 || w->n_fraction + w->n_whole > DIGITS_MAX)
            return false;
        at += w->n_fraction;
    }
    while (w->n_whole > 0 && *w->whole == '0') {
        w->whole++;
        w->n_whole--;
    }
    return at == end;
}

/* The group of digits at `weight`, zeros where none are written. */
static unsigned written_group(const struct written *w, int weight)
{
    unsigned group = 0;
    for (int i = 3; i >= 0; i--) {
        int power = weight * 4 + i; /* of ten */
        unsigned digit = 0;
        if (power >= 0 && (size_t)power < w->n_whole)
            digit = (unsigned)(w->whole[w->n_whole - 1 - (size_t)power] - '0');
        else if (power < 0 && (size_t)-power <= w->n_fraction)
            digit = (unsigned)(w->fraction[-power - 1] - '0');
        group = group * 10 + digit;
    }
    return group;
}

bool kho_wire_from_decimal(struct kho_arena *arena, struct kho_text text, struct kho_text *cell)
{
    struct written w;
    if (text.ptr == NULL || !read_written(text, &w))
        return false;
    int first = (int)((w.n_whole + 3) / 4) - 1;
    int last = -(int)((w.n_fraction + 3) / 4);
    while (first >= last && written_group(&w, first) == 0)
        first--;
    while (last <= first && written_group(&w, last) == 0)
        last++;
    int n_groups = first >= last ? first - last + 1 : 0;
    size_t size = 8 + (size_t)n_groups * 2;
    char *bytes = kho_arena_bytes(arena, size);
    kho_put_be16(bytes, (uint16_t)n_groups);
    kho_put_be16(bytes + 2, n_groups == 0 ? 0 : (uint16_t)first);
    kho_put_be16(bytes + 4, w.negative && n_groups > 0 ? SIGN_MINUS : SIGN_PLUS);
    kho_put_be16(bytes + 6, (uint16_t)w.n_fraction);
    for (int i = 0; i < n_groups; i++)
        kho_put_be16(bytes + 8 + i * 2, (uint16_t)written_group(&w, first - i));
    *cell = (struct kho_text){bytes, size};
    return true;
}
