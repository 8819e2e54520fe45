/*
 * UTF-8 that was read as Windows-1252 and written as UTF-8 again (`Nguyá»…n`). The way back is
 * strict: each character must stand for one byte, and the bytes must be UTF-8.
 */
#include <kho/core/utf8.h>

#include "clean.h"

/* The characters of 0x80 to 0x9F; 0 = the byte has none, and readers left it as it was. */
static const uint16_t high_characters[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool byte_of(uint32_t c, char *byte)
{
    *byte = (char)c;
    if (c < 0x100)
        return true;
    for (size_t i = 0; i < KHO_COUNT(high_characters); i++) {
        if (high_characters[i] == c) {
            *byte = (char)(0x80 + i);
            return true;
        }
    }
    return false;
}

bool undo_twice(struct kho_arena *arena, struct kho_text text, struct kho_text *out)
{
    if (kho_utf8_is_ascii(text))
        return false;
    char *bytes = kho_arena_bytes(arena, text.len);
    size_t len = 0;
    for (size_t at = 0; at < text.len; len++) {
        if (!byte_of(kho_utf8_next(text, &at), &bytes[len]))
            return false;
    }
    *out = (struct kho_text){bytes, len};
    return kho_utf8_check(*out) == len && !kho_utf8_is_ascii(*out);
}
