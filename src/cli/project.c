/* Loading the project and opening its store, for the commands that need them. */
#include <kho/core/log.h>
#include <kho/core/progress.h>

#include "cli.h"

static void show_problems(const struct kho_diags *diags)
{
    struct kho_buf text;
    kho_buf_init(&text, CLI_JSON_MAX);
    kho_diags_show(diags, &text);
    kho_progress_wipe();
    fwrite(kho_buf_cstr(&text), 1, text.len, stderr);
    kho_buf_release(&text);
}

bool cli_project(struct cli *cli, struct kho_project *project, struct kho_err *err)
{
    KHO_TRY(kho_project_load(cli->arena, cli->dir, project, err));
    show_problems(&project->diags);
    return kho_diags_check(&project->diags, err);
}

bool cli_store(struct cli *cli, struct kho_project *project, struct kho_store **store,
               struct kho_err *err)
{
    KHO_TRY(cli_project(cli, project, err));
    return kho_project_store(project, cli->arena, store, err);
}
