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
#define IN_CAPITALS "written in capitals"

/* What one pass finds in a text. */
enum {
    UPPER = 1,
    LOWER = 2,
    SLOW = 8, /* something that the fast pass does not judge */
    HYPHEN = 16,
    SMALL_START = 32, /* a word that begins in lower case */
    MARK = 64,        /* an apostrophe, point or hyphen */
};

/* Of ASCII characters in names; what is not listed is SLOW. Space is judged by the loop. */
static const unsigned char ascii_flags[128] = {
#define U UPPER
#define L LOWER
    ['A'] = U,     ['B'] = U,    ['C'] = U,
    ['D'] = U,     ['E'] = U,    ['F'] = U,
    ['G'] = U,     ['H'] = U,    ['I'] = U,
    ['J'] = U,     ['K'] = U,    ['L'] = U,
    ['M'] = U,     ['N'] = U,    ['O'] = U,
    ['P'] = U,     ['Q'] = U,    ['R'] = U,
    ['S'] = U,     ['T'] = U,    ['U'] = U,
    ['V'] = U,     ['W'] = U,    ['X'] = U,
    ['Y'] = U,     ['Z'] = U,    ['a'] = L,
    ['b'] = L,     ['c'] = L,    ['d'] = L,
    ['e'] = L,     ['f'] = L,    ['g'] = L,
    ['h'] = L,     ['i'] = L,    ['j'] = L,
    ['k'] = L,     ['l'] = L,    ['m'] = L,
    ['n'] = L,     ['o'] = L,    ['p'] = L,
    ['q'] = L,     ['r'] = L,    ['s'] = L,
    ['t'] = L,     ['u'] = L,    ['v'] = L,
    ['w'] = L,     ['x'] = L,    ['y'] = L,
    ['z'] = L,
#undef U
#undef L
    ['\''] = MARK, ['.'] = MARK, ['-'] = HYPHEN | MARK,
};

static unsigned latin_flags(uint32_t c)
{
    if (is_suspect_letter(c))
        return SLOW;
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
        unsigned found = SLOW;
        size_t len = 1;
        if (*p < 0x80)
            found = ascii_flags[*p] != 0 ? ascii_flags[*p] : SLOW;
        else if ((len = latin_at(p, (size_t)(end - p), &c)) != 0)
            found = latin_flags(c);
        flags |= found;
        if (after_space && (found & LOWER) != 0)
            flags |= SMALL_START;
        after_space = false;
        p += len;
        if ((flags & SLOW) != 0)
            return SLOW;
    }
    return after_space ? SLOW : flags;
}

static uint32_t repaired(uint32_t c)
{
    switch (c) {
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

static bool is_letter(uint32_t c)
{
    if (c < 0x80)
        return (ascii_flags[c] & (UPPER | LOWER)) != 0;
    if ((c >= LATIN_FIRST && c < LATIN_END) || (c >= LATIN_MORE_FIRST && c < LATIN_MORE_END))
        return latin_class(c) != 'x';
    return kho_utf8_is_letter(c);
}

static bool belongs_in_name(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || c == '?' || ascii_flags[c] != 0;
    /* The ordinal indicators count as letters in Unicode; in a name they are debris. */
    return c != 0xAA && c != 0xBA && is_letter(c);
}

/* Writes the name with typographic marks repaired, and, if `title`, each syllable
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
        bool mark = c < 0x80 && (c == ' ' || (ascii_flags[c] & MARK) != 0);
        if (title && !mark)
            c = first ? letter_upper(c) : letter_lower(c);
        first = mark;
        len += letter_put(c, bytes + len);
    }
    kho_arena_shrink(arena, bytes, text.len * 2 + 4, len);
    *out = (struct kho_text){bytes, len};
    return true;
}

static unsigned case_of(uint32_t c)
{
    if (c < 0x80)
        return ascii_flags[c] & (UPPER | LOWER);
    if (!is_letter(c))
        return 0;
    if (letter_lower(c) != c)
        return UPPER;
    return letter_upper(c) != c ? LOWER : SLOW; /* SLOW: a letter without case */
}

/* The cases that occur, whatever the script. */
static unsigned cases_of(struct kho_text text)
{
    unsigned flags = 0;
    for (size_t at = 0; at < text.len;)
        flags |= case_of(kho_utf8_next(text, &at));
    return flags;
}

/* Finds ` - ` or ` và ` between two names. */
static bool has_two_persons(struct kho_text text)
{
    struct kho_text rest = text;
    (void)kho_text_cut(&rest, ' ');
    while (rest.ptr != NULL) {
        struct kho_text word = kho_text_cut(&rest, ' ');
        if (rest.ptr != NULL && (kho_text_eq_cstr(word, "-") || kho_text_eq_cstr(word, "và")))
            return true;
    }
    return false;
}

/* Judges a cleaned text that the fast pass did not settle. */
static struct parsed judge(const struct parse *parse, struct kho_text text)
{
    unsigned cases = cases_of(text);
    if (cases == 0)
        return parsed_reject("no letter in it");
    bool title = cases == UPPER || cases == LOWER;
    bool lost = has_lost_letter(text);
    struct kho_text out;
    if (has_two_persons(text))
        return parsed_reject(TWO_PERSONS);
    if (!rewrite(parse->arena, text, title, &out) ||
        (!lost && memchr(text.ptr, '?', text.len) != NULL))
        return parsed_reject(NO_LETTER);
    struct parsed parsed = parsed_text(out.ptr, out.len);
    if (lost)
        parsed.reason = LOST_LETTER;
    if (kho_text_eq(out, text))
        parsed.text = text;
    else
        parsed.repair = !title           ? "typographic marks"
                        : cases == UPPER ? IN_CAPITALS
                                         : "written in small letters";
    return parsed;
}

/* What the text says beside the name is dropped: a form of address, a note of death. */
static struct parsed read_one(const struct parse *parse, struct kho_text text)
{
    struct kho_text rest = name_without_title(text);
    if (name_without_title(rest).len != rest.len) /* Ông bà ... */
        return parsed_reject(TWO_PERSONS);
    struct kho_text living = name_without_death(rest);
    struct parsed parsed = judge(parse, living);
    if (parsed.outcome != KHO_VALUE_OK)
        return parsed;
    if (rest.len != text.len)
        parsed.repair = "form of address dropped";
    if (living.len != rest.len) {
        parsed.repair = "note of death dropped";
        parsed.reason = "noted as dead";
    }
    return parsed;
}

static struct parsed read_name(const struct parse *parse, struct kho_text input)
{
    struct kho_text trimmed = kho_text_trim(input);
    struct cleaned cleaned = clean_noting(parse->arena, input);
    struct kho_text text = cleaned.text;
    if (cleaned.fault != NULL)
        return parsed_reject(cleaned.fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (name_is_ditto(text))
        return parsed_reject("ditto mark");
    if (memchr(trimmed.ptr, '\n', trimmed.len) != NULL)
        return parsed_reject("line break: two persons");
    if (name_is_organisation(text))
        return parsed_reject("an organisation, not a person");
    struct parsed parsed = read_one(parse, text);
    if (parsed.outcome == KHO_VALUE_OK && parsed.repair == NULL)
        parsed.repair = cleaned.repair;
    return parsed;
}

/* Capitalises a name that scan() found to be Latin capitals, marks and single spaces. */
static struct parsed title_capitals(struct kho_arena *arena, struct kho_text text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    const unsigned char *end = p + text.len;
    char *bytes = kho_arena_bytes(arena, text.len * 2 + 4);
    size_t len = 0;
    bool first = true;
    while (p < end) {
        uint32_t c = 0;
        if (*p < 0x80) {
            bool letter = *p >= 'A';
            bytes[len++] = (char)(letter && !first ? *p | 32 : *p);
            first = !letter;
            p++;
            continue;
        }
        p += latin_at(p, (size_t)(end - p), &c);
        len += letter_put(first ? c : letter_lower(c), bytes + len);
        first = false;
    }
    kho_arena_shrink(arena, bytes, text.len * 2 + 4, len);
    return parsed_repaired(bytes, len, IN_CAPITALS);
}

struct parsed parse_person_name(const struct parse *parse, struct kho_text input)
{
    unsigned flags = scan(input) & ~(unsigned)MARK;
    if (flags == (UPPER | LOWER) && !name_may_be_special(input))
        return parsed_text(input.ptr, input.len);
    if (flags == UPPER && !name_may_be_special(input))
        return title_capitals(parse->arena, input);
    return read_name(parse, input);
}
