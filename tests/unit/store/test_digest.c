/* The digest of a set of hashes. */
#include "store/digest.h"

#include "../../support/unit.h"

static struct kho_hash128 hash_of(uint64_t high, uint64_t low)
{
    return (struct kho_hash128){high, low};
}

/* What PostgreSQL 15 answers: SELECT to_hex(uuid_hash_extended('...', seed)). */
START_TEST(a_hash_weighs_what_the_server_says)
{
    struct {
        struct kho_hash128 hash;
        uint64_t weight[2];
    } cases[] = {
        {{0, 0}, {0xa0cfe6af50af2853, 0xf3fc987091b801fb}},
        {{0x0011223344556677, 0x8899aabbccddeeff}, {0x3dedd7332e4324b5, 0xafe17922ea522f79}},
        {{UINT64_MAX, UINT64_MAX}, {0x0412872ad753a869, 0x8e091d6d63887657}},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        for (uint64_t seed = 0; seed < 2; seed++)
            ck_assert_uint_eq(kho_digest_of(cases[i].hash, seed), cases[i].weight[seed]);
}
END_TEST

START_TEST(a_digest_ignores_order_and_shows_what_comes_twice)
{
    struct kho_hash128 a = hash_of(1, 2), b = hash_of(3, 4), nothing = {0};
    struct kho_hash128 ab = kho_digest_add(kho_digest_add(nothing, a), b);
    struct kho_hash128 ba = kho_digest_add(kho_digest_add(nothing, b), a);
    ck_assert(kho_hash_eq(ab, ba));
    ck_assert(!kho_hash_eq(kho_digest_add(ab, a), ab));
    struct kho_hash128 only_b = kho_digest_add(nothing, b);
    ck_assert(kho_hash_eq(kho_digest_subtract(ab, kho_digest_add(nothing, a)), only_b));
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, a_hash_weighs_what_the_server_says);
    tcase_add_test(tcase, a_digest_ignores_order_and_shows_what_comes_twice);
}

KHO_UNIT_MAIN("store/digest", tests)
