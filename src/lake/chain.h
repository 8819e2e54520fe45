/*
 * The chain of a family of snapshots: each manifest names the one before it by the hash of its
 * manifest, and LATEST.json, the only file of a lake that is ever replaced, names the last. So a
 * snapshot that was dropped, swapped or rolled back shows.
 */
#ifndef LAKE_CHAIN_H
#define LAKE_CHAIN_H

#include "manifest.h"

#define LAKE_LATEST "LATEST.json"

/* Takes the lake for one publication after the other; it is let go with the arena. A file system
 * without locks is used without. */
KHO_MUST_USE bool lake_chain_lock(struct kho_arena *arena, const char *lake, struct kho_err *err);

/* Finds the last snapshot: that of LATEST.json, or one that was published behind it by a writer who
 * died before saying so. `head->name` NULL = there is none. VERIFY if LATEST.json is broken. */
KHO_MUST_USE bool lake_chain_head(struct kho_arena *arena, const char *lake, struct lake_link *head,
                                  struct kho_err *err);

/* Writes LATEST.json for the snapshot that this manifest describes. */
KHO_MUST_USE bool lake_chain_advance(const struct lake_manifest *manifest, const char *lake,
                                     struct kho_err *err);

/* Names the snapshots' directories in the lake, sorted. */
KHO_MUST_USE bool lake_chain_names(struct kho_arena *arena, const char *lake, const char ***names,
                                   size_t *count, struct kho_err *err);

/* The hash of the manifest of the snapshot `name`. */
KHO_MUST_USE bool lake_chain_sum(struct kho_arena *arena, const char *lake, const char *name,
                                 char sha256[KHO_SHA256_HEX_SIZE], struct kho_err *err);

#endif
