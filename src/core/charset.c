/*
 * Decoding: by iconv where glibc knows the encoding, else by tables. Each text is decoded on its
 * own, and iconv is flushed behind it: its CP1258 keeps a last letter back until it has seen that
 * no tone follows.
 */
#include <kho/core/charset.h>

#include <errno.h>
#include <iconv.h>
#include <kho/core/utf8.h>

#include "charset_tables.h"

struct kho_charset {
    const char *name;
    bool (*decode)(const struct kho_charset *charset, struct kho_arena *arena,
                   struct kho_text bytes, struct kho_text *text);
    iconv_t iconv;
    bool wide; /* ASCII is not one byte a character */
    bool via;  /* the texts are UTF-8 whose characters stand for bytes */
};

static const uint16_t high_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

bool kho_charset_byte_1252(uint32_t code_point, char *byte)
{
    *byte = (char)code_point;
    if (code_point < 0x100)
        return true;
    for (size_t i = 0; i < KHO_COUNT(high_1252); i++) {
        if (high_1252[i] == code_point) {
            *byte = (char)(0x80 + i);
            return true;
        }
    }
    return false;
}

/* Punctuation of the fonts stands where Windows-1252 has it. */
static uint32_t high_of(const uint16_t table[96], unsigned char byte)
{
    return byte < 0xA0 ? high_1252[byte - 0x80] : table[byte - 0xA0];
}

static uint32_t same(uint32_t code_point)
{
    return code_point;
}

static bool decode_bytes(struct kho_arena *arena, struct kho_text bytes,
                         uint32_t (*capitals)(uint32_t), struct kho_text *text)
{
    char *out = kho_arena_bytes(arena, bytes.len * 3);
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];
        uint32_t c = byte < 0x80 ? byte : high_of(kho_tcvn3_high, byte);
        if (c == 0 && byte != 0)
            return false;
        len += kho_utf8_put(capitals(c), out + len);
    }
    *text = (struct kho_text){out, len};
    return true;
}

static bool decode_tcvn3(const struct kho_charset *charset, struct kho_arena *arena,
                         struct kho_text bytes, struct kho_text *text)
{
    (void)charset;
    return decode_bytes(arena, bytes, same, text);
}

static bool decode_tcvn3_capitals(const struct kho_charset *charset, struct kho_arena *arena,
                                  struct kho_text bytes, struct kho_text *text)
{
    (void)charset;
    return decode_bytes(arena, bytes, kho_utf8_upper, text);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct kho_vni_pair *left = a, *right = b;
    int by_letter = left->letter - right->letter;
    return by_letter != 0 ? by_letter : left->mark - right->mark;
}

static const struct kho_vni_pair *find_pair(char letter, char mark)
{
    struct kho_vni_pair wanted = {.letter = (uint8_t)letter, .mark = (uint8_t)mark};
    return bsearch(&wanted, kho_vni_pairs, KHO_VNI_PAIRS, sizeof wanted, compare_pairs);
}

/* The longest match: a letter with the mark behind it, then a letter alone. */
static bool decode_vni(const struct kho_charset *charset, struct kho_arena *arena,
                       struct kho_text bytes, struct kho_text *text)
{
    (void)charset;
    char *out = kho_arena_bytes(arena, bytes.len * 3);
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];
        bool marked = i + 1 < bytes.len && (unsigned char)bytes.ptr[i + 1] >= 0x80;
        const struct kho_vni_pair *pair = marked ? find_pair(bytes.ptr[i], bytes.ptr[i + 1]) : NULL;
        uint32_t c = pair != NULL  ? pair->code_point
                     : byte < 0x80 ? byte
                                   : high_of(kho_vni_high, byte);
        if (c == 0 && byte != 0)
            return false;
        i += pair != NULL;
        len += kho_utf8_put(c, out + len);
    }
    *text = (struct kho_text){out, len};
    return true;
}

static bool decode_utf8(const struct kho_charset *charset, struct kho_arena *arena,
                        struct kho_text bytes, struct kho_text *text)
{
    (void)charset;
    (void)arena;
    *text = bytes;
    return kho_utf8_check(bytes) == bytes.len;
}

static bool decode_iconv(const struct kho_charset *charset, struct kho_arena *arena,
                         struct kho_text bytes, struct kho_text *text)
{
    size_t size = bytes.len * 4 + 16;
    size_t left = size;
    size_t in_left = bytes.len;
    char *out = kho_arena_bytes(arena, size);
    char *to = out;
    char *from = (char *)(uintptr_t)bytes.ptr;
    (void)iconv(charset->iconv, NULL, NULL, NULL, NULL);
    if (iconv(charset->iconv, &from, &in_left, &to, &left) == (size_t)-1 || in_left > 0 ||
        iconv(charset->iconv, NULL, NULL, &to, &left) == (size_t)-1)
        return false;
    *text = (struct kho_text){out, size - left};
    return true;
}

static const struct {
    const char *name;
    const char *of_iconv; /* NULL = by `decode` */
    bool (*decode)(const struct kho_charset *charset, struct kho_arena *arena,
                   struct kho_text bytes, struct kho_text *text);
    bool wide;
} charsets[] = {
    {"utf-8", NULL, decode_utf8, false},
    {"utf-16", "UTF-16", decode_iconv, true},
    {"utf-16le", "UTF-16LE", decode_iconv, true},
    {"utf-16be", "UTF-16BE", decode_iconv, true},
    {"windows-1252", "WINDOWS-1252", decode_iconv, false},
    {"cp1258", "CP1258", decode_iconv, false},
    {"tcvn5712-1", "TCVN5712-1", decode_iconv, true},
    {"viscii", "VISCII", decode_iconv, true},
    {"tcvn3", NULL, decode_tcvn3, false},
    {"tcvn3-capitals", NULL, decode_tcvn3_capitals, true},
    {"vni", NULL, decode_vni, false},
};

static void close_iconv(void *object)
{
    struct kho_charset *charset = object;
    iconv_close(charset->iconv);
}

static bool take_via(struct kho_text *name)
{
    struct kho_text via = KHO_TEXT(" via windows-1252");
    if (!kho_text_ends(*name, via))
        return false;
    name->len -= via.len;
    return true;
}

const struct kho_charset *kho_charset_open(struct kho_arena *arena, struct kho_text name)
{
    struct kho_text word = name;
    bool via = take_via(&word);
    for (size_t i = 0; i < KHO_COUNT(charsets); i++) {
        if (!kho_text_eq_cstr(word, charsets[i].name))
            continue;
        struct kho_charset *charset = kho_arena_alloc(arena, sizeof *charset);
        *charset = (struct kho_charset){.name = kho_arena_cstr(arena, name),
                                        .decode = charsets[i].decode,
                                        .wide = charsets[i].wide,
                                        .via = via};
        if (charsets[i].of_iconv == NULL)
            return charset;
        charset->iconv = iconv_open("UTF-8", charsets[i].of_iconv);
        if (charset->iconv == (iconv_t)-1)
            return NULL;
        kho_arena_defer(arena, close_iconv, charset);
        return charset;
    }
    return NULL;
}

const char *kho_charset_name(const struct kho_charset *charset)
{
    return charset->name;
}

const char *kho_charset_names(struct kho_arena *arena)
{
    const char *names = charsets[0].name;
    for (size_t i = 1; i < KHO_COUNT(charsets); i++)
        names = kho_arena_printf(arena, "%s, %s", names, charsets[i].name);
    return names;
}

static bool bytes_of(struct kho_arena *arena, struct kho_text text, struct kho_text *bytes)
{
    if (kho_utf8_check(text) != text.len)
        return false;
    char *out = kho_arena_bytes(arena, text.len);
    size_t len = 0;
    for (size_t at = 0; at < text.len; len++) {
        if (!kho_charset_byte_1252(kho_utf8_next(text, &at), &out[len]))
            return false;
    }
    *bytes = (struct kho_text){out, len};
    return true;
}

bool kho_charset_decode(const struct kho_charset *charset, struct kho_arena *arena,
                        struct kho_text bytes, struct kho_text *text)
{
    *text = bytes;
    if (!charset->wide && kho_utf8_is_ascii(bytes))
        return true;
    if (charset->via)
        KHO_TRY(bytes_of(arena, bytes, &bytes));
    KHO_TRY(charset->decode(charset, arena, bytes, text));
    *text = kho_utf8_nfc(arena, *text);
    return true;
}
