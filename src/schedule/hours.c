/* Hours of the day, on a source's own clock. */
#include <kho/schedule/hours.h>

#include <kho/core/clock.h>

static bool parse_minute(struct kho_text text, int *minute)
{
    struct kho_text rest = text;
    struct kho_text hour_text = kho_text_cut(&rest, ':');
    int64_t hour, of_hour;
    if (hour_text.len != 2 || rest.ptr == NULL || rest.len != 2 ||
        !kho_text_to_int(hour_text, &hour) || !kho_text_to_int(rest, &of_hour))
        return false;
    *minute = (int)(hour * 60 + of_hour);
    return hour >= 0 && of_hour >= 0 && of_hour < 60 && *minute <= 24 * 60;
}

bool kho_hours_parse(struct kho_text text, struct kho_hours *hours)
{
    struct kho_text rest = text;
    struct kho_text from = kho_text_cut(&rest, '-');
    return rest.ptr != NULL && parse_minute(kho_text_trim(from), &hours->from_minute) &&
           parse_minute(kho_text_trim(rest), &hours->to_minute) &&
           hours->from_minute != hours->to_minute && hours->from_minute < 24 * 60;
}

bool kho_hours_contain(const struct kho_hours *hours, const struct kho_zone *zone,
                       int64_t instant_us)
{
    int64_t local = instant_us + kho_zone_offset_at(zone, instant_us) * KHO_US_PER_SECOND;
    int64_t of_day = local % KHO_US_PER_DAY;
    if (of_day < 0)
        of_day += KHO_US_PER_DAY;
    int minute = (int)(of_day / (60 * KHO_US_PER_SECOND));
    if (hours->from_minute < hours->to_minute)
        return minute >= hours->from_minute && minute < hours->to_minute;
    return minute >= hours->from_minute || minute < hours->to_minute;
}
