/* Folds the newer place of tone marks to the older one, for comparing. */
#include "tone.h"

#include <kho/core/utf8.h>

/* The second vowel with its tone, the one before it, and the one before it with the tone. */
static const struct {
    uint32_t toned, before, plain, moved;
} moves[] = {
    {0xE0, 'o', 'a', 0xF2},     {0x1EA3, 'o', 'a', 0x1ECF}, {0xE3, 'o', 'a', 0xF5},
    {0xE1, 'o', 'a', 0xF3},     {0x1EA1, 'o', 'a', 0x1ECD}, {0xE8, 'o', 'e', 0xF2},
    {0x1EBB, 'o', 'e', 0x1ECF}, {0x1EBD, 'o', 'e', 0xF5},   {0xE9, 'o', 'e', 0xF3},
    {0x1EB9, 'o', 'e', 0x1ECD}, {0x1EF3, 'u', 'y', 0xF9},   {0x1EF7, 'u', 'y', 0x1EE7},
    {0x1EF9, 'u', 'y', 0x169},  {0xFD, 'u', 'y', 0xFA},     {0x1EF5, 'u', 'y', 0x1EE5},
};

static bool find_move(uint32_t before, uint32_t toned, size_t *found)
{
    for (size_t i = 0; i < KHO_COUNT(moves); i++) {
        if (moves[i].toned == toned && moves[i].before == before) {
            *found = i;
            return true;
        }
    }
    return false;
}

struct kho_text kho_tone_old_style(struct kho_arena *arena, struct kho_text text)
{
    char *out = kho_arena_bytes(arena, text.len * 2 + 4);
    size_t len = 0, last_len = 0, found = 0;
    uint32_t before = 0, last = 0; /* the two characters before this one */
    bool moved = false;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = kho_utf8_next(text, &at);
        size_t peek = at;
        bool ends = at == text.len || !kho_utf8_is_letter(kho_utf8_next(text, &peek));
        if (ends && before != 'q' && find_move(last, c, &found)) {
            len -= last_len;
            len += kho_utf8_put(moves[found].moved, out + len);
            c = moves[found].plain;
            moved = true;
        }
        last_len = kho_utf8_put(c, out + len);
        len += last_len;
        before = last;
        last = c;
    }
    return moved ? (struct kho_text){out, len} : text;
}
