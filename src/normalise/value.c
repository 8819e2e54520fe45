/*
 * One door to the parsers of all types: text in, canonical text out.
 */
#include <kho/record/wire.h>

#include "clean.h"
#include "date.h"
#include "parse.h"

static bool is_word_byte(char c)
{
    return (unsigned char)c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

bool has_lost_letter(struct kho_text text)
{
    const char *end = text.ptr + text.len;
    const char *at = text.ptr;
    while ((at = memchr(at, '?', (size_t)(end - at))) != NULL) {
        if (at > text.ptr && at + 1 < end && is_word_byte(at[-1]) && is_word_byte(at[1]))
            return true;
        at++;
    }
    return false;
}

struct parsed parse_text(const struct parse *parse, struct kho_text input)
{
    struct cleaned cleaned = clean_noting(parse->arena, input);
    if (cleaned.fault != NULL)
        return parsed_reject(cleaned.fault);
    if (cleaned.text.len == 0)
        return parsed_null(NULL);
    struct parsed parsed = parsed_repaired(cleaned.text.ptr, cleaned.text.len, cleaned.repair);
    parsed.reason = has_lost_letter(cleaned.text) ? LOST_LETTER : cleaned.warning;
    return parsed;
}

struct parsed parse_code(const struct parse *parse, struct kho_text input)
{
    struct kho_text code;
    struct kho_text text;
    if (kho_codes_find(parse->column->codes, KHO_CODES_ANY, input, &code))
        return parsed_text(code.ptr, code.len);
    const char *fault = clean_text(parse->arena, input, &text);
    if (fault != NULL)
        return parsed_reject(fault);
    if (text.len == 0)
        return parsed_null(NULL);
    if (kho_codes_find(parse->column->codes, KHO_CODES_ANY, text, &code))
        return parsed_text(code.ptr, code.len);
    return parsed_reject(parse->not_in_list);
}

static parser *const parsers[KHO_TYPE_COUNT] = {
    [KHO_TYPE_TEXT] = parse_text,
    [KHO_TYPE_INTEGER] = parse_integer,
    [KHO_TYPE_DECIMAL] = parse_decimal,
    [KHO_TYPE_BOOLEAN] = parse_boolean,
    [KHO_TYPE_DATE] = parse_date,
    [KHO_TYPE_PARTIAL_DATE] = parse_partial_date,
    [KHO_TYPE_TIMESTAMPTZ] = parse_timestamptz,
    [KHO_TYPE_CODE] = parse_code,
    [KHO_TYPE_CITIZEN_ID] = parse_citizen_id,
    [KHO_TYPE_TAX_CODE] = parse_tax_code,
    [KHO_TYPE_PHONE] = parse_phone,
    [KHO_TYPE_PERSON_NAME] = parse_person_name,
    [KHO_TYPE_MONEY] = parse_money,
    [KHO_TYPE_AREA] = parse_area,
    [KHO_TYPE_LAND_USES] = parse_land_uses,
    [KHO_TYPE_PARCEL_NUMBER] = parse_parcel_number,
    [KHO_TYPE_PARCEL_ID] = parse_parcel_id,
    [KHO_TYPE_CERTIFICATE_SERIAL] = parse_certificate_serial,
    [KHO_TYPE_NORTHING] = parse_northing,
    [KHO_TYPE_EASTING] = parse_easting,
    [KHO_TYPE_BUSINESS_ID] = parse_business_id,
    [KHO_TYPE_SECTOR] = parse_sector,
};

parser *parser_of(enum kho_type type)
{
    return parsers[type];
}

/* The cell that a number makes on the wire; false if PostgreSQL has no such day or instant. */
static bool number_cell(struct kho_arena *arena, enum kho_wire wire, int64_t number,
                        struct kho_text *cell)
{
    switch (wire) {
    case KHO_WIRE_INT8:
        *cell = kho_wire_from_int8(arena, number);
        return true;
    case KHO_WIRE_BOOL:
        *cell = kho_wire_from_bool(arena, number != 0);
        return true;
    case KHO_WIRE_DATE:
        return kho_wire_from_date(arena, number, cell);
    default:
        return kho_wire_from_timestamp(arena, number, cell);
    }
}

bool parsed_cell(struct kho_arena *arena, enum kho_type type, struct parsed *parsed,
                 struct kho_text *cell)
{
    enum kho_wire wire = kho_type_wire(type);
    bool made = true;
    if (wire == KHO_WIRE_TEXT)
        *cell = parsed->text;
    else if (wire == KHO_WIRE_NUMERIC)
        made = kho_wire_from_decimal(arena, parsed->text, cell);
    else
        made = number_cell(arena, wire, parsed->number, cell);
    if (!made)
        *parsed = parsed_reject("out of the store's range");
    return made;
}

const char *not_in_list_reason(struct kho_arena *arena, const struct kho_schema_column *column)
{
    if (column->type != KHO_TYPE_CODE)
        return NULL;
    return kho_arena_printf(arena, "not in list %.*s", KHO_TEXT_ARGS(column->codes->name));
}

static struct kho_value to_value(struct parsed parsed, struct kho_text text)
{
    return (struct kho_value){parsed.outcome, text, parsed.reason, parsed.repair};
}

struct kho_value kho_value_parse(struct kho_arena *arena, const struct kho_schema_column *column,
                                 struct kho_text input)
{
    struct parse parse = {.arena = arena, .column = column};
    parse.not_in_list = not_in_list_reason(arena, column);
    struct parsed parsed = parsers[column->type](&parse, input);
    enum kho_wire wire = kho_type_wire(column->type);
    struct kho_text cell;
    if (parsed.outcome != KHO_VALUE_OK || wire == KHO_WIRE_TEXT || wire == KHO_WIRE_NUMERIC)
        return to_value(parsed, parsed.text);
    if (!parsed_cell(arena, column->type, &parsed, &cell))
        return to_value(parsed, KHO_TEXT_NULL);
    KHO_BUG_IF(!kho_wire_to_text(arena, wire, cell, &cell));
    return to_value(parsed, cell);
}

struct kho_value kho_value_date(struct kho_arena *arena, struct kho_text format,
                                struct kho_text input)
{
    struct date_format compiled;
    struct parsed parsed;
    const char *fault = date_format_read(format, &compiled);
    if (fault != NULL)
        return to_value(parsed_reject(fault), KHO_TEXT_NULL);
    struct parse parse = {.arena = arena};
    parsed = date_by_formats(&parse, &compiled, 1, input);
    return to_value(parsed, parsed.text);
}

struct kho_value kho_value_number(struct kho_arena *arena, char separator, struct kho_text input)
{
    struct kho_schema_column column = {.type = KHO_TYPE_DECIMAL};
    struct parsed parsed = number_by_separator(arena, separator, input);
    struct kho_value value = kho_value_parse(arena, &column, parsed.text);
    if (value.outcome != KHO_VALUE_REJECT)
        value.reason = parsed.reason;
    return value;
}
