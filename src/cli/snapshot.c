/* kho export and kho verify: snapshots out of the store, and the proof that one is whole. */
#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/lake/snapshot.h>
#include <kho/run/publish.h>

#include "cli.h"

#define KEY_MAX_BYTES ((size_t)64 << 10)

static void put_published(const struct kho_published *published)
{
    struct kho_buf out;
    struct kho_json json;
    char at[KHO_INSTANT_MAX];
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_string(&json, "path", published->path);
    kho_json_string(&json, "as_of", kho_instant_utc(published->as_of_us, at, sizeof(at)));
    kho_json_int(&json, "rows", published->rows);
    kho_json_seconds(&json, "seconds", (double)published->elapsed_us / 1e6);
    kho_json_array(&json, "datasets");
    for (size_t i = 0; i < published->n_datasets; i++) {
        kho_json_object(&json, NULL);
        kho_json_string(&json, "schema", published->datasets[i].schema);
        kho_json_int(&json, "rows", published->datasets[i].rows);
        kho_json_object_end(&json);
    }
    kho_json_array_end(&json);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

/* What is asked for in place of the definition's format. */
static bool get_format(struct cli *cli, enum kho_format *format, struct kho_err *err)
{
    const char *word = cli_value(cli, "format");
    if (word == NULL || kho_format_find(kho_text_of(word), format))
        return true;
    kho_err_set(err, KHO_ERR_USAGE, "there is no format '%s'", word);
    return kho_err_hint(err, "`--format csv.gz` or `--format parquet`");
}

static void show_published(const struct kho_published *published)
{
    for (size_t i = 0; i < published->n_datasets; i++)
        printf("%-24s %10" PRId64 " rows\n", published->datasets[i].schema,
               published->datasets[i].rows);
    printf("published %s\n", published->path);
}

/* Publishes one definition, or everything if it is NULL. */
static bool export_one(struct cli *cli, const struct kho_project *project, struct kho_store *store,
                       const struct kho_snapshot_config *snapshot, struct kho_err *err)
{
    struct kho_published published;
    struct kho_publish_options options = {
        .snapshot = snapshot,
        .lake = cli_value(cli, "to"),
        .format = snapshot != NULL ? (enum kho_format)snapshot->format : KHO_FORMAT_CSV,
    };
    KHO_TRY(get_format(cli, &options.format, err));
    KHO_TRY(kho_publish(project, store, cli->arena, &options, &published, err));
    if (cli->json)
        put_published(&published);
    else
        show_published(&published);
    return true;
}

static bool export_named(struct cli *cli, const struct kho_project *project,
                         struct kho_store *store, struct kho_err *err)
{
    for (size_t i = 0; i < cli->n_positional; i++) {
        const struct kho_snapshot_config *snapshot;
        KHO_TRY(kho_project_snapshot(project, cli->positional[i], &snapshot, err));
        KHO_TRY(export_one(cli, project, store, snapshot, err));
    }
    return true;
}

static bool check_words(struct cli *cli, const struct kho_project *project, struct kho_err *err)
{
    const struct kho_snapshot_config *snapshot;
    enum kho_format format;
    for (size_t i = 0; i < cli->n_positional; i++)
        KHO_TRY(kho_project_snapshot(project, cli->positional[i], &snapshot, err));
    return get_format(cli, &format, err);
}

static bool run_export(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(check_words(cli, &project, err));
    KHO_TRY(kho_store_ensure(store, &project.schemas, false, err));
    if (cli->n_positional != 0)
        return export_named(cli, &project, store, err);
    if (project.config.n_snapshots == 0)
        return export_one(cli, &project, store, NULL, err);
    for (size_t i = 0; i < project.config.n_snapshots; i++)
        KHO_TRY(export_one(cli, &project, store, &project.config.snapshots[i], err));
    return true;
}

static const struct cli_option export_options[] = {
    {"to", "DIR", "the lake's directory (default: `lake` of etl/warehouse.yaml)"},
    {"format", "FORMAT", "csv.gz or parquet, in place of what the definition says"},
};

const struct cli_command cli_export = {
    .name = "export",
    .arguments = "[SNAPSHOT...]",
    .summary = "publish snapshots, each as of one instant, into the lake",
    .help = "Publishes these of etl/snapshots/, or all of them. Where none is defined, one of all\n"
            "datasets with all their columns.",
    .max_arguments = SIZE_MAX,
    .options = export_options,
    .n_options = KHO_COUNT(export_options),
    .run = run_export,
};

static void put_verified(const struct kho_verified *verified)
{
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_bool(&json, "ok", true);
    kho_json_bool(&json, "signed", verified->is_signed);
    kho_json_string(&json, "name", verified->name);
    kho_json_string(&json, "created", verified->created);
    kho_json_array(&json, "files");
    for (size_t i = 0; i < verified->n_files; i++) {
        kho_json_object(&json, NULL);
        kho_json_string(&json, "path", verified->files[i].path);
        kho_json_int(&json, "rows", verified->files[i].rows);
        kho_json_int(&json, "bytes", verified->files[i].size_bytes);
        kho_json_object_end(&json);
    }
    kho_json_array_end(&json);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

static const char *signature_told(const struct cli *cli, const struct kho_verified *verified)
{
    if (!verified->is_signed)
        return ", unsigned";
    return cli_value(cli, "key") != NULL ? ", signed by this key"
                                         : ", signed (by whom: `--key FILE`)";
}

static void show_verified(const struct cli *cli, const struct kho_verified *verified)
{
    if (cli->json) {
        put_verified(verified);
        return;
    }
    for (size_t i = 0; i < verified->n_files; i++)
        printf("%-32s %10" PRId64 " rows %12" PRId64 " bytes  ok\n", verified->files[i].path,
               verified->files[i].rows, verified->files[i].size_bytes);
    printf("snapshot %s of %s is whole%s\n", verified->name, verified->created,
           signature_told(cli, verified));
}

static bool verify_lake(struct cli *cli, struct kho_text key, struct kho_err *err)
{
    struct kho_verified *snapshots;
    size_t count;
    KHO_TRY(kho_lake_verify(cli->arena, cli->positional[0], key, &snapshots, &count, err));
    for (size_t i = 0; i < count; i++)
        show_verified(cli, &snapshots[i]);
    if (!cli->json)
        printf("the chain of %zu snapshots is whole\n", count);
    return true;
}

static bool run_verify(struct cli *cli, struct kho_err *err)
{
    struct kho_verified verified;
    struct kho_text key = KHO_TEXT_NULL;
    const char *file = cli_value(cli, "key");
    KHO_TRY(file == NULL || kho_file_read(cli->arena, file, KEY_MAX_BYTES, &key, err));
    if (kho_lake_is_chain(cli->positional[0]))
        return verify_lake(cli, key, err);
    KHO_TRY(kho_snapshot_verify(cli->arena, cli->positional[0], key, &verified, err));
    show_verified(cli, &verified);
    return true;
}

static const struct cli_option verify_options[] = {
    {"key", "FILE", "it must be signed by this Ed25519 public key (PEM; see `kho sign-key`)"},
};

const struct cli_command cli_verify = {
    .name = "verify",
    .arguments = "DIR",
    .summary = "prove that a snapshot, or a chain of them, is whole; needs no database",
    .min_arguments = 1,
    .max_arguments = 1,
    .options = verify_options,
    .n_options = KHO_COUNT(verify_options),
    .run = run_verify,
};

static void put_keys(const struct kho_public_keys *keys)
{
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_text(&json, "pem", keys->pem);
    kho_json_text(&json, "signify", keys->signify);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

static bool run_sign_key(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_text private_pem;
    struct kho_public_keys keys;
    const char *form = cli_value(cli, "form");
    KHO_TRY(cli_project(cli, &project, err));
    if (form != NULL && strcmp(form, "pem") != 0 && strcmp(form, "signify") != 0)
        return kho_err_set(err, KHO_ERR_USAGE, "a key has no form '%s': pem or signify", form);
    KHO_TRY(kho_secret_resolve(&project.config.warehouse.sign_key, project.dir, cli->arena,
                               &private_pem, err));
    if (private_pem.ptr == NULL) {
        kho_err_set(err, KHO_ERR_CONFIG, "etl/warehouse.yaml names no sign_key");
        return kho_err_hint(err, "`openssl genpkey -algorithm ed25519 -out keys/sign.pem`, and "
                                 "sign_key: ${file:keys/sign.pem}");
    }
    KHO_TRY(kho_sign_key_show(cli->arena, private_pem, &keys, err));
    if (cli->json) {
        put_keys(&keys);
        return true;
    }
    struct kho_text shown = form != NULL && strcmp(form, "signify") == 0 ? keys.signify : keys.pem;
    fwrite(shown.ptr, 1, shown.len, stdout);
    return true;
}

static const struct cli_option sign_key_options[] = {
    {"form", "FORM", "pem (default; for openssl and `kho verify --key`) or signify (and minisign)"},
};

const struct cli_command cli_sign_key = {
    .name = "sign-key",
    .arguments = "",
    .summary = "show the public half of the key that signs snapshots",
    .options = sign_key_options,
    .n_options = KHO_COUNT(sign_key_options),
    .run = run_sign_key,
};
