/*
 * When a job runs: its schedules on the clock of its zone, moved into the hours of its source, and
 * what becomes of runs that were missed. Pure: now, zones and hours are handed in.
 *
 * The rule where clocks are changed: a time that is skipped runs once, at the end of the gap; a
 * time that comes twice runs once, at the first. The rule of hours: what is due outside runs when
 * they next begin. Times that so fall on one instant are one run.
 */
#ifndef KHO_SCHEDULE_PLAN_H
#define KHO_SCHEDULE_PLAN_H

#include <kho/core/zone.h>
#include <kho/schedule/cron.h>
#include <kho/schedule/hours.h>

struct kho_plan {
    const struct kho_zone *zone; /* NULL = UTC */
    const struct kho_cron *crons;
    size_t n_crons;                /* 0 = the job has no schedule */
    const struct kho_hours *hours; /* NULL = at any time */
    const struct kho_zone *hours_zone;
};

struct kho_fire {
    int64_t due_us;     /* the instant at which it runs */
    int64_t written_us; /* the time on the wall that its schedule says, as if UTC: of several the
                         * first */
    int64_t joined;     /* further times that fall on this instant */
    bool skipped_time;  /* the clock skips the written time */
    bool twice;         /* the clock shows the written time twice: this is the first */
    bool waits;         /* for the hours to begin */
};

/* Finds the first run after an instant. The plan must have a schedule. */
void kho_plan_next(const struct kho_plan *plan, int64_t after_us, struct kho_fire *fire);

enum kho_late { KHO_LATE_RUN_ONCE, KHO_LATE_SKIP, KHO_LATE_RUN_EACH };

/* A run that is this much behind its time is a missed one. */
#define KHO_LATE_TOLERANCE_US (120 * INT64_C(1000000))

struct kho_due {
    struct kho_fire *fires; /* room for `max` >= 1, the caller's */
    size_t max;
    size_t count;
    int64_t left_out;
};

/* Chooses which of the runs due in (since, now] are to be made: all that are on time, and of the
 * missed ones with RUN_ONCE the last (none if there is one on time), with SKIP none, with RUN_EACH
 * all. Writes at most `max`, the newest, in order, and counts those that were left out. */
void kho_plan_due(const struct kho_plan *plan, int64_t since_us, int64_t now_us, enum kho_late late,
                  struct kho_due *due);

#endif
