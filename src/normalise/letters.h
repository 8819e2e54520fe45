/*
 * The letters of Latin scripts by class, for the loops that look at each letter of each name: the
 * blocks in which all of Vietnamese stands. A test compares them with Unicode's own tables.
 */
#ifndef KHO_SRC_NORMALISE_LETTERS_H
#define KHO_SRC_NORMALISE_LETTERS_H

#include <kho/core/utf8.h>

#define LATIN_FIRST 0xC0
#define LATIN_END 0x250
#define LATIN_MORE_FIRST 0x1E00
#define LATIN_MORE_END 0x1F00

/* One character a code point: U upper, l lower, o other letter, x no letter. */
extern const char latin_classes[LATIN_END - LATIN_FIRST + 1];
extern const char latin_more_classes[LATIN_MORE_END - LATIN_MORE_FIRST + 1];

/* Reads a letter of these blocks at `p` (at least 3 readable bytes, or fewer if `left` says so):
 * its length in bytes and its code point; 0 if what stands there is anything else. All of them are
 * their own NFC. */
static inline size_t latin_at(const unsigned char *p, size_t left, uint32_t *code_point)
{
    if (p[0] >= 0xC3 && p[0] <= 0xC9 && left >= 2 && (p[1] & 0xC0) == 0x80 &&
        (p[0] < 0xC9 || p[1] < 0x90)) {
        *code_point = (uint32_t)((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
        return 2;
    }
    if (p[0] == 0xE1 && left >= 3 && p[1] >= 0xB8 && p[1] <= 0xBB && (p[2] & 0xC0) == 0x80) {
        *code_point = (uint32_t)(0x1000 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
        return 3;
    }
    return 0;
}

/* The class of a code point that latin_at() read. */
static inline char latin_class(uint32_t c)
{
    return c < LATIN_END ? latin_classes[c - LATIN_FIRST]
                         : latin_more_classes[c - LATIN_MORE_FIRST];
}

/* As kho_utf8_put(), without a call for what Vietnamese is written with. */
static inline size_t letter_put(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c >= 0x10000)
        return kho_utf8_put(c, out);
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
}

/* `count` characters of valid UTF-8, from the one at `from` (1 = the first) on. */
struct kho_text letters_between(struct kho_text text, int64_t from, int64_t count);

/* Case mapping that asks Unicode's tables only beyond Vietnamese. */
uint32_t letter_lower(uint32_t code_point);
uint32_t letter_upper(uint32_t code_point);

#endif
