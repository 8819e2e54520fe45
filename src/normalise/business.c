/*
 * Numbers of businesses: those of household businesses as they were given until 2025, tax codes
 * since; and codes of economic sectors with the version of their list.
 */
#include "clean.h"
#include "letters.h"
#include "parse.h"

#define NOT_SECTOR "not a sector code of 4 or 5 digits"

/* The letter of the office that registered; A to Z and the letters of the Vietnamese alphabet. */
static bool is_office(uint32_t c)
{
    static const uint32_t letters[] = {0x102, 0xC2, 0x110, 0xCA, 0xD4, 0x1A0, 0x1AF};
    for (size_t i = 0; i < KHO_COUNT(letters); i++) {
        if (c == letters[i])
            return true;
    }
    return c >= 'A' && c <= 'Z';
}

/* Reads `02A8001234`: two digits, a letter, an 8, six digits that are not all zero. */
static bool read_household_number(struct kho_text text, char *out, size_t *len)
{
    size_t at = 0, digits = 0;
    *len = 0;
    while (at < text.len) {
        uint32_t c = kho_utf8_next(text, &at);
        if (c == ' ' || c == '.' || c == '-')
            continue;
        c = letter_upper(c);
        bool letter_due = digits == 2;
        if (letter_due ? !is_office(c) : c < '0' || c > '9')
            return false;
        if (digits++ == 10)
            return false;
        *len += letter_put(c, out + *len);
    }
    return digits == 10 && out[*len - 7] == '8' && memcmp(out + *len - 6, "000000", 6) != 0;
}

struct parsed parse_business_id(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    char number[16];
    size_t len;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (read_household_number(text, number, &len)) {
        struct kho_text copy = kho_arena_text(parse->arena, (struct kho_text){number, len});
        return parsed_text(copy.ptr, copy.len);
    }
    struct parsed parsed = parse_tax_code(parse, input);
    bool letters = parsed.outcome == KHO_VALUE_REJECT && !all_digits(text);
    return letters ? parsed_reject("neither a household business's number nor a tax code") : parsed;
}

/* Takes `2018:` or `VSIC2018:` off the front; 0 if there is none. */
static int64_t take_version(struct kho_text *text)
{
    const char *colon = memchr(text->ptr, ':', text->len);
    if (colon == NULL)
        return 0;
    struct kho_text version = {text->ptr, (size_t)(colon - text->ptr)};
    if (kho_text_starts(version, KHO_TEXT("VSIC")))
        version = kho_text_trim((struct kho_text){version.ptr + 4, version.len - 4});
    if (version.len != 4 || !all_digits(version))
        return 0;
    *text = kho_text_trim((struct kho_text){colon + 1, text->len - version.len - 1 -
                                                           (size_t)(version.ptr - text->ptr)});
    return digits_value(version.ptr, 4);
}

/* Copies the digits at the front (47.11 too); `*text` is what is left. */
static size_t take_sector(struct kho_text *text, char digits[8])
{
    size_t n = 0, at = 0;
    for (; at < text->len && n < 8; at++) {
        char c = text->ptr[at];
        if (is_digit(c))
            digits[n++] = c;
        else if (c != '.' || n == 0)
            break;
    }
    *text = kho_text_trim((struct kho_text){text->ptr + at, text->len - at});
    return n;
}

/* What stands behind the code is its name, or another code. */
static bool has_other_code(struct kho_text rest)
{
    for (size_t i = 0; i < rest.len; i++) {
        bool digit = is_digit(rest.ptr[i]);
        if (digit && (rest.ptr[0] == ';' || rest.ptr[0] == ',' || rest.ptr[0] == '/'))
            return true;
        if (!digit && (unsigned char)rest.ptr[i] >= 'A')
            return memchr(rest.ptr, ';', rest.len) != NULL;
    }
    return rest.len > 0 && memchr(rest.ptr, ';', rest.len) != NULL;
}

struct parsed parse_sector(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    char digits[8];
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    int64_t version = take_version(&text);
    size_t n = take_sector(&text, digits);
    if (n < 3 || n > 5)
        return parsed_reject(NOT_SECTOR);
    if (has_other_code(text))
        return parsed_reject("several codes");
    const char *repair = text.len > 0 ? "text behind the code dropped" : NULL;
    if (n == 3) { /* level 3 stands on no certificate: a 0 was lost */
        memmove(digits + 1, digits, n++);
        digits[0] = '0';
        repair = REPAIRED_ZERO;
    }
    if (memcmp(digits, "00", 2) == 0)
        return parsed_reject(NOT_SECTOR);
    const char *made = kho_arena_printf(parse->arena, "%" PRId64 ":%.*s",
                                        version != 0 ? version : (int64_t)parse->column->precision,
                                        (int)n, digits);
    return parsed_repaired(made, strlen(made), repair);
}
