/*
 * Reading and writing cells in wire form (see type.h). Readers take any bytes: what is too short,
 * too long or out of range yields false, never a crash.
 */
#ifndef KHO_RECORD_WIRE_H
#define KHO_RECORD_WIRE_H

#include <kho/core/arena.h>
#include <kho/core/buf.h>
#include <kho/core/clock.h>
#include <kho/record/type.h>

/* Big-endian integers. */
static inline uint16_t kho_be16(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint16_t)((b[0] << 8) | b[1]);
}
static inline uint32_t kho_be32(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return ((uint32_t)b[0] << 24) | ((uint32_t)b[1] << 16) | ((uint32_t)b[2] << 8) | b[3];
}
static inline uint64_t kho_be64(const char *p)
{
    return ((uint64_t)kho_be32(p) << 32) | kho_be32(p + 4);
}
void kho_put_be16(char *out, uint16_t value);
void kho_put_be32(char *out, uint32_t value);
void kho_put_be64(char *out, uint64_t value);

/* Writes a cell as canonical text, the same for every server setting: booleans `true`/`false`,
 * numbers without locale (floats in the shortest form that reads back), dates ISO 8601
 * (`infinity`, `-infinity`, `0044-03-15 BC` as PostgreSQL writes them), timestamps
 * `2026-01-01T08:00:00.5` (no trailing zeros; `Z` behind it for TIMESTAMPTZ, always UTC), uuid in
 * lower case, bytea as `\x` hex, json as it came. TEXT and BPCHAR return the cell itself, without a
 * copy. Others are made in the arena. NULL stays NULL. False if the bytes are no such cell. */
KHO_MUST_USE bool kho_wire_to_text(struct kho_arena *arena, enum kho_wire wire,
                                   struct kho_text cell, struct kho_text *text);

/* Readers of one cell; false if the cell's length does not fit. Not for NULL cells. */
bool kho_wire_int(enum kho_wire wire, struct kho_text cell, int64_t *value); /* INT2, INT4, INT8 */
bool kho_wire_bool(struct kho_text cell, bool *value);
/* Days since 1970-01-01; infinities are INT64_MIN and INT64_MAX. */
bool kho_wire_date(struct kho_text cell, int64_t *days);
/* Microseconds since 1970-01-01; infinities are INT64_MIN and INT64_MAX; false if out of range. */
bool kho_wire_timestamp(struct kho_text cell, int64_t *instant_us);

/* Writers; the cell's bytes live in the arena. */
struct kho_text kho_wire_from_int8(struct kho_arena *arena, int64_t value);
struct kho_text kho_wire_from_bool(struct kho_arena *arena, bool value);
/* False if the day or instant is outside PostgreSQL's range. */
bool kho_wire_from_date(struct kho_arena *arena, int64_t days, struct kho_text *cell);
bool kho_wire_from_timestamp(struct kho_arena *arena, int64_t instant_us, struct kho_text *cell);

/* Exact decimals. Parses `-?digits[.digits]` (also leading +; no exponent, no spaces) into a
 * numeric cell whose display scale is the digits behind the point. False if it is anything else or
 * over 1000 digits. */
bool kho_wire_from_decimal(struct kho_arena *arena, struct kho_text text, struct kho_text *cell);

#endif
