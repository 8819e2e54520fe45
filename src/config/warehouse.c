/*
 * Loads a project's configuration: the warehouse's own file, the sources and the jobs, and what has
 * to agree between them.
 */
#include <kho/config/warehouse.h>

#include <kho/core/file.h>

#include "project.h"

#define WAREHOUSE_FILE "etl/warehouse.yaml"

static const struct kho_field serve_fields[] = {
    {.name = "workers",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct kho_serve_config, workers),
     .fallback = "2",
     .help = "so many runs of one `kho serve` at the same time"},
    {.name = "schema_runs",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct kho_serve_config, schema_runs),
     .help = "so many runs load into one shared schema at the same time; 0 = any number"},
    {.name = "lease",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_serve_config, lease_ms),
     .fallback = "60s",
     .help = "a server that gives no sign for so long has lost its runs: another one makes them"},
    {.name = "poll",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_serve_config, poll_ms),
     .fallback = "30s",
     .help = "look into the queue at least this often, should a wake-up be lost"},
    {.name = "grace",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_serve_config, grace_ms),
     .fallback = "60s",
     .help = "a server that is told to end waits this long for its runs, then stops them"},
    {.name = "memory",
     .kind = KHO_FIELD_SIZE,
     .offset = offsetof(struct kho_serve_config, memory_bytes),
     .help = "a run that takes more memory fails; 0 = no limit"},
    {.name = "metrics",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_serve_config, metrics),
     .help = "write metrics into this file (OpenMetrics, for node_exporter's textfile collector)"},
};
static const struct kho_field_table serve_table = {"Of kho serve", serve_fields,
                                                   KHO_COUNT(serve_fields)};

static const struct kho_field notify_fields[] = {
    {.name = "command",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct kho_notify_config, command),
     .help = "a program's full path and its arguments; the news stand on its standard input, JSON"},
    {.name = "webhook",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_notify_config, webhook),
     .help = "http(s)://... that the news are posted to"},
    {.name = "token",
     .kind = KHO_FIELD_SECRET,
     .offset = offsetof(struct kho_notify_config, token),
     .help = "sent to the webhook as a bearer token, by name"},
    {.name = "on",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct kho_notify_config, on),
     .help = "which news: failure (a run was given up), lateness (see fresh_within), recovery; "
             "else all"},
};
static const struct kho_field_table notify_table = {"Whom kho serve tells", notify_fields,
                                                    KHO_COUNT(notify_fields)};

static const struct kho_field warehouse_fields[] = {
    {.name = "warehouse",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_warehouse, name),
     .required = true,
     .help = "the warehouse's name: a-z, 0-9, - and _"},
    {.name = "timezone",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_warehouse, timezone),
     .fallback = "UTC",
     .help = "of schedules, and of timestamps stored without a zone"},
    {.name = "store",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_warehouse, store),
     .fallback = "embedded",
     .help = "embedded: a PostgreSQL that kho starts; or postgres://user@host/database"},
    {.name = "password",
     .kind = KHO_FIELD_SECRET,
     .offset = offsetof(struct kho_warehouse, password),
     .help = "of the store's user, by name: never written here"},
    {.name = "lake",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_warehouse, lake),
     .fallback = "var/lake",
     .help = "where snapshots go: a directory in the project, or file:///..."},
    {.name = "sign_key",
     .kind = KHO_FIELD_SECRET,
     .offset = offsetof(struct kho_warehouse, sign_key),
     .help = "the key that signs snapshots, by name"},
    {.name = "serve",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct kho_warehouse, serve),
     .group = &serve_table,
     .help = "how `kho serve` works"},
    {.name = "notify",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct kho_warehouse, notify),
     .group = &notify_table,
     .help = "whom `kho serve` tells of failures"},
    {.name = "pseudonym_key",
     .kind = KHO_FIELD_SECRET,
     .offset = offsetof(struct kho_warehouse, pseudonym_key),
     .help = "the key of pseudonyms (hide: hmac), by name: 32 random characters or more"},
};
const struct kho_field_table kho_warehouse_table = {"The warehouse: " WAREHOUSE_FILE,
                                                    warehouse_fields, KHO_COUNT(warehouse_fields)};

const struct kho_field_table *const kho_config_tables[] = {&kho_warehouse_table,
                                                           &kho_source_table,
                                                           &kho_job_table,
                                                           &kho_cursor_table,
                                                           &kho_snapshot_table,
                                                           &kho_snapshot_dataset_table,
                                                           NULL};

static void check_warehouse_name(const struct kho_reader *reader, struct kho_text name,
                                 struct kho_pos pos)
{
    bool fits = !kho_text_is_null(name) && name.len <= 63;
    for (size_t i = 0; fits && i < name.len; i++)
        fits = strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", name.ptr[i]) != NULL;
    if (!fits && !kho_text_is_null(name))
        kho_diag_error(reader->diags, pos,
                       "the warehouse's name is made of a-z, 0-9, - and _, at most 63");
}

static void check_store(const struct kho_reader *reader, struct kho_text store, struct kho_pos pos)
{
    static const char *const words[] = {"embedded"};
    if (kho_text_is_null(store) || kho_text_eq_cstr(store, words[0]))
        return;
    const char *near = kho_diag_suggest(reader->diags, store, words, KHO_COUNT(words));
    if (*near != '\0')
        kho_diag_error(reader->diags, pos, "unknown store '%.*s'%s", KHO_TEXT_ARGS(store), near);
    else
        kho_project_check_connection(reader, "store", store, pos);
}

/* Too short a lease would be lost on a busy machine, and no worker would never run anything. */
static void check_serve(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                        const struct kho_serve_config *serve)
{
    const struct kho_yaml_node *node = kho_yaml_get(tree, "serve");
    if (node == NULL)
        return;
    if (serve->workers < 1 || serve->workers > 64)
        kho_diag_error(reader->diags, kho_project_pos(node, "workers"), "'workers' is 1 to 64");
    if (serve->lease_ms < 1000)
        kho_diag_error(reader->diags, kho_project_pos(node, "lease"), "'lease' is at least 1s");
    if (serve->poll_ms < 100)
        kho_diag_error(reader->diags, kho_project_pos(node, "poll"), "'poll' is at least 100ms");
}

static void check_notify(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                         const struct kho_notify_config *notify)
{
    static const char *const events[] = {"failure", "lateness", "recovery"};
    const struct kho_yaml_node *node = kho_yaml_get(tree, "notify");
    for (size_t i = 0; i < notify->on.count; i++) {
        struct kho_text word = notify->on.items[i];
        bool known = false;
        for (size_t event = 0; event < KHO_COUNT(events); event++)
            known = known || kho_text_eq_cstr(word, events[event]);
        if (!known)
            kho_diag_error(reader->diags, notify->on.pos[i],
                           "'%.*s' is no news: failure, lateness or recovery%s",
                           KHO_TEXT_ARGS(word),
                           kho_diag_suggest(reader->diags, word, events, KHO_COUNT(events)));
    }
    if (notify->command.count != 0 && notify->command.items[0].ptr[0] != '/')
        kho_diag_error(reader->diags, notify->command.pos[0],
                       "'command' begins with a program's full path, as /usr/bin/mail");
    if (notify->webhook.ptr != NULL && !kho_text_starts(notify->webhook, KHO_TEXT("http://")) &&
        !kho_text_starts(notify->webhook, KHO_TEXT("https://")))
        kho_diag_error(reader->diags, kho_project_pos(node, "webhook"),
                       "'webhook' is an address that begins with https:// or http://");
}

bool kho_warehouse_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                        struct kho_warehouse *warehouse)
{
    size_t errors = reader->diags->errors;
    (void)kho_fields_read(&kho_warehouse_table, tree, warehouse, reader->arena, reader->diags);
    warehouse->pos = kho_project_pos(tree, "warehouse");
    check_warehouse_name(reader, warehouse->name, warehouse->pos);
    kho_project_check_zone(reader, warehouse->timezone, kho_project_pos(tree, "timezone"));
    check_serve(reader, tree, &warehouse->serve);
    check_notify(reader, tree, &warehouse->notify);
    kho_project_check_lake(reader, "lake", warehouse->lake, kho_project_pos(tree, "lake"));
    check_store(reader, warehouse->store, kho_project_pos(tree, "store"));
    return reader->diags->errors == errors;
}

static bool load_warehouse(const struct kho_reader *reader, struct kho_config *config,
                           struct kho_err *err)
{
    struct kho_yaml_node *tree;
    const char *path = kho_path_join(reader->arena, reader->dir, WAREHOUSE_FILE);
    if (!kho_file_exists(path) && !kho_dir_exists(path)) {
        kho_err_set(err, KHO_ERR_CONFIG, "no %s in '%s'", WAREHOUSE_FILE, reader->dir);
        return kho_err_hint(err, "`kho init` makes a project; -C names its directory");
    }
    KHO_TRY(kho_reader_yaml(reader, WAREHOUSE_FILE, &tree, err));
    if (tree != NULL)
        (void)kho_warehouse_read(reader, tree, &config->warehouse);
    return true;
}

static bool load_sources(const struct kho_reader *reader, struct kho_config *config,
                         struct kho_err *err)
{
    const char **paths;
    size_t count;
    KHO_TRY(kho_reader_list(reader, "etl/sources", ".yaml", &paths, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct kho_yaml_node *tree;
        struct kho_source_config source = {0};
        KHO_TRY(kho_reader_yaml(reader, paths[i], &tree, err));
        if (tree == NULL || !kho_source_read(reader, tree, &source))
            continue;
        struct kho_source_config *place = kho_arena_push(
            reader->arena, &config->sources, &config->n_sources, sizeof *config->sources);
        *place = source;
    }
    return true;
}

/* A feed's records, deletions and proofs are one job's: two jobs cannot share it. */
static void check_feed(const struct kho_reader *reader, const struct kho_config *config,
                       const struct kho_job *job)
{
    for (size_t i = 0; i < config->n_jobs; i++) {
        const struct kho_job *other = &config->jobs[i];
        if (!kho_text_eq(other->feed, job->feed) || !kho_text_eq(other->to, job->to))
            continue;
        kho_diag_error(reader->diags, job->feed_pos,
                       "jobs '%.*s' and '%.*s' bring the feed '%.*s' into '%.*s'; they must name "
                       "different feeds (feed: ...)",
                       KHO_TEXT_ARGS(other->name), KHO_TEXT_ARGS(job->name),
                       KHO_TEXT_ARGS(job->feed), KHO_TEXT_ARGS(job->to));
        return;
    }
}

static bool load_jobs(const struct kho_reader *reader, struct kho_config *config,
                      struct kho_err *err)
{
    const char **paths;
    size_t count;
    KHO_TRY(kho_reader_list(reader, "etl/jobs", ".yaml", &paths, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct kho_yaml_node *tree;
        struct kho_job job = {0};
        KHO_TRY(kho_reader_yaml(reader, paths[i], &tree, err));
        if (tree == NULL || !kho_job_read(reader, tree, &job))
            continue;
        check_feed(reader, config, &job);
        struct kho_job *place =
            kho_arena_push(reader->arena, &config->jobs, &config->n_jobs, sizeof *config->jobs);
        *place = job;
    }
    return true;
}

static bool load_snapshots(const struct kho_reader *reader, struct kho_config *config,
                           struct kho_err *err)
{
    const char **paths;
    size_t count;
    KHO_TRY(kho_reader_list(reader, "etl/snapshots", ".yaml", &paths, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct kho_yaml_node *tree;
        struct kho_snapshot_config snapshot = {0};
        KHO_TRY(kho_reader_yaml(reader, paths[i], &tree, err));
        if (tree == NULL || !kho_snapshot_read(reader, tree, &snapshot))
            continue;
        struct kho_snapshot_config *place = kho_arena_push(
            reader->arena, &config->snapshots, &config->n_snapshots, sizeof *config->snapshots);
        *place = snapshot;
    }
    return true;
}

bool kho_config_load(struct kho_arena *arena, const char *dir, struct kho_config *config,
                     struct kho_diags *diags, struct kho_err *err)
{
    struct kho_reader reader = {arena, dir, diags};
    *config = (struct kho_config){.dir = kho_arena_strdup(arena, dir)};
    KHO_TRY(load_warehouse(&reader, config, err));
    KHO_TRY(load_sources(&reader, config, err));
    KHO_TRY(load_jobs(&reader, config, err));
    return load_snapshots(&reader, config, err);
}

const struct kho_source_config *kho_config_source(const struct kho_config *config,
                                                  struct kho_text name)
{
    for (size_t i = 0; i < config->n_sources; i++)
        if (kho_text_eq(config->sources[i].name, name))
            return &config->sources[i];
    return NULL;
}

const struct kho_job *kho_config_job(const struct kho_config *config, struct kho_text name)
{
    for (size_t i = 0; i < config->n_jobs; i++)
        if (kho_text_eq(config->jobs[i].name, name))
            return &config->jobs[i];
    return NULL;
}

const struct kho_snapshot_config *kho_config_snapshot(const struct kho_config *config,
                                                      struct kho_text name)
{
    for (size_t i = 0; i < config->n_snapshots; i++)
        if (kho_text_eq(config->snapshots[i].name, name))
            return &config->snapshots[i];
    return NULL;
}
