/*
 * Parquet's RLE / bit-packing hybrid (parquet-format, Encodings.md): small numbers of a fixed bit
 * width, as runs of one value or as groups of eight. For definition levels and dictionary indices.
 */
#ifndef LAKE_PARQUET_HYBRID_H
#define LAKE_PARQUET_HYBRID_H

#include <kho/core/buf.h>

#define HYBRID_WIDTH_MAX 24

/* Appends the values, each below 2^width; 1 <= width <= HYBRID_WIDTH_MAX. */
void hybrid_put(struct kho_buf *out, const uint32_t *values, size_t count, int width);

/* The bits that numbers from 0 to `greatest` need; 1 at least. */
int hybrid_width(uint32_t greatest);

/* Reads exactly `count` values off the front of `bytes`. False if the bytes do not hold them; what
 * the last group has beyond them is passed over. */
KHO_MUST_USE bool hybrid_take(struct kho_text *bytes, int width, uint32_t *values, size_t count);

#endif
