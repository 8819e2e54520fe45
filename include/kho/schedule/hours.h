/* The hours of the day in which a source may be read: "22:00-05:00", in the source's zone. */
#ifndef KHO_SCHEDULE_HOURS_H
#define KHO_SCHEDULE_HOURS_H

#include <kho/core/text.h>
#include <kho/core/zone.h>

struct kho_hours {
    int from_minute; /* of the day */
    int to_minute;   /* the first minute outside; less than from = over midnight */
};

/* Parses HH:MM-HH:MM; 24:00 is allowed as the end. */
KHO_MUST_USE bool kho_hours_parse(struct kho_text text, struct kho_hours *hours);

/* Returns whether an instant lies within. */
bool kho_hours_contain(const struct kho_hours *hours, const struct kho_zone *zone,
                       int64_t instant_us);

#endif
