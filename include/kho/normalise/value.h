/*
 * Parsers of single values: text as a department wrote it in, canonical text out. The column
 * programs use them, and the case files (tests/cases/normalise/) speak about exactly them.
 */
#ifndef KHO_NORMALISE_VALUE_H
#define KHO_NORMALISE_VALUE_H

#include <kho/core/arena.h>
#include <kho/record/schema.h>

enum kho_value_outcome {
    KHO_VALUE_OK,
    KHO_VALUE_NULL,   /* the text means "nothing here" (blank, a placeholder) */
    KHO_VALUE_REJECT, /* `reason` says why, without the value */
};

struct kho_value {
    enum kho_value_outcome outcome;
    struct kho_text text; /* OK: canonical text; may be the input itself, else in the arena */
    const char *reason;   /* REJECT: static text; OK or NULL: a warning, or NULL = nothing to say */
    const char *repair;   /* OK: what was mended in it, a static text, or NULL = nothing */
};

/* Parses `input` (valid or invalid UTF-8, any length, not NULL) as the column's type. */
struct kho_value kho_value_parse(struct kho_arena *arena, const struct kho_schema_column *column,
                                 struct kho_text input);

/* Parses a day by a format of YYYY, YY, MM, M, DD, D and literal characters. 1900-01-01 and
 * 0001-01-01 are placeholders: NULL. A zero day or month yields reduced precision. */
struct kho_value kho_value_date(struct kho_arena *arena, struct kho_text format,
                                struct kho_text input);

/* Parses a number as number(x, 'separator') hands it to a column without a fixed scale. */
struct kho_value kho_value_number(struct kho_arena *arena, char separator, struct kho_text input);

#endif
