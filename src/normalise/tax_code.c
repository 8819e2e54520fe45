/*
 * Tax codes: 10 digits with a check digit, the same with a hyphen and a branch of three digits, or
 * the personal number of 12 digits that people and households use since July 2025.
 */
#include "clean.h"
#include "parse.h"

/* NULL, or what is wrong with a code of 10 digits. */
static const char *code_fault(const char digits[10])
{
    static const int weights[9] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
    int sum = 0;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i] * (digits[i] - '0');
    if (memcmp(digits, "00", 2) == 0)
        return "first two digits are no tax office";
    if (memcmp(digits + 2, "0000000", 7) == 0)
        return "serial number is zero";
    /* A remainder of 0 would need a check digit of 10: such codes are not issued. */
    if (10 - sum % 11 != digits[9] - '0')
        return "check digit does not fit";
    return NULL;
}

static struct parsed with_branch(const struct parse *parse, struct kho_text input,
                                 const char digits[13])
{
    const char *fault = code_fault(digits);
    if (fault != NULL)
        return parsed_reject(fault);
    if (memcmp(digits + 10, "000", 3) == 0)
        return parsed_reject("branch number is 000");
    if (input.len == 14 && input.ptr[10] == '-')
        return parsed_text(input.ptr, input.len);
    char *bytes = kho_arena_bytes(parse->arena, 14);
    memcpy(bytes, digits, 10);
    bytes[10] = '-';
    memcpy(bytes + 11, digits + 10, 3);
    return parsed_text(bytes, 14);
}

static struct parsed ten(const struct parse *parse, struct kho_text input, const char digits[10])
{
    const char *fault = code_fault(digits);
    if (fault != NULL)
        return parsed_reject(fault);
    if (input.len == 10)
        return parsed_text(input.ptr, 10);
    struct kho_text copy = kho_arena_text(parse->arena, (struct kho_text){digits, 10});
    return parsed_repaired(copy.ptr, copy.len, REPAIRED_SEPARATORS);
}

/* Twelve digits are a personal number, or 13 that lost their leading zero. */
static struct parsed twelve(const struct parse *parse, struct kho_text input, const char digits[14])
{
    bool foreign;
    if (digits[0] == '0') {
        const char *fault = citizen_id_fault(digits, &foreign);
        struct kho_text copy = kho_arena_text(parse->arena, (struct kho_text){digits, 12});
        return fault != NULL ? parsed_reject(fault) : parsed_text(copy.ptr, copy.len);
    }
    char longer[13] = {'0'};
    memcpy(longer + 1, digits, 12);
    struct parsed parsed = with_branch(parse, input, longer);
    parsed.repair = REPAIRED_ZERO;
    return parsed;
}

static struct parsed nine(const struct parse *parse, struct kho_text input, const char digits[9])
{
    char longer[10] = {'0'};
    memcpy(longer + 1, digits, 9);
    if (code_fault(longer) != NULL)
        return parsed_reject("9 digits, and no leading zero is missing");
    struct parsed parsed = ten(parse, input, longer);
    parsed.repair = REPAIRED_ZERO;
    return parsed;
}

/* Takes the hyphen out; false if it stands anywhere but between code and branch. */
static bool drop_hyphen(char *digits, size_t *n)
{
    char *hyphen = memchr(digits, '-', *n);
    if (hyphen == NULL)
        return true;
    if (hyphen != digits + 10 || *n != 14)
        return false;
    memmove(hyphen, hyphen + 1, 3);
    *n = 13;
    return memchr(digits, '-', *n) == NULL;
}

struct parsed parse_tax_code(const struct parse *parse, struct kho_text input)
{
    struct kho_text text;
    char digits[16];
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    size_t n = copy_digits(text, '-', digits, sizeof digits);
    if (n > sizeof digits)
        return parsed_reject("not a tax code of 10, 12 or 13 digits");
    if (!drop_hyphen(digits, &n))
        return parsed_reject("a branch has three digits behind a hyphen");
    switch (n) {
    case 9:
        return nine(parse, text, digits);
    case 10:
        return ten(parse, text, digits);
    case 12:
        return twelve(parse, text, digits);
    case 13:
        return with_branch(parse, text, digits);
    default:
        return parsed_reject("not a tax code of 10, 12 or 13 digits");
    }
}
