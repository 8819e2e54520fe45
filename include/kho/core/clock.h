/*
 * Time: instants are int64 microseconds since 1970-01-01T00:00:00Z, durations say their unit, and
 * a civil date is a type of its own. A time that is shown always carries its zone.
 */
#ifndef KHO_CORE_CLOCK_H
#define KHO_CORE_CLOCK_H

#include <kho/core/base.h>

#define KHO_US_PER_SECOND INT64_C(1000000)
#define KHO_US_PER_DAY (INT64_C(86400) * KHO_US_PER_SECOND)

int64_t kho_clock_now_us(void);
/* Runs on without jumps; only differences mean something. */
int64_t kho_clock_monotonic_us(void);

/* A day of the proleptic Gregorian calendar; year may be 0 or negative (astronomical). */
struct kho_date {
    int32_t year;
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31 */
};

bool kho_date_is_valid(int64_t year, int month, int day);
int kho_date_days_in_month(int64_t year, int month);
/* Days since 1970-01-01, and back. */
int64_t kho_date_to_days(struct kho_date date);
struct kho_date kho_date_from_days(int64_t days);

struct kho_zone; /* see zone.h */

#define KHO_INSTANT_MAX 40
/* Writes ISO 8601 with the zone's offset (NULL = UTC), whole seconds: `2026-01-01 08:00:00+07:00`.
 * `size` >= KHO_INSTANT_MAX. Returns `out`. */
char *kho_instant_show(int64_t instant_us, const struct kho_zone *zone, char *out, size_t size);
/* Writes ISO 8601 in UTC, microseconds: `2026-01-01T01:00:00.000000Z`. Returns `out`. */
char *kho_instant_utc(int64_t instant_us, char *out, size_t size);

#endif
