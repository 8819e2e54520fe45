/*
 * A few thousand rows on their way: columns of cells in wire form, and what is wrong with which
 * row. All bytes belong to the batch's arena; kho_batch_clear() ends their life. The only struct
 * that peers (source, normalise, store, lake) exchange.
 */
#ifndef KHO_RECORD_BATCH_H
#define KHO_RECORD_BATCH_H

#include <kho/core/arena.h>
#include <kho/core/hash.h>
#include <kho/record/schema.h>
#include <kho/record/type.h>

/* Small enough that neither the source nor the store waits while a batch is worked on: a socket
 * holds about a thousand rows. */
#define KHO_BATCH_ROWS 1024
/* A batch is handed on once it holds this much, whatever its rows: memory stays constant. */
#define KHO_BATCH_BYTES (4 * 1024 * 1024)

struct kho_batch_column {
    const char *name;
    enum kho_wire wire;
    struct kho_text *cells; /* one a row; room for KHO_BATCH_ROWS */
};

/* Which cells of the row as read a value was made of. */
struct kho_origin {
    size_t *columns;
    size_t n_columns;
};

/* One reason against one row; a row may have several. */
struct kho_reject {
    uint32_t row;
    enum kho_severity severity;
    const char *column;              /* of the shared schema; NULL when it is the row's */
    const char *rule;                /* the type's word or the rule's name */
    const char *reason;              /* says what is wrong, never repeats the value */
    const struct kho_origin *origin; /* REPAIR: not NULL; the originals stand there */
};

/* Where a row of a file begins. */
struct kho_place {
    const char *file; /* outlives the batch */
    int64_t line;     /* from 1 */
};

/* The rule of a line that is no record. What could be cut of it - its key too - may be wrong: the
 * key keeps a record from being taken for deleted, and does nothing to a good row that has it. */
#define KHO_RULE_LINE "line"

struct kho_batch {
    struct kho_arena *arena; /* cells' bytes, rejects */
    struct kho_batch_column *columns;
    size_t n_columns;
    size_t n_rows;
    int64_t first_row;          /* 1 = the source's first */
    struct kho_text *keys;      /* one a row: the record's key as text; NULL = no key */
    struct kho_hash128 *hashes; /* one a row: of the raw row */
    struct kho_place *places;   /* one a row, kept by who fills the batch; NULL = rows have none */
    uint8_t *rejected;          /* one a row: 1 if a REJECT stands against it */
    struct kho_reject *rejects;
    size_t n_rejects;
};

/* Makes a batch with its own arena (a child of `parent`) and room for KHO_BATCH_ROWS. The caller
 * sets each column's name (which must outlive the batch) and wire type. */
KHO_MUST_USE struct kho_batch *kho_batch_new(struct kho_arena *parent, size_t n_columns);
void kho_batch_free(struct kho_batch *batch);

/* Forgets rows, cells and rejects, keeps columns and room. */
void kho_batch_clear(struct kho_batch *batch);

/* Notes a reason (at most 511 bytes are kept) against a row; column and rule are kept by pointer
 * and must outlive the batch. */
void kho_batch_reject(struct kho_batch *batch, size_t row, enum kho_severity severity,
                      const char *column, const char *rule, const char *fmt, ...) KHO_PRINTF(6, 7);

/* Notes that a value was repaired, and of what. All is kept by pointer. */
void kho_batch_repair(struct kho_batch *batch, size_t row, const char *column, const char *rule,
                      const char *reason, const struct kho_origin *origin);

#endif
