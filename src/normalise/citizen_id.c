/*
 * Personal numbers of 12 digits: three for the province (or country) where the birth was
 * registered, one for century and sex, two for the year, six random ones. There is no check digit;
 * the province table is that of 2016 and stays as it is, whatever provinces are merged later.
 */
#include "clean.h"
#include "parse.h"

#define ID_DIGITS 12
#define PLACEHOLDER "placeholder number"

/* The 63 codes in use, by number. */
static const bool provinces[100] = {
    [1] = true,  [2] = true,  [4] = true,  [6] = true,  [8] = true,  [10] = true, [11] = true,
    [12] = true, [14] = true, [15] = true, [17] = true, [19] = true, [20] = true, [22] = true,
    [24] = true, [25] = true, [26] = true, [27] = true, [30] = true, [31] = true, [33] = true,
    [34] = true, [35] = true, [36] = true, [37] = true, [38] = true, [40] = true, [42] = true,
    [44] = true, [45] = true, [46] = true, [48] = true, [49] = true, [51] = true, [52] = true,
    [54] = true, [56] = true, [58] = true, [60] = true, [62] = true, [64] = true, [66] = true,
    [67] = true, [68] = true, [70] = true, [72] = true, [74] = true, [75] = true, [77] = true,
    [79] = true, [80] = true, [82] = true, [83] = true, [84] = true, [86] = true, [87] = true,
    [89] = true, [91] = true, [92] = true, [93] = true, [94] = true, [95] = true, [96] = true,
};

const char *citizen_id_fault(const char digits[12], bool *foreign)
{
    *foreign = digits[0] != '0';
    if (!*foreign && !provinces[digits_value(digits + 1, 2)])
        return "first three digits are no province";
    if (digits[3] > '3')
        return "fourth digit says born after 2099";
    return NULL;
}

bool drop_zero_fraction(struct kho_text *text)
{
    const char *point = text->len > 0 ? memrchr(text->ptr, '.', text->len) : NULL;
    if (point == NULL)
        return true;
    size_t behind = (size_t)(text->ptr + text->len - point) - 1;
    if (behind > 2)
        return true;
    for (size_t i = 1; i <= behind; i++) {
        if (point[i] != '0')
            return false;
    }
    text->len -= behind + 1;
    return true;
}

size_t copy_digits(struct kho_text input, char extra, char *out, size_t max)
{
    size_t n = 0;
    if (!drop_zero_fraction(&input))
        return SIZE_MAX;
    for (size_t i = 0; i < input.len; i++) {
        char c = input.ptr[i];
        if (c == ' ' || c == '.' || (c == '\'' && i == 0))
            continue;
        if (!is_digit(c) && (extra == '\0' || c != extra))
            return SIZE_MAX;
        if (n < max)
            out[n] = c;
        n++;
    }
    return n;
}

static bool is_placeholder(const char *digits, size_t n)
{
    struct kho_text text = {digits, n};
    if (kho_text_eq_cstr(text, "123456789") || kho_text_eq_cstr(text, "123456789012"))
        return true;
    for (size_t i = 1; i < n; i++) {
        if (digits[i] != digits[0])
            return false;
    }
    return digits[0] == '0' || n >= 9;
}

/* Says what is wrong with a text that is not made of digits. */
static const char *letters_fault(struct kho_text text)
{
    bool letter_o = false, exponent = false, other = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == 'O' || c == 'o')
            letter_o = true;
        else if (i > 0 && (c == 'E' || c == 'e' || c == '+'))
            exponent = true;
        else if (!is_digit(c) && c != '.' && c != ',' && c != ' ')
            other = true;
    }
    if (exponent && !letter_o && !other)
        return "scientific notation: digits are lost";
    return letter_o && !exponent && !other ? "letter O where a digit 0 should stand"
                                           : "not a number of 12 digits";
}

static struct parsed padded(const struct parse *parse, const char *digits, size_t n)
{
    bool foreign;
    char *bytes = kho_arena_bytes(parse->arena, ID_DIGITS);
    memset(bytes, '0', ID_DIGITS);
    memcpy(bytes + ID_DIGITS - n, digits, n);
    if (citizen_id_fault(bytes, &foreign) != NULL)
        return parsed_reject("not 12 digits, and no leading zero is missing");
    return parsed_repaired(bytes, ID_DIGITS, REPAIRED_ZERO);
}

static struct parsed twelve(const struct parse *parse, struct kho_text text, const char *digits)
{
    bool foreign;
    const char *fault = citizen_id_fault(digits, &foreign);
    if (fault != NULL)
        return parsed_reject(fault);
    struct parsed parsed = parsed_text(text.ptr, text.len);
    if (text.len != ID_DIGITS) {
        parsed.repair = REPAIRED_SEPARATORS;
        parsed.text = kho_arena_text(parse->arena, (struct kho_text){digits, ID_DIGITS});
    }
    if (foreign)
        parsed.reason = "first three digits are no province: born abroad, or unknown";
    return parsed;
}

/* Reads a number in which a letter O stands for a zero: only where nothing else can be meant. */
static struct parsed with_letter_o(const struct parse *parse, struct kho_text text)
{
    bool foreign;
    if (text.len != ID_DIGITS)
        return parsed_reject(letters_fault(text));
    char *bytes = kho_arena_bytes(parse->arena, ID_DIGITS);
    for (size_t i = 0; i < ID_DIGITS; i++)
        bytes[i] = (char)(text.ptr[i] == 'O' || text.ptr[i] == 'o' ? '0' : text.ptr[i]);
    struct kho_text digits = {bytes, ID_DIGITS};
    if (!all_digits(digits) || is_placeholder(bytes, ID_DIGITS) ||
        citizen_id_fault(bytes, &foreign) != NULL || foreign)
        return parsed_reject(letters_fault(text));
    struct parsed parsed = parsed_repaired(bytes, ID_DIGITS, LETTER_O);
    parsed.reason = LETTER_O;
    return parsed;
}

struct parsed parse_citizen_id(const struct parse *parse, struct kho_text input)
{
    struct kho_text text = input;
    char digits[16];
    if (input.len != ID_DIGITS || !all_digits(input)) {
        const char *fault = clean_text(parse->arena, input, &text);
        if (fault != NULL)
            return parsed_reject(fault);
        if (text.len == 0)
            return parsed_null(NULL);
    }
    size_t n = copy_digits(text, '\0', digits, sizeof digits);
    if (n == SIZE_MAX || n == 0)
        return with_letter_o(parse, text);
    if (n <= ID_DIGITS && is_placeholder(digits, n))
        return parsed_null(PLACEHOLDER);
    switch (n) {
    case 12:
        return twelve(parse, text, digits);
    case 11:
    case 10:
        return padded(parse, digits, n);
    case 9:
        return parsed_reject("CMND of 9 digits");
    default:
        return parsed_reject("not 12 digits");
    }
}
