/* Texts as they should have been written: UTF-8, NFC, words one space apart. */
#ifndef KHO_SRC_NORMALISE_CLEAN_H
#define KHO_SRC_NORMALISE_CLEAN_H

#include <kho/core/arena.h>

#define FAULT_NUL "contains a NUL character"

/* Cleans a text: NFC (tone marks typed before the vowel's mark too), every white space run as one
 * space and none outside, zero-width characters dropped. `*out` may be a slice of the input; of a
 * blank text it is empty. Returns NULL, or why the text cannot be read. */
const char *clean_text(struct kho_arena *arena, struct kho_text input, struct kho_text *out);

/* As clean_text(), for an input that its fast path did not take. */
const char *clean_text_slowly(struct kho_arena *arena, struct kho_text input, struct kho_text *out);

#endif
