/* What the files of loading share: load.c begins and ends, rows.c takes rows; limits.c
 * judges, dry.c lets nothing remain; direct.c, merge.c and
 * window.c are the three ways to publish, write.c has the statements that change records; keys.c
 * compares all keys, proof.c reads back what the store holds, reject.c keeps the reasons.
 */
#ifndef KHO_STORE_LOADING_H
#define KHO_STORE_LOADING_H

#include <kho/store/load.h>

#include "hash_set.h"
#include "store_internal.h"

/* The column whose share of NULLs rises most, in millionths of the feed's rows; NULL = not counted,
 * for it cannot have risen beyond the limit. */
struct kho_load_nulls {
    const char *column;
    int64_t before;
    int64_t after;
};

struct kho_load {
    struct kho_store *store;
    struct kho_arena *arena;
    struct kho_load_options options;
    struct kho_pg *pg; /* the data: everything here is one transaction, or in temporary tables */
    struct kho_pg *ledger; /* what outlives a failed run: the ledger's row and the rejects */
    int64_t run;
    struct kho_hash128 fingerprint;
    struct kho_load_last last;
    struct kho_load_scope scope;
    bool started;
    bool summing;                   /* the sum of the feed's keys was asked for */
    struct kho_pg_result feed_keys; /* and its answer: count, sum */
    bool direct;                    /* the table is empty: rows go straight in */
    bool copying;
    const struct kho_source_column *columns_before; /* of the source, as the last run found it */
    size_t n_columns_before;
    const struct kho_source_column *columns_now;
    size_t n_columns_now;
    struct kho_hash_set known;    /* what stands; for a window the keys, when they are compared */
    struct kho_hash_set rejected; /* rows rejected by earlier runs */
    struct kho_hash128 known_sum; /* of all rows that stood before */
    int64_t known_rows;
    int64_t published_us;
    struct kho_buf out;     /* rows on their way to the COPY */
    struct kho_buf rejects; /* reasons on their way to the ledger, as COPY rows */
    int64_t n_staged;
    int64_t n_copied; /* of those, in COPYs that are finished */
    struct kho_load_stats stats;
    struct kho_load_nulls nulls;
    struct kho_batch_column *inputs; /* names and types of the rows that are read */
    size_t n_inputs;
    /* Pieces of SQL: */
    const char *current; /* "population"."person" */
    const char *history;
    const char *feed;    /* as a literal */
    const char *columns; /* the schema's, quoted */
};

#define KHO_COPY_CHUNK_BYTES ((size_t)128 << 10)
/* One row is at most a few source values, each at most 1 GB in PostgreSQL. */
#define KHO_COPY_MAX_BYTES ((size_t)INT32_MAX)

/* dry.c: opens the dry run's transaction, in which the ledger's statements go the data's way. */
KHO_MUST_USE bool kho_load_dry_begin(struct kho_load *load, struct kho_err *err);
bool kho_load_is_dry(const struct kho_load *load);
/* Opens the transaction that publishes; a dry run has its own. */
KHO_MUST_USE bool kho_load_open_transaction(struct kho_load *load, struct kho_err *err);
/* Ends it: commits, or rolls a dry run back. */
KHO_MUST_USE bool kho_load_close_transaction(struct kho_load *load, struct kho_err *err);
/* Makes way for the rejects of a dry run, which has one connection: ends the rows' COPY if there
 * are as many as will be flushed. */
KHO_MUST_USE bool kho_load_dry_make_way(struct kho_load *load, size_t above_bytes,
                                        struct kho_err *err);

/* rows.c: ends the COPY that kho_load_rows() began, if it did. */
KHO_MUST_USE bool kho_load_finish_copy(struct kho_load *load, struct kho_err *err);

/* keys.c: asks for the sum of the feed's keys, which the store works out while the source is read;
 * nothing else may be asked of load->pg before it is awaited. */
KHO_MUST_USE bool kho_load_send_key_sum(struct kho_load *load, struct kho_err *err);
KHO_MUST_USE bool kho_load_await_key_sum(struct kho_load *load, struct kho_err *err);

/* task.c: ends the sessions of earlier tries at the same task, which may hold the feed's lock. */
KHO_MUST_USE bool kho_load_end_earlier(struct kho_load *load, struct kho_err *err);
/* Tells the queue which run it is. */
KHO_MUST_USE bool kho_load_tell_task(struct kho_load *load, struct kho_err *err);
/* In the publishing transaction: the task is done, if it still is ours. */
KHO_MUST_USE bool kho_load_publish_task(struct kho_load *load, struct kho_err *err);

/* columns.c: writes the source's columns, if they are others than before. */
KHO_MUST_USE bool kho_load_write_columns(struct kho_load *load, struct kho_err *err);

/* limits.c */
/* The words with commas between them, in the arena; NULL if there are none. */
const char *kho_accept_show(struct kho_arena *arena, unsigned accepted);

/* reject.c */
void kho_load_note_rejects(struct kho_load *load, const struct kho_batch *raw, const uint32_t *rows,
                           const struct kho_batch *noted);
/* Remembers the columns and types under which rows are rejected, and tells them: a literal of JSON,
 * or NULL if nothing was said of any row. */
void kho_load_note_inputs(struct kho_load *load, const struct kho_batch *raw);
const char *kho_load_inputs(struct kho_load *load);
void kho_load_note_duplicate(struct kho_load *load, const struct kho_batch *raw, uint32_t row);
KHO_MUST_USE bool kho_load_flush_rejects(struct kho_load *load, size_t above_bytes,
                                         struct kho_err *err);
/* Reads the hashes of the feed's open rejects. */
KHO_MUST_USE bool kho_load_known_rejects(struct kho_load *load, struct kho_err *err);
/* Makes the temporary table kho_rejected: the keys of all rows that this pull rejects, and whether
 * only lines that are no records have such a key (KHO_RULE_LINE). */
KHO_MUST_USE bool kho_load_find_rejected(struct kho_load *load, struct kho_err *err);
/* Moves the run's reasons into kho.reject and closes what is no longer said. */
KHO_MUST_USE bool kho_load_settle_rejects(struct kho_load *load, struct kho_err *err);

/* orphans.c: counts the feed's values that stand in no record of what their column refers to. */
KHO_MUST_USE bool kho_load_count_orphans(struct kho_load *load, struct kho_err *err);

/* limits.c: what the staged rows will do to the share of NULLs; before they are written. */
KHO_MUST_USE bool kho_load_measure_nulls(struct kho_load *load, struct kho_err *err);
/* LIMIT if one is passed that is not accepted; after all is written, before the commit. */
KHO_MUST_USE bool kho_load_judge(struct kho_load *load, struct kho_err *err);

/* direct.c: opens the transaction and empties the keyless table; false in `*direct` if it has rows
 * by now. Then keys it and takes out rows whose key is not unique. */
KHO_MUST_USE bool kho_load_direct_begin(struct kho_load *load, bool *direct, struct kho_err *err);
KHO_MUST_USE bool kho_load_direct_publish(struct kho_load *load, struct kho_err *err);

/* write.c: makes the temporary tables in which news stand: kho_stage, kho_deleted. */
KHO_MUST_USE bool kho_load_make_stage(struct kho_load *load, struct kho_err *err);
/* Writes what the keys in kho_deleted and the rows of kho_stage say; counts it. `at` is the run's
 * time. Staged rows with the hash that stands are left as they are, and not counted. */
KHO_MUST_USE bool kho_load_write(struct kho_load *load, const char *at, struct kho_err *err);
/* Copies hashes of a set that were not met into a table of one uuid column. */
KHO_MUST_USE bool kho_load_copy_unseen(struct kho_load *load, const struct kho_hash_set *set,
                                       const char *table, struct kho_err *err);

/* window.c: a window's rows against what stands under their keys. */
KHO_MUST_USE bool kho_load_window_publish(struct kho_load *load, struct kho_err *err);

/* merge.c: compares the staged rows with what stands and writes the differences. */
KHO_MUST_USE bool kho_load_merge_begin(struct kho_load *load, struct kho_err *err);
KHO_MUST_USE bool kho_load_merge_publish(struct kho_load *load, struct kho_err *err);

/* Rejects all rows of the keys in the temporary table kho_duplicate, which stand in `table`:
 * notes them, takes them out of it, of the statistics and of the source's hash. */
KHO_MUST_USE bool kho_load_reject_duplicates(struct kho_load *load, const char *table,
                                             struct kho_err *err);

/* proof.c: adds the hashes that a SELECT of one uuid column gives to a set, counts and digests
 * them. */
KHO_MUST_USE bool kho_load_read_hashes(struct kho_load *load, const char *select,
                                       struct kho_hash_set *set, struct kho_hash128 *digest,
                                       int64_t *rows, struct kho_err *err);

/* Takes the dataset's publish lock until the end of the transaction, then the run's time: the later
 * of the clock and the last published run's time + 1 us. */
KHO_MUST_USE bool kho_load_take_time(struct kho_load *load, struct kho_err *err);

/* Runs a statement on the data and tells how many rows it touched. */
KHO_MUST_USE bool kho_load_do(struct kho_load *load, int64_t *affected, struct kho_err *err,
                              const char *fmt, ...) KHO_PRINTF(4, 5);

#endif
