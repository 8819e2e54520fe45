/*
 * Amounts with units: money as it is spoken (`500tr`, `1 tỷ 200 triệu`), areas in square metres or
 * hectares, and coordinates of VN-2000. All are exact decimals; what has two readings is refused.
 */
#include "clean.h"
#include "decimal.h"
#include "letters.h"

#define WITH_UNIT "written with a unit"
#define GROUPED "separators of thousands dropped"
#define FOLDED_MAX 64

struct unit {
    const char *word; /* in lower case */
    size_t power;     /* of ten */
    bool currency;    /* says nothing of the size */
};

/* Longer ones first where one begins another. */
static const struct unit money_units[] = {
    {"triệu", 6, false}, {"trieu", 6, false}, {"tr", 6, false},    {"tỷ", 9, false},
    {"tỉ", 9, false},    {"ty", 9, false},    {"nghìn", 3, false}, {"ngàn", 3, false},
    {"nghin", 3, false}, {"ngan", 3, false},  {"k", 3, false},     {"đồng", 0, true},
    {"dong", 0, true},   {"vnđ", 0, true},    {"vnd", 0, true},    {"đ", 0, true},
    {"₫", 0, true},
};

static const struct unit area_units[] = {
    {"m2", 0, true}, {"m²", 0, true}, {"m^2", 0, true}, {"hecta", 4, false}, {"ha", 4, false},
};

/* Cleaned, in lower case; NULL and a fault, or NULL and none if blank. */
static const char *folded(struct kho_arena *arena, struct kho_text input, struct kho_text *out)
{
    const char *fault = clean_text(arena, input, out);
    if (fault != NULL || out->len == 0)
        return fault;
    if (out->len > FOLDED_MAX)
        return AMOUNT_NONE;
    char *bytes = kho_arena_bytes(arena, out->len * 2 + 4);
    size_t len = 0;
    for (size_t at = 0; at < out->len;)
        len += letter_put(letter_lower(kho_utf8_next(*out, &at)), bytes + len);
    *out = (struct kho_text){bytes, len};
    return NULL;
}

static struct kho_text rest_of(struct kho_text text, size_t from)
{
    return (struct kho_text){text.ptr + from, text.len - from};
}

/* Takes what a number is written with off the front. */
static struct kho_text take_digits(struct kho_text *rest)
{
    struct kho_text text = *rest;
    size_t n = 0;
    while (n < text.len && (is_digit(text.ptr[n]) || text.ptr[n] == '.' || text.ptr[n] == ','))
        n++;
    *rest = kho_text_trim(rest_of(text, n));
    return (struct kho_text){text.ptr, n};
}

/* Takes a unit off the front; NULL if there is none. */
static const struct unit *take_unit(struct kho_text *rest, const struct unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct kho_text word = kho_text_of(units[i].word);
        if (!kho_text_starts(*rest, word))
            continue;
        *rest = kho_text_trim(rest_of(*rest, word.len));
        return &units[i];
    }
    return NULL;
}

/* What an amount was made of. */
struct amount {
    int64_t units; /* ten-thousandths: of several terms */
    struct decimal single;
    size_t terms;
    size_t last_power;
    bool has_unit; /* beside the currency */
    bool has_word;
};

static const char *add_term(struct kho_arena *arena, struct amount *amount, struct kho_text number,
                            const struct unit *unit)
{
    struct decimal d = {0};
    int64_t units;
    bool sized = unit != NULL && !unit->currency;
    const char *fault = read_amount(arena, number, !sized, &d);
    if (fault != NULL)
        return fault;
    if (sized)
        d = shift_decimal(arena, d, unit->power);
    amount->has_unit |= sized;
    amount->single = d;
    if (amount->terms++ == 0 && !sized) /* the only term, of any size */
        return NULL;
    if (amount->terms > 1 && (!sized || unit->power >= amount->last_power))
        return "an amount whose units do not go from large to small";
    amount->last_power = unit->power;
    if (!decimal_units(d, &units) || __builtin_add_overflow(amount->units, units, &amount->units))
        return "too many digits";
    return NULL;
}

/* Reads terms of number and unit until nothing is left. */
static const char *read_terms(struct kho_arena *arena, struct kho_text text, struct amount *amount)
{
    while (text.len > 0) {
        struct kho_text number = take_digits(&text);
        if (number.len == 0)
            return amount->terms == 0 ? AMOUNT_NONE : "something behind the amount";
        const struct unit *unit = take_unit(&text, money_units, KHO_COUNT(money_units));
        const char *fault = add_term(arena, amount, number, unit);
        if (fault != NULL)
            return fault;
        while (unit != NULL && (unit->currency || text.len > 0)) {
            /* `triệu đồng`, and a currency once at the end */
            const struct unit *more = take_unit(&text, money_units, KHO_COUNT(money_units));
            if (more == NULL)
                break;
            if (!more->currency || text.len > 0)
                return "something behind the amount";
        }
        amount->has_word |= unit != NULL;
    }
    return NULL;
}

static struct decimal of_units(struct kho_arena *arena, int64_t units)
{
    struct decimal d = {0};
    const char *text = kho_arena_printf(arena, "%" PRId64 ".%04" PRId64, units / DECIMAL_UNITS,
                                        units % DECIMAL_UNITS);
    KHO_BUG_IF(!split_decimal(kho_text_of(text), &d));
    return d;
}

struct parsed parse_money(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    struct amount amount = {0};
    const char *fault = folded(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (is_scientific(text))
        return parsed_reject(AMOUNT_SCIENTIFIC);
    bool negative = *text.ptr == '-';
    if (negative)
        text = kho_text_trim(rest_of(text, 1));
    fault = read_terms(parse->arena, text, &amount);
    if (fault == NULL && amount.terms == 0)
        fault = AMOUNT_NONE;
    if (fault != NULL)
        return parsed_reject(fault);
    struct decimal d = amount.terms > 1 ? of_units(parse->arena, amount.units) : amount.single;
    d.negative = negative;
    struct parsed parsed = canonical_decimal(parse, d);
    if (amount.has_word)
        parsed.repair = WITH_UNIT;
    else if (d.whole.len + (d.fraction.len > 0) + d.fraction.len != text.len)
        parsed.repair = GROUPED;
    return parsed;
}

struct parsed parse_area(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    struct decimal d = {0};
    const char *fault = folded(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (is_scientific(text))
        return parsed_reject(AMOUNT_SCIENTIFIC);
    struct kho_text number = take_digits(&text);
    const struct unit *unit = take_unit(&text, area_units, KHO_COUNT(area_units));
    if (text.len > 0 || number.len == 0)
        return parsed_reject("not an area in square metres or hectares");
    fault = read_amount(parse->arena, number, false, &d);
    if (fault != NULL)
        return parsed_reject(fault);
    if (unit != NULL)
        d = shift_decimal(parse->arena, d, unit->power);
    struct parsed parsed = canonical_decimal(parse, d);
    if (unit != NULL)
        parsed.repair = WITH_UNIT;
    return parsed;
}

/* Metres; Vietnam from Cà Mau to Hà Giang, and three degrees on both sides of a meridian. */
enum { NORTH_MIN = 800000, NORTH_MAX = 2700000, EAST_MIN = 150000, EAST_MAX = 850000 };

static bool lies_between(int64_t units, int64_t least, int64_t most)
{
    return units >= least * DECIMAL_UNITS && units <= most * DECIMAL_UNITS;
}

struct parsed check_coordinate(enum kho_type type, struct parsed parsed)
{
    struct decimal d = {0};
    int64_t units = 0;
    if (parsed.outcome != KHO_VALUE_OK)
        return parsed;
    if (!split_decimal(parsed.text, &d) || !decimal_units(d, &units))
        return parsed_reject("more digits than a coordinate has");
    bool is_north = lies_between(units, NORTH_MIN, NORTH_MAX);
    bool is_east = lies_between(units, EAST_MIN, EAST_MAX);
    if (type == KHO_TYPE_NORTHING ? is_north && !is_east : is_east && !is_north)
        return parsed;
    if (is_north && is_east) /* both are possible only in the far south */
        return parsed;
    return parsed_reject(type == KHO_TYPE_NORTHING
                             ? is_east ? "in the range of an easting: are the two swapped?"
                                       : "not a northing of VN-2000 in metres"
                         : is_north ? "in the range of a northing: are the two swapped?"
                                    : "not an easting of VN-2000 in metres");
}

struct parsed parse_northing(const struct parse *parse, struct kho_text input)
{
    return check_coordinate(KHO_TYPE_NORTHING, parse_decimal(parse, input));
}

struct parsed parse_easting(const struct parse *parse, struct kho_text input)
{
    return check_coordinate(KHO_TYPE_EASTING, parse_decimal(parse, input));
}
