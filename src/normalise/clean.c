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
            if (len == 0 || is_suspect_letter(c))
                return false;
            after_space = false;
            p += len;
        }
    }
    return !after_space;
}

static bool is_invisible(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
}

/* What is mended in a text; the first of them that occurs is named. */
enum {
    TWICE = 1,
    COMPOSED = 2,
    ETH = 4,
    WIDE = 8,
    INVISIBLE = 16,
    SPACES = 32,
};

static const char *const repairs[] = {
    "UTF-8 that was encoded twice",    "letters composed",
    "eth where a Vietnamese D stands", "full-width digits",
    "invisible characters dropped",    "white space put in order",
};

static const char *repair_named(unsigned found)
{
    return found == 0 ? NULL : repairs[__builtin_ctz(found)];
}

/* Whether there is a letter beyond Latin-1, as nearly every Vietnamese sentence has: then nothing
 * was a byte of another encoding. */
static bool is_surely_unicode(struct kho_text text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c = kho_utf8_next(text, &at);
        if (c >= 0x100 && kho_utf8_is_letter(c))
            return true;
    }
    return false;
}

/* The character as it should be; 0 = none. In TCVN3 the soft hyphen's byte is a letter. */
static uint32_t mended(uint32_t c, bool soft_hyphen_goes, unsigned *found)
{
    if (c == 0xD0 || c == 0xF0) {
        *found |= ETH;
        return c == 0xD0 ? 0x110 : 0x111;
    }
    if (c >= 0xFF10 && c <= 0xFF19) {
        *found |= WIDE;
        return c - 0xFF10 + '0';
    }
    if (is_invisible(c) || (c == 0xAD && soft_hyphen_goes)) {
        *found |= INVISIBLE;
        return 0;
    }
    return c;
}

/* Writes the text with its characters and spaces in order; at most twice as long as the input. */
static struct kho_text rewrite(struct kho_arena *arena, struct kho_text input, unsigned *found)
{
    bool soft_hyphen_goes =
        memmem(input.ptr, input.len, "\xC2\xAD", 2) != NULL && is_surely_unicode(input);
    size_t size = input.len + 1;
    char *bytes = kho_arena_bytes(arena, size);
    size_t len = 0;
    size_t gap = 0; /* white space characters since the last other one */
    bool odd = false;
    for (size_t at = 0; at < input.len;) {
        uint32_t c = mended(kho_utf8_next(input, &at), soft_hyphen_goes, found);
        if (c == 0)
            continue;
        if (kho_utf8_is_space(c)) {
            odd |= c != ' ' || gap > 0 || len == 0;
            gap++;
            continue;
        }
        if (gap > 0 && len > 0)
            bytes[len++] = ' ';
        gap = 0;
        len += letter_put(c, bytes + len);
    }
    if (odd || gap > 0)
        *found |= SPACES;
    kho_arena_shrink(arena, bytes, size, len);
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
            len += letter_put(held, bytes + len);
        held = whole != 0 ? whole : c;
    }
    len += letter_put(held, bytes + len);
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

/* A soft hyphen that stays is a letter of TCVN3 or debris: nobody can tell from one text. */
static const char *warning_of(struct kho_text text)
{
    return memmem(text.ptr, text.len, "\xC2\xAD", 2) != NULL
               ? "a soft hyphen: perhaps a letter of TCVN3"
               : NULL;
}

struct cleaned clean_slowly(struct kho_arena *arena, struct kho_text input)
{
    size_t valid = kho_utf8_check(input);
    unsigned found = 0;
    if (valid != input.len)
        return (struct cleaned){.fault = utf8_fault(arena, valid)};
    if (memchr(input.ptr, '\0', input.len) != NULL)
        return (struct cleaned){.fault = FAULT_NUL};
    struct kho_text text = input;
    if (undo_twice(arena, input, &text))
        found |= TWICE;
    else
        text = input;
    text = rewrite(arena, text, &found);
    struct kho_text composed = place_late_marks(arena, kho_utf8_nfc(arena, text));
    if (!kho_text_eq(composed, text))
        found |= COMPOSED;
    return (struct cleaned){
        .text = composed,
        .repair = composed.len > 0 ? repair_named(found) : NULL,
        .warning = warning_of(composed),
    };
}

struct cleaned clean_noting(struct kho_arena *arena, struct kho_text input)
{
    if (KHO_LIKELY(is_clean(input)))
        return (struct cleaned){.text = input};
    return clean_slowly(arena, input);
}

const char *clean_text(struct kho_arena *arena, struct kho_text input, struct kho_text *out)
{
    struct cleaned cleaned = clean_noting(arena, input);
    *out = cleaned.text;
    return cleaned.fault;
}
