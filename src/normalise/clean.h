/* Texts as they should have been written: UTF-8, NFC, words one space apart. */
#ifndef KHO_SRC_NORMALISE_CLEAN_H
#define KHO_SRC_NORMALISE_CLEAN_H

#include <kho/core/arena.h>

#define FAULT_NUL "contains a NUL character"

struct cleaned {
    struct kho_text text; /* may be a slice of the input; of a blank text it is empty */
    const char *fault;    /* why the text cannot be read; NULL = it can */
    const char *repair;   /* what was mended beyond white space at the ends; NULL = nothing */
    const char *warning;  /* what somebody should look at */
};

/* Cleans a text: UTF-8 that was encoded twice is undone if that leaves nothing over, letters are
 * composed (NFC; tone marks typed before the vowel's mark too), eth is đ, full-width digits are
 * digits, every white space run is one space and none is outside, invisible characters go. */
struct cleaned clean_noting(struct kho_arena *arena, struct kho_text input);

/* As clean_noting(), for parsers that have nothing to say of repairs: returns the fault, or NULL.
 */
const char *clean_text(struct kho_arena *arena, struct kho_text input, struct kho_text *out);

/* As clean_noting(), for an input that its fast path did not take. */
struct cleaned clean_slowly(struct kho_arena *arena, struct kho_text input);

/* Whether a letter stands in such texts only where an encoding was mistaken, or eth was typed for
 * đ: the fast loops leave texts with such letters to clean_noting(). */
static inline bool is_suspect_letter(uint32_t c)
{
    return c == 0xD0 || c == 0xF0 || (c >= 0x150 && c < 0x1A0 && (c | 1) != 0x169);
}

/* twice.c: undoes UTF-8 that was read as Windows-1252 and encoded again. False unless every
 * character has its byte and the bytes are UTF-8 that is not ASCII. */
bool undo_twice(struct kho_arena *arena, struct kho_text text, struct kho_text *out);

#endif
