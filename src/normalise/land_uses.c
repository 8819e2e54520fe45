/*
 * The uses of a parcel as one cell: `ODT: 80; CLN: 120`, `ont + cln`, `LUC,BHK`, a name instead of
 * a code. Each use is looked up in the column's list; the area behind it is read exactly.
 */
#include "clean.h"
#include "decimal.h"
#include "land.h"

#define USES_MAX 16
#define USES_BYTES_MAX 1000

static bool is_number_char(char c)
{
    return is_digit(c) || c == '.' || c == ',';
}

/* Separators end a use; a comma does unless digits stand on both sides of it. */
static size_t use_length(struct kho_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ';' || c == '+')
            return i;
        bool in_number =
            i > 0 && i + 1 < text.len && is_digit(text.ptr[i - 1]) && is_digit(text.ptr[i + 1]);
        if (c == ',' && !in_number)
            return i;
    }
    return text.len;
}

/* Takes `m2` or `m²` off the end. */
static struct kho_text without_unit(struct kho_text text)
{
    static const char *const units[] = {"m2", "m²", "M2"};
    for (size_t i = 0; i < KHO_COUNT(units); i++) {
        struct kho_text unit = kho_text_of(units[i]);
        if (kho_text_ends(text, unit) && text.len > unit.len)
            return kho_text_trim((struct kho_text){text.ptr, text.len - unit.len});
    }
    return text;
}

/* Splits a use at its colon, or before the number at its end. */
static void split_use(struct kho_text use, struct kho_text *name, struct kho_text *area)
{
    const char *colon = memchr(use.ptr, ':', use.len);
    struct kho_text text = without_unit(use);
    size_t end = text.len;
    if (colon != NULL) {
        *name = kho_text_trim((struct kho_text){use.ptr, (size_t)(colon - use.ptr)});
        text = (struct kho_text){colon + 1, (size_t)(text.ptr + text.len - colon) - 1};
        *area = kho_text_trim(text);
        return;
    }
    while (end > 0 && is_number_char(text.ptr[end - 1]))
        end--;
    bool behind_space = end > 0 && end < text.len && text.ptr[end - 1] == ' ';
    *name = behind_space ? kho_text_trim((struct kho_text){text.ptr, end}) : use;
    *area = behind_space ? (struct kho_text){text.ptr + end, text.len - end} : KHO_TEXT_NULL;
}

struct uses {
    struct kho_buf out;
    size_t count;
    bool named; /* a name stood for a code */
};

static const char *add_use(const struct parse *parse, struct uses *uses, struct kho_text use)
{
    struct kho_schema_column any = {.type = KHO_TYPE_AREA};
    struct parse of_area = {.arena = parse->arena, .column = &any};
    struct kho_text name, area, code;
    split_use(use, &name, &area);
    if (++uses->count > USES_MAX)
        return "more than 16 uses";
    if (!kho_codes_find(parse->column->codes, KHO_CODES_ANY, name, &code))
        return "a use that is not in the list";
    uses->named |= code.len != name.len;
    kho_buf_puts(&uses->out, uses->count > 1 ? "; " : "");
    kho_buf_text(&uses->out, code);
    if (area.ptr == NULL || area.len == 0)
        return NULL;
    struct parsed read = parse_area(&of_area, area);
    if (read.outcome == KHO_VALUE_REJECT)
        return read.reason;
    kho_buf_puts(&uses->out, ": ");
    kho_buf_text(&uses->out, read.text);
    /* three digits behind the point could be read as thousands: a fourth says that they are none */
    const char *point = memchr(read.text.ptr, '.', read.text.len);
    if (point != NULL && read.text.ptr + read.text.len - point == 4)
        kho_buf_char(&uses->out, '0');
    return NULL;
}

static const char *read_uses(const struct parse *parse, struct kho_text text, struct uses *uses)
{
    while (text.len > 0) {
        size_t len = use_length(text);
        struct kho_text use = kho_text_trim((struct kho_text){text.ptr, len});
        const char *fault = use.len > 0 ? add_use(parse, uses, use) : NULL;
        if (fault != NULL)
            return fault;
        len += len < text.len;
        text = (struct kho_text){text.ptr + len, text.len - len};
    }
    return uses->count == 0 ? "no use in it" : NULL;
}

/* A line break parts uses: cleaning would make a space of it. */
static struct kho_text without_breaks(struct kho_arena *arena, struct kho_text input)
{
    if (memchr(input.ptr, '\n', input.len) == NULL)
        return input;
    char *bytes = kho_arena_bytes(arena, input.len);
    for (size_t i = 0; i < input.len; i++)
        bytes[i] = (char)(input.ptr[i] == '\n' ? ';' : input.ptr[i]);
    return (struct kho_text){bytes, input.len};
}

struct parsed parse_land_uses(const struct parse *parse, struct kho_text input)
{
    struct cleaned cleaned = clean_noting(parse->arena, without_breaks(parse->arena, input));
    struct uses uses = {0};
    if (cleaned.fault != NULL)
        return parsed_reject(cleaned.fault);
    if (cleaned.text.len == 0)
        return parsed_null(NULL);
    if (cleaned.text.len > USES_BYTES_MAX)
        return parsed_reject("more than 1000 bytes");
    kho_buf_init(&uses.out, USES_BYTES_MAX * 4);
    const char *fault = read_uses(parse, cleaned.text, &uses);
    struct kho_text text = kho_arena_text(parse->arena, kho_buf_as_text(&uses.out));
    kho_buf_release(&uses.out);
    if (fault != NULL)
        return parsed_reject(fault);
    return parsed_repaired(text.ptr, text.len,
                           uses.named ? "a name instead of a code" : cleaned.repair);
}

bool land_uses_sum(struct kho_text uses, int64_t *units)
{
    *units = 0;
    while (uses.ptr != NULL) {
        struct kho_text area = kho_text_cut(&uses, ';');
        (void)kho_text_cut(&area, ':');
        struct decimal d = {0};
        int64_t one;
        if (area.ptr == NULL || !split_decimal(kho_text_trim(area), &d) ||
            !decimal_units(d, &one) || __builtin_add_overflow(*units, one, units))
            return false;
    }
    return true;
}
