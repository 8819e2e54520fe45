/* Schedules in a zone and in a source's hours; missed runs. */
#include <kho/schedule/plan.h>

#include <kho/core/clock.h>

#define US_PER_MINUTE (60 * KHO_US_PER_SECOND)
/* Longer than hours can be closed, also where a change of the clock swallows them for a day. */
#define CLOSED_AT_MOST_US (2 * KHO_US_PER_DAY + 3 * 3600 * KHO_US_PER_SECOND)

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

static int64_t local_of(const struct kho_zone *zone, int64_t instant_us)
{
    return instant_us + kho_zone_offset_at(zone, instant_us) * KHO_US_PER_SECOND;
}

/* Returns the instant at which the hours begin after one that lies outside. */
static int64_t opening_after(const struct kho_plan *plan, int64_t instant_us)
{
    int64_t from_us = plan->hours->from_minute * US_PER_MINUTE;
    int64_t day_us = floor_to(local_of(plan->hours_zone, instant_us), KHO_US_PER_DAY);
    for (;; day_us += KHO_US_PER_DAY) {
        int64_t opening = kho_zone_reaches(plan->hours_zone, day_us + from_us);
        if (opening > instant_us && kho_hours_contain(plan->hours, plan->hours_zone, opening))
            return opening;
    }
}

static bool is_open(const struct kho_plan *plan, int64_t instant_us)
{
    return plan->hours == NULL || kho_hours_contain(plan->hours, plan->hours_zone, instant_us);
}

static bool comes_twice(const struct kho_zone *zone, int64_t instant_us, int64_t local_us)
{
    int64_t change_us = local_of(zone, instant_us + KHO_US_PER_DAY) - KHO_US_PER_DAY;
    int64_t back_us = local_us - change_us;
    return back_us > 0 && local_of(zone, instant_us + back_us) == local_us;
}

/* What becomes of a written time: the fire is filled but for `joined`. */
static struct kho_fire fire_at(const struct kho_plan *plan, int64_t minute)
{
    struct kho_fire fire = {.written_us = minute * US_PER_MINUTE};
    fire.due_us = kho_zone_reaches(plan->zone, fire.written_us);
    fire.skipped_time = local_of(plan->zone, fire.due_us) != fire.written_us;
    fire.twice = !fire.skipped_time && comes_twice(plan->zone, fire.due_us, fire.written_us);
    fire.waits = !is_open(plan, fire.due_us);
    if (fire.waits)
        fire.due_us = opening_after(plan, fire.due_us);
    return fire;
}

static int64_t next_minute(const struct kho_plan *plan, int64_t minute)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < plan->n_crons; i++)
        next = KHO_MIN(next, kho_cron_next(&plan->crons[i], minute));
    return next;
}

void kho_plan_next(const struct kho_plan *plan, int64_t after_us, struct kho_fire *fire)
{
    /* What is due while the hours are closed may still run after `after_us`. */
    int64_t from_us = is_open(plan, after_us) ? after_us : after_us - CLOSED_AT_MOST_US;
    int64_t minute = floor_to(local_of(plan->zone, from_us), US_PER_MINUTE) / US_PER_MINUTE;
    struct kho_fire next;
    do {
        minute = next_minute(plan, minute);
        next = fire_at(plan, minute);
    } while (next.due_us <= after_us);
    *fire = next;
    for (;;) {
        minute = next_minute(plan, minute);
        next = fire_at(plan, minute);
        if (next.due_us != fire->due_us)
            return;
        fire->joined++;
    }
}

/* Keeps the newest `max`. */
static void keep(struct kho_due *due, const struct kho_fire *fire)
{
    if (due->count == due->max) {
        memmove(due->fires, due->fires + 1, (due->max - 1) * sizeof(*due->fires));
        due->count--;
    }
    due->fires[due->count++] = *fire;
}

static bool is_missed(const struct kho_fire *fire, int64_t now_us)
{
    return now_us - fire->due_us > KHO_LATE_TOLERANCE_US;
}

void kho_plan_due(const struct kho_plan *plan, int64_t since_us, int64_t now_us, enum kho_late late,
                  struct kho_due *due)
{
    int64_t seen = 0;
    struct kho_fire fire = {.due_us = since_us};
    due->count = 0;
    for (;;) {
        kho_plan_next(plan, fire.due_us, &fire);
        if (fire.due_us > now_us)
            break;
        seen++;
        if (late == KHO_LATE_RUN_ONCE && due->count != 0 &&
            is_missed(&due->fires[due->count - 1], now_us))
            due->count--; /* a later one takes its place */
        if (late != KHO_LATE_SKIP || !is_missed(&fire, now_us))
            keep(due, &fire);
    }
    due->left_out = seen - (int64_t)due->count;
}
