/*
 * Encodings of texts as departments have them, decoded to UTF-8 in NFC. Names: utf-8, utf-16,
 * utf-16le, utf-16be, windows-1252, cp1258, tcvn5712-1, viscii (glibc's iconv); tcvn3 (ABC fonts),
 * tcvn3-capitals (the same in fonts that show capitals, .VnTimeH), vni (VNI fonts), by tables here.
 * `X via windows-1252` says that a driver read bytes of X as Windows-1252: the texts are UTF-8
 * whose characters stand for bytes of X.
 */
#ifndef KHO_CORE_CHARSET_H
#define KHO_CORE_CHARSET_H

#include <kho/core/arena.h>
#include <kho/core/text.h>

struct kho_charset;

/* Finds an encoding by its name; NULL if there is none. The arena owns what iconv needs. */
const struct kho_charset *kho_charset_open(struct kho_arena *arena, struct kho_text name);
const char *kho_charset_name(const struct kho_charset *charset);

/* All names without `via`, for messages: "utf-8, utf-16, ...". */
const char *kho_charset_names(struct kho_arena *arena);

/* Decodes one text on its own; false if it has bytes that stand for nothing. ASCII texts come back
 * as they are, without a copy, where the encoding holds ASCII. */
KHO_MUST_USE bool kho_charset_decode(const struct kho_charset *charset, struct kho_arena *arena,
                                     struct kho_text bytes, struct kho_text *text);

/* The byte that Windows-1252 has for a character; the five bytes without one are taken for the
 * control characters that readers make of them. False if there is none. */
bool kho_charset_byte_1252(uint32_t code_point, char *byte);

#endif
