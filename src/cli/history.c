/* kho history: all versions of one record. */
#include <kho/store/history.h>

#include "cli.h"

static const char *const words[] = {"inserted", "updated", "returned"};

static void put_version(struct kho_json *json, const struct kho_history *history, size_t index)
{
    const struct kho_version *version = &history->versions[index];
    const bool *changed = history->changed + index * history->n_columns;
    kho_json_text(json, "source", version->source);
    kho_json_int(json, "run", version->run);
    kho_json_text(json, "valid_from", version->from_exact);
    kho_json_text(json, "valid_to", version->to_exact);
    kho_json_string(json, "change", words[version->kind]);
    kho_json_array(json, "changed");
    for (size_t i = 0; i < history->n_columns; i++)
        if (changed[i] && version->kind != KHO_VERSION_INSERTED)
            kho_json_string(json, NULL, history->columns[i]);
    kho_json_array_end(json);
    kho_json_bool(json, "deleted", version->deleted);
    if (version->deleted_by != 0)
        kho_json_int(json, "deleted_by", version->deleted_by);
    else
        kho_json_null(json, "deleted_by");
    kho_json_raw(json, "record", version->record);
}

static void put_json(const struct kho_history *history, const char *schema, const char *key)
{
    for (size_t i = 0; i < history->n_versions; i++) {
        struct kho_buf out;
        struct kho_json json;
        kho_buf_init(&out, CLI_JSON_MAX);
        kho_json_init(&json, &out, 0);
        kho_json_object(&json, NULL);
        kho_json_string(&json, "schema", schema);
        kho_json_string(&json, "key", key);
        put_version(&json, history, i);
        kho_json_object_end(&json);
        cli_json(&out);
        kho_buf_release(&out);
    }
}

enum { COLUMNS = 6 };

struct lines {
    struct kho_arena *arena;
    struct kho_text *cells;
    size_t n;
};

static struct kho_text *add_line(struct lines *lines)
{
    struct kho_text *line = lines->cells + lines->n++ * COLUMNS;
    for (size_t i = 0; i < COLUMNS; i++)
        line[i] = KHO_TEXT("");
    return line;
}

static void fill_line(struct lines *lines, struct kho_text *line, const struct kho_version *version,
                      const char *word)
{
    line[0] = version->source;
    line[1] = version->from;
    line[2] = version->to;
    line[3] = kho_text_of(kho_arena_printf(lines->arena, "%" PRId64, version->run));
    line[4] = kho_text_of(word);
}

static const char *shown(struct kho_arena *arena, struct kho_text cell)
{
    return cell.ptr != NULL ? kho_arena_cstr(arena, cell) : "-";
}

/* The version, and a line for each column more that changed with it. */
static void add_version(struct lines *lines, const struct kho_history *history, size_t index)
{
    const struct kho_version *version = &history->versions[index];
    const bool *changed = history->changed + index * history->n_columns;
    const struct kho_text *is = history->cells + index * history->n_columns;
    bool first = version->kind == KHO_VERSION_INSERTED;
    struct kho_text *line = add_line(lines);
    fill_line(lines, line, version, words[version->kind]);
    for (size_t i = 0; i < history->n_columns; i++) {
        if (!changed[i])
            continue;
        if (line == NULL)
            line = add_line(lines);
        line[COLUMNS - 1] =
            kho_text_of(first ? kho_arena_printf(lines->arena, "%s: %s", history->columns[i],
                                                 shown(lines->arena, is[i]))
                              : kho_arena_printf(lines->arena, "%s: %s -> %s", history->columns[i],
                                                 shown(lines->arena, (is - history->n_columns)[i]),
                                                 shown(lines->arena, is[i])));
        line = NULL;
    }
}

/* The time in which there was no record, from the end of this version on. */
static void add_deletion(struct lines *lines, const struct kho_history *history, size_t index)
{
    const struct kho_version *version = &history->versions[index];
    bool returned = index + 1 < history->n_versions && version[1].kind == KHO_VERSION_RETURNED;
    struct kho_version gone = {.source = version->source,
                               .from = version->to,
                               .to = returned ? version[1].from : KHO_TEXT_NULL,
                               .run = version->deleted_by};
    struct kho_text *line = add_line(lines);
    fill_line(lines, line, &gone, "deleted");
    if (gone.run == 0)
        line[3] = KHO_TEXT_NULL;
}

static void put_table(struct kho_arena *arena, const struct kho_history *history)
{
    static const char *const names[COLUMNS] = {"source", "valid from", "valid to",
                                               "run",    "what",       "change"};
    size_t most = history->n_versions * (history->n_columns + 2);
    struct lines lines = {.arena = arena,
                          .cells = kho_arena_array(arena, most * COLUMNS, sizeof(*lines.cells))};
    for (size_t i = 0; i < history->n_versions; i++) {
        add_version(&lines, history, i);
        if (history->versions[i].deleted)
            add_deletion(&lines, history, i);
    }
    cli_table(names, lines.cells, lines.n, COLUMNS, COLUMNS);
}

static bool find_schema(const struct cli *cli, const struct kho_project *project,
                        const struct kho_schema **schema, struct kho_err *err)
{
    const struct kho_schemas *schemas = &project->schemas;
    struct kho_text word = kho_text_of(cli->positional[0]);
    *schema = kho_schemas_find(schemas, word);
    if (*schema != NULL)
        return true;
    const char **names = kho_arena_array(cli->arena, schemas->count, sizeof(*names));
    for (size_t i = 0; i < schemas->count; i++)
        names[i] = kho_arena_cstr(cli->arena, schemas->items[i].name);
    kho_err_set(err, KHO_ERR_USAGE, "there is no table '%s'", cli->positional[0]);
    const char *nearest = kho_text_nearest(word, names, schemas->count);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err,
                        "it is the name of a shared schema, as population.person: see schemas/");
}

/* The key may be a person's number: it is not repeated on stderr. */
static bool no_record(const struct cli *cli, const char *feed, struct kho_err *err)
{
    if (feed != NULL) {
        kho_err_set(err, KHO_ERR_FAILED, "%s has and had no record with this key from feed '%s'",
                    cli->positional[0], feed);
        return kho_err_hint(err, "without --source the records of all feeds are looked at");
    }
    kho_err_set(err, KHO_ERR_FAILED, "%s has and had no record with this key", cli->positional[0]);
    return kho_err_hint(err, "it is what stands in the column _key");
}

static bool run_history(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    const struct kho_schema *schema;
    struct kho_history history;
    const char *feed = cli_value(cli, "source");
    KHO_TRY(cli_project(cli, &project, err));
    KHO_TRY(find_schema(cli, &project, &schema, err));
    KHO_TRY(kho_project_store(&project, cli->arena, &store, err));
    KHO_TRY(kho_history_read(store, cli->arena, schema, cli->positional[1], feed, &history, err));
    if (history.n_versions == 0)
        return no_record(cli, feed, err);
    if (cli->json)
        put_json(&history, cli->positional[0], cli->positional[1]);
    else
        put_table(cli->arena, &history);
    return true;
}

static const struct cli_option options[] = {
    {"source", "FEED", "only the record of this feed"},
};

const struct cli_command cli_history = {
    .name = "history",
    .arguments = "TABLE KEY",
    .summary = "all versions of one record, oldest first, and what changed",
    .help = "TABLE is a shared schema, as population.person; KEY stands in its column _key.\n"
            "A version is valid from its first time until before its second.",
    .min_arguments = 2,
    .max_arguments = 2,
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_history,
};
