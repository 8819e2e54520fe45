/* When a schedule fires next, on the clock on the wall; reading it is cron_parse.c. */
#include <kho/schedule/cron.h>

#include <kho/core/clock.h>

#define MINUTES_PER_DAY (24 * 60)

static int weekday_of(int64_t days)
{
    return (int)((days % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
}

static bool day_fits(const struct kho_cron *cron, struct kho_date date, int64_t days)
{
    int last = kho_date_days_in_month(date.year, date.month);
    int weekday = weekday_of(days);
    bool by_day = (cron->days >> date.day & 1) != 0 || (cron->last_day && date.day == last);
    bool by_weekday = (cron->weekdays >> weekday & 1) != 0 ||
                      ((cron->last_weekdays >> weekday & 1) != 0 && date.day > last - 7);
    if (cron->any_day)
        return cron->any_weekday || by_weekday;
    return cron->any_weekday ? by_day : by_day || by_weekday;
}

/* Returns the first day from `days` on that fits. A schedule that was parsed has one: at the latest
 * in the second leap year to come. */
static int64_t next_day(const struct kho_cron *cron, int64_t days)
{
    for (;;) {
        struct kho_date date = kho_date_from_days(days);
        if ((cron->months >> date.month & 1) == 0)
            days += kho_date_days_in_month(date.year, date.month) - date.day + 1;
        else if (day_fits(cron, date, days))
            return days;
        else
            days++;
    }
}

/* Returns the first minute of the day from `from` on, or -1. */
static int next_of_day(const struct kho_cron *cron, int from)
{
    for (int hour = from / 60; hour < 24; hour++) {
        int first = hour == from / 60 ? from % 60 : 0;
        uint64_t left = cron->minutes >> first;
        if ((cron->hours >> hour & 1) != 0 && left != 0)
            return hour * 60 + first + __builtin_ctzll(left);
    }
    return -1;
}

int64_t kho_cron_next(const struct kho_cron *cron, int64_t minute)
{
    int64_t from = minute + 1;
    int64_t today = from / MINUTES_PER_DAY - (from % MINUTES_PER_DAY < 0 ? 1 : 0);
    int64_t day = next_day(cron, today);
    int at = next_of_day(cron, day == today ? (int)(from - today * MINUTES_PER_DAY) : 0);
    if (at < 0) {
        day = next_day(cron, day + 1);
        at = next_of_day(cron, 0);
    }
    return day * MINUTES_PER_DAY + at;
}
