/* Reads numbers with units as configuration writes them. */
#include "value.h"

struct unit {
    const char *word;
    int64_t factor;
};

/* Cuts the digits that begin the text off and returns their number; false if there are none. */
static bool take_digits(struct kho_text *text, int64_t *value)
{
    size_t n = 0;
    while (n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9')
        n++;
    struct kho_text digits = {text->ptr, n};
    *text = (struct kho_text){text->ptr + n, text->len - n};
    return n > 0 && kho_text_to_int(digits, value);
}

static bool parse_unit(struct kho_text text, const struct unit *units, size_t count, int64_t *value)
{
    int64_t number;
    if (!take_digits(&text, &number))
        return false;
    for (size_t i = 0; i < count; i++)
        if (kho_text_eq_cstr(text, units[i].word))
            return !__builtin_mul_overflow(number, units[i].factor, value);
    return false;
}

bool kho_value_duration(struct kho_text text, int64_t *ms)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    return parse_unit(text, units, KHO_COUNT(units), ms);
}

bool kho_value_size(struct kho_text text, int64_t *bytes)
{
    static const struct unit units[] = {{"B", 1},        {"kB", 1 << 10}, {"KB", 1 << 10},
                                        {"MB", 1 << 20}, {"GB", 1 << 30}, {"TB", INT64_C(1) << 40}};
    return parse_unit(text, units, KHO_COUNT(units), bytes);
}

/* Reads `.digits` as millionths of a hundredth: four places. */
static bool take_decimals(struct kho_text *text, int64_t *value)
{
    *value = 0;
    if (text->len == 0 || text->ptr[0] != '.')
        return true;
    struct kho_text rest = {text->ptr + 1, text->len - 1};
    if (!take_digits(&rest, value))
        return false;
    size_t places = text->len - 1 - rest.len;
    for (size_t i = places; i < 4; i++)
        *value *= 10;
    *text = rest;
    return places <= 4;
}

bool kho_value_percent(struct kho_text text, int64_t *millionths)
{
    if (kho_text_eq_cstr(text, "none")) {
        *millionths = -1;
        return true;
    }
    int64_t whole, decimals;
    if (!take_digits(&text, &whole) || whole > 100 || !take_decimals(&text, &decimals))
        return false;
    *millionths = whole * 10000 + decimals;
    return *millionths <= 1000000 && kho_text_eq_cstr(text, "%");
}

bool kho_value_bool(struct kho_text text, bool *value)
{
    *value = kho_text_eq_cstr(text, "true") || kho_text_eq_cstr(text, "yes");
    return *value || kho_text_eq_cstr(text, "false") || kho_text_eq_cstr(text, "no");
}
