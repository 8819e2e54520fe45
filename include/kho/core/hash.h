/*
 * Hashes: XXH3-128 (xxHash specification) for telling whether a row changed, SHA-256 (FIPS 180-4,
 * from OpenSSL) for telling whether a file was tampered with.
 */
#ifndef KHO_CORE_HASH_H
#define KHO_CORE_HASH_H

#include <kho/core/base.h>
#include <kho/core/err.h>
#include <kho/core/text.h>

struct kho_hash128 {
    uint64_t high;
    uint64_t low;
};

/* Hashes `len` bytes under a 64-bit seed. */
struct kho_hash128 kho_hash_bytes(const void *bytes, size_t len, uint64_t seed);

static inline bool kho_hash_eq(struct kho_hash128 a, struct kho_hash128 b)
{
    return a.high == b.high && a.low == b.low;
}

/* Big-endian bytes, the form in which a hash is stored, and back. */
void kho_hash_to_bytes(struct kho_hash128 hash, unsigned char out[16]);
struct kho_hash128 kho_hash_from_bytes(const unsigned char in[16]);

#define KHO_HASH_HEX_SIZE 33
/* Writes 32 lower-case hex digits and a NUL. Returns `out`. */
char *kho_hash_hex(struct kho_hash128 hash, char out[KHO_HASH_HEX_SIZE]);

struct kho_sha256;
#define KHO_SHA256_HEX_SIZE 65

KHO_MUST_USE bool kho_sha256_new(struct kho_sha256 **sha, struct kho_err *err);
void kho_sha256_update(struct kho_sha256 *sha, const void *bytes, size_t len);
/* Writes 64 lower-case hex digits and a NUL. */
void kho_sha256_finish(struct kho_sha256 *sha, char hex[KHO_SHA256_HEX_SIZE]);
void kho_sha256_free(struct kho_sha256 *sha);

/* Hashes a file and counts its bytes. */
KHO_MUST_USE bool kho_sha256_file(const char *path, char hex[KHO_SHA256_HEX_SIZE],
                                  int64_t *size_bytes, struct kho_err *err);

#endif
