/* The system's clocks and the arithmetic of the Gregorian calendar. */
#include <kho/core/clock.h>

#include <kho/core/zone.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    KHO_BUG_IF(clock_gettime(id, &now) != 0);
    return now.tv_sec * KHO_US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t kho_clock_now_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t kho_clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int kho_date_days_in_month(int64_t year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool kho_date_is_valid(int64_t year, int month, int day)
{
    return year >= INT32_MIN && year <= INT32_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= kho_date_days_in_month(year, month);
}

/* Both after Howard Hinnant, "chrono-compatible low-level date algorithms": years from March, eras
 * of 400 years. */
int64_t kho_date_to_days(struct kho_date date)
{
    int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct kho_date kho_date_from_days(int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct kho_date date = {.day = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1),
                            .month = (uint8_t)(month < 10 ? month + 3 : month - 9)};
    date.year = (int32_t)(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
    return date;
}

/* Splits into day and microseconds of the day, also before 1970. */
static int64_t split_day(int64_t instant_us, int64_t *day_us)
{
    int64_t days = instant_us / KHO_US_PER_DAY;
    *day_us = instant_us % KHO_US_PER_DAY;
    if (*day_us < 0) {
        *day_us += KHO_US_PER_DAY;
        days--;
    }
    return days;
}

char *kho_instant_show(int64_t instant_us, const struct kho_zone *zone, char *out, size_t size)
{
    KHO_BUG_IF(size < KHO_INSTANT_MAX);
    int offset = kho_zone_offset_at(zone, instant_us) / 60;
    int64_t day_us;
    struct kho_date date =
        kho_date_from_days(split_day(instant_us + offset * 60 * KHO_US_PER_SECOND, &day_us));
    int second = (int)(day_us / KHO_US_PER_SECOND);
    snprintf(out, size, "%04d-%02d-%02d %02d:%02d:%02d%c%02d:%02d", date.year, date.month, date.day,
             second / 3600, second / 60 % 60, second % 60, offset < 0 ? '-' : '+', abs(offset) / 60,
             abs(offset) % 60);
    return out;
}

char *kho_instant_utc(int64_t instant_us, char *out, size_t size)
{
    KHO_BUG_IF(size < KHO_INSTANT_MAX);
    int64_t day_us;
    struct kho_date date = kho_date_from_days(split_day(instant_us, &day_us));
    int second = (int)(day_us / KHO_US_PER_SECOND);
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", date.year, date.month, date.day,
             second / 3600, second / 60 % 60, second % 60, (int)(day_us % KHO_US_PER_SECOND));
    return out;
}
