/* Durations, as configuration and the command line write them. */
#ifndef KHO_CONFIG_DURATION_H
#define KHO_CONFIG_DURATION_H

#include <kho/core/text.h>

/* 500ms, 30s, 5m, 2h, 1d -> milliseconds. The whole text, without sign. */
bool kho_value_duration(struct kho_text text, int64_t *ms);

#endif
