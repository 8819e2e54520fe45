/* Work on slices of bytes, and the nearest word for "did you mean". */
#include <kho/core/text.h>

int kho_text_compare(struct kho_text a, struct kho_text b)
{
    if (a.ptr == NULL || b.ptr == NULL)
        return (a.ptr != NULL) - (b.ptr != NULL);
    size_t shared = KHO_MIN(a.len, b.len);
    int order = shared != 0 ? memcmp(a.ptr, b.ptr, shared) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool kho_text_starts(struct kho_text text, struct kho_text part)
{
    return text.len >= part.len && (part.len == 0 || memcmp(text.ptr, part.ptr, part.len) == 0);
}

bool kho_text_ends(struct kho_text text, struct kho_text part)
{
    return text.len >= part.len &&
           (part.len == 0 || memcmp(text.ptr + text.len - part.len, part.ptr, part.len) == 0);
}

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct kho_text kho_text_trim(struct kho_text text)
{
    while (text.len != 0 && is_ascii_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len != 0 && is_ascii_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

struct kho_text kho_text_cut(struct kho_text *rest, char separator)
{
    struct kho_text part = *rest;
    const char *found = rest->len != 0 ? memchr(rest->ptr, separator, rest->len) : NULL;
    if (found == NULL) {
        *rest = KHO_TEXT_NULL;
        return part;
    }
    part.len = (size_t)(found - rest->ptr);
    *rest = (struct kho_text){found + 1, rest->len - part.len - 1};
    return part;
}

bool kho_text_to_int(struct kho_text text, int64_t *value)
{
    bool negative = text.len != 0 && text.ptr[0] == '-';
    size_t at = negative || (text.len != 0 && text.ptr[0] == '+') ? 1 : 0;
    if (at == text.len)
        return false;
    int64_t sum = 0;
    for (; at < text.len; at++) {
        int digit = text.ptr[at] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, negative ? -digit : digit, &sum))
            return false;
    }
    *value = sum;
    return true;
}

#define LONGEST_WORD 64

/* Optimal string alignment distance (Damerau 1964), over bytes, three rows at a time. */
static size_t distance(struct kho_text a, struct kho_text b)
{
    size_t rows[3][LONGEST_WORD + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            row[j] = KHO_MIN(KHO_MIN(row[j - 1], above[j]) + 1, above[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                row[j] = KHO_MIN(row[j], higher[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

const char *kho_text_nearest(struct kho_text word, const char *const *candidates, size_t count)
{
    if (word.len == 0 || word.len > LONGEST_WORD)
        return NULL;
    const char *nearest = NULL;
    size_t nearest_distance = KHO_MAX(word.len / 3, 1) + 1;
    for (size_t i = 0; i < count; i++) {
        if (candidates[i] == NULL)
            continue;
        struct kho_text candidate = kho_text_of(candidates[i]);
        if (candidate.len == 0 || candidate.len > LONGEST_WORD)
            continue;
        size_t d = distance(word, candidate);
        if (d < nearest_distance && d < candidate.len) {
            nearest = candidates[i];
            nearest_distance = d;
        }
    }
    return nearest;
}
