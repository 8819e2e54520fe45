/* Batches: what they hold, what clearing forgets. */
#include "../../support/unit.h"

#include <kho/record/batch.h>

START_TEST(a_reject_marks_its_row_and_a_warning_does_not)
{
    struct kho_batch *batch = kho_batch_new(NULL, 2);
    batch->n_rows = 3;
    kho_batch_reject(batch, 1, KHO_WARN, "birth_date", "date", "placeholder %s", "date");
    kho_batch_reject(batch, 2, KHO_REJECT, NULL, "id_agrees", "does not hold");
    ck_assert_uint_eq(batch->n_rejects, 2);
    ck_assert_str_eq(batch->rejects[0].reason, "placeholder date");
    ck_assert_uint_eq(batch->rejects[1].row, 2);
    ck_assert_ptr_null(batch->rejects[1].column);
    ck_assert_uint_eq(batch->rejected[1], 0);
    ck_assert_uint_eq(batch->rejected[2], 1);
    kho_batch_free(batch);
}
END_TEST

START_TEST(clearing_forgets_rows_and_rejects_and_keeps_the_room)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_batch *batch = kho_batch_new(arena, 1);
    struct kho_text *cells = batch->columns[0].cells;
    batch->columns[0].name = "ward";
    batch->n_rows = KHO_BATCH_ROWS;
    batch->columns[0].cells[KHO_BATCH_ROWS - 1] = kho_arena_text(batch->arena, KHO_TEXT("x"));
    kho_batch_reject(batch, KHO_BATCH_ROWS - 1, KHO_REJECT, "ward", "code", "not in list");
    kho_batch_clear(batch);
    ck_assert_uint_eq(batch->n_rows, 0);
    ck_assert_uint_eq(batch->n_rejects, 0);
    ck_assert_uint_eq(batch->rejected[KHO_BATCH_ROWS - 1], 0);
    ck_assert_ptr_eq(batch->columns[0].cells, cells);
    ck_assert_str_eq(batch->columns[0].name, "ward");
    kho_batch_free(batch);
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_batch_ends_with_its_parent)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_batch *batch = kho_batch_new(arena, 1);
    batch->n_rows = 1;
    kho_batch_reject(batch, 0, KHO_REJECT, "ward", "code", "not in list");
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, a_reject_marks_its_row_and_a_warning_does_not);
    tcase_add_test(tcase, clearing_forgets_rows_and_rejects_and_keeps_the_room);
    tcase_add_test(tcase, a_batch_ends_with_its_parent);
}
KHO_UNIT_MAIN("record/batch", tests)
