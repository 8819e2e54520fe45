/*
 * Names of one person. A name that is written as names are is left alone after one pass; the rest
 * is repaired where only one reading is possible, and refused where a clerk has to look: a lost
 * encoding, two people, an organisation, a ditto mark.
 */
#include "person_name.h"

#include <kho/core/utf8.h>

#include "clean.h"
#include "letters.h"

#define NO_LETTER "character that is no letter"
#define TWO_PERSONS "two persons"

/* What one pass finds in a text. */
enum {
    UPPER = 1,
    LOWER = 2,
    ETH = 4,  /* Ð or ð, typed for Đ or đ */
    SLOW = 8, /* something that the fast pass does not judge */
    HYPHEN = 16,
};

/* Of ASCII characters in names; what is not listed is SLOW. Space is judged by the loop. */
static const unsigned char ascii_flags[128] = {
#define U UPPER
#define L LOWER
    ['A'] = U,
    ['B'] = U,
    ['C'] = U,
    ['D'] = U,
    ['E'] = U,
    ['F'] = U,
    ['G'] = U,
    ['H'] = U,
    ['I'] = U,
    ['J'] = U,
    ['K'] = U,
    ['L'] = U,
    ['M'] = U,
    ['N'] = U,
    ['O'] = U,
    ['P'] = U,
    ['Q'] = U,
    ['R'] = U,
    ['S'] = U,
    ['T'] = U,
    ['U'] = U,
    ['V'] = U,
    ['W'] = U,
    ['X'] = U,
    ['Y'] = U,
    ['Z'] = U,
    ['a'] = L,
    ['b'] = L,
    ['c'] = L,
    ['d'] = L,
    ['e'] = L,
    ['f'] = L,
    ['g'] = L,
    ['h'] = L,
    ['i'] = L,
    ['j'] = L,
    ['k'] = L,
    ['l'] = L,
    ['m'] = L,
    ['n'] = L,
    ['o'] = L,
    ['p'] = L,
    ['q'] = L,
    ['r'] = L,
    ['s'] = L,
    ['t'] = L,
    ['u'] = L,
    ['v'] = L,
    ['w'] = L,
    ['x'] = L,
    ['y'] = L,
    ['z'] = L,
#undef U
#undef L
    /* The marks of names have no flag of their own: a bit beyond the others says "known". */
    ['\''] = 128,
    ['.'] = 128,
    ['-'] = HYPHEN | 128,
};

static unsigned latin_flags(uint32_t c)
{
    if (c == 0xD0 || c == 0xF0)
        return ETH;
    switch (latin_class(c)) {
    case 'U':
        return UPPER;
    case 'l':
        return LOWER;
    default:
        return SLOW;
    }
}

static unsigned scan(struct kho_text text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    const unsigned char *end = p + text.len;
    unsigned flags = 0;
    bool after_space = true;
    while (p < end) {
        uint32_t c;
        if (*p == ' ') {
            if (after_space)
                return SLOW;
            after_space = true;
            p++;
            continue;
        }
        after_space = false;
        if (*p < 0x80) {
            unsigned known = ascii_flags[*p++];
            flags |= known != 0 ? known : SLOW;
        } else {
            size_t len = latin_at(p, (size_t)(end - p), &c);
            if (len == 0)
                return SLOW;
            flags |= latin_flags(c);
            p += len;
        }
        if ((flags & SLOW) != 0)
            return SLOW;
    }
    return after_space ? SLOW : flags;
}

/* Marks of UTF-8 that was read as Windows-1252 and written as UTF-8 again: the second bytes of
 * Vietnamese letters, which no name has behind these letters. */
static bool is_twice_encoded(struct kho_text text)
{
    static const char *const marks[] = {
        "\xC3\x83\xC2", "\xC3\x84\xC2",     "\xC3\x84\xC6\x92", "\xC3\x84\xE2\x80",
        "\xC3\x86\xC2", "\xC3\xA1\xC2\xBA", "\xC3\xA1\xC2\xBB",
    };
    for (size_t i = 0; i < KHO_COUNT(marks); i++) {
        if (memmem(text.ptr, text.len, marks[i], strlen(marks[i])) != NULL)
            return true;
    }
    return false;
}

static uint32_t repaired(uint32_t c)
{
    switch (c) {
    case 0xD0:
        return 0x110;
    case 0xF0:
        return 0x111;
    case 0x2019: /* typographic apostrophes and hyphens */
    case 0x2BC:
        return '\'';
    case 0x2010:
    case 0x2011:
    case 0x2013:
        return '-';
    default:
        return c;
    }
}

static bool belongs_in_name(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || ascii_flags[c] != 0;
    /* The ordinal indicators count as letters in Unicode; in a name they are debris. */
    return c != 0xAA && c != 0xBA && kho_utf8_is_letter(c);
}

/* Writes the name with eth and typographic marks repaired, and, if `title`, each syllable
 * capitalised. False if there is a character that no name has. */
static bool rewrite(struct kho_arena *arena, struct kho_text text, bool title, struct kho_text *out)
{
    char *bytes = kho_arena_bytes(arena, text.len * 2 + 4);
    size_t len = 0;
    bool first = true;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = repaired(kho_utf8_next(text, &at));
        if (!belongs_in_name(c))
            return false;
        bool mark = c < 0x80 && (c == ' ' || (ascii_flags[c] & 128) != 0);
        if (title && !mark)
            c = first ? letter_upper(c) : letter_lower(c);
        first = mark;
        len += kho_utf8_put(c, bytes + len);
    }
    kho_arena_shrink(arena, bytes, text.len * 2 + 4, len);
    *out = (struct kho_text){bytes, len};
    return true;
}

/* The cases that occur, whatever the script. */
static unsigned cases_of(struct kho_text text)
{
    unsigned flags = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = kho_utf8_next(text, &at);
        if (!kho_utf8_is_letter(c))
            continue;
        if (letter_lower(c) != c)
            flags |= UPPER;
        else if (letter_upper(c) != c)
            flags |= LOWER;
        else
            flags |= SLOW; /* a letter without case */
    }
    return flags;
}

static struct parsed two_persons_or(struct kho_text text, const char *reason)
{
    if (memmem(text.ptr, text.len, " - ", 3) != NULL)
        return parsed_reject(TWO_PERSONS);
    return reason != NULL ? parsed_reject(reason) : parsed_text(text.ptr, text.len);
}

/* Judges a cleaned text that the fast pass did not settle. */
static struct parsed judge(const struct parse *parse, struct kho_text text)
{
    unsigned cases = cases_of(text);
    if (cases == 0)
        return parsed_reject("no letter in it");
    bool title = cases == UPPER || cases == LOWER;
    struct kho_text out;
    if (!rewrite(parse->arena, text, title, &out))
        return two_persons_or(text, NO_LETTER);
    if (kho_text_eq(out, text))
        out = text;
    return two_persons_or(out, NULL);
}

static struct parsed read_name(const struct parse *parse, struct kho_text input)
{
    struct kho_text text = input;
    struct kho_text trimmed = kho_text_trim(input);
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (name_is_ditto(text))
        return parsed_reject("ditto mark");
    if (is_twice_encoded(trimmed))
        return parsed_reject("UTF-8 that was encoded twice");
    if (memchr(trimmed.ptr, '\n', trimmed.len) != NULL)
        return parsed_reject("line break: two persons");
    if (name_is_organisation(text))
        return parsed_reject("an organisation, not a person");
    struct kho_text rest = name_without_title(text);
    struct parsed parsed = judge(parse, rest);
    if (rest.len != text.len && parsed.outcome == KHO_VALUE_OK)
        parsed.reason = "form of address dropped";
    return parsed;
}

struct parsed parse_person_name(const struct parse *parse, struct kho_text input)
{
    unsigned flags = scan(input);
    if ((flags & (UPPER | LOWER | ETH | SLOW | HYPHEN)) == (UPPER | LOWER) &&
        !name_may_be_special(input))
        return parsed_text(input.ptr, input.len);
    return read_name(parse, input);
}
