/*
 * Pulling rows out of a department's PostgreSQL or files.
 *
 * PostgreSQL (9.6 or later): one COPY (SELECT ...) TO STDOUT
 * (FORMAT binary) in one REPEATABLE READ READ ONLY transaction, so that all rows are of one instant
 * and nothing is written there. No ORDER BY is asked for that `sql:` does not have.
 *
 * Every built-in type arrives without loss: as its own wire type where there is one (see
 * record/type.h), domains as their base type, all other types as the server's own text of them
 * (sessions run with ISO dates, ISO 8601 intervals, shortest exact floats, UTC). Text comes as
 * UTF-8 from servers that know their encoding; from an SQL_ASCII server the bytes come as they are.
 *
 * Files (RFC 4180 and what passes for it, plain or gzip): all that a pattern names, as one
 * delivery, always as a whole; every cell is TEXT, and the batch has each row's place. A line that
 * is no record is rejected by itself (KHO_RULE_LINE). No such file, a packed one that ends too
 * soon, one that changed while it was read: UNREACHABLE; headers that do not agree: CONFIG.
 *
 * Errors: UNREACHABLE, CONFIG (login, missing table or column, no such key), FAILED (statement
 * timeout, connection lost in mid-COPY is UNREACHABLE), INTERRUPTED.
 */
#ifndef KHO_SOURCE_SOURCE_H
#define KHO_SOURCE_SOURCE_H

#include <kho/config/warehouse.h>
#include <kho/record/batch.h>
#include <kho/record/keys.h>

struct kho_source;

struct kho_source_options {
    const struct kho_source_config *config;
    const struct kho_job *job;
    const char *dir;  /* the project's */
    const char *zone; /* of timestamps stored without one; NULL = UTC */
};

/* Connects and opens the transaction. Closed with the arena. */
KHO_MUST_USE bool kho_source_open(struct kho_arena *arena, const struct kho_source_options *options,
                                  struct kho_source **source, struct kho_err *err);

/* The columns of the table, view or SELECT, in its order; they live as long as the source. */
const char *const *kho_source_columns(const struct kho_source *source, size_t *count);

/* The type of the i-th of them, as the server names it: `character varying(20)`. */
const char *kho_source_column_type(const struct kho_source *source, size_t i);

/* The server's own estimate of the rows; 0 = unknown. */
int64_t kho_source_expected_rows(const struct kho_source *source);

/* Which rows a pull reads: all, or those that may have come since an earlier pull. */
struct kho_window {
    bool all;
    const char *because; /* all, although the job asks for less: why; else NULL */
    const char *from;    /* the bounds, to be shown; NULL = none */
    const char *to;
    const char *position;  /* to be kept with the published run, for the next one; NULL = none */
    const char *condition; /* SQL; NULL = all rows */
};

/* Decides by the job's `pull:` what to read. `position` is that of the feed's last published run,
 * NULL if there is none; `all_because` is a reason to compare all rows in any case, or NULL.
 *
 * changes: every row whose xmin is not older than the oldest transaction that was open when the
 * snapshot of the earlier pull was taken, compared as PostgreSQL does, modulo 2^32. All rows that
 * the earlier pull could not see are among them: a subtransaction's id is larger than that of its
 * transaction. Where that cannot be relied on (another system identifier or timeline, a server that
 * was started anew or set back, another table or partition than then, a label of an enumeration
 * changed, row security, no unique index over the key, a server older than 13, more than 2^31
 * transactions), all rows are compared. CONFIG for anything but a table.
 *
 * cursor: rows whose cursor is not less than its largest value then (never later than that pull's
 * own time) minus the overlap. */
KHO_MUST_USE bool kho_source_window(struct kho_source *source, const char *position,
                                    const char *all_because, struct kho_window *window,
                                    struct kho_err *err);

/* How a backfill cuts its source: by a column of time, day or whole number. */
struct kho_range {
    const char *column;
    int64_t step_ms;    /* of a time or day; -1 = said as a number */
    int64_t step_count; /* of a number; -1 = said as a duration */
};

/* The next range that has rows: from the smallest value not below `from` (NULL: of all) on, as far
 * as the step goes. `*next` is where to go on, NULL = there are no more rows; window->from is NULL
 * if there were none at all. Rows whose column is NULL or infinite are in no range. */
KHO_MUST_USE bool kho_source_range(struct kho_source *source, const struct kho_range *range,
                                   const char *from, struct kho_window *window, const char **next,
                                   struct kho_err *err);

/* What a pull reads. */
struct kho_source_request {
    const char *const *columns; /* and the job's key */
    size_t n_columns;
    uint64_t seed;                   /* of the rows' hashes */
    int64_t max_rows;                /* 0 = all */
    const struct kho_window *window; /* NULL = all rows */
};

/* Starts a pull; `wires` gets the wire type of each column. May be called again, for another pull
 * of the same instant. */
KHO_MUST_USE bool kho_source_start(struct kho_source *source,
                                   const struct kho_source_request *request, enum kho_wire *wires,
                                   struct kho_err *err);

/* Makes a batch whose columns are those asked for at the start. */
struct kho_batch *kho_source_batch(const struct kho_source *source, struct kho_arena *parent);

/* Sums up all keys that the source has, as of the pull's instant; false in `*comparable` if keys of
 * these types are not written by the server as kho writes them. */
KHO_MUST_USE bool kho_source_key_sum(struct kho_source *source, bool *comparable,
                                     struct kho_key_sum *sum, struct kho_err *err);

/* Starts reading all keys, as of the pull's instant: the rows of kho_source_next() have no other
 * columns. */
KHO_MUST_USE bool kho_source_start_keys(struct kho_source *source, struct kho_err *err);

/* Ends the transaction, so that the department's server is not kept from cleaning up while the
 * store is written. */
KHO_MUST_USE bool kho_source_finish(struct kho_source *source, struct kho_err *err);

/* Clears the batch and fills it with the next rows. `*eof` = there were no more; the batch may
 * still hold rows then. A row whose key is NULL has no key and is rejected (rule `key`). */
KHO_MUST_USE bool kho_source_next(struct kho_source *source, struct kho_batch *batch, bool *eof,
                                  struct kho_err *err);

#endif
