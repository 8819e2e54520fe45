/*
 * What a column of a dataset is in Parquet (parquet-format, LogicalTypes.md), and its values as
 * PLAIN encoding writes them, without the length before a text.
 *
 *   integer            INT64
 *   decimal(p,s)       INT32 up to 9 digits, INT64 up to 18, FIXED_LEN_BYTE_ARRAY(16) up to 38
 *   decimal            the text of the number: what it has behind the point is not known before
 *   boolean            BOOLEAN
 *   date               INT32 DATE
 *   timestamptz        INT64 TIMESTAMP(UTC, microseconds)
 *   the others         BYTE_ARRAY STRING
 *
 * Readers differ about what no common calendar has, so a date or instant that is infinite or
 * outside the years 1 to 9999 is no value here; nor is NaN.
 */
#ifndef LAKE_PARQUET_COLUMN_H
#define LAKE_PARQUET_COLUMN_H

#include <kho/record/type.h>

#include "../columns.h"

enum parquet_physical {
    PARQUET_BOOLEAN = 0,
    PARQUET_INT32 = 1,
    PARQUET_INT64 = 2,
    PARQUET_BYTE_ARRAY = 6,
    PARQUET_FIXED = 7
};

enum parquet_logical {
    PARQUET_PLAIN_BOOLEAN,
    PARQUET_PLAIN_INTEGER,
    PARQUET_DECIMAL,
    PARQUET_DATE,
    PARQUET_TIMESTAMP,
    PARQUET_STRING
};

#define PARQUET_DECIMAL_MAX 38
#define PARQUET_FIXED_BYTES 16

struct parquet_column {
    struct kho_text name;
    enum parquet_physical physical;
    enum parquet_logical logical;
    int precision;
    int scale;
    bool required;
    bool bounded; /* least and greatest values may be told: nothing personal */
};

/* Translates a dataset's column. */
struct parquet_column parquet_column_of(const struct lake_column *column);

/* A value: its bytes, and the same as a number where the physical type is INT32 or INT64 (or
 * BOOLEAN), by which it is ordered then. */
struct parquet_value {
    const char *ptr;
    size_t len;
    int64_t number;
    char bytes[PARQUET_FIXED_BYTES]; /* where `ptr` points unless it is a text */
};

/* Makes a value of a cell in wire form that is not NULL; texts stay where the cell is, or are made
 * in the arena. False if the cell is none of that type or has no place in it. */
KHO_MUST_USE bool parquet_value_of(const struct parquet_column *column, enum kho_wire wire,
                                   struct kho_text cell, struct kho_arena *arena,
                                   struct parquet_value *value);

/* Makes the value of bytes as PLAIN writes them. False if they are none of the column's: too many
 * digits, a day outside the calendar, no UTF-8. */
KHO_MUST_USE bool parquet_value_read(const struct parquet_column *column, struct kho_text bytes,
                                     struct parquet_value *value);

/* Orders two values as statistics do: numbers by sign and size, texts by their bytes. */
int parquet_value_compare(const struct parquet_column *column, const struct parquet_value *a,
                          const struct parquet_value *b);

#endif
