/* UTF-8 checked by hand for speed; what needs Unicode's tables asks utf8proc. */
#include <kho/core/utf8.h>

#include <utf8proc.h>

/* Returns the length of the sequence at `p` (1..4), or 0 if it is not valid UTF-8. */
static size_t sequence(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4)
        return 0;
    size_t len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (left < len)
        return 0;
    unsigned char low = 0x80, high = 0xBF;
    if (c == 0xE0)
        low = 0xA0; /* overlong */
    else if (c == 0xED)
        high = 0x9F; /* surrogates */
    else if (c == 0xF0)
        low = 0x90; /* overlong */
    else if (c == 0xF4)
        high = 0x8F; /* over U+10FFFF */
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

static size_t ascii_prefix(const char *p, size_t len)
{
    size_t at = 0;
    uint64_t word;
    for (; at + sizeof(word) <= len; at += sizeof(word)) {
        memcpy(&word, p + at, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (at < len && (unsigned char)p[at] < 0x80)
        at++;
    return at;
}

size_t kho_utf8_check(struct kho_text text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t at = 0;
    while (at < text.len) {
        if (bytes[at] < 0x80) {
            at += ascii_prefix(text.ptr + at, text.len - at);
            continue;
        }
        size_t len = sequence(bytes + at, text.len - at);
        if (len == 0)
            return at;
        at += len;
    }
    return at;
}

bool kho_utf8_is_ascii(struct kho_text text)
{
    return ascii_prefix(text.ptr, text.len) == text.len;
}

uint32_t kho_utf8_next(struct kho_text text, size_t *at)
{
    if (*at >= text.len)
        return 0;
    const unsigned char *p = (const unsigned char *)text.ptr + *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *at += 2;
        return (uint32_t)((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
    }
    if (p[0] < 0xF0) {
        *at += 3;
        return (uint32_t)((p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
    }
    *at += 4;
    return (uint32_t)((p[0] & 0x07) << 18 | (p[1] & 0x3F) << 12 | (p[2] & 0x3F) << 6 |
                      (p[3] & 0x3F));
}

size_t kho_utf8_put(uint32_t code_point, char out[4])
{
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)out);
}

size_t kho_utf8_length(struct kho_text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return count;
}

/* Precomposed letters below U+0300 are their own NFC, so only texts with something beyond (or
 * Vietnamese's U+1E00..U+1EFF, which are too) ask utf8proc. */
static bool is_surely_nfc(struct kho_text text)
{
    size_t at = ascii_prefix(text.ptr, text.len);
    while (at < text.len) {
        uint32_t c = kho_utf8_next(text, &at);
        if (c >= 0x300 && (c < 0x1E00 || c > 0x1EFF))
            return false;
    }
    return true;
}

struct kho_text kho_utf8_nfc(struct kho_arena *arena, struct kho_text text)
{
    if (is_surely_nfc(text))
        return text;
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &made,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (len < 0)
        kho_out_of_memory(text.len);
    struct kho_text result = {(const char *)made, (size_t)len};
    result = kho_text_eq(result, text) ? text : kho_arena_text(arena, result);
    free(made);
    return result;
}

uint32_t kho_utf8_lower(uint32_t code_point)
{
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

uint32_t kho_utf8_upper(uint32_t code_point)
{
    return (uint32_t)utf8proc_toupper((utf8proc_int32_t)code_point);
}

bool kho_utf8_is_letter(uint32_t code_point)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool kho_utf8_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static bool is_word(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           category == UTF8PROC_CATEGORY_ND;
}

struct kho_text kho_utf8_fold(struct kho_arena *arena, struct kho_text text)
{
    /* A code point decomposes to at most 18 (UAX #15); only its marks multiply, and they are
     * dropped, so four bytes a code point are enough. */
    char *out = kho_arena_bytes(arena, text.len * 4 + 4);
    size_t used = 0, at = 0;
    bool gap = false;
    while (at < text.len) {
        uint32_t c = kho_utf8_lower(kho_utf8_next(text, &at));
        if (c == 0x111 || c == 0xF0)
            c = 'd';
        utf8proc_int32_t parts[32];
        utf8proc_ssize_t n =
            utf8proc_decompose_char((utf8proc_int32_t)c, parts, 32, UTF8PROC_DECOMPOSE, NULL);
        if (n < 1 || utf8proc_category(parts[0]) == UTF8PROC_CATEGORY_MN)
            continue;
        if (!is_word(parts[0])) {
            gap = used != 0;
            continue;
        }
        if (gap)
            out[used++] = ' ';
        gap = false;
        used += kho_utf8_put((uint32_t)parts[0], out + used);
    }
    return (struct kho_text){out, used};
}
