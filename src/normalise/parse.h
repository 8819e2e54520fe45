/*
 * What the parsers of single values share: what a parser is told, what it answers, and the one
 * parser a field type. Texts that come out are canonical; numbers are days (dates), microseconds
 * (instants), 0 or 1 (booleans) or themselves.
 */
#ifndef KHO_SRC_NORMALISE_PARSE_H
#define KHO_SRC_NORMALISE_PARSE_H

#include <kho/core/clock.h>
#include <kho/core/zone.h>
#include <kho/normalise/value.h>
#include <kho/record/schema.h>

struct parse {
    struct kho_arena *arena; /* of what is not a slice of the input */
    const struct kho_schema_column *column;
    const struct kho_zone *zone; /* of local times; NULL = UTC */
    const char *not_in_list;     /* CODE: the reason when a spelling is unknown */
};

struct parsed {
    enum kho_value_outcome outcome;
    const char *reason;
    const char *repair;   /* OK: what was mended; NULL = nothing */
    struct kho_text text; /* of types that are text or decimal */
    int64_t number;       /* of types that are neither */
};

static inline struct parsed parsed_null(const char *warning)
{
    return (struct parsed){.outcome = KHO_VALUE_NULL, .reason = warning};
}

static inline struct parsed parsed_reject(const char *reason)
{
    return (struct parsed){.outcome = KHO_VALUE_REJECT, .reason = reason};
}

static inline struct parsed parsed_text(const char *ptr, size_t len)
{
    return (struct parsed){.outcome = KHO_VALUE_OK, .text = {ptr, len}};
}

static inline struct parsed parsed_repaired(const char *ptr, size_t len, const char *repair)
{
    return (struct parsed){.outcome = KHO_VALUE_OK, .repair = repair, .text = {ptr, len}};
}

static inline struct parsed parsed_number(int64_t number)
{
    return (struct parsed){.outcome = KHO_VALUE_OK, .number = number};
}

static inline bool parsed_says(const struct parsed *parsed)
{
    return parsed->reason != NULL || parsed->repair != NULL;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool all_digits(struct kho_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i]))
            return false;
    }
    return text.len > 0;
}

/* The value of up to 18 digits. */
static inline int64_t digits_value(const char *digits, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

/* What several parsers repair. */
#define REPAIRED_ZERO "leading zero restored"
#define REPAIRED_SEPARATORS "separators dropped"
#define LETTER_O "letter O read as a digit 0"

typedef struct parsed parser(const struct parse *parse, struct kho_text input);

parser parse_text;
parser parse_integer;
parser parse_decimal;
parser parse_boolean;
parser parse_date;
parser parse_partial_date;
parser parse_timestamptz;
parser parse_code;
parser parse_citizen_id;
parser parse_tax_code;
parser parse_phone;
parser parse_person_name;
parser parse_money;
parser parse_area;
parser parse_land_uses;
parser parse_parcel_number;
parser parse_parcel_id;
parser parse_certificate_serial;
parser parse_northing;
parser parse_easting;
parser parse_business_id;
parser parse_sector;

parser *parser_of(enum kho_type type);

/* Decimals as machines write them (`-12.50`, `1e+20`): a point is a point. */
parser parse_plain_decimal;
/* Whole numbers as machines write them: `12`, `12.00`, `1e+6`. */
parser parse_plain_integer;

/* Refuses a coordinate that cannot be one of VN-2000, or is the other one. */
struct parsed check_coordinate(enum kho_type type, struct parsed parsed);

/* Reads a number whose decimal separator (`.` or `,`; the other one parts thousands) is known, and
 * writes it with a point so that it has one reading. What is not written so stays as it is, with a
 * warning if it has separators: the column's parser takes it if it has one reading. */
struct parsed number_by_separator(struct kho_arena *arena, char separator, struct kho_text input);

/* Reads a citizen number that has its 12 digits: NULL if it is one, else why not. A number that is
 * none of the 63 provinces' is one, with `*foreign` set. */
const char *citizen_id_fault(const char digits[12], bool *foreign);

/* Whether a question mark stands inside a word: a letter that some encoding did not have. */
bool has_lost_letter(struct kho_text text);
#define LOST_LETTER "a letter was lost: a question mark stands inside a word"

/* Copies the digits of a number, without the spaces, points and the apostrophe that people and
 * spreadsheets put in. Returns how many, or SIZE_MAX if there is anything else; digits beyond `max`
 * are counted, not kept. `extra` is one more character to keep, or 0. */
size_t copy_digits(struct kho_text input, char extra, char *out, size_t max);

/* Drops the `.0` that a number got on its way through a float; a point and one or two digits that
 * are not zeros make it no number: false. */
bool drop_zero_fraction(struct kho_text *text);

/* Reads a day that is known in full; for reduced precision day, or day and month, are 0. */
struct parsed check_day(int64_t year, int month, int day, bool *whole);

/* Says what is wrong with a year of partial dates and date(), or NULL. */
const char *year_fault(int64_t year);

/* Whether these days since 1970 are a system's word for "no date". */
bool is_placeholder_day(int64_t days);
#define PLACEHOLDER_DATE "placeholder date"

/* Writes a day as ISO 8601, cut to what is known of it. */
struct kho_text iso_date(struct kho_arena *arena, int64_t year, int month, int day);

/* Makes the wire cell of an OK value; false (and a reject in `parsed`) if it has none. */
bool parsed_cell(struct kho_arena *arena, enum kho_type type, struct parsed *parsed,
                 struct kho_text *cell);

/* The reason for spellings unknown to a CODE column's list; NULL for other types. */
const char *not_in_list_reason(struct kho_arena *arena, const struct kho_schema_column *column);

#endif
