/* The digest of a set of hashes: here, and as the server computes it. */
#include "digest.h"

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

struct state {
    uint32_t a, b, c;
};

/* lookup3's mix(): every input bit reaches every output bit. */
static void mix(struct state *s)
{
    s->a -= s->c, s->a ^= rotate(s->c, 4), s->c += s->b;
    s->b -= s->a, s->b ^= rotate(s->a, 6), s->a += s->c;
    s->c -= s->b, s->c ^= rotate(s->b, 8), s->b += s->a;
    s->a -= s->c, s->a ^= rotate(s->c, 16), s->c += s->b;
    s->b -= s->a, s->b ^= rotate(s->a, 19), s->a += s->c;
    s->c -= s->b, s->c ^= rotate(s->b, 4), s->b += s->a;
}

/* lookup3's final(). */
static void finish(struct state *s)
{
    s->c ^= s->b, s->c -= rotate(s->b, 14);
    s->a ^= s->c, s->a -= rotate(s->c, 11);
    s->b ^= s->a, s->b -= rotate(s->a, 25);
    s->c ^= s->b, s->c -= rotate(s->b, 16);
    s->a ^= s->c, s->a -= rotate(s->c, 4);
    s->b ^= s->a, s->b -= rotate(s->a, 14);
    s->c ^= s->b, s->c -= rotate(s->b, 24);
}

/* The bytes of a uuid are the hash's in big-endian order, and are taken as little-endian words. */
static uint32_t word(uint64_t half, unsigned shift)
{
    return __builtin_bswap32((uint32_t)(half >> shift));
}

uint64_t kho_digest_of(struct kho_hash128 hash, uint64_t seed)
{
    uint32_t start = 0x9e3779b9u + 16 + 3923095;
    struct state s = {start, start, start};
    if (seed != 0) {
        s.a += (uint32_t)(seed >> 32);
        s.b += (uint32_t)seed;
        mix(&s);
    }
    s.a += word(hash.high, 32);
    s.b += word(hash.high, 0);
    s.c += word(hash.low, 32);
    mix(&s);
    s.a += word(hash.low, 0);
    finish(&s);
    return (uint64_t)s.b << 32 | s.c;
}

struct kho_hash128 kho_digest_add(struct kho_hash128 digest, struct kho_hash128 hash)
{
    return (struct kho_hash128){digest.high + kho_digest_of(hash, 0),
                                digest.low + kho_digest_of(hash, 1)};
}

struct kho_hash128 kho_digest_subtract(struct kho_hash128 digest, struct kho_hash128 other)
{
    return (struct kho_hash128){digest.high - other.high, digest.low - other.low};
}

/* A whole number of any size and sign, modulo 2^64; no row has no sum, which is 0. */
static uint64_t modulo(struct kho_text number)
{
    uint64_t value = 0;
    bool negative = number.len != 0 && number.ptr[0] == '-';
    for (size_t i = negative; i < number.len; i++)
        value = value * 10 + (uint64_t)(number.ptr[i] - '0');
    return negative ? -value : value;
}

/* Of a large table two processes read a half each; elsewhere a job has one. */
bool kho_digest_rows(struct kho_pg *pg, struct kho_arena *arena, const char *hash, const char *from,
                     struct kho_hash128 *digest, int64_t *rows, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql = kho_arena_printf(arena,
                                       "SELECT count(*), sum(pg_catalog.uuid_hash_extended(%s, 0)),"
                                       " sum(pg_catalog.uuid_hash_extended(%s, 1)) FROM %s",
                                       hash, hash, from);
    KHO_TRY(kho_pg_exec(pg, "SET max_parallel_workers_per_gather = 1", err) &&
            kho_pg_query(pg, arena, sql, NULL, 0, &result, err) &&
            kho_pg_exec(pg, "SET max_parallel_workers_per_gather = 0", err));
    *rows = kho_pg_cell_int(&result, 0, 0);
    *digest = (struct kho_hash128){modulo(kho_pg_cell(&result, 0, 1)),
                                   modulo(kho_pg_cell(&result, 0, 2))};
    return true;
}
