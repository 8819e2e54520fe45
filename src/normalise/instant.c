/*
 * Instants: ISO 8601 with an offset. A time without one is refused, for nobody can know which it
 * is.
 */
#include "clean.h"
#include "parse.h"

#define NOT_AN_INSTANT "not an ISO 8601 time with offset"

struct reader {
    const char *at;
    const char *end;
};

static bool take_digits(struct reader *r, int count, int *value)
{
    if (r->end - r->at < count || !all_digits((struct kho_text){r->at, (size_t)count}))
        return false;
    *value = (int)digits_value(r->at, (size_t)count);
    r->at += count;
    return true;
}

static bool take_char(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool take_date(struct reader *r, int64_t *days)
{
    int year, month, day;
    if (!take_digits(r, 4, &year) || !take_char(r, '-') || !take_digits(r, 2, &month) ||
        !take_char(r, '-') || !take_digits(r, 2, &day))
        return false;
    if (year < 1 || !kho_date_is_valid(year, month, day))
        return false;
    *days = kho_date_to_days((struct kho_date){year, (uint8_t)month, (uint8_t)day});
    return true;
}

/* Digits beyond microseconds are dropped. */
static void take_fraction(struct reader *r, int64_t *us)
{
    int64_t unit = KHO_US_PER_SECOND / 10;
    for (; r->at < r->end && is_digit(*r->at); r->at++, unit /= 10)
        *us += unit * (*r->at - '0');
}

static bool take_time(struct reader *r, int64_t *us)
{
    int hour, minute, second = 0;
    if (!take_digits(r, 2, &hour) || !take_char(r, ':') || !take_digits(r, 2, &minute))
        return false;
    if (take_char(r, ':') && !take_digits(r, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *us = (((int64_t)hour * 60 + minute) * 60 + second) * KHO_US_PER_SECOND;
    if (take_char(r, '.'))
        take_fraction(r, us);
    return true;
}

static bool take_offset(struct reader *r, int64_t *offset_us)
{
    int hours, minutes = 0;
    *offset_us = 0;
    if (take_char(r, 'Z') || take_char(r, 'z'))
        return r->at == r->end;
    bool west = take_char(r, '-');
    if (!west && !take_char(r, '+'))
        return false;
    if (!take_digits(r, 2, &hours))
        return false;
    bool colon = take_char(r, ':');
    if ((colon || r->at < r->end) && !take_digits(r, 2, &minutes))
        return false;
    if (hours > 15 || minutes > 59 || r->at != r->end)
        return false;
    *offset_us = ((int64_t)hours * 60 + minutes) * 60 * KHO_US_PER_SECOND * (west ? -1 : 1);
    return true;
}

struct parsed parse_timestamptz(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (kho_text_eq_cstr(text, "infinity") || kho_text_eq_cstr(text, "-infinity"))
        return parsed_number(*text.ptr == '-' ? INT64_MIN : INT64_MAX);
    struct reader r = {text.ptr, text.ptr + text.len};
    int64_t days, us, offset_us;
    if (!take_date(&r, &days) || (!take_char(&r, 'T') && !take_char(&r, ' ')) ||
        !take_time(&r, &us))
        return parsed_reject(NOT_AN_INSTANT);
    if (r.at == r.end)
        return parsed_reject("time without an offset from UTC");
    if (!take_offset(&r, &offset_us))
        return parsed_reject(NOT_AN_INSTANT);
    return parsed_number(days * KHO_US_PER_DAY + us - offset_us);
}
