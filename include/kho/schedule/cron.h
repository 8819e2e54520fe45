/*
 * Schedules of five fields as in cron: minute, hour, day of the month, month, weekday. Each is a
 * list (`1,15`) of values, ranges (`8-17`) and steps (`0-30/10`, and `*` + `/15`); months and
 * weekdays also by their English names; `L` is the last day of a month, `5L` or `friL` its last
 * Friday; 0 and 7 are Sunday. If both days are restricted, one of them is enough (POSIX crontab).
 * Also @hourly, @daily (@midnight), @weekly, @monthly, @yearly (@annually).
 *
 * Pure calendar arithmetic on local minutes: a minute counts from 1970-01-01 00:00 on the clock on
 * the wall. What zones do to it is plan.h.
 */
#ifndef KHO_SCHEDULE_CRON_H
#define KHO_SCHEDULE_CRON_H

#include <kho/core/err.h>
#include <kho/core/text.h>

struct kho_cron {
    uint64_t minutes;
    uint32_t hours;
    uint32_t days;          /* bit 1..31 */
    uint32_t months;        /* bit 1..12 */
    uint32_t weekdays;      /* bit 0..6, Sunday first */
    uint32_t last_weekdays; /* of the month */
    bool last_day;
    bool any_day; /* neither days nor last_day restrict */
    bool any_weekday;
};

/* Parses a schedule. CONFIG, with what is wrong in which field, also if it would never fire. */
KHO_MUST_USE bool kho_cron_parse(struct kho_text text, struct kho_cron *cron, struct kho_err *err);

/* Returns the first minute after `minute` at which the schedule fires. */
int64_t kho_cron_next(const struct kho_cron *cron, int64_t minute);

#endif
