/* The forms of values in a snapshot: exact, so that every reader reads the same from them. */
#include "verify_value.h"

#include <kho/core/clock.h>
#include <kho/core/utf8.h>

bool lake_kind_find(struct kho_text word, enum lake_kind *kind)
{
    static const char *const words[] = {
#define X(name, word, called) word,
        LAKE_KINDS(X)
#undef X
    };
    for (size_t i = 0; i < KHO_COUNT(words); i++) {
        if (!kho_text_eq_cstr(word, words[i]))
            continue;
        *kind = (enum lake_kind)i;
        return true;
    }
    return false;
}

const char *lake_kind_called(enum lake_kind kind)
{
    static const char *const names[] = {
#define X(name, word, called) called,
        LAKE_KINDS(X)
#undef X
    };
    return names[kind];
}

/* Takes `c` from the front if it stands there. */
static bool take(struct kho_text *rest, char c)
{
    if (rest->len == 0 || *rest->ptr != c)
        return false;
    rest->ptr++;
    rest->len--;
    return true;
}

/* Takes all digits from the front and returns how many. */
static size_t take_digits(struct kho_text *rest)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] >= '0' && rest->ptr[n] <= '9')
        n++;
    rest->ptr += n;
    rest->len -= n;
    return n;
}

static bool is_integer(struct kho_text value)
{
    int64_t number;
    return value.len != 0 && *value.ptr != '+' && kho_text_to_int(value, &number);
}

static bool is_number(struct kho_text value)
{
    if (kho_text_eq_cstr(value, "NaN"))
        return true;
    (void)take(&value, '-');
    if (kho_text_eq_cstr(value, "Infinity"))
        return true;
    if (take_digits(&value) == 0 || (take(&value, '.') && take_digits(&value) == 0))
        return false;
    if (take(&value, 'e')) {
        if (!take(&value, '-'))
            (void)take(&value, '+');
        if (take_digits(&value) == 0)
            return false;
    }
    return value.len == 0;
}

static bool is_boolean(struct kho_text value)
{
    return kho_text_eq_cstr(value, "true") || kho_text_eq_cstr(value, "false");
}

static bool is_infinity(struct kho_text value)
{
    return kho_text_eq_cstr(value, "infinity") || kho_text_eq_cstr(value, "-infinity");
}

/* Takes ` BC` from the end. */
static bool take_bc(struct kho_text *value)
{
    bool bc = kho_text_ends(*value, KHO_TEXT(" BC"));
    if (bc)
        value->len -= 3;
    return bc;
}

/* Takes two digits. */
static bool take_two(struct kho_text *rest, int *number)
{
    const char *at = rest->ptr;
    struct kho_text two = {at, KHO_MIN(rest->len, 2)};
    if (take_digits(&two) != 2)
        return false;
    *number = (at[0] - '0') * 10 + (at[1] - '0');
    rest->ptr += 2;
    rest->len -= 2;
    return true;
}

/* Takes `2026-01-31`; the year has four digits or more. */
static bool take_day(struct kho_text *rest, bool bc)
{
    struct kho_text year = *rest;
    int64_t number;
    int month, day;
    year.len = take_digits(rest);
    if (year.len < 4 || year.len > 9 || !kho_text_to_int(year, &number))
        return false;
    if (!take(rest, '-') || !take_two(rest, &month) || !take(rest, '-') || !take_two(rest, &day))
        return false;
    return number != 0 && kho_date_is_valid(bc ? 1 - number : number, month, day);
}

/* Takes `08:00:00` and up to six digits of a fraction. */
static bool take_time(struct kho_text *rest)
{
    int hour, minute, second;
    if (!take_two(rest, &hour) || !take(rest, ':') || !take_two(rest, &minute) ||
        !take(rest, ':') || !take_two(rest, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    if (!take(rest, '.'))
        return true;
    size_t digits = take_digits(rest);
    return digits >= 1 && digits <= 6;
}

static bool is_date(struct kho_text value)
{
    if (is_infinity(value))
        return true;
    bool bc = take_bc(&value);
    return take_day(&value, bc) && value.len == 0;
}

static bool is_datetime(struct kho_text value)
{
    if (is_infinity(value))
        return true;
    bool bc = take_bc(&value);
    return take_day(&value, bc) && take(&value, 'T') && take_time(&value) && take(&value, 'Z') &&
           value.len == 0;
}

bool lake_value_is(enum lake_kind kind, struct kho_text value)
{
    switch (kind) {
    case LAKE_STRING:
        return kho_utf8_check(value) == value.len;
    case LAKE_INTEGER:
        return is_integer(value);
    case LAKE_NUMBER:
        return is_number(value);
    case LAKE_BOOLEAN:
        return is_boolean(value);
    case LAKE_DATE:
        return is_date(value);
    case LAKE_DATETIME:
        return is_datetime(value);
    }
    return false;
}
