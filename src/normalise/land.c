/*
 * What cadastral offices write: numbers of parcels and sheets, serial numbers of certificates,
 * identifiers of parcels, and the uses of a parcel with their areas.
 */
#include "land.h"
#include "clean.h"
#include "decimal.h"
#include "letters.h"

#define NOT_PARCEL_NUMBER "not a number of a parcel or sheet"
#define NOT_SERIAL "not one or two letters and 6 to 8 digits"
#define NUMBER_MAX 20

/* Letters, digits and the marks between them: 12, 12a, TĐ-3, DC-7, 12/1. */
static bool is_parcel_number(struct kho_text text)
{
    bool digit = false;
    char last = text.len > 0 ? text.ptr[text.len - 1] : '.';
    if (last == '.' || last == '-' || last == '/')
        return false;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = kho_utf8_next(text, &at);
        digit |= c >= '0' && c <= '9';
        if (!(c >= '0' && c <= '9') && !kho_utf8_is_letter(c) && c != '-' && c != '/' && c != '.')
            return false;
    }
    return digit && kho_utf8_length(text) <= NUMBER_MAX;
}

static struct kho_text without_zeros(struct kho_text text)
{
    while (text.len > 1 && *text.ptr == '0' && is_digit(text.ptr[1]))
        text = (struct kho_text){text.ptr + 1, text.len - 1};
    return text;
}

struct parsed parse_parcel_number(const struct parse *parse, struct kho_text input)
{
    struct cleaned cleaned = clean_noting(parse->arena, input);
    struct kho_text text = cleaned.text;
    if (cleaned.fault != NULL)
        return parsed_reject(cleaned.fault);
    if (text.len == 0)
        return parsed_null(NULL);
    struct kho_text whole = text;
    struct decimal d = {0};
    bool is_decimal = split_decimal(text, &d);
    bool plain = !is_decimal || drop_zero_fraction(&whole); /* 12.0 */
    if (!plain || !is_parcel_number(whole))
        return parsed_reject(NOT_PARCEL_NUMBER);
    struct kho_text number = without_zeros(whole);
    if (kho_text_eq_cstr(number, "0"))
        return parsed_null("placeholder number");
    const char *repair = number.len != whole.len ? "leading zeros dropped"
                         : whole.len != text.len ? "a fraction of zero dropped"
                                                 : cleaned.repair;
    return parsed_repaired(number.ptr, number.len, repair);
}

/* The letters of a series, in upper case; their number, or 0. */
static size_t take_series(struct kho_text text, size_t *at, char *out, size_t *len)
{
    size_t n = 0;
    *len = 0;
    while (n < 3 && *at < text.len) {
        size_t next = *at;
        uint32_t c = letter_upper(kho_utf8_next(text, &next));
        if (!(c >= 'A' && c <= 'Z') && c != 0x110)
            break;
        *len += letter_put(c, out + *len);
        *at = next;
        n++;
    }
    return n;
}

struct parsed parse_certificate_serial(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    size_t at = 0, series_len, digits = 0;
    bool letter_o = false;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    char *out = kho_arena_bytes(parse->arena, text.len + 8);
    size_t letters = take_series(text, &at, out, &series_len);
    if (letters < 1 || letters > 2)
        return parsed_reject(NOT_SERIAL);
    out[series_len] = ' ';
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == ' ' || c == '.' || c == '-')
            continue;
        letter_o |= c == 'O' || c == 'o';
        if (!is_digit(c) && c != 'O' && c != 'o')
            return parsed_reject(NOT_SERIAL);
        out[series_len + 1 + digits++] = (char)(is_digit(c) ? c : '0');
    }
    if (digits < 6 || digits > 8)
        return parsed_reject(NOT_SERIAL);
    struct parsed parsed = parsed_text(out, series_len + 1 + digits);
    if (letter_o) {
        parsed.repair = LETTER_O;
        parsed.reason = LETTER_O;
    }
    return parsed;
}

/* The characters of GeoHash, five bits each. */
static int geohash_value(char c)
{
    static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    const char *found = c != '\0' ? strchr(alphabet, c) : NULL;
    return found != NULL ? (int)(found - alphabet) : -1;
}

/* The south-west corner of a cell in 2^-30 of the globe; longitude has the first bit. */
static bool geohash_corner(const char *text, uint32_t *latitude, uint32_t *longitude)
{
    *latitude = *longitude = 0;
    for (size_t i = 0; i < PARCEL_ID_LEN; i++) {
        int value = geohash_value(text[i]);
        if (value < 0)
            return false;
        for (int bit = 4; bit >= 0; bit--) {
            bool of_longitude = (i * 5 + (size_t)(4 - bit)) % 2 == 0;
            uint32_t *part = of_longitude ? longitude : latitude;
            *part = *part << 1 | ((uint32_t)value >> bit & 1);
        }
    }
    return true;
}

/* Degrees as 2^-30 of 180 or 360. */
#define LATITUDE(degrees) ((uint32_t)((((double)(degrees)) + 90) / 180 * (1 << 30)))
#define LONGITUDE(degrees) ((uint32_t)((((double)(degrees)) + 180) / 360 * (1 << 30)))

struct parsed parse_parcel_id(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    uint32_t latitude, longitude;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (text.len != PARCEL_ID_LEN)
        return parsed_reject("not 12 characters");
    char *out = kho_arena_bytes(parse->arena, PARCEL_ID_LEN);
    for (size_t i = 0; i < PARCEL_ID_LEN; i++) {
        char c = text.ptr[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    if (!geohash_corner(out, &latitude, &longitude))
        return parsed_reject("a character that no GeoHash has");
    if (latitude < LATITUDE(7) || latitude > LATITUDE(24) || longitude < LONGITUDE(102) ||
        longitude > LONGITUDE(118))
        return parsed_reject("its point lies outside Vietnam");
    return parsed_text(out, PARCEL_ID_LEN);
}
