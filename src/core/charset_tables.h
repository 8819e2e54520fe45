/* The tables of encodings that iconv does not know. */
#ifndef KHO_SRC_CORE_CHARSET_TABLES_H
#define KHO_SRC_CORE_CHARSET_TABLES_H

#include <kho/core/base.h>

/* Code points of the bytes from 0xA0; 0 = the byte stands for nothing. */
extern const uint16_t kho_tcvn3_high[96];
extern const uint16_t kho_vni_high[96];

/* A letter and the mark behind it; ordered by both. */
#define KHO_VNI_PAIRS 116
struct kho_vni_pair {
    uint8_t letter, mark;
    uint16_t code_point;
};
extern const struct kho_vni_pair kho_vni_pairs[KHO_VNI_PAIRS];

#endif
