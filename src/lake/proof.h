/*
 * What stands beside the files of a snapshot and proves them: SHA256SUMS of all of them, its
 * signature where there is a key, and `_SUCCESS`, an empty file that says that all is there.
 */
#ifndef LAKE_PROOF_H
#define LAKE_PROOF_H

#include "manifest.h"
#include "sign.h"

#define LAKE_SUCCESS "_SUCCESS"

/* Writes them into `dir`, where manifest and files stand; `key` NULL = unsigned. */
KHO_MUST_USE bool lake_proof_write(const struct lake_manifest *manifest, const struct lake_key *key,
                                   const char *dir, struct kho_err *err);

/* Whether a name in a snapshot's directory is one of the proof's. */
bool lake_proof_has_name(const char *name);

/* Checks SHA256SUMS against the manifest as it stands on the disk and against the hashes that it
 * lists (which are the files', once those are verified), the signature and `_SUCCESS`. With a key
 * the snapshot must be signed by it. `*is_signed` tells whether it is signed at all. VERIFY with
 * the culprit. */
struct lake_listing;
KHO_MUST_USE bool lake_proof_verify(const struct lake_listing *listing, const struct lake_key *key,
                                    const char *dir, bool *is_signed, struct kho_err *err);

#endif
