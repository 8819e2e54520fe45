/*
 * Cells that do not come as text: read straight into the field type where the wire type already
 * says what they are, otherwise through their canonical text.
 */
#include <kho/record/wire.h>

#include "parse.h"
#include "wire_in.h"

#define BROKEN "the source sent a malformed value"

#define W(name) (1u << KHO_WIRE_##name)
#define TEXTS (W(TEXT) | W(BPCHAR))
#define INTEGERS (W(INT2) | W(INT4) | W(INT8))
#define NUMBERS (INTEGERS | W(FLOAT4) | W(FLOAT8) | W(NUMERIC))
#define TIMES (W(DATE) | W(TIMESTAMP) | W(TIMESTAMPTZ))

/* What each field type can be made of. */
static const unsigned taken[KHO_TYPE_COUNT] = {
    [KHO_TYPE_TEXT] = TEXTS | NUMBERS | TIMES | W(BOOL) | W(UUID) | W(JSONB) | W(BYTEA),
    [KHO_TYPE_INTEGER] = TEXTS | NUMBERS,
    [KHO_TYPE_DECIMAL] = TEXTS | NUMBERS,
    [KHO_TYPE_BOOLEAN] = TEXTS | INTEGERS | W(BOOL),
    [KHO_TYPE_DATE] = TEXTS | INTEGERS | TIMES,
    [KHO_TYPE_PARTIAL_DATE] = TEXTS | NUMBERS | TIMES,
    [KHO_TYPE_TIMESTAMPTZ] = TEXTS | TIMES,
    [KHO_TYPE_CODE] = TEXTS | NUMBERS | W(BOOL),
    [KHO_TYPE_CITIZEN_ID] = TEXTS | NUMBERS,
    [KHO_TYPE_TAX_CODE] = TEXTS | NUMBERS,
    [KHO_TYPE_PHONE] = TEXTS | NUMBERS,
    [KHO_TYPE_PERSON_NAME] = TEXTS,
    [KHO_TYPE_MONEY] = TEXTS | NUMBERS,
    [KHO_TYPE_AREA] = TEXTS | NUMBERS,
    [KHO_TYPE_LAND_USES] = TEXTS,
    [KHO_TYPE_PARCEL_NUMBER] = TEXTS | NUMBERS,
    [KHO_TYPE_PARCEL_ID] = TEXTS,
    [KHO_TYPE_CERTIFICATE_SERIAL] = TEXTS,
    [KHO_TYPE_NORTHING] = TEXTS | NUMBERS,
    [KHO_TYPE_EASTING] = TEXTS | NUMBERS,
    [KHO_TYPE_BUSINESS_ID] = TEXTS | NUMBERS,
    [KHO_TYPE_SECTOR] = TEXTS | NUMBERS,
};

bool wire_is_taken(enum kho_type type, enum kho_wire wire)
{
    return (taken[type] & (1u << wire)) != 0;
}

struct kho_text without_padding(struct kho_text cell)
{
    while (cell.len > 0 && cell.ptr[cell.len - 1] == ' ')
        cell.len--;
    return cell;
}

/* Microseconds of local time at an instant, or of a time without zone as it stands. */
static int64_t local_us(const struct parse *parse, enum kho_wire wire, int64_t us)
{
    if (wire != KHO_WIRE_TIMESTAMPTZ)
        return us;
    return us + kho_zone_offset_at(parse->zone, us) * KHO_US_PER_SECOND;
}

/* The day of a date, or of a time that is midnight. */
static struct parsed day_of(const struct parse *parse, enum kho_wire wire, struct kho_text cell)
{
    int64_t days;
    if (wire == KHO_WIRE_DATE) {
        if (!kho_wire_date(cell, &days))
            return parsed_reject(BROKEN);
    } else if (!kho_wire_timestamp(cell, &days)) {
        return parsed_reject(BROKEN);
    }
    if (days == INT64_MIN || days == INT64_MAX)
        return parsed_reject("infinity is no day");
    if (wire != KHO_WIRE_DATE) {
        int64_t us = local_us(parse, wire, days);
        days = us / KHO_US_PER_DAY;
        if (us % KHO_US_PER_DAY != 0)
            return parsed_reject("a time of day behind the date");
    }
    return is_placeholder_day(days) ? parsed_null(PLACEHOLDER_DATE) : parsed_number(days);
}

static struct parsed partial_day_of(const struct parse *parse, enum kho_wire wire,
                                    struct kho_text cell)
{
    struct parsed parsed = day_of(parse, wire, cell);
    if (parsed.outcome != KHO_VALUE_OK)
        return parsed;
    struct kho_date date = kho_date_from_days(parsed.number);
    const char *fault = year_fault(date.year);
    if (fault != NULL)
        return parsed_reject(fault);
    parsed.text = iso_date(parse->arena, date.year, date.month, date.day);
    return parsed;
}

static struct parsed instant_of(const struct parse *parse, enum kho_wire wire, struct kho_text cell)
{
    int64_t us;
    if (wire == KHO_WIRE_DATE) {
        if (!kho_wire_date(cell, &us))
            return parsed_reject(BROKEN);
        if (us != INT64_MIN && us != INT64_MAX && __builtin_mul_overflow(us, KHO_US_PER_DAY, &us))
            return parsed_reject("out of the store's range");
    } else if (!kho_wire_timestamp(cell, &us)) {
        return parsed_reject(BROKEN);
    }
    if (wire != KHO_WIRE_TIMESTAMPTZ && us != INT64_MIN && us != INT64_MAX)
        us = kho_zone_local_to_utc(parse->zone, us);
    return parsed_number(us);
}

static bool is_time(enum kho_wire wire)
{
    return ((1u << wire) & TIMES) != 0;
}

static struct parsed through_text(const struct parse *parse, enum kho_wire wire,
                                  struct kho_text cell)
{
    struct kho_text text;
    if (!kho_wire_to_text(parse->arena, wire, cell, &text))
        return parsed_reject(BROKEN);
    switch (parse->column->type) {
    case KHO_TYPE_INTEGER:
        return parse_plain_integer(parse, text);
    case KHO_TYPE_DECIMAL:
    case KHO_TYPE_MONEY:
    case KHO_TYPE_AREA:
        return parse_plain_decimal(parse, text);
    case KHO_TYPE_NORTHING:
    case KHO_TYPE_EASTING:
        return check_coordinate(parse->column->type, parse_plain_decimal(parse, text));
    default:
        break;
    }
    struct parsed parsed = parser_of(parse->column->type)(parse, text);
    parsed.repair = NULL; /* what a number cannot hold was not lost by anybody */
    return parsed;
}

struct parsed parse_cell(const struct parse *parse, enum kho_wire wire, struct kho_text cell)
{
    enum kho_type type = parse->column->type;
    int64_t number;
    bool truth;
    if (wire == KHO_WIRE_TEXT)
        return parser_of(type)(parse, cell);
    if (wire == KHO_WIRE_BPCHAR)
        return parser_of(type)(parse, without_padding(cell));
    if (type == KHO_TYPE_INTEGER && ((1u << wire) & INTEGERS) != 0)
        return kho_wire_int(wire, cell, &number) ? parsed_number(number) : parsed_reject(BROKEN);
    if (type == KHO_TYPE_BOOLEAN && wire == KHO_WIRE_BOOL)
        return kho_wire_bool(cell, &truth) ? parsed_number(truth) : parsed_reject(BROKEN);
    if (type == KHO_TYPE_DATE && is_time(wire))
        return day_of(parse, wire, cell);
    if (type == KHO_TYPE_PARTIAL_DATE && is_time(wire))
        return partial_day_of(parse, wire, cell);
    if (type == KHO_TYPE_TIMESTAMPTZ && is_time(wire))
        return instant_of(parse, wire, cell);
    return through_text(parse, wire, cell);
}
