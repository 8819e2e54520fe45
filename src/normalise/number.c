/*
 * Whole numbers, exact decimals and truth values. Nothing passes through a float; what could be
 * read in two ways is refused.
 */
#include "clean.h"
#include "decimal.h"

#define NOT_WHOLE "not a whole number"
#define NOT_NUMBER AMOUNT_NONE
#define OUT_OF_RANGE "out of range of 64 bits"
#define SCIENTIFIC AMOUNT_SCIENTIFIC

/* Cells are rarely anything but ASCII; white space of other scripts is cleaned away first. */
static const char *plain_text(const struct parse *parse, struct kho_text *text)
{
    *text = kho_text_trim(*text);
    for (size_t i = 0; i < text->len; i++) {
        if ((unsigned char)text->ptr[i] >= 0x80 || text->ptr[i] == '\0')
            return clean_text(parse->arena, *text, text);
    }
    return NULL;
}

bool is_scientific(struct kho_text text)
{
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        if (is_digit(text.ptr[i]))
            digit = true;
        else if ((text.ptr[i] | 32) == 'e')
            return digit && i + 1 < text.len;
        else if (text.ptr[i] != '.' && text.ptr[i] != ',' && text.ptr[i] != '-')
            return false;
    }
    return false;
}

static struct parsed whole_number(struct kho_text text)
{
    int64_t value;
    if (kho_text_to_int(text, &value))
        return parsed_number(value);
    if (is_scientific(text))
        return parsed_reject(SCIENTIFIC);
    bool separated = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.' || c == ',' || c == ' ')
            separated = i > 0;
        else if (!is_digit(c) && !(i == 0 && (c == '-' || c == '+')))
            return parsed_reject(NOT_WHOLE);
    }
    return parsed_reject(separated       ? "separators in a whole number"
                         : text.len > 18 ? OUT_OF_RANGE
                                         : NOT_WHOLE);
}

struct parsed parse_integer(const struct parse *parse, struct kho_text input)
{
    const char *fault = plain_text(parse, &input);
    if (fault != NULL)
        return parsed_reject(fault);
    if (input.len == 0)
        return parsed_null(NULL);
    return whole_number(input);
}

static const char *count_integral_fault(const struct kho_schema_column *column, size_t whole)
{
    if (column->precision > 0 && whole > (size_t)(column->precision - column->scale))
        return "too many digits before the decimal point";
    return NULL;
}

struct parsed canonical_decimal(const struct parse *parse, struct decimal d)
{
    const struct kho_schema_column *column = parse->column;
    while (d.whole.len > 0 && *d.whole.ptr == '0') {
        d.whole.ptr++;
        d.whole.len--;
    }
    while (d.fraction.len > 0 && d.fraction.ptr[d.fraction.len - 1] == '0')
        d.fraction.len--;
    size_t scale = d.fraction.len;
    if (column->precision > 0) {
        if (d.fraction.len > (size_t)column->scale)
            return parsed_reject("more digits behind the decimal point than the column keeps");
        scale = (size_t)column->scale;
    }
    const char *fault = count_integral_fault(column, d.whole.len);
    if (fault != NULL)
        return parsed_reject(fault);
    if (d.whole.len + scale > 1000)
        return parsed_reject("more than 1000 digits");
    char *bytes = kho_arena_bytes(parse->arena, d.whole.len + scale + 3);
    size_t len = 0;
    if (d.negative && d.whole.len + d.fraction.len > 0)
        bytes[len++] = '-';
    if (d.whole.len == 0)
        bytes[len++] = '0';
    else
        memcpy(bytes + len, d.whole.ptr, d.whole.len);
    len += d.whole.len;
    if (scale > 0) {
        bytes[len++] = '.';
        memset(bytes + len, '0', scale);
        if (d.fraction.len > 0)
            memcpy(bytes + len, d.fraction.ptr, d.fraction.len);
        len += scale;
    }
    return parsed_text(bytes, len);
}

static struct kho_text take_sign(struct kho_text text, bool *negative)
{
    *negative = text.len > 0 && *text.ptr == '-';
    if (text.len > 0 && (*text.ptr == '-' || *text.ptr == '+')) {
        text.ptr++;
        text.len--;
    }
    return text;
}

/* What stands between the digits of a decimal as people write it. */
struct separators {
    size_t points, commas;
    size_t last; /* place of the last one */
    char last_kind;
};

static bool find_separators(struct kho_text text, struct separators *s)
{
    *s = (struct separators){0};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_digit(c))
            continue;
        if (c != '.' && c != ',')
            return false;
        s->points += c == '.';
        s->commas += c == ',';
        s->last = i;
        s->last_kind = c;
    }
    return text.len > 0 && is_digit(text.ptr[0]) && is_digit(text.ptr[text.len - 1]);
}

/* Drops the separator of thousands; false unless it parts groups of three digits. */
static bool ungroup(struct kho_arena *arena, struct kho_text text, char separator,
                    struct kho_text *digits)
{
    char *bytes = kho_arena_bytes(arena, text.len);
    size_t len = 0;
    size_t group = 0;
    bool first = true;
    for (size_t i = 0; i < text.len; i++) {
        if (is_digit(text.ptr[i])) {
            bytes[len++] = text.ptr[i];
            group++;
            continue;
        }
        if (text.ptr[i] != separator || (first ? group < 1 || group > 3 : group != 3))
            return false;
        first = false;
        group = 0;
    }
    *digits = (struct kho_text){bytes, len};
    return group == 3;
}

static const char *read_separated(struct kho_arena *arena, struct kho_text text,
                                  const struct separators *s, bool three_part, struct decimal *d)
{
    size_t behind = text.len - s->last - 1;
    struct kho_text before = {text.ptr, s->last};
    bool groups = s->points == 0 || s->commas == 0; /* 1.234.567 */
    d->fraction = (struct kho_text){text.ptr + s->last + 1, behind};
    d->whole = before;
    if (s->points + s->commas == 1) {
        bool may_part = behind == 3 && s->last <= 3 && *text.ptr != '0';
        if (may_part && !three_part)
            return AMOUNT_AMBIGUOUS;
        if (!may_part)
            return NULL;
    }
    if (groups) {
        d->fraction.len = 0;
        return ungroup(arena, text, s->last_kind, &d->whole) ? NULL : NOT_NUMBER;
    }
    /* 1.234,5: the last kind stands once, the other parts thousands */
    size_t of_last_kind = s->last_kind == '.' ? s->points : s->commas;
    char thousands = s->last_kind == '.' ? ',' : '.';
    if (of_last_kind != 1 || !ungroup(arena, before, thousands, &d->whole))
        return NOT_NUMBER;
    return NULL;
}

const char *read_amount(struct kho_arena *arena, struct kho_text text, bool three_part,
                        struct decimal *d)
{
    struct separators s;
    if (!find_separators(text, &s))
        return NOT_NUMBER;
    d->whole = text;
    d->fraction = KHO_TEXT_NULL;
    return s.points + s.commas == 0 ? NULL : read_separated(arena, text, &s, three_part, d);
}

struct parsed parse_decimal(const struct parse *parse, struct kho_text input)
{
    const char *fault = plain_text(parse, &input);
    if (fault != NULL)
        return parsed_reject(fault);
    if (input.len == 0)
        return parsed_null(NULL);
    if (is_scientific(input))
        return parsed_reject(SCIENTIFIC);
    struct decimal d = {0};
    struct kho_text digits = take_sign(input, &d.negative);
    fault = read_amount(parse->arena, digits, false, &d);
    return fault != NULL ? parsed_reject(fault) : canonical_decimal(parse, d);
}

/* Writes what number() read so that no parser finds two readings in it: three digits behind the
 * point get a fourth. */
static struct kho_text plain_number(struct kho_arena *arena, struct decimal d)
{
    while (d.fraction.len > 0 && d.fraction.ptr[d.fraction.len - 1] == '0')
        d.fraction.len--;
    char *bytes = kho_arena_bytes(arena, d.whole.len + d.fraction.len + 3);
    size_t len = 0;
    if (d.negative)
        bytes[len++] = '-';
    memcpy(bytes + len, d.whole.ptr, d.whole.len);
    len += d.whole.len;
    if (d.fraction.len > 0) {
        bytes[len++] = '.';
        memcpy(bytes + len, d.fraction.ptr, d.fraction.len);
        len += d.fraction.len;
    }
    if (d.fraction.len == 3)
        bytes[len++] = '0';
    return (struct kho_text){bytes, len};
}

struct parsed number_by_separator(struct kho_arena *arena, char separator, struct kho_text input)
{
    struct kho_text text = kho_text_trim(input);
    struct decimal d = {0};
    struct separators s;
    struct kho_text digits = take_sign(text, &d.negative);
    if (!find_separators(digits, &s) || s.points + s.commas == 0)
        return parsed_text(input.ptr, input.len);
    size_t decimal_points = separator == '.' ? s.points : s.commas;
    size_t grouping = s.points + s.commas - decimal_points;
    d.whole = digits;
    if (decimal_points > 0) {
        d.whole.len = s.last;
        d.fraction = (struct kho_text){digits.ptr + s.last + 1, digits.len - s.last - 1};
    }
    bool fits = decimal_points == 0 || (decimal_points == 1 && s.last_kind == separator);
    if (fits && grouping > 0)
        fits = ungroup(arena, d.whole, separator == '.' ? ',' : '.', &d.whole);
    struct parsed parsed = parsed_text(input.ptr, input.len);
    if (fits)
        parsed.text = plain_number(arena, d);
    else
        parsed.reason = "not written with the decimal separator that the mapping names";
    return parsed;
}

/* Undoes the exponent of `1.25e-07`: moves the point, with zeros where digits are missing. */
static bool undo_exponent(struct kho_arena *arena, struct kho_text mantissa, int exponent,
                          struct decimal *d)
{
    struct kho_text rest = mantissa;
    struct kho_text whole = kho_text_cut(&rest, '.');
    size_t zeros = (size_t)(exponent < 0 ? -exponent : exponent);
    size_t size = mantissa.len + zeros;
    char *bytes = kho_arena_bytes(arena, size * 2 + 1);
    char *middle = bytes + (exponent < 0 ? zeros : 0); /* where the mantissa's digits begin */
    memset(bytes, '0', size * 2 + 1);
    memcpy(middle, whole.ptr, whole.len);
    if (rest.ptr != NULL)
        memcpy(middle + whole.len, rest.ptr, rest.len);
    size_t digits = whole.len + rest.len;
    char *point = middle + whole.len + exponent;
    char *end = middle + digits;
    d->whole = (struct kho_text){bytes, (size_t)(point - bytes)};
    d->fraction = (struct kho_text){point, end > point ? (size_t)(end - point) : 0};
    return all_digits(whole) && (rest.ptr == NULL || all_digits(rest));
}

static bool read_plain(struct kho_arena *arena, struct kho_text input, struct decimal *d)
{
    struct kho_text mantissa = take_sign(input, &d->negative);
    const char *e = mantissa.len > 0 ? memchr(mantissa.ptr, 'e', mantissa.len) : NULL;
    int64_t exponent = 0;
    if (e != NULL) {
        size_t at = (size_t)(e - mantissa.ptr);
        struct kho_text digits = {e + 1, mantissa.len - at - 1};
        if (!kho_text_to_int(digits, &exponent) || exponent < -400 || exponent > 400)
            return false;
        mantissa.len = at;
        return undo_exponent(arena, mantissa, (int)exponent, d);
    }
    struct kho_text rest = mantissa;
    d->whole = kho_text_cut(&rest, '.');
    d->fraction = rest;
    return all_digits(d->whole) && (rest.ptr == NULL || all_digits(rest));
}

struct parsed parse_plain_decimal(const struct parse *parse, struct kho_text input)
{
    struct decimal d = {0};
    if (!read_plain(parse->arena, input, &d))
        return parsed_reject("not a finite number");
    return canonical_decimal(parse, d);
}

struct parsed parse_plain_integer(const struct parse *parse, struct kho_text input)
{
    struct decimal d = {0};
    if (!read_plain(parse->arena, input, &d))
        return parsed_reject("not a finite number");
    for (size_t i = 0; i < d.fraction.len; i++) {
        if (d.fraction.ptr[i] != '0')
            return parsed_reject(NOT_WHOLE);
    }
    while (d.whole.len > 1 && *d.whole.ptr == '0') {
        d.whole.ptr++;
        d.whole.len--;
    }
    int64_t value;
    char digits[24];
    if (d.whole.len > 20)
        return parsed_reject(OUT_OF_RANGE);
    digits[0] = d.negative ? '-' : '+';
    memcpy(digits + 1, d.whole.ptr, d.whole.len);
    if (!kho_text_to_int((struct kho_text){digits, d.whole.len + 1}, &value))
        return parsed_reject(OUT_OF_RANGE);
    return parsed_number(value);
}

bool split_decimal(struct kho_text text, struct decimal *d)
{
    struct kho_text rest = take_sign(text, &d->negative);
    d->whole = kho_text_cut(&rest, '.');
    d->fraction = rest;
    return all_digits(d->whole) && (rest.ptr == NULL || all_digits(rest));
}

struct decimal shift_decimal(struct kho_arena *arena, struct decimal d, size_t power)
{
    size_t behind = KHO_MIN(power, d.fraction.len);
    char *bytes = kho_arena_bytes(arena, d.whole.len + power + 1);
    memset(bytes, '0', d.whole.len + power);
    memcpy(bytes, d.whole.ptr, d.whole.len);
    if (behind > 0)
        memcpy(bytes + d.whole.len, d.fraction.ptr, behind);
    d.whole = (struct kho_text){bytes, d.whole.len + power};
    if (behind > 0)
        d.fraction = (struct kho_text){d.fraction.ptr + behind, d.fraction.len - behind};
    return d;
}

bool decimal_units(struct decimal d, int64_t *units)
{
    int64_t fraction = 0, whole = 0;
    struct kho_text rest = d.fraction;
    while (rest.len > 0 && rest.ptr[rest.len - 1] == '0')
        rest.len--;
    if (rest.len > 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        fraction = fraction * 10 + (i < rest.len ? rest.ptr[i] - '0' : 0);
    if (!kho_text_to_int(d.whole, &whole) || __builtin_mul_overflow(whole, DECIMAL_UNITS, units) ||
        __builtin_add_overflow(*units, fraction, units))
        return false;
    if (d.negative)
        *units = -*units;
    return true;
}

static const struct {
    const char *word;
    int64_t value;
} truths[] = {
    {"1", 1},   {"0", 0},     {"true", 1}, {"false", 0}, {"t", 1},  {"f", 0},
    {"yes", 1}, {"no", 0},    {"y", 1},    {"n", 0},     {"có", 1}, {"không", 0},
    {"Có", 1},  {"Không", 0}, {"CÓ", 1},   {"KHÔNG", 0},
};

struct parsed parse_boolean(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    for (size_t i = 0; i < KHO_COUNT(truths); i++) {
        if (strlen(truths[i].word) == text.len &&
            strncasecmp(truths[i].word, text.ptr, text.len) == 0)
            return parsed_number(truths[i].value);
    }
    return parsed_reject("neither true nor false");
}
