/*
 * Rows as PostgreSQL's COPY BINARY stream carries them (PostgreSQL 15 documentation, COPY, "Binary
 * Format"): a header, rows of length-prefixed cells in wire form, a trailer.
 */
#ifndef KHO_RECORD_COPY_H
#define KHO_RECORD_COPY_H

#include <kho/core/buf.h>
#include <kho/record/batch.h>

/* Takes the header off the front of `bytes`; false if there is none. */
KHO_MUST_USE bool kho_copy_pass_header(struct kho_text *bytes);

/* Returns whether these bytes are the trailer, or nothing (an empty COPY's header stood alone). */
bool kho_copy_is_end(struct kho_text bytes);

/* Copies one row's bytes into the batch's arena and points the cells of a new row into them. The
 * row's key is NULL, its hash that of its bytes under `seed`. False if the bytes are no such row.
 */
KHO_MUST_USE bool kho_copy_take_row(struct kho_text bytes, uint64_t seed, struct kho_batch *batch);

/* Write the stream: header, then for each row the number of cells and the cells, then the trailer.
 */
void kho_copy_put_header(struct kho_buf *out);
void kho_copy_put_count(struct kho_buf *out, uint16_t n_cells);
void kho_copy_put_cell(struct kho_buf *out, struct kho_text cell);
void kho_copy_put_trailer(struct kho_buf *out);

#endif
