/* kho init: a project's first files. What is there is left alone. */
#include <kho/core/embedded.h>
#include <kho/core/file.h>

#include "cli.h"

static const char warehouse_yaml[] =
    "# The warehouse: `kho help warehouse` tells what may stand here.\n"
    "warehouse: my-warehouse\n"
    "timezone: Asia/Ho_Chi_Minh\n"
    "store: embedded          # a private PostgreSQL that kho starts; or postgres://...\n"
    "lake: var/lake           # where snapshots are published\n";

static bool write_new(struct cli *cli, const char *name, const char *content, size_t *written,
                      struct kho_err *err)
{
    const char *path = kho_path_join(cli->arena, cli->dir, name);
    if (kho_file_exists(path))
        return true;
    const char *slash = strrchr(path, '/');
    struct kho_text dir = {path, slash != NULL ? (size_t)(slash - path) : 0};
    if (dir.len != 0)
        KHO_TRY(kho_dir_make(kho_arena_cstr(cli->arena, dir), 0755, err));
    KHO_TRY(kho_file_write(path, kho_text_of(content), 0644, err));
    (*written)++;
    return true;
}

static bool run_init(struct cli *cli, struct kho_err *err)
{
    static const char *const dirs[] = {"etl/sources", "etl/jobs", "etl/snapshots"};
    size_t written = 0;
    for (size_t i = 0; i < KHO_COUNT(dirs); i++)
        KHO_TRY(kho_dir_make(kho_path_join(cli->arena, cli->dir, dirs[i]), 0755, err));
    KHO_TRY(write_new(cli, "etl/warehouse.yaml", warehouse_yaml, &written, err));
    for (const struct kho_embedded_file *file = kho_embedded_files; file->name != NULL; file++)
        if (strncmp(file->name, "schemas/", 8) == 0)
            KHO_TRY(write_new(cli, file->name, file->content, &written, err));
    if (cli->json) {
        printf("{\"written\":%zu}\n", written);
        return true;
    }
    printf("wrote %zu files; what was there is untouched\n"
           "next: describe a department's database in etl/sources/NAME.yaml (`kho help source`)\n"
           "      and a job in etl/jobs/NAME.yaml (`kho help job`), then `kho check`\n",
           written);
    return true;
}

const struct cli_command cli_init = {
    .name = "init",
    .arguments = "",
    .summary = "lay out a new project: etl/, and the shared schemas to start from",
    .run = run_init,
};
