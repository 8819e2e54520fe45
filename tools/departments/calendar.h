/* Civil dates without a clock. */
#ifndef DEPARTMENTS_CALENDAR_H
#define DEPARTMENTS_CALENDAR_H

#include "cell.h"

#include <stdint.h>

/* A day of the Gregorian calendar. */
struct date {
    unsigned year;
    unsigned month;
    unsigned day;
};

/* Days are counted from 1970-01-01. */
int64_t calendar_days(struct date date);
struct date calendar_date(int64_t days);

unsigned calendar_month_days(unsigned year, unsigned month);

/* Appends dd/MM/yyyy. */
void calendar_put_local(struct cell *cell, struct date date);

/* Appends yyyy-MM-dd. */
void calendar_put_iso(struct cell *cell, struct date date);

/* Appends yyyy-MM-dd HH:mm:ss of a civil second counted from 1970-01-01 00:00. */
void calendar_put_moment(struct cell *cell, int64_t second);

#endif
