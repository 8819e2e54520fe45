/* What PostgreSQL's dates and timestamps count from, and how far
 * (src/include/datatype/timestamp.h). */
#ifndef KHO_SRC_RECORD_WIRE_RANGE_H
#define KHO_SRC_RECORD_WIRE_RANGE_H

#include <kho/core/clock.h>

#define WIRE_EPOCH_DAYS INT64_C(10957) /* 2000-01-01 */
#define WIRE_EPOCH_US (WIRE_EPOCH_DAYS * KHO_US_PER_DAY)
#define WIRE_DATE_MIN INT64_C(-2451545)   /* 4714-11-24 BC */
#define WIRE_DATE_MAX INT64_C(2145031948) /* 5874897-12-31 */
#define WIRE_TIMESTAMP_MIN (WIRE_DATE_MIN * KHO_US_PER_DAY)
#define WIRE_TIMESTAMP_END INT64_C(9223371331200000000) /* 294277-01-01 */

#endif
