/* Arenas: alignment, ownership in a tree, deferred calls, growing arrays. */
#include <kho/core/arena.h>

#include "../../support/unit.h"

static char trace[16];

static void note(void *letter)
{
    size_t len = strlen(trace);
    trace[len] = *(const char *)letter;
    trace[len + 1] = '\0';
}

START_TEST(allocations_are_zeroed_and_aligned_among_odd_texts)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    for (size_t size = 1; size < 5000; size = size * 2 + 1) {
        char *text = kho_arena_bytes(arena, size);
        memset(text, 'x', size);
        unsigned char *memory = kho_arena_alloc(arena, size);
        ck_assert_uint_eq((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_uint_eq(memory[i], 0);
        memset(memory, 'y', size);
        ck_assert_int_eq(text[size - 1], 'x');
    }
    kho_arena_free(arena);
}
END_TEST

START_TEST(deferred_calls_run_newest_first_and_before_the_children_go)
{
    trace[0] = '\0';
    struct kho_arena *parent = kho_arena_new(NULL);
    struct kho_arena *child = kho_arena_new(parent);
    kho_arena_defer(parent, note, "1");
    kho_arena_defer(parent, note, "2");
    kho_arena_defer(child, note, "c");
    kho_arena_free(parent);
    ck_assert_str_eq(trace, "21c");
}
END_TEST

START_TEST(a_child_may_go_before_its_parent_and_its_siblings)
{
    trace[0] = '\0';
    struct kho_arena *parent = kho_arena_new(NULL);
    struct kho_arena *first = kho_arena_new(parent);
    struct kho_arena *second = kho_arena_new(parent);
    struct kho_arena *third = kho_arena_new(parent);
    kho_arena_defer(first, note, "1");
    kho_arena_defer(second, note, "2");
    kho_arena_defer(third, note, "3");
    kho_arena_free(second);
    kho_arena_free(third);
    ck_assert_str_eq(trace, "23");
    kho_arena_free(parent);
    ck_assert_str_eq(trace, "231");
}
END_TEST

START_TEST(a_cleared_arena_can_be_filled_again_without_growing)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 1000; i++)
            memset(kho_arena_bytes(arena, 500), 1, 500);
        kho_arena_clear(arena);
    }
    ck_assert_uint_lt(kho_arena_held_bytes(arena), (size_t)2 << 20);
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_large_piece_keeps_the_rest_of_the_current_block)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    char *before = kho_arena_bytes(arena, 10);
    char *large = kho_arena_bytes(arena, 100000);
    char *after = kho_arena_bytes(arena, 10);
    memset(large, 'L', 100000);
    memset(before, 'b', 10);
    memset(after, 'a', 10);
    ck_assert_int_eq(before[9], 'b');
    ck_assert_int_eq(large[0], 'L');
    ck_assert_int_eq(large[99999], 'L');
    kho_arena_free(arena);
}
END_TEST

START_TEST(pushed_elements_keep_their_values_as_the_array_moves)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    int *numbers = NULL;
    size_t count = 0;
    for (int i = 0; i < 1000; i++) {
        int *number = kho_arena_push(arena, &numbers, &count, sizeof(*number));
        ck_assert_int_eq(*number, 0);
        *number = i;
    }
    ck_assert_uint_eq(count, 1000);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(numbers[i], i);
    kho_arena_free(arena);
}
END_TEST

START_TEST(copies_end_in_nul_and_null_stays_null)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_text copy = kho_arena_text(arena, (struct kho_text){"abcdef", 3});
    ck_assert_str_eq(copy.ptr, "abc");
    ck_assert(kho_text_is_null(kho_arena_text(arena, KHO_TEXT_NULL)));
    ck_assert_str_eq(kho_arena_printf(arena, "%s-%d", "x", 7), "x-7");
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, allocations_are_zeroed_and_aligned_among_odd_texts);
    tcase_add_test(tcase, deferred_calls_run_newest_first_and_before_the_children_go);
    tcase_add_test(tcase, a_child_may_go_before_its_parent_and_its_siblings);
    tcase_add_test(tcase, a_cleared_arena_can_be_filled_again_without_growing);
    tcase_add_test(tcase, a_large_piece_keeps_the_rest_of_the_current_block);
    tcase_add_test(tcase, pushed_elements_keep_their_values_as_the_array_moves);
    tcase_add_test(tcase, copies_end_in_nul_and_null_stays_null);
}

KHO_UNIT_MAIN("core/arena", tests)
