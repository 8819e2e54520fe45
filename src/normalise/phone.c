/*
 * Telephone numbers in E.164. Without a country code a number is Vietnamese: mobile prefixes of
 * before September 2018 (11 digits) become those of today, a leading zero that a spreadsheet ate
 * comes back.
 */
#include "clean.h"
#include "parse.h"

#define NOT_A_PHONE "not a telephone number"
#define DIGITS_MAX 15

/* Old mobile prefixes without their 0, and what replaced them. */
static const char moved_prefixes[][2][4] = {
    {"120", "70"}, {"121", "79"}, {"122", "77"}, {"123", "83"}, {"124", "84"}, {"125", "85"},
    {"126", "76"}, {"127", "81"}, {"128", "78"}, {"129", "82"}, {"162", "32"}, {"163", "33"},
    {"164", "34"}, {"165", "35"}, {"166", "36"}, {"167", "37"}, {"168", "38"}, {"169", "39"},
    {"186", "56"}, {"188", "58"}, {"199", "59"},
};

/* The digits of a number and how it was introduced. */
struct dialled {
    char digits[DIGITS_MAX + 5];
    size_t n;
    bool plus;
};

static bool read_dialled(struct kho_text text, struct dialled *d)
{
    *d = (struct dialled){0};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_digit(c)) {
            if (d->n == sizeof d->digits)
                return false;
            d->digits[d->n++] = c;
        } else if (c == '+' && d->n == 0 && !d->plus) {
            d->plus = true;
        } else if (c != ' ' && c != '.' && c != '-' && c != '(' && c != ')' &&
                   !(c == '\'' && i == 0)) {
            return false;
        }
    }
    return d->n > 0;
}

static void drop(struct dialled *d, size_t n)
{
    d->n -= n;
    memmove(d->digits, d->digits + n, d->n);
}

static struct parsed answer(const struct parse *parse, const char *code, const char *digits,
                            size_t n)
{
    size_t code_len = strlen(code);
    char *bytes = kho_arena_bytes(parse->arena, code_len + n);
    memcpy(bytes, code, code_len);
    memcpy(bytes + code_len, digits, n);
    return parsed_text(bytes, code_len + n);
}

static struct parsed moved(const struct parse *parse, const char digits[10])
{
    for (size_t i = 0; i < KHO_COUNT(moved_prefixes); i++) {
        if (memcmp(digits, moved_prefixes[i][0], 3) != 0)
            continue;
        char now[9];
        memcpy(now, moved_prefixes[i][1], 2);
        memcpy(now + 2, digits + 3, 7);
        struct parsed parsed = answer(parse, "+84", now, sizeof now);
        parsed.repair = "mobile prefix of before 2018";
        return parsed;
    }
    return parsed_reject(NOT_A_PHONE);
}

/* A Vietnamese number without country code and without 0. */
static struct parsed national(const struct parse *parse, const char *digits, size_t n)
{
    if (n == 9 && memchr("35789", digits[0], 5) != NULL) {
        if (memcmp(digits, "30", 2) == 0 || memcmp(digits, "31", 2) == 0)
            return parsed_reject("area code of before 2017");
        return answer(parse, "+84", digits, n);
    }
    if (n == 10 && digits[0] == '1')
        return moved(parse, digits);
    if (n == 10 && digits[0] == '2')
        return answer(parse, "+84", digits, n);
    return parsed_reject(NOT_A_PHONE);
}

static struct parsed with_country(const struct parse *parse, struct dialled *d)
{
    if (memcmp(d->digits, "84", 2) == 0) {
        drop(d, 2);
        if (d->n > 0 && d->digits[0] == '0')
            drop(d, 1);
        return national(parse, d->digits, d->n);
    }
    if (d->n < 7 || d->n > DIGITS_MAX || d->digits[0] == '0')
        return parsed_reject(NOT_A_PHONE);
    return answer(parse, "+", d->digits, d->n);
}

struct parsed parse_phone(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    struct dialled d;
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (memchr(text.ptr, '.', text.len) == memrchr(text.ptr, '.', text.len) &&
        !drop_zero_fraction(&text))
        return parsed_reject(NOT_A_PHONE);
    if (!read_dialled(text, &d))
        return parsed_reject(NOT_A_PHONE);
    if (d.plus)
        return with_country(parse, &d);
    if (d.n > 2 && memcmp(d.digits, "00", 2) == 0) {
        drop(&d, 2);
        return with_country(parse, &d);
    }
    if (d.digits[0] == '0')
        return national(parse, d.digits + 1, d.n - 1);
    if (d.n >= 11 && memcmp(d.digits, "84", 2) == 0)
        return with_country(parse, &d);
    struct parsed parsed = national(parse, d.digits, d.n);
    if (parsed.repair == NULL)
        parsed.repair = REPAIRED_ZERO;
    return parsed;
}
