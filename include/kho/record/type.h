/*
 * Types of values. A *wire type* says how a cell's bytes are laid out while a row travels; a *field
 * type* is what a shared schema says of a column, and decides the parser, the wire type and the
 * store's SQL type.
 *
 * A cell in wire form is a struct kho_text holding what PostgreSQL 15 sends and receives in
 * `COPY ... (FORMAT binary)` for the SQL type named here (src/backend/utils/adt/, *send functions);
 * a NULL pointer is SQL's NULL. So a cell is copied, not converted, where nothing changes.
 */
#ifndef KHO_RECORD_TYPE_H
#define KHO_RECORD_TYPE_H

#include <kho/core/text.h>

/* X(name, SQL type) */
#define KHO_WIRES(X)                                                                              \
    X(TEXT, "text")        /* the bytes: text, varchar, name, enum, json, xml, anything cast */   \
    X(BPCHAR, "character") /* the bytes, blank-padded by the type */                              \
    X(BOOL, "boolean")     /* 1 byte, 0 or 1 */                                                   \
    X(INT2, "smallint")    /* big-endian two's complement */                                      \
    X(INT4, "integer")                                                                            \
    X(INT8, "bigint")                                                                             \
    X(FLOAT4, "real") /* IEEE 754, big-endian */                                                  \
    X(FLOAT8, "double precision")                                                                 \
    X(NUMERIC, "numeric") /* ndigits, weight, sign, dscale, base-10000 digits */                  \
    X(DATE, "date")       /* int32 days since 2000-01-01; INT32_MIN/MAX are infinities */         \
    X(TIMESTAMP, "timestamp without time zone") /* int64 us since 2000-01-01; MIN/MAX infinite */ \
    X(TIMESTAMPTZ, "timestamp with time zone")                                                    \
    X(UUID, "uuid") /* 16 bytes */                                                                \
    X(BYTEA, "bytea")                                                                             \
    X(JSONB, "jsonb") /* 1 version byte (1), then text */

enum kho_wire {
#define X(name, sql) KHO_WIRE_##name,
    KHO_WIRES(X)
#undef X
};

const char *kho_wire_sql(enum kho_wire wire);

/* X(name, word in a schema, wire type, SQL type in the store, Frictionless type, one line of help)
 */
#define KHO_TYPES(X)                                                                              \
    X(TEXT, "text", TEXT, "text", "string", "text, NFC, white space collapsed")                   \
    X(INTEGER, "integer", INT8, "bigint", "integer", "whole number of 64 bits")                   \
    X(DECIMAL, "decimal", NUMERIC, "numeric", "number", "exact decimal number")                   \
    X(BOOLEAN, "boolean", BOOL, "boolean", "boolean", "true or false")                            \
    X(DATE, "date", DATE, "date", "date", "day of the Gregorian calendar")                        \
    X(PARTIAL_DATE, "partial_date", TEXT, "text", "string",                                       \
      "ISO 8601 date of reduced precision: 1965, 1965-05 or 1965-05-13")                          \
    X(TIMESTAMPTZ, "timestamptz", TIMESTAMPTZ, "timestamp with time zone", "datetime", "instant") \
    X(CODE, "code", TEXT, "text", "string", "code of a list: code(sex)")                          \
    X(CITIZEN_ID, "citizen_id", TEXT, "text", "string", "12-digit personal number")               \
    X(TAX_CODE, "tax_code", TEXT, "text", "string",                                               \
      "tax code of 10 digits, 13 with branch, or a personal number of 12")                        \
    X(PHONE, "phone", TEXT, "text", "string", "telephone number, E.164")                          \
    X(PERSON_NAME, "person_name", TEXT, "text", "string", "name of one person")                   \
    X(MONEY, "money", NUMERIC, "numeric", "number",                                               \
      "amount in the country's currency: 500000000, 500.000.000, 500tr, 0,5 tỷ")                  \
    X(AREA, "area", NUMERIC, "numeric", "number", "area in square metres: 120,5; 120 m2; 1,2 ha") \
    X(LAND_USES, "land_uses", TEXT, "text", "string",                                             \
      "uses of a parcel with their areas: land_uses(land_use), `ODT: 80; CLN: 120`")              \
    X(PARCEL_NUMBER, "parcel_number", TEXT, "text", "string", "number of a parcel or map sheet")  \
    X(PARCEL_ID, "parcel_id", TEXT, "text", "string",                                             \
      "parcel's identifier: a GeoHash of 12 characters")                                          \
    X(CERTIFICATE_SERIAL, "certificate_serial", TEXT, "text", "string",                           \
      "serial number of a land certificate: AB 123456")                                           \
    X(NORTHING, "northing", NUMERIC, "numeric", "number",                                         \
      "VN-2000 northing in metres (surveyors' X)")                                                \
    X(EASTING, "easting", NUMERIC, "numeric", "number",                                           \
      "VN-2000 easting in metres (surveyors' Y)")                                                 \
    X(BUSINESS_ID, "business_id", TEXT, "text", "string",                                         \
      "number of a household business (02A8001234), or a tax code")                               \
    X(SECTOR, "sector", TEXT, "text", "string",                                                   \
      "sector with the version of its list: sector(2018), `2018:4711`")

enum kho_type {
#define X(name, word, wire, sql, frictionless, help) KHO_TYPE_##name,
    KHO_TYPES(X)
#undef X
};
#define KHO_TYPE_COUNT 22

const char *kho_type_word(enum kho_type type);
enum kho_wire kho_type_wire(enum kho_type type);
const char *kho_type_sql(enum kho_type type);
const char *kho_type_frictionless(enum kho_type type);
const char *kho_type_help(enum kho_type type);
/* Finds a type by its word; false if there is none. */
bool kho_type_find(struct kho_text word, enum kho_type *type);

#endif
