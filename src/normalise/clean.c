/*
 * Cleaning of texts. Most cells are clean already: one pass over the bytes proves it, and the cell
 * is left as it is. Only the others are written anew.
 */
#include "clean.h"

#include <kho/core/utf8.h>

#include "letters.h"

/* Returns whether the text is clean as it stands: ASCII and Latin letters, single spaces inside. */
static bool is_clean(struct kho_text text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    const unsigned char *end = p + text.len;
    bool after_space = true; /* a space at the start is not clean */
    while (p < end) {
        uint32_t c;
        if (*p > ' ' && *p < 0x80) {
            after_space = false;
            p++;
        } else if (*p == ' ') {
            if (after_space)
                return false;
            after_space = true;
            p++;
        } else {
            size_t len = *p < 0x80 ? 0 : latin_at(p, (size_t)(end - p), &c);
            if (len == 0)
                return false;
            after_space = false;
            p += len;
        }
    }
    return !after_space;
}

static bool is_zero_width(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
}

/* Writes the text with its spaces in order; never longer than the input. */
static struct kho_text collapse(struct kho_arena *arena, struct kho_text input)
{
    char *bytes = kho_arena_bytes(arena, input.len + 1);
    size_t len = 0;
    bool gap = false;
    for (size_t at = 0; at < input.len;) {
        uint32_t c = kho_utf8_next(input, &at);
        if (is_zero_width(c))
            continue;
        if (kho_utf8_is_space(c)) {
            gap = len > 0;
            continue;
        }
        if (gap)
            bytes[len++] = ' ';
        gap = false;
        len += kho_utf8_put(c, bytes + len);
    }
    kho_arena_shrink(arena, bytes, input.len + 1, len);
    return (struct kho_text){bytes, len};
}

/* A vowel with its tone, and what it is once a circumflex or breve that was typed after the tone
 * finds its place. NFC cannot do this: both marks are of one combining class. */
static const struct {
    uint16_t toned, mark, whole;
} late_marks[] = {
    {0xC0, 0x302, 0x1EA6}, {0xC1, 0x302, 0x1EA4}, {0x1EA2, 0x302, 0x1EA8}, {0xC3, 0x302, 0x1EAA},
    {0xE0, 0x302, 0x1EA7}, {0xE1, 0x302, 0x1EA5}, {0x1EA3, 0x302, 0x1EA9}, {0xE3, 0x302, 0x1EAB},
    {0xC8, 0x302, 0x1EC0}, {0xC9, 0x302, 0x1EBE}, {0x1EBA, 0x302, 0x1EC2}, {0x1EBC, 0x302, 0x1EC4},
    {0xE8, 0x302, 0x1EC1}, {0xE9, 0x302, 0x1EBF}, {0x1EBB, 0x302, 0x1EC3}, {0x1EBD, 0x302, 0x1EC5},
    {0xD2, 0x302, 0x1ED2}, {0xD3, 0x302, 0x1ED0}, {0x1ECE, 0x302, 0x1ED4}, {0xD5, 0x302, 0x1ED6},
    {0xF2, 0x302, 0x1ED3}, {0xF3, 0x302, 0x1ED1}, {0x1ECF, 0x302, 0x1ED5}, {0xF5, 0x302, 0x1ED7},
    {0xC0, 0x306, 0x1EB0}, {0xC1, 0x306, 0x1EAE}, {0x1EA2, 0x306, 0x1EB2}, {0xC3, 0x306, 0x1EB4},
    {0xE0, 0x306, 0x1EB1}, {0xE1, 0x306, 0x1EAF}, {0x1EA3, 0x306, 0x1EB3}, {0xE3, 0x306, 0x1EB5},
};

static uint32_t join_late_mark(uint32_t toned, uint32_t mark)
{
    for (size_t i = 0; i < KHO_COUNT(late_marks); i++) {
        if (late_marks[i].toned == toned && late_marks[i].mark == mark)
            return late_marks[i].whole;
    }
    return 0;
}

static bool has_late_mark(struct kho_text text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c = kho_utf8_next(text, &at);
        if (c == 0x302 || c == 0x306)
            return true;
    }
    return false;
}

static struct kho_text place_late_marks(struct kho_arena *arena, struct kho_text text)
{
    if (!has_late_mark(text))
        return text;
    /* A pair of letter and mark is never shorter than the letter that both make. */
    char *bytes = kho_arena_bytes(arena, text.len + 4);
    size_t len = 0;
    size_t at = 0;
    uint32_t held = kho_utf8_next(text, &at);
    while (at < text.len) {
        uint32_t c = kho_utf8_next(text, &at);
        uint32_t whole = c == 0x302 || c == 0x306 ? join_late_mark(held, c) : 0;
        if (whole == 0)
            len += kho_utf8_put(held, bytes + len);
        held = whole != 0 ? whole : c;
    }
    len += kho_utf8_put(held, bytes + len);
    return (struct kho_text){bytes, len};
}

static const char *const utf8_faults[] = {
#define FAULT(n) "not valid UTF-8 (byte " #n ")"
    FAULT(1), FAULT(2),  FAULT(3),  FAULT(4),  FAULT(5),  FAULT(6),  FAULT(7),  FAULT(8),
    FAULT(9), FAULT(10), FAULT(11), FAULT(12), FAULT(13), FAULT(14), FAULT(15), FAULT(16),
#undef FAULT
};

static const char *utf8_fault(struct kho_arena *arena, size_t at)
{
    if (at < KHO_COUNT(utf8_faults))
        return utf8_faults[at];
    return kho_arena_printf(arena, "not valid UTF-8 (byte %zu)", at + 1);
}

const char *clean_text_slowly(struct kho_arena *arena, struct kho_text input, struct kho_text *out)
{
    size_t valid = kho_utf8_check(input);
    if (valid != input.len)
        return utf8_fault(arena, valid);
    if (memchr(input.ptr, '\0', input.len) != NULL)
        return FAULT_NUL;
    *out = collapse(arena, input);
    *out = kho_utf8_nfc(arena, *out);
    *out = place_late_marks(arena, *out);
    return NULL;
}

const char *clean_text(struct kho_arena *arena, struct kho_text input, struct kho_text *out)
{
    *out = input;
    if (KHO_LIKELY(is_clean(input)))
        return NULL;
    return clean_text_slowly(arena, input, out);
}
