/* kho store: the embedded store as a process. */
#include "cli.h"

static bool put_conninfo(const struct cli *cli, const struct kho_store *store)
{
    const char *conninfo = kho_store_conninfo(store);
    if (!cli->json) {
        puts(conninfo);
        return true;
    }
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_string(&json, "conninfo", conninfo);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
    return true;
}

static bool run_store(struct cli *cli, struct kho_err *err)
{
    const char *word = cli->positional[0];
    struct kho_project project;
    struct kho_store *store;
    if (strcmp(word, "stop") == 0)
        return kho_store_stop(cli->dir, err);
    if (strcmp(word, "start") != 0 && strcmp(word, "conninfo") != 0) {
        kho_err_set(err, KHO_ERR_USAGE, "`kho store` takes start, stop or conninfo, not '%s'",
                    word);
        return false;
    }
    KHO_TRY(cli_store(cli, &project, &store, err));
    return put_conninfo(cli, store);
}

const struct cli_command cli_store_command = {
    .name = "store",
    .arguments = "start|stop|conninfo",
    .summary = "start or stop the embedded store; print the connection string for psql",
    .help = "Every command that needs the embedded store starts it, and it goes on until it is "
            "stopped:\n"
            "    psql \"$(kho store conninfo)\"",
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_store,
};
