/*
 * What the commands share: the command table, parsed arguments, and the two forms of output (text
 * tables, JSON). Results go to stdout, all else to stderr.
 */
#ifndef KHO_CLI_CLI_H
#define KHO_CLI_CLI_H

#include <kho/core/arena.h>
#include <kho/core/buf.h>
#include <kho/core/err.h>
#include <kho/core/json.h>
#include <kho/pg/pg.h>
#include <kho/run/job.h>
#include <kho/run/project.h>

struct cli_option {
    const char *name;     /* "limit": written --limit; "n": written -n */
    const char *argument; /* "N"; NULL = a flag */
    const char *help;
};

struct cli_command;

struct cli {
    struct kho_arena *arena; /* the process's */
    const struct cli_command *command;
    const char *dir; /* -C, default "." */
    bool json;
    bool answered; /* the command's own JSON says already what failed */
    const char **positional;
    size_t n_positional;
    const char **values; /* one an option of the command; flags have "" */
};

struct cli_command {
    const char *name;
    const char *arguments; /* "[JOB...]" or "" */
    const char *summary;   /* one line */
    const char *help;      /* more lines, or NULL */
    size_t min_arguments;
    size_t max_arguments;
    const struct cli_option *options;
    size_t n_options;
    bool (*run)(struct cli *cli, struct kho_err *err);
};

extern const struct cli_command *const cli_commands[]; /* NULL-terminated */

/* The value of an option of the command, NULL if it was not given. */
const char *cli_value(const struct cli *cli, const char *name);
/* The value as a number of at least 1; `fallback` if it was not given. */
KHO_MUST_USE bool cli_number(const struct cli *cli, const char *name, int64_t fallback,
                             int64_t *value, struct kho_err *err);

/* options.c: parses the command line. USAGE with the nearest word as hint. `command` stays NULL
 * when none was given. */
KHO_MUST_USE bool cli_parse(struct cli *cli, int argc, char **argv, struct kho_err *err);

/* Loads the project; shows its problems on stderr; CONFIG if there are any. */
KHO_MUST_USE bool cli_project(struct cli *cli, struct kho_project *project, struct kho_err *err);
/* The project, then its store (an embedded one is started). */
KHO_MUST_USE bool cli_store(struct cli *cli, struct kho_project *project, struct kho_store **store,
                            struct kho_err *err);

/* ledger.c: the job that was named, or NULL. */
const char *cli_optional_job(const struct cli *cli);
/* If nothing was found of the named job, it may have been mistyped: USAGE if it stands neither in
 * the configuration nor in the ledger. */
KHO_MUST_USE bool cli_check_job(const struct cli *cli, const struct kho_project *project,
                                struct kho_store *store, const struct kho_pg_result *rows,
                                struct kho_err *err);

/* ledger.c: the number of a run, given as the argument. */
KHO_MUST_USE bool cli_run_number(const struct cli *cli, int64_t *run, struct kho_err *err);

/* serve.c: `kho run --queue`. */
KHO_MUST_USE bool cli_queue(struct cli *cli, const struct kho_project *project,
                            struct kho_store *store, struct kho_err *err);

/* run.c: shows receipts: one as JSON, or all as a table. `err` NULL = the run went well. */
void cli_receipt_json(const struct kho_receipt *receipt, const struct kho_err *err);
void cli_receipts(struct cli *cli, const struct kho_receipt *receipts, size_t count);

/* table.c: writes aligned columns with a header; columns of numbers stand to the right. NULL cells
 * are shown as `-`. `columns` of the `stride` cells a row are shown. */
void cli_table(const char *const *names, const struct kho_text *cells, size_t rows, size_t columns,
               size_t stride);
/* Shows a ledger's answer: as a table without its last column, or that column as NDJSON. */
void cli_answer(const struct cli *cli, const struct kho_pg_result *rows);

/* Writes a finished JSON value and a newline to stdout. */
void cli_json(const struct kho_buf *json);

/* Writes {"ok":false,...}: what a failed command answers under --json. */
void cli_json_failure(const struct kho_err *err);

#define CLI_JSON_MAX ((size_t)256 << 20)

/* run.c: writes a run's receipt; `err` NULL = it was published. */
struct kho_receipt;
void cli_receipt_json(const struct kho_receipt *receipt, const struct kho_err *err);

/* help.c */
void cli_usage(FILE *out);
void cli_command_help(const struct cli_command *command, FILE *out);

extern const struct cli_command cli_backfill, cli_check, cli_diff, cli_export, cli_help, cli_cancel,
    cli_history, cli_init, cli_next, cli_pause, cli_plan, cli_quality, cli_rejects, cli_resume,
    cli_run, cli_runs, cli_serve, cli_show, cli_sign_key, cli_status, cli_store_command, cli_verify;

#endif
