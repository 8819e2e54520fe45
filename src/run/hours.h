/* The hours of the day in which a source may be read: "22:00-05:00", in the source's zone. */
#ifndef KHO_RUN_HOURS_H
#define KHO_RUN_HOURS_H

#include <kho/core/text.h>
#include <kho/core/zone.h>

struct hours {
    int from_minute; /* of the day */
    int to_minute;   /* the first minute outside; less than from = over midnight */
};

/* Parses HH:MM-HH:MM; 24:00 is allowed as the end. */
KHO_MUST_USE bool hours_parse(struct kho_text text, struct hours *hours);

/* Returns whether an instant lies within. */
bool hours_contain(const struct hours *hours, const struct kho_zone *zone, int64_t instant_us);

#endif
