/*
 * Civil dates without a clock and without the C library's time zone: the day count follows
 * Howard Hinnant's "chrono-compatible low-level date algorithms".
 */
#include "calendar.h"

int64_t calendar_days(struct date date)
{
    int64_t year = (int64_t)date.year - (date.month <= 2 ? 1 : 0);
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = date.month > 2 ? (int64_t)date.month - 3 : (int64_t)date.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + (int64_t)date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct date calendar_date(int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t part = (5 * day_of_year + 2) / 153;
    int64_t month = part < 10 ? part + 3 : part - 9;
    return (struct date){
        .year = (unsigned)(year_of_era + era * 400 + (month <= 2 ? 1 : 0)),
        .month = (unsigned)month,
        .day = (unsigned)(day_of_year - (153 * part + 2) / 5 + 1),
    };
}

unsigned calendar_month_days(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

void calendar_put_local(struct cell *cell, struct date date)
{
    cell_put_number(cell, date.day, 2);
    cell_put(cell, "/");
    cell_put_number(cell, date.month, 2);
    cell_put(cell, "/");
    cell_put_number(cell, date.year, 4);
}

void calendar_put_iso(struct cell *cell, struct date date)
{
    cell_put_number(cell, date.year, 4);
    cell_put(cell, "-");
    cell_put_number(cell, date.month, 2);
    cell_put(cell, "-");
    cell_put_number(cell, date.day, 2);
}

void calendar_put_moment(struct cell *cell, int64_t second)
{
    uint64_t of_day = (uint64_t)(second % 86400);
    calendar_put_iso(cell, calendar_date(second / 86400));
    cell_put(cell, " ");
    cell_put_number(cell, of_day / 3600, 2);
    cell_put(cell, ":");
    cell_put_number(cell, of_day / 60 % 60, 2);
    cell_put(cell, ":");
    cell_put_number(cell, of_day % 60, 2);
}
