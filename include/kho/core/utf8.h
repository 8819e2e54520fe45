/*
 * UTF-8 (RFC 3629) and Unicode normalisation form C (UAX #15, by utf8proc). No function here looks
 * at the process's locale.
 */
#ifndef KHO_CORE_UTF8_H
#define KHO_CORE_UTF8_H

#include <kho/core/arena.h>
#include <kho/core/text.h>

/* Returns the offset of the first byte that is not valid UTF-8, or `text.len`. Overlong forms,
 * surrogates and code points over U+10FFFF are invalid. A NUL byte is valid UTF-8. */
size_t kho_utf8_check(struct kho_text text);

/* Returns whether all bytes are below 0x80. */
bool kho_utf8_is_ascii(struct kho_text text);

/* Reads one code point of valid UTF-8 and moves `*at` behind it; 0 at the end (`*at == text.len`).
 */
uint32_t kho_utf8_next(struct kho_text text, size_t *at);
/* Writes a code point as 1 to 4 bytes and returns how many. */
size_t kho_utf8_put(uint32_t code_point, char out[4]);

/* Returns the code points in valid UTF-8. */
size_t kho_utf8_length(struct kho_text text);

/* Returns the text in NFC: the same slice if it already is (no copy), else a copy in the arena.
 * `text` must be valid UTF-8. */
struct kho_text kho_utf8_nfc(struct kho_arena *arena, struct kho_text text);

/* Simple (one to one) case mapping and letter test of one code point. */
uint32_t kho_utf8_lower(uint32_t code_point);
uint32_t kho_utf8_upper(uint32_t code_point);
bool kho_utf8_is_letter(uint32_t code_point);
bool kho_utf8_is_space(uint32_t code_point); /* Unicode white space, no-break spaces included */

/* Returns lower case without diacritics (đ is d, ð is d), runs of anything that is no letter or
 * digit as one space, none at the ends: a key to search and match by, never shown. In the arena. */
struct kho_text kho_utf8_fold(struct kho_arena *arena, struct kho_text text);

#endif
