/*
 * Days in every way that departments write them, where only the order of day and month has to be
 * told: `13/05/1965`, `13.5.65`, `13051965`, `00/05/1965`, `--/05/1965`, `1965`, a spreadsheet's
 * serial number, `/Date(ms)/`. An order is of a column: nothing here guesses it from a cell.
 */
#include <kho/core/clock.h>

#include "any_date.h"
#include "clean.h"

#define NOT_A_DATE "not a date in any form that is known"
#define OTHER_ORDER "day and month stand the other way round than the mapping says"
#define REDUCED "day or month not known: reduced precision"
#define SERIAL "a spreadsheet's serial number"
#define SHORT_YEAR "a year of two digits"
/* Serial numbers count from 1899-12-30, for days after 1900-02-28; up to 2173. */
#define SERIAL_EPOCH (-25569)
#define SERIAL_MIN 10000

struct any_parts {
    int64_t year;
    int first, second; /* in the order as written; 0 = not known */
    bool year_first;   /* then month and day */
    const char *repair;
};

static bool is_time_char(char c)
{
    return is_digit(c) || c == ':' || c == '.' || c == 'Z' || c == '+';
}

/* Drops a time of midnight behind a date. */
static struct kho_text without_time(struct kho_text text)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    if (colon == NULL)
        return text;
    const char *start = colon;
    while (start > text.ptr && start[-1] != ' ' && start[-1] != 'T')
        start--;
    for (const char *p = start; p < text.ptr + text.len; p++) {
        if (!is_time_char(*p) || (is_digit(*p) && *p != '0'))
            return text;
    }
    return start > text.ptr ? (struct kho_text){text.ptr, (size_t)(start - text.ptr) - 1} : text;
}

/* One or two digits, or a word for "not known". */
static bool take_short(struct kho_text part, int *value)
{
    part = kho_text_trim(part);
    *value = 0;
    if (kho_text_eq_cstr(part, "--") || kho_text_eq_cstr(part, "..") ||
        kho_text_eq_cstr(part, "xx") || kho_text_eq_cstr(part, "??"))
        return true;
    if (part.len > 2 || !all_digits(part))
        return false;
    *value = (int)digits_value(part.ptr, part.len);
    return true;
}

static bool take_long(struct kho_text part, struct any_parts *d)
{
    part = kho_text_trim(part);
    if ((part.len != 4 && part.len != 2) || !all_digits(part))
        return false;
    d->year = digits_value(part.ptr, part.len);
    if (part.len == 4)
        return true;
    d->year += d->year < ANY_DATE_PIVOT ? 2000 : 1900;
    d->repair = SHORT_YEAR;
    return true;
}

/* Parts between separators: of three the year is the one with four digits, or the last. */
static bool read_parts(struct kho_text text, char separator, struct any_parts *d)
{
    struct kho_text parts[3] = {KHO_TEXT_NULL};
    size_t n = 0;
    for (struct kho_text rest = text; rest.ptr != NULL; n++) {
        if (n == 3)
            return false;
        parts[n] = kho_text_cut(&rest, separator);
    }
    bool year_first = parts[0].len == 4 && all_digits(parts[0]);
    d->year_first = year_first;
    if (n == 2 && year_first) /* 1965-05 */
        return take_long(parts[0], d) && take_short(parts[1], &d->first);
    if (n == 2) /* 05/1965 */
        return parts[1].len == 4 && take_long(parts[1], d) && (d->year_first = true) &&
               take_short(parts[0], &d->first);
    if (n == 3 && year_first)
        return take_long(parts[0], d) && take_short(parts[1], &d->first) &&
               take_short(parts[2], &d->second);
    return n == 3 && take_long(parts[2], d) && take_short(parts[0], &d->first) &&
           take_short(parts[1], &d->second);
}

static char separator_of(struct kho_text text)
{
    static const char separators[] = "/.- ";
    for (size_t i = 0; i < sizeof separators - 1; i++) {
        if (memchr(text.ptr, separators[i], text.len) != NULL)
            return separators[i];
    }
    return '\0';
}

static struct parsed finish(struct kho_arena *arena, int64_t year, int month, int day,
                            const char *repair)
{
    bool whole;
    struct parsed parsed = check_day(year, month, day, &whole);
    if (parsed.outcome != KHO_VALUE_OK)
        return parsed;
    const char *fault = year_fault(year);
    if (fault != NULL)
        return parsed_reject(fault);
    parsed.text = iso_date(arena, year, month, day);
    parsed.repair = !whole ? REDUCED : repair;
    return parsed;
}

static struct parsed ordered(struct kho_arena *arena, enum date_order order,
                             const struct any_parts *d)
{
    bool day_first = !d->year_first && order == DATE_DMY;
    int month = day_first ? d->second : d->first;
    int day = day_first ? d->first : d->second;
    if (!d->year_first && month > 12 && day <= 12 && day > 0 && month <= 31)
        return parsed_reject(OTHER_ORDER);
    return finish(arena, d->year, month, day, d->repair);
}

static struct parsed of_days(struct kho_arena *arena, int64_t days, const char *repair)
{
    struct kho_date date = kho_date_from_days(days);
    return finish(arena, date.year, date.month, date.day, repair);
}

/* Eight digits: nothing that is a day in one order of year and month is one in the other. */
static struct parsed eight(struct kho_arena *arena, enum date_order order, const char *digits)
{
    int64_t head = digits_value(digits, 4);
    int64_t tail = digits_value(digits + 4, 4);
    struct any_parts d = {.year = tail};
    if (year_fault(tail) != NULL) {
        d.year = head;
        d.year_first = true;
        digits += 4;
    }
    d.first = (int)digits_value(digits, 2);
    d.second = (int)digits_value(digits + 2, 2);
    if (d.year_first || year_fault(head) != NULL)
        return ordered(arena, order, &d);
    return parsed_reject("ambiguous: the year at the beginning or at the end");
}

static bool is_day_of(int64_t year, int64_t first, int64_t second, enum date_order order)
{
    int64_t month = order == DATE_DMY ? second : first;
    int64_t day = order == DATE_DMY ? first : second;
    return kho_date_is_valid(year, (int)month, (int)day);
}

/* Seven digits: one of day and month has lost its zero, if only one reading is a day. */
static struct parsed seven(struct kho_arena *arena, enum date_order order, const char *digits)
{
    int64_t year = digits_value(digits + 3, 4);
    struct any_parts d = {.year = year, .repair = REPAIRED_ZERO};
    bool one_two = is_day_of(year, digits_value(digits, 1), digits_value(digits + 1, 2), order);
    bool two_one = is_day_of(year, digits_value(digits, 2), digits_value(digits + 2, 1), order);
    /* a day of one digit before a month of two with its zero is how 1/05/1965 lost one zero */
    if (one_two == two_one)
        return parsed_reject(one_two ? "ambiguous: a zero is missing, and it is not clear where"
                                     : NOT_A_DATE);
    d.first = (int)digits_value(digits, one_two ? 1 : 2);
    d.second = (int)digits_value(digits + (one_two ? 1 : 2), one_two ? 2 : 1);
    return ordered(arena, order, &d);
}

static struct parsed only_digits(struct kho_arena *arena, enum date_order order,
                                 struct kho_text text)
{
    int64_t value = text.len <= 8 ? digits_value(text.ptr, text.len) : 0;
    switch (text.len) {
    case 1:
        return value == 0 ? parsed_null(PLACEHOLDER_DATE) : parsed_reject(NOT_A_DATE);
    case 4:
        return finish(arena, value, 0, 0, NULL);
    case 5:
        return value < SERIAL_MIN ? parsed_reject(NOT_A_DATE)
                                  : of_days(arena, SERIAL_EPOCH + value, SERIAL);
    case 7:
        return seven(arena, order, text.ptr);
    case 8:
        return eight(arena, order, text.ptr);
    default:
        return parsed_reject(NOT_A_DATE);
    }
}

/* `/Date(-146793600000)/` and `/Date(...+0700)/`: milliseconds UTC; the day is that of the zone. */
static bool json_instant(struct kho_text text, int64_t *ms)
{
    if (!kho_text_starts(text, KHO_TEXT("/Date(")) || !kho_text_ends(text, KHO_TEXT(")/")))
        return false;
    struct kho_text inside = {text.ptr + 6, text.len - 8};
    for (size_t i = 1; i < inside.len; i++) {
        if (inside.ptr[i] == '+' || inside.ptr[i] == '-')
            inside.len = i;
    }
    return kho_text_to_int(inside, ms) && *ms > INT64_MIN / 2000 && *ms < INT64_MAX / 2000;
}

static struct parsed day_of_instant(struct kho_arena *arena, const struct kho_zone *zone,
                                    int64_t ms)
{
    int64_t us = ms * 1000;
    us += kho_zone_offset_at(zone, us) * KHO_US_PER_SECOND;
    int64_t days = us / KHO_US_PER_DAY - (us % KHO_US_PER_DAY < 0);
    return us % KHO_US_PER_DAY == 0 ? of_days(arena, days, NULL)
                                    : parsed_reject("a time of day behind the date");
}

struct parsed any_date(const struct parse *parse, enum date_order order, struct kho_text input)
{
    struct kho_text text;
    struct any_parts d = {0};
    int64_t ms;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (json_instant(text, &ms))
        return day_of_instant(parse->arena, parse->zone, ms);
    text = without_time(text);
    if (all_digits(text))
        return only_digits(parse->arena, order, text);
    char separator = separator_of(text);
    if (separator == '\0' || !read_parts(text, separator, &d))
        return parsed_reject(NOT_A_DATE);
    return ordered(parse->arena, order, &d);
}
