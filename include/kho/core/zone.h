/*
 * Time zones of the system's tzdata (TZif, RFC 8536; the transitions of its 64-bit block). After
 * the last transition listed the last offset goes on.
 */
#ifndef KHO_CORE_ZONE_H
#define KHO_CORE_ZONE_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

struct kho_zone;

/* Loads a zone by its IANA name, e.g. Asia/Ho_Chi_Minh. CONFIG if there is no such zone. */
KHO_MUST_USE bool kho_zone_load(struct kho_arena *arena, struct kho_text name,
                                struct kho_zone **zone, struct kho_err *err);

/* Returns the seconds east of UTC in force at an instant. NULL is UTC. */
int32_t kho_zone_offset_at(const struct kho_zone *zone, int64_t instant_us);

/* Returns the instant of a local time (microseconds as if UTC). A time that occurs twice is the
 * first of the two; one that is skipped is taken with the offset before the gap. */
int64_t kho_zone_local_to_utc(const struct kho_zone *zone, int64_t local_us);

/* Returns the first instant at which the zone's clocks show this local time or a later one: where
 * the time occurs twice the first of the two, where it is skipped the end of the gap. */
int64_t kho_zone_reaches(const struct kho_zone *zone, int64_t local_us);

const char *kho_zone_name(const struct kho_zone *zone); /* "UTC" for NULL */

#endif
