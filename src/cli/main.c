/* The frame of the process: arguments, signals, one command, its exit code. */
#include <kho/core/interrupt.h>
#include <kho/core/log.h>

#include "cli.h"

const struct cli_command *const cli_commands[] = {
    &cli_init,   &cli_check,    &cli_plan,          &cli_run,     &cli_backfill, &cli_diff,
    &cli_serve,  &cli_next,     &cli_status,        &cli_runs,    &cli_show,     &cli_cancel,
    &cli_pause,  &cli_resume,   &cli_rejects,       &cli_quality, &cli_history,  &cli_export,
    &cli_verify, &cli_sign_key, &cli_store_command, &cli_help,    NULL};

/* Standard output on a full disk or a closed pipe is a failure like any other. */
static bool flush_output(struct kho_err *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    return kho_err_errno(err, KHO_ERR_FAILED, "cannot write the result");
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct kho_err err = {0};
    bool ok = cli_parse(cli, argc, argv, &err);
    if (ok && cli->command == NULL) {
        cli_usage(stderr);
        return kho_err_exit_code(KHO_ERR_USAGE);
    }
    ok = ok && cli->command->run(cli, &err);
    if (!ok && cli->json && !cli->answered)
        cli_json_failure(&err);
    struct kho_err unwritten = {0};
    if (!flush_output(&unwritten) && ok) {
        err = unwritten;
        ok = false;
    }
    if (ok)
        return 0;
    if (err.message[0] != '\0')
        kho_log_error(&err);
    return kho_err_exit_code(err.class);
}

int main(int argc, char **argv)
{
    struct cli cli = {.arena = kho_arena_new(NULL), .dir = "."};
    kho_interrupt_install();
    int code = run(&cli, argc, argv);
    kho_arena_free(cli.arena);
    return code;
}
