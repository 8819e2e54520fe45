/* What becomes of a task after a try. */
#include "run/serve.h"

#include <signal.h>

#include "../../support/unit.h"

static const struct kho_retry retry = {.times = 2, .wait_ms = 60000, .max_wait_ms = 600000};

static const struct {
    struct verdict_try attempt;
    const char *state;
    const char *outcome;
    bool counts;
    int64_t wait_ms; /* at least */
} cases[] = {
    {{.exit_code = 5}, "ready", "unreachable", true, 60000},
    {{.exit_code = 5, .failures = 1}, "ready", "unreachable", true, 120000},
    {{.exit_code = 5, .failures = 2}, "failed", "unreachable", true, 0},
    {{.exit_code = 1}, "failed", "failed", false, 0},
    {{.exit_code = 2}, "failed", "configuration", false, 0},
    {{.exit_code = 4}, "failed", "stopped by a limit", false, 0},
    {{.exit_code = 7}, "failed", "verification failed", false, 0},
    {{.exit_code = 99}, "failed", "failed", false, 0},
    {{.exit_code = 0}, "failed", "nothing published", false, 0},
    {{.exit_code = 6, .failures = 2}, "ready", "busy", false, 60000},
    {{.signal = SIGKILL}, "ready", "killed", true, 60000},
    {{.signal = SIGSEGV, .failures = 2}, "failed", "killed", true, 0},
    {{.exit_code = 143}, "ready", "interrupted", true, 60000},
    {{.stop = STOP_TIMEOUT, .exit_code = 143}, "ready", "timed out", true, 60000},
    {{.stop = STOP_LOST}, "ready", "lost", true, 60000},
    {{.stop = STOP_CANCEL, .exit_code = 143}, "cancelled", "cancelled", false, 0},
    {{.stop = STOP_DRAIN, .exit_code = 143, .failures = 2}, "ready", "server ended", false, 0},
};

START_TEST(a_try_is_judged_by_its_end)
{
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        struct kho_queue_end end = {0};
        verdict_give(&cases[i].attempt, &retry, &end);
        ck_assert_msg(
            strcmp(end.state, cases[i].state) == 0 && strcmp(end.outcome, cases[i].outcome) == 0 &&
                end.counts == cases[i].counts && end.wait_ms >= cases[i].wait_ms,
            "case %zu: %s, %s, %d, %" PRId64, i, end.state, end.outcome, end.counts, end.wait_ms);
        ck_assert_ptr_nonnull(end.error_class);
    }
}
END_TEST

START_TEST(the_last_error_of_an_output_is_the_reason)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    ck_assert_str_eq(verdict_error(arena, KHO_TEXT("a\nkho: error: one\nkho: error: two\nHINT: b")),
                     "two");
    ck_assert_str_eq(verdict_error(arena, KHO_TEXT("kho: error: cut")), "cut");
    ck_assert_ptr_null(verdict_error(arena, KHO_TEXT("run 1 published\nkho: warning: x\n")));
    ck_assert_ptr_null(verdict_error(arena, KHO_TEXT("")));
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, a_try_is_judged_by_its_end);
    tcase_add_test(tcase, the_last_error_of_an_output_is_the_reason);
}

KHO_UNIT_MAIN("run/verdict", tests)
