/*
 * Days: in ISO 8601 or by a department's format, whole or of reduced precision. Years are taken as
 * written; which of day and month comes first is said by the format, never guessed.
 */
#include "date.h"

#include "clean.h"

#define NOT_A_DATE "not a date"
#define NO_SUCH_DAY "no such day in the calendar"
#define SERIAL "a number, not a date: perhaps a spreadsheet's serial number"

const char *year_fault(int64_t year)
{
    return year < 1800 || year > 2200 ? "year outside 1800 to 2200" : NULL;
}

bool is_placeholder_day(int64_t days)
{
    return days == -25567 || days == -719162; /* 1900-01-01 and 0001-01-01 */
}

struct parsed check_day(int64_t year, int month, int day, bool *whole)
{
    *whole = month != 0 && day != 0;
    if (!*whole) {
        if (year == 0 && month == 0 && day == 0)
            return parsed_null(PLACEHOLDER_DATE);
        if (month > 12 || day > 31 || (month == 0 && day != 0))
            return parsed_reject(NO_SUCH_DAY);
        return parsed_number(0);
    }
    if (year < 1 || !kho_date_is_valid(year, month, day))
        return parsed_reject(NO_SUCH_DAY);
    int64_t days = kho_date_to_days((struct kho_date){(int32_t)year, (uint8_t)month, (uint8_t)day});
    return is_placeholder_day(days) ? parsed_null(PLACEHOLDER_DATE) : parsed_number(days);
}

struct kho_text iso_date(struct kho_arena *arena, int64_t year, int month, int day)
{
    char *out = kho_arena_bytes(arena, 10);
    for (int i = 3; i >= 0; i--, year /= 10)
        out[i] = (char)('0' + year % 10);
    if (month == 0)
        return (struct kho_text){out, 4};
    out[4] = '-';
    out[5] = (char)('0' + month / 10);
    out[6] = (char)('0' + month % 10);
    if (day == 0)
        return (struct kho_text){out, 7};
    out[7] = '-';
    out[8] = (char)('0' + day / 10);
    out[9] = (char)('0' + day % 10);
    return (struct kho_text){out, 10};
}

/* The parts of an ISO 8601 date; month and day are 0 where they are not written. */
struct ymd {
    int64_t year;
    int month, day;
};

static bool two_digits(const char *p, int *value)
{
    *value = (p[0] - '0') * 10 + (p[1] - '0');
    return is_digit(p[0]) && is_digit(p[1]);
}

static bool iso_parts(struct kho_text t, struct ymd *d)
{
    *d = (struct ymd){0};
    if (t.len < 4 || !all_digits((struct kho_text){t.ptr, 4}))
        return false;
    d->year = digits_value(t.ptr, 4);
    if (t.len == 4)
        return true;
    if (t.len == 8)
        return two_digits(t.ptr + 4, &d->month) && two_digits(t.ptr + 6, &d->day);
    if ((t.len != 7 && t.len != 10) || t.ptr[4] != '-' || !two_digits(t.ptr + 5, &d->month))
        return false;
    return t.len == 7 || (t.ptr[7] == '-' && two_digits(t.ptr + 8, &d->day));
}

/* Drops a time of midnight, which systems write behind dates that have none. */
static struct kho_text without_midnight(struct kho_text t)
{
    if (t.len < 16 || (t.ptr[10] != ' ' && t.ptr[10] != 'T'))
        return t;
    for (size_t i = 11; i < t.len; i++) {
        bool colon = i == 13 || i == 16;
        if (t.ptr[i] != (colon ? ':' : i == 19 ? '.' : '0'))
            return t;
    }
    return (struct kho_text){t.ptr, 10};
}

static struct parsed not_a_date(struct kho_text text)
{
    return parsed_reject(all_digits(text) && text.len == 5 ? SERIAL : NOT_A_DATE);
}

/* Cleans, drops midnight, takes apart. OK = go on with `d`. */
static struct parsed read_iso(const struct parse *parse, struct kho_text input,
                              struct kho_text *text, struct ymd *d)
{
    const char *fault = clean_text(parse->arena, input, text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text->len == 0)
        return parsed_null(NULL);
    *text = without_midnight(*text);
    return iso_parts(*text, d) ? parsed_number(0) : not_a_date(*text);
}

struct parsed parse_date(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    struct ymd d;
    bool whole;
    struct parsed read = read_iso(parse, input, &text, &d);
    if (read.outcome != KHO_VALUE_OK)
        return read;
    read = check_day(d.year, d.month, d.day, &whole);
    if (read.outcome == KHO_VALUE_OK && !whole)
        return parsed_reject(d.month == 0 ? "only the year is known" : "the day is not known");
    return read;
}

struct parsed parse_partial_date(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    struct ymd d;
    bool whole;
    struct parsed read = read_iso(parse, input, &text, &d);
    if (read.outcome != KHO_VALUE_OK)
        return read;
    read = check_day(d.year, d.month, d.day, &whole);
    if (read.outcome != KHO_VALUE_OK)
        return read;
    const char *fault = year_fault(d.year);
    if (fault != NULL)
        return parsed_reject(fault);
    bool as_written = text.len != 8 && (whole || (text.len == 7 && d.month != 0) || text.len == 4);
    read.text = as_written ? text : iso_date(parse->arena, d.year, d.month, d.day);
    return read;
}

static const struct {
    const char *word;
    char kind;
} format_words[] = {{"YYYY", 'Y'}, {"YY", 'y'}, {"MM", 'M'}, {"M", 'm'}, {"DD", 'D'}, {"D", 'd'}};

static char take_word(struct kho_text *format)
{
    for (size_t i = 0; i < KHO_COUNT(format_words); i++) {
        struct kho_text word = kho_text_of(format_words[i].word);
        if (kho_text_starts(*format, word)) {
            format->ptr += word.len;
            format->len -= word.len;
            return format_words[i].kind;
        }
    }
    return '=';
}

const char *date_format_read(struct kho_text format, struct date_format *out)
{
    *out = (struct date_format){0};
    bool dmy = kho_text_eq_cstr(format, "dmy");
    if (dmy || kho_text_eq_cstr(format, "mdy")) {
        out->any = true;
        out->order = dmy ? DATE_DMY : DATE_MDY;
        return NULL;
    }
    int years = 0, months = 0, days = 0;
    while (format.len > 0) {
        if (out->n_parts == DATE_FORMAT_PARTS)
            return "date format is too long";
        struct date_part *part = &out->parts[out->n_parts++];
        part->kind = take_word(&format);
        years += part->kind == 'Y' || part->kind == 'y';
        months += part->kind == 'M' || part->kind == 'm';
        days += part->kind == 'D' || part->kind == 'd';
        out->has_long_year |= part->kind == 'Y';
        if (part->kind != '=')
            continue;
        part->literal = *format.ptr++;
        format.len--;
        if ((part->literal | 32) >= 'a' && (part->literal | 32) <= 'z' && part->literal != 'T')
            return "date format has a letter that is none of YYYY YY MM M DD D, and is not dmy or "
                   "mdy";
    }
    if (years != 1 || months > 1 || days > 1 || (days == 1 && months == 0))
        return "date format needs one year, and a month where it has a day";
    return NULL;
}

/* Reads one or two digits, or `--` for "not known". */
static bool take_number(struct kho_text *rest, bool exactly_two, int *value)
{
    if (kho_text_starts(*rest, KHO_TEXT("--"))) {
        *value = 0;
        rest->ptr += 2;
        rest->len -= 2;
        return true;
    }
    size_t n = 0;
    while (n < 2 && n < rest->len && is_digit(rest->ptr[n]))
        n++;
    if (n == 0 || (exactly_two && n != 2))
        return false;
    *value = (int)digits_value(rest->ptr, n);
    rest->ptr += n;
    rest->len -= n;
    return true;
}

static bool take_year(struct kho_text *rest, int64_t *year)
{
    if (rest->len < 4 || !all_digits((struct kho_text){rest->ptr, 4}))
        return false;
    *year = digits_value(rest->ptr, 4);
    rest->ptr += 4;
    rest->len -= 4;
    return true;
}

static bool take_part(const struct date_part *part, struct kho_text *rest, struct ymd *d)
{
    int value = 0;
    switch (part->kind) {
    case 'Y':
        return take_year(rest, &d->year);
    case 'y':
        if (!take_number(rest, true, &value))
            return false;
        d->year = value < 30 ? 2000 + value : 1900 + value;
        return true;
    case 'M':
    case 'm':
        return take_number(rest, part->kind == 'M', &d->month);
    case 'D':
    case 'd':
        return take_number(rest, part->kind == 'D', &d->day);
    default:
        if (rest->len == 0 || *rest->ptr != part->literal)
            return false;
        rest->ptr++;
        rest->len--;
        return true;
    }
}

static bool match(const struct date_format *format, struct kho_text text, struct ymd *d)
{
    *d = (struct ymd){0};
    if (text.len == 4 && format->has_long_year && all_digits(text)) {
        d->year = digits_value(text.ptr, 4);
        return true;
    }
    for (size_t i = 0; i < format->n_parts; i++) {
        if (!take_part(&format->parts[i], &text, d))
            return false;
    }
    return text.len == 0;
}

static struct parsed day_parts(struct kho_arena *arena, const struct ymd *d)
{
    bool whole;
    struct parsed parsed = check_day(d->year, d->month, d->day, &whole);
    if (parsed.outcome != KHO_VALUE_OK)
        return parsed;
    const char *fault = year_fault(d->year);
    if (fault != NULL)
        return parsed_reject(fault);
    parsed.text = iso_date(arena, d->year, d->month, d->day);
    if (!whole)
        parsed.repair = "day or month not known: reduced precision";
    return parsed;
}

static bool match_any(const struct date_format *formats, size_t count, struct kho_text text,
                      struct ymd *d)
{
    for (size_t i = 0; i < count; i++) {
        if (!formats[i].any && match(&formats[i], text, d))
            return true;
    }
    return false;
}

static struct parsed no_format_fits(const struct parse *parse, const struct date_format *formats,
                                    size_t count, struct kho_text text)
{
    for (size_t i = 0; i < count; i++) {
        if (formats[i].any)
            return any_date(parse, formats[i].order, text);
    }
    return parsed_reject(all_digits(text) && text.len == 5 ? SERIAL
                                                           : "not a date of the given format");
}

struct parsed date_by_formats(const struct parse *parse, const struct date_format *formats,
                              size_t count, struct kho_text input)
{
    struct ymd d;
    if (match_any(formats, count, input, &d))
        return day_parts(parse->arena, &d);
    struct kho_text text;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    text = without_midnight(text);
    if (match_any(formats, count, text, &d))
        return day_parts(parse->arena, &d);
    return no_format_fits(parse, formats, count, text);
}
