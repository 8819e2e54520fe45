/*
 * The rows of open rejects, read back from the ledger as they once came from the source: under the
 * same names, in the same types.
 */
#ifndef KHO_STORE_REPLAY_H
#define KHO_STORE_REPLAY_H

#include <kho/record/batch.h>
#include <kho/store/store.h>

/* Rows that were read with the same columns in the same types. */
struct kho_replay_group {
    const char *inputs; /* the ledger's word for it */
    const char **columns;
    enum kho_wire *wires;
    size_t n_columns;
    int64_t rows;
};

struct kho_replay_plan {
    struct kho_replay_group *groups;
    size_t n_groups;
    int64_t unfit; /* rows without a key, with a duplicate one, or of types that are not known or
                      differ from those of newer rows */
};

KHO_MUST_USE bool kho_replay_plan(struct kho_store *store, struct kho_arena *arena,
                                  struct kho_text dataset, struct kho_text feed,
                                  struct kho_replay_plan *plan, struct kho_err *err);

struct kho_replay;

struct kho_replay_options {
    struct kho_text dataset;
    struct kho_text feed;
    const struct kho_replay_group *group;
    const char *const *inputs; /* columns of the group that come first */
    size_t n_inputs;
    uint64_t seed;
};

/* Begins to read a group's rows, on a connection of its own that is closed with the arena. They
 * have all columns of the group. Hashes are under `seed`, and never those under which the source's
 * rows are known. */
KHO_MUST_USE bool kho_replay_open(struct kho_store *store, struct kho_arena *arena,
                                  const struct kho_replay_options *options,
                                  struct kho_replay **replay, struct kho_err *err);

/* Reads the next rows into the replay's batch, which is cleared first. */
struct kho_batch *kho_replay_batch(struct kho_replay *replay);
KHO_MUST_USE bool kho_replay_next(struct kho_replay *replay, bool *eof, struct kho_err *err);

#endif
