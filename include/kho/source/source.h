/*
 * Pulling rows out of a department's PostgreSQL (9.6 or later): one COPY (SELECT ...) TO STDOUT
 * (FORMAT binary) in one REPEATABLE READ READ ONLY transaction, so that all rows are of one instant
 * and nothing is written there. No ORDER BY is asked for that `sql:` does not have.
 *
 * Every built-in type arrives without loss: as its own wire type where there is one (see
 * record/type.h), domains as their base type, all other types as the server's own text of them
 * (sessions run with ISO dates, ISO 8601 intervals, shortest exact floats, UTC). Text comes as
 * UTF-8 from servers that know their encoding; from an SQL_ASCII server the bytes come as they are.
 *
 * Errors: UNREACHABLE, CONFIG (login, missing table or column, no such key), FAILED (statement
 * timeout, connection lost in mid-COPY is UNREACHABLE), INTERRUPTED.
 */
#ifndef KHO_SOURCE_SOURCE_H
#define KHO_SOURCE_SOURCE_H

#include <kho/config/warehouse.h>
#include <kho/record/batch.h>

struct kho_source;

struct kho_source_options {
    const struct kho_source_config *config;
    const struct kho_job *job;
    const char *dir; /* the project's */
};

/* Connects and opens the transaction. Closed with the arena. */
KHO_MUST_USE bool kho_source_open(struct kho_arena *arena, const struct kho_source_options *options,
                                  struct kho_source **source, struct kho_err *err);

/* The columns of the table, view or SELECT, in its order; they live as long as the source. */
const char *const *kho_source_columns(const struct kho_source *source, size_t *count);

/* The server's own estimate of the rows; 0 = unknown. */
int64_t kho_source_expected_rows(const struct kho_source *source);

/* Starts the pull of these columns (and of the job's key). `wires` gets the wire type of each.
 * Hashes of rows are seeded with `seed`. `max_rows` 0 = all. */
KHO_MUST_USE bool kho_source_start(struct kho_source *source, const char *const *columns,
                                   size_t count, enum kho_wire *wires, uint64_t seed,
                                   int64_t max_rows, struct kho_err *err);

/* Makes a batch whose columns are those asked for at the start. */
struct kho_batch *kho_source_batch(const struct kho_source *source, struct kho_arena *parent);

/* Clears the batch and fills it with the next rows. `*eof` = there were no more; the batch may
 * still hold rows then. A row whose key is NULL has no key and is rejected (rule `key`). */
KHO_MUST_USE bool kho_source_next(struct kho_source *source, struct kho_batch *batch, bool *eof,
                                  struct kho_err *err);

#endif
