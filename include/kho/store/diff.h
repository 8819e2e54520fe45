/*
 * Comparing what the store holds for a feed with what its source gives now, record by record:
 *
 *   kho_diff_open     the store's instant: one REPEATABLE READ READ ONLY transaction
 *   kho_diff_start    reads a hash of each record that the feed holds
 *   kho_diff_choose   tells which rows of a batch have to be normalised
 *   kho_diff_rows     takes those rows, normalised
 *   kho_diff_finish   what was not met is missing in the source
 *
 * The hash covers key and values as they stand in the store, whatever its column `_hash` says: so a
 * value changed by hand is found, and a changed mapping makes no difference where its outcome is
 * the same. What does not fit is fetched by its key and compared value by value. `hashes` trusts
 * `_hash`, which covers the row as it was read: rows that have it are neither normalised nor
 * fetched, and a value changed by hand is not seen (if the mapping has changed since, values are
 * compared all the same). Memory: about 20 bytes a record.
 *
 * Nothing is written and no run is kept waiting, but for the moment in which the transaction
 * begins.
 */
#ifndef KHO_STORE_DIFF_H
#define KHO_STORE_DIFF_H

#include <kho/record/batch.h>
#include <kho/store/store.h>

enum kho_difference {
    KHO_DIFF_NONE,
    KHO_DIFF_OPEN_REJECT, /* rejected, and noted as such: no difference */
    KHO_DIFF_MISSING_IN_STORE,
    KHO_DIFF_MISSING_IN_SOURCE,
    KHO_DIFF_VALUES,
    KHO_DIFF_REJECTED,  /* would be rejected now, without an open reject */
    KHO_DIFF_DUPLICATE, /* a further row of a key, without an open reject */
    KHO_DIFF_COUNT,
};

struct kho_diff_options {
    const struct kho_schema *schema;
    struct kho_text feed;
    size_t limit; /* so many differences are kept */
    bool hashes;
};

struct kho_diff_item {
    struct kho_text key; /* NULL = a row without a key */
    enum kho_difference difference;
    const char *columns; /* those with other values, joined by ", "; NULL if not KHO_DIFF_VALUES */
};

struct kho_diff_result {
    int64_t last_run;     /* the feed's last published one; 0 = none */
    bool mapping_changed; /* since then */
    int64_t read;
    int64_t held;
    int64_t counts[KHO_DIFF_COUNT]; /* rows of the source; records for MISSING_IN_SOURCE */
    struct kho_diff_item *items;    /* the first differences, no more than the limit */
    size_t n_items;
};

/* Returns the word for a difference, as it is shown. */
const char *kho_difference_word(enum kho_difference difference);

/* Returns whether store and source hold the same, but for open rejects. */
bool kho_diff_is_equal(const struct kho_diff_result *result);

struct kho_diff;

/* Opens the transaction; waits for a publish that is under way. CONFIG if the store has no such
 * table yet. Closed with the arena, in which the result lives too. */
KHO_MUST_USE bool kho_diff_open(struct kho_store *store, struct kho_arena *arena,
                                const struct kho_diff_options *options, struct kho_diff **diff,
                                struct kho_err *err);

/* `fingerprint` is the mapping's: kho_program_fingerprint(). */
KHO_MUST_USE bool kho_diff_start(struct kho_diff *diff, struct kho_hash128 fingerprint,
                                 struct kho_err *err);

/* Notes the batch as read and writes the numbers of the rows to be normalised into `rows` (room for
 * all); returns how many. */
size_t kho_diff_choose(struct kho_diff *diff, const struct kho_batch *raw, uint32_t *rows);

/* Takes the chosen rows: `raw` as read, `mapped` as kho_program_run() made it from rows[0..n). */
KHO_MUST_USE bool kho_diff_rows(struct kho_diff *diff, const struct kho_batch *raw,
                                const uint32_t *rows, const struct kho_batch *mapped,
                                struct kho_err *err);

/* The result lives as long as the arena. */
KHO_MUST_USE bool kho_diff_finish(struct kho_diff *diff, struct kho_diff_result *result,
                                  struct kho_err *err);

#endif
