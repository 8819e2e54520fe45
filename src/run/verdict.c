/* What becomes of a task after a try: done, given up, or tried again after a wait. */
#include <kho/schedule/backoff.h>

#include "serve.h"

static enum kho_err_class class_of(int exit_code)
{
    static const enum kho_err_class classes[] = {KHO_ERR_FAILED, KHO_ERR_CONFIG,
                                                 KHO_ERR_LIMIT,  KHO_ERR_UNREACHABLE,
                                                 KHO_ERR_BUSY,   KHO_ERR_VERIFY};
    for (size_t i = 0; i < KHO_COUNT(classes); i++)
        if (kho_err_exit_code(classes[i]) == exit_code)
            return classes[i];
    return KHO_ERR_FAILED;
}

static void end_as(struct kho_queue_end *end, const char *state, const char *outcome)
{
    end->state = state;
    end->outcome = outcome;
}

/* Another try if there may be one. */
static void try_again(const struct verdict_try *attempt, const struct kho_retry *retry,
                      const char *outcome, struct kho_queue_end *end)
{
    bool last = attempt->failures >= retry->times;
    end_as(end, last ? "failed" : "ready", outcome);
    end->counts = true;
    end->wait_ms =
        kho_backoff_ms(retry->wait_ms, retry->max_wait_ms, attempt->failures + 1, attempt->seed);
}

static void judge_exit(const struct verdict_try *attempt, const struct kho_retry *retry,
                       struct kho_queue_end *end)
{
    enum kho_err_class class = class_of(attempt->exit_code);
    end->error_class = kho_err_word(class);
    if (class == KHO_ERR_BUSY) {
        /* Somebody's run of the same feed is under way: no failure of this one. */
        end_as(end, "ready", "busy");
        end->wait_ms = kho_backoff_ms(retry->wait_ms, retry->max_wait_ms, 1, attempt->seed);
    } else if (kho_err_is_retryable(class)) {
        try_again(attempt, retry, kho_err_word(class), end);
    } else {
        end_as(end, "failed", kho_err_word(class));
    }
}

void verdict_give(const struct verdict_try *attempt, const struct kho_retry *retry,
                  struct kho_queue_end *end)
{
    end->exit_code = attempt->signal != 0 ? 128 + attempt->signal : attempt->exit_code;
    if (attempt->stop == STOP_CANCEL)
        end_as(end, "cancelled", "cancelled");
    else if (attempt->stop == STOP_DRAIN)
        end_as(end, "ready", "server ended");
    else if (attempt->stop == STOP_TIMEOUT)
        try_again(attempt, retry, "timed out", end);
    else if (attempt->stop == STOP_LOST)
        try_again(attempt, retry, "lost", end);
    else if (attempt->signal != 0)
        try_again(attempt, retry, "killed", end);
    else if (attempt->exit_code == 130 || attempt->exit_code == 143)
        try_again(attempt, retry, "interrupted", end);
    else if (attempt->exit_code == 0)
        end_as(end, "failed", "nothing published");
    else
        judge_exit(attempt, retry, end);
    if (end->error_class == NULL && strcmp(end->state, "published") != 0)
        end->error_class = end->outcome;
}

const char *verdict_error(struct kho_arena *arena, struct kho_text output)
{
    static const char mark[] = "kho: error: ";
    const char *found = NULL;
    for (struct kho_text rest = output; !kho_text_is_null(rest);) {
        struct kho_text line = kho_text_cut(&rest, '\n');
        if (kho_text_starts(line, KHO_TEXT("kho: error: "))) {
            struct kho_text said = {line.ptr + sizeof(mark) - 1, line.len - (sizeof(mark) - 1)};
            found = kho_arena_cstr(arena, said);
        }
    }
    return found;
}
