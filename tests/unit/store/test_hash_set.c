/* The set of hashes that stand in the store. */
#include "store/hash_set.h"

#include "../../support/unit.h"

static struct kho_hash128 number(uint64_t n)
{
    return kho_hash_bytes(&n, sizeof(n), 7);
}

static bool count(void *context, struct kho_hash128 hash)
{
    (void)hash;
    ++*(size_t *)context;
    return true;
}

START_TEST(each_hash_is_known_once_then_again_and_others_are_new)
{
    struct kho_hash_set set;
    kho_hash_set_init(&set, 10);
    for (uint64_t i = 0; i < 100000; i++)
        kho_hash_set_add(&set, number(i));
    ck_assert_uint_eq(set.count, 100000);
    for (uint64_t i = 0; i < 100000; i += 2)
        ck_assert_int_eq(kho_hash_set_meet(&set, number(i)), KHO_HASH_KNOWN);
    for (uint64_t i = 0; i < 100000; i += 2)
        ck_assert_int_eq(kho_hash_set_meet(&set, number(i)), KHO_HASH_AGAIN);
    ck_assert_int_eq(kho_hash_set_meet(&set, number(100000)), KHO_HASH_NEW);
    size_t unseen = 0;
    ck_assert(kho_hash_set_unseen(&set, count, &unseen));
    ck_assert_uint_eq(unseen, 50000);
    kho_hash_set_release(&set);
}
END_TEST

START_TEST(growing_keeps_what_was_seen)
{
    struct kho_hash_set set;
    kho_hash_set_init(&set, 1);
    kho_hash_set_add(&set, number(1));
    ck_assert_int_eq(kho_hash_set_meet(&set, number(1)), KHO_HASH_KNOWN);
    for (uint64_t i = 2; i < 1000; i++)
        kho_hash_set_add(&set, number(i));
    ck_assert_int_eq(kho_hash_set_meet(&set, number(1)), KHO_HASH_AGAIN);
    kho_hash_set_release(&set);
}
END_TEST

START_TEST(an_empty_set_knows_nothing_and_the_zero_hash_can_stand_in_it)
{
    struct kho_hash_set set = {0};
    struct kho_hash128 zero = {0, 0};
    ck_assert_int_eq(kho_hash_set_meet(&set, zero), KHO_HASH_NEW);
    kho_hash_set_init(&set, 0);
    ck_assert_int_eq(kho_hash_set_meet(&set, zero), KHO_HASH_NEW);
    kho_hash_set_add(&set, zero);
    ck_assert_int_eq(kho_hash_set_meet(&set, zero), KHO_HASH_KNOWN);
    ck_assert_int_eq(kho_hash_set_meet(&set, zero), KHO_HASH_AGAIN);
    kho_hash_set_release(&set);
}
END_TEST

START_TEST(a_row_costs_at_most_thirty_two_bytes)
{
    struct kho_hash_set set;
    kho_hash_set_init(&set, 1000000);
    size_t bytes = set.capacity * sizeof(*set.slots) + set.capacity / 8;
    ck_assert_uint_le(bytes, 32 * 1000000);
    kho_hash_set_release(&set);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, each_hash_is_known_once_then_again_and_others_are_new);
    tcase_add_test(tcase, growing_keeps_what_was_seen);
    tcase_add_test(tcase, an_empty_set_knows_nothing_and_the_zero_hash_can_stand_in_it);
    tcase_add_test(tcase, a_row_costs_at_most_thirty_two_bytes);
}

KHO_UNIT_MAIN("store/hash_set", tests)
