/*
 * An order-independent digest of a set of rows' hashes that PostgreSQL computes as well, so that a
 * table proves what it holds without sending it: two sums modulo 2^64 of what uuid_hash_extended()
 * makes of each hash, under the seeds 0 (`high`) and 1 (`low`). A row that comes twice shows. The
 * function is PostgreSQL's hash_bytes_extended(), that is Bob Jenkins's lookup3 (2006); its values
 * stay from version to version, since hash partitions rely on them, but a server of the other byte
 * order has others.
 */
#ifndef KHO_STORE_DIGEST_H
#define KHO_STORE_DIGEST_H

#include <kho/core/arena.h>
#include <kho/core/hash.h>
#include <kho/pg/pg.h>

/* What PostgreSQL's uuid_hash_extended(hash, seed) returns, as bits. */
uint64_t kho_digest_of(struct kho_hash128 hash, uint64_t seed);

struct kho_hash128 kho_digest_add(struct kho_hash128 digest, struct kho_hash128 hash);
struct kho_hash128 kho_digest_subtract(struct kho_hash128 digest, struct kho_hash128 other);

/* Counts and digests the column `hash` of all rows FROM gives ("t JOIN u ..."), in the server. */
KHO_MUST_USE bool kho_digest_rows(struct kho_pg *pg, struct kho_arena *arena, const char *hash,
                                  const char *from, struct kho_hash128 *digest, int64_t *rows,
                                  struct kho_err *err);

#endif
