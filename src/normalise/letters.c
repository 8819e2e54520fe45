/* The classes and the case of Latin letters; see letters.h. */
#include "letters.h"

const char latin_classes[] = "UUUUUUUUUUUUUUUUUUUUUUUxUUUUUUUllllllllllllllllllllllllxllllllll"
                             "UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUllUlUlUlU"
                             "lUlUlUlUllUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUUlUlUll"
                             "lUUlUlUUlUUUllUUUUlUUlUUUlllUUlUUlUlUlUUlUllUlUUlUUUlUlUUlloUlll"
                             "ooooUolUolUolUlUlUlUlUlUlUlUllUlUlUlUlUlUlUlUlUllUolUlUUUlUlUlUl"
                             "UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlllllllUUlUUl"
                             "lUlUUUUlUlUlUlUl";

const char latin_more_classes[] =
    "UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl"
    "UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl"
    "UlUlUlUlUlUlUlUlUlUlUlllllllllUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl"
    "UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl";

/* In these ranges an upper-case letter has an even number and its lower case follows it. */
static bool is_paired(uint32_t c)
{
    return (c >= 0x1EA0 && c < 0x1F00) || (c >= 0x100 && c < 0x130) || c == 0x1A0 || c == 0x1A1;
}

uint32_t letter_lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (is_paired(c))
        return c | 1;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7)
        return c + 32;
    if (c == 0x1AF)
        return 0x1B0;
    return kho_utf8_lower(c);
}

uint32_t letter_upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    if (is_paired(c))
        return c & ~(uint32_t)1;
    if (c >= 0xE0 && c <= 0xFE && c != 0xF7)
        return c - 32;
    if (c == 0x1B0)
        return 0x1AF;
    return kho_utf8_upper(c);
}

struct kho_text letters_between(struct kho_text text, int64_t from, int64_t count)
{
    size_t start = 0;
    for (int64_t i = 1; i < from && start < text.len; i++)
        kho_utf8_next(text, &start);
    size_t end = start;
    for (int64_t i = 0; i < count && end < text.len; i++)
        kho_utf8_next(text, &end);
    return (struct kho_text){text.ptr + start, end - start};
}
