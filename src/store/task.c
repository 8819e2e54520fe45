/*
 * A run of a task: it tells its number to the queue, ends what earlier tries left behind, and
 * publishes only while its claim is the newest.
 */
#include <poll.h>

#include <kho/core/interrupt.h>

#include "loading.h"

static bool is_held(struct kho_load *load, const struct kho_pg_result *rows, struct kho_err *err)
{
    if (rows->affected_rows == 1)
        return true;
    return kho_err_set(err, KHO_ERR_BUSY,
                       "the claim to task %" PRId64 " was lost: another worker has it",
                       load->options.task);
}

#define WAITS_FOR_EARLIER 100

bool kho_load_end_earlier(struct kho_load *load, struct kho_err *err)
{
    if (load->options.task == 0)
        return true;
    const char *sql = kho_arena_printf(
        load->arena,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = current_user AND application_name LIKE 'kho task %" PRId64 "/%%'"
        " AND application_name <> current_setting('application_name')",
        load->options.task);
    for (int i = 0; i < WAITS_FOR_EARLIER; i++) {
        struct kho_pg_result rows;
        KHO_TRY(kho_pg_query(load->ledger, load->arena, sql, NULL, 0, &rows, err));
        if (rows.n_rows == 0)
            break;
        KHO_TRY(kho_interrupt_check(err));
        poll(NULL, 0, 50);
    }
    return true;
}

bool kho_load_tell_task(struct kho_load *load, struct kho_err *err)
{
    const struct kho_load_options *options = &load->options;
    struct kho_pg_result rows;
    if (options->task == 0)
        return true;
    const char *sql = kho_arena_printf(
        load->arena,
        "WITH tried AS (UPDATE kho.attempt SET run = %" PRId64 " WHERE (task, claim) = (%" PRId64
        ", %" PRId64 ")) UPDATE kho.task SET run = %" PRId64 " WHERE (task, claim) = (%" PRId64
        ", %" PRId64 ") AND state = 'running'",
        load->run, options->task, options->claim, load->run, options->task, options->claim);
    KHO_TRY(kho_pg_query(load->ledger, load->arena, sql, NULL, 0, &rows, err));
    return is_held(load, &rows, err);
}

bool kho_load_publish_task(struct kho_load *load, struct kho_err *err)
{
    const struct kho_load_options *options = &load->options;
    struct kho_pg_result rows;
    if (options->task == 0)
        return true;
    const char *sql = kho_arena_printf(
        load->arena,
        "UPDATE kho.task SET state = 'published', finished_at = clock_timestamp(), error = NULL,"
        " error_class = NULL, cancel = false, lease_until = NULL"
        " WHERE (task, claim) = (%" PRId64 ", %" PRId64 ") AND state = 'running'",
        options->task, options->claim);
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, NULL, 0, &rows, err));
    return is_held(load, &rows, err);
}
