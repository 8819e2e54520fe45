/*
 * One run's loading: a feed of records into a shared schema's tables, published in one transaction
 * or not at all.
 *
 *   kho_load_begin     takes the feed's lock, writes the ledger's row
 *   kho_load_start     reads the hashes of what stands
 *   kho_load_choose    tells which rows of a batch are not in the store as they are
 *   kho_load_rows      takes those rows, normalised; rejects go to the ledger at once
 *   kho_load_publish   compares, writes versions, proves, commits      or
 *   kho_load_abandon   rolls back and writes the reason to the ledger
 *
 * How a change is found: a row's hash covers the raw source row and the mapping that reads it. A
 * hash that the store holds needs neither normalising nor a write. All others are staged and
 * compared by value, so that a changed mapping with the same outcome opens no version. An empty
 * feed of an empty table is copied straight in and keyed afterwards. A rejected row is known by its
 * hash in the same way.
 *
 * A window of the source (`pull: changes`, a cursor) is staged whole and compared by key. What it
 * does not show is found by comparing all keys: first as sums, then, if those differ, one by one.
 *
 * The proof: the sum modulo 2^128 of the hashes of all accepted rows read, against that of the rows
 * which the store holds for the feed, or for the keys of the window. Rows kept back because a newer
 * version was rejected are counted as stale and left out of it.
 */
#ifndef KHO_STORE_LOAD_H
#define KHO_STORE_LOAD_H

#include <kho/record/batch.h>
#include <kho/record/keys.h>
#include <kho/store/store.h>

struct kho_load;

struct kho_load_options {
    struct kho_text job;
    struct kho_text source;
    struct kho_text feed;
    const struct kho_schema *schema;
    struct kho_stop_if stop_if;
    /* Not NULL: a dry run. All of it is one transaction that kho_load_publish() rolls back, with
     * what it made of these schemas' tables; a dry run has no number and stands in no ledger. */
    const struct kho_schemas *dry_run;
    unsigned accepted; /* enum kho_accept: limits that do not stop this run */
    /* Not 0: the run of a task, under this claim (store/queue.h). BUSY, and nothing published, once
     * another worker has claimed it. */
    int64_t task;
    int64_t claim;
};

struct kho_load_stats {
    int64_t run;
    int64_t read;
    int64_t inserted;
    int64_t updated;
    int64_t deleted;
    int64_t unchanged; /* also rows whose hash changed but whose values are the same */
    int64_t rejected;
    int64_t warned;   /* loaded rows with a warning */
    int64_t repaired; /* loaded rows of which a value was repaired */
    int64_t orphans;  /* values that refer to no record, of the whole feed */
    int64_t stale;    /* older versions kept because the newer row was rejected */
    int64_t total;    /* rows of the feed in the store afterwards */
    int64_t proved;   /* rows whose hashes were compared: of the feed, or of the window */
    int64_t published_us;
    bool keys_compared; /* all keys, of a window's feed */
    struct kho_hash128 source_hash;
    struct kho_hash128 store_hash;
};

/* BUSY if another run of the feed is under way. Runs of this feed that died are marked so. */
KHO_MUST_USE bool kho_load_begin(struct kho_store *store, struct kho_arena *arena,
                                 const struct kho_load_options *options, struct kho_load **load,
                                 struct kho_err *err);

/* What is known of the run so far; its number in the ledger from the beginning. */
const struct kho_load_stats *kho_load_stats(const struct kho_load *load);

/* What the feed's last published runs left behind. */
struct kho_load_last {
    struct kho_hash128 fingerprint; /* the last one's mapping */
    const char *position;           /* NULL = none */
    int64_t compared_us;            /* start of the last run that compared all rows; 0 = none */
    int64_t keys_us;                /* of the last that compared all keys */
    int64_t total;                  /* rows of the feed */
    int64_t stale;
};
const struct kho_load_last *kho_load_last(const struct kho_load *load);

/* How much of the source is read; kept with the run. Texts may be NULL. */
struct kho_load_scope {
    bool all;
    bool keys;         /* all keys will be compared */
    bool replay;       /* a window of rejected rows, read back from the ledger */
    const char *asked; /* the job's: full, changes, cursor */
    const char *made;  /* full, changes, cursor, backfill */
    const char *because;
    const char *from;
    const char *to;
    const char *position;
};

/* Call it once the source answers: with nothing in the dataset's table yet, that is now locked
 * until the end. `fingerprint` is the mapping's: kho_program_fingerprint(). A second call, before
 * the end, forgets all rows taken so far and begins anew with another scope. */
KHO_MUST_USE bool kho_load_start(struct kho_load *load, struct kho_hash128 fingerprint,
                                 const struct kho_load_scope *scope, struct kho_err *err);

/* Notes all rows of the batch as read and writes the numbers of those to be normalised into
 * `rows` (room for all); returns how many. */
size_t kho_load_choose(struct kho_load *load, const struct kho_batch *batch, uint32_t *rows);

/* Takes the chosen rows: `raw` as read (its own rejects too), `mapped` as kho_program_run() made it
 * from rows[0..n). */
KHO_MUST_USE bool kho_load_rows(struct kho_load *load, const struct kho_batch *raw,
                                const uint32_t *rows, const struct kho_batch *mapped,
                                struct kho_err *err);

/* For a window, once all its rows are in: sums up the keys that the source must have if nothing was
 * deleted there: those of the feed, of this window and of the rows rejected earlier. If the
 * source's sum is the same, kho_load_keys_equal(); else load them, meet the source's keys batch by
 * batch and settle. What was not met is deleted. */
KHO_MUST_USE bool kho_load_key_sum(struct kho_load *load, struct kho_key_sum *sum,
                                   struct kho_err *err);
void kho_load_keys_equal(struct kho_load *load);
KHO_MUST_USE bool kho_load_keys_begin(struct kho_load *load, struct kho_err *err);
/* Returns how many of the batch's keys were not expected, or came a second time: then the window
 * does not tell all, and the caller starts anew with all rows. */
size_t kho_load_keys_meet(struct kho_load *load, const struct kho_batch *keys);
KHO_MUST_USE bool kho_load_keys_settle(struct kho_load *load, struct kho_err *err);

/* LIMIT if `stop_if` says so, VERIFY if the proof fails: then nothing was published and the caller
 * abandons. */
KHO_MUST_USE bool kho_load_publish(struct kho_load *load, struct kho_load_stats *stats,
                                   struct kho_err *err);

/* Rolls back and records the failure; works although a signal came. Fills what is known. */
void kho_load_abandon(struct kho_load *load, const struct kho_err *reason,
                      struct kho_load_stats *stats);

#endif
