/* The CSV (RFC 4180) in which code lists are written, as cells with places. */
#ifndef KHO_SRC_RECORD_CODES_CSV_H
#define KHO_SRC_RECORD_CODES_CSV_H

#include <kho/config/diag.h>

struct codes_csv {
    struct kho_arena *arena;
    struct kho_diags *diags;
    struct kho_pos pos; /* of the next character */
    struct kho_text rest;
};

/* Starts reading; a byte order mark is skipped. */
void codes_csv_open(struct codes_csv *csv, struct kho_arena *arena, const char *file,
                    struct kho_text content, struct kho_diags *diags);

struct codes_cell {
    struct kho_text text; /* NFC, outer white space dropped; an empty field is KHO_TEXT_NULL */
    struct kho_pos pos;
};

/* Reads the next record that is not an empty line: up to `max` cells, the number of all in
 * `*count`. False at the end of the content. */
bool codes_csv_next(struct codes_csv *csv, struct codes_cell *cells, size_t max, size_t *count);

#endif
