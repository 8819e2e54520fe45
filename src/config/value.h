/* Typed scalars of configuration besides durations. Whole texts only, ASCII, no sign. */
#ifndef KHO_CONFIG_VALUE_H
#define KHO_CONFIG_VALUE_H

#include <kho/config/duration.h>

/* 512B, 10kB, 64MB, 2GB, 1TB (1024s) -> bytes. */
bool kho_value_size(struct kho_text text, int64_t *bytes);
/* 2%, 0.5% up to 100%, at most four decimals -> millionths; `none` -> -1. */
bool kho_value_percent(struct kho_text text, int64_t *millionths);
/* true, false, yes, no. */
bool kho_value_bool(struct kho_text text, bool *value);

#endif
