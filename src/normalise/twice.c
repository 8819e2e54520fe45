/*
 * UTF-8 that was read as Windows-1252 and written as UTF-8 again (`Nguyá»…n`). The way back is
 * strict: each character must stand for one byte, and the bytes must be UTF-8.
 */
#include <kho/core/charset.h>
#include <kho/core/utf8.h>

#include "clean.h"

bool undo_twice(struct kho_arena *arena, struct kho_text text, struct kho_text *out)
{
    if (kho_utf8_is_ascii(text))
        return false;
    char *bytes = kho_arena_bytes(arena, text.len);
    size_t len = 0;
    for (size_t at = 0; at < text.len; len++) {
        if (!kho_charset_byte_1252(kho_utf8_next(text, &at), &bytes[len]))
            return false;
    }
    *out = (struct kho_text){bytes, len};
    return kho_utf8_check(*out) == len && !kho_utf8_is_ascii(*out);
}
