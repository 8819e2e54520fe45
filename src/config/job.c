/* Reads etl/jobs/NAME.yaml: what is pulled from which source into which shared schema, and when. */
#include "project.h"

#define MAP_MAX 1000
#define KEY_MAX 32

/* A job and the parts of its file that are read by code of their own. */
struct job_file {
    struct kho_job job;
    const struct kho_yaml_node *map;
    const struct kho_yaml_node *pull;
};

static const char *const pull_words[] = {"full", "changes", "{cursor: COLUMN, ...}", NULL};
static const char *const deletes_words[] = {"every_run", "daily", "never", NULL};
static const char *const late_words[] = {"run_once", "skip", "run_each", NULL};

static const struct kho_field stop_if_fields[] = {
    {.name = "rejected",
     .kind = KHO_FIELD_PERCENT,
     .offset = offsetof(struct kho_stop_if, rejected),
     .fallback = "2%",
     .help = "more of the rows read than this are rejected"},
    {.name = "shrink",
     .kind = KHO_FIELD_PERCENT,
     .offset = offsetof(struct kho_stop_if, shrink),
     .fallback = "20%",
     .help = "the source has become smaller by more than this"},
    {.name = "deleted",
     .kind = KHO_FIELD_PERCENT,
     .offset = offsetof(struct kho_stop_if, deleted),
     .fallback = "5%",
     .help = "more of the records than this would be deleted"},
    {.name = "changed",
     .kind = KHO_FIELD_PERCENT,
     .offset = offsetof(struct kho_stop_if, changed),
     .fallback = "none",
     .help = "more of the records than this would get other values"},
    {.name = "nulls",
     .kind = KHO_FIELD_PERCENT,
     .offset = offsetof(struct kho_stop_if, nulls),
     .fallback = "30%",
     .help = "a column would be empty in so many more of the rows than before"},
    {.name = "after_rows",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct kho_stop_if, after_rows),
     .fallback = "1000",
     .help = "smaller sources are not judged"},
};
static const struct kho_field_table stop_if_table = {"When a run stops and publishes nothing",
                                                     stop_if_fields, KHO_COUNT(stop_if_fields)};

static const struct kho_field retry_fields[] = {
    {.name = "times",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct kho_retry, times),
     .fallback = "3",
     .help = "tries after the first while a source or store is unreachable"},
    {.name = "wait",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_retry, wait_ms),
     .fallback = "1m",
     .help =
         "wait this long before trying again, then twice as long each time, and up to a quarter "
         "more"},
    {.name = "max_wait",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_retry, max_wait_ms),
     .fallback = "1h",
     .help = "but no longer than this"},
};
static const struct kho_field_table retry_table = {"Trying again", retry_fields,
                                                   KHO_COUNT(retry_fields)};

static const struct kho_field job_fields[] = {
    {.name = "job",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct job_file, job.name),
     .required = true,
     .help = "the job's name, as its file's"},
    {.name = "from",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct job_file, job.from),
     .help = "the table to read: source.schema.table or source.table; of files: the source"},
    {.name = "sql",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct job_file, job.sql),
     .help = "a query to read instead of a table; needs source"},
    {.name = "source",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct job_file, job.source),
     .help = "the source that answers the query of sql"},
    {.name = "to",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct job_file, job.to),
     .required = true,
     .help = "the shared schema the rows go into"},
    {.name = "key",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct job_file, job.key),
     .required = true,
     .help = "the source's columns that tell its records apart"},
    {.name = "feed",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct job_file, job.feed),
     .help = "the name under which the records are kept; else the source's"},
    {.name = "schedule",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct job_file, job.schedule),
     .help = "when to run, as in cron: \"30 1 * * *\", or several such; see `kho help schedule`"},
    {.name = "after",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct job_file, job.after),
     .help = "run only once these jobs have succeeded on the same day; without a schedule, as soon "
             "as they have"},
    {.name = "late",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct job_file, job.late),
     .fallback = "run_once",
     .choices = late_words,
     .help = "what to do with runs missed while kho was down"},
    {.name = "jitter",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct job_file, job.jitter_ms),
     .help = "begin up to this much later, each job at its own moment, so that not all begin at "
             "once"},
    {.name = "priority",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct job_file, job.priority),
     .help = "among jobs that are due the one with the highest number goes first"},
    {.name = "timeout",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct job_file, job.timeout_ms),
     .fallback = "12h",
     .help = "`kho serve` ends a run that takes longer, and tries again"},
    {.name = "fresh_within",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct job_file, job.fresh_within_ms),
     .help = "the job is late once nothing was published for so long; `kho status` and `notify:` "
             "tell"},
    {.name = "map",
     .kind = KHO_FIELD_NODE,
     .offset = offsetof(struct job_file, map),
     .help = "schema column: expression over source columns; same-named columns map themselves"},
    {.name = "pull",
     .kind = KHO_FIELD_NODE,
     .offset = offsetof(struct job_file, pull),
     .choices = pull_words,
     .help = "what is read: all rows, those written since the last pull (PostgreSQL 13 or later, a "
             "table), or those beyond a cursor's last value"},
    {.name = "deletes",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct job_file, job.deletes),
     .fallback = "every_run",
     .choices = deletes_words,
     .help = "how often a pull of changes compares the keys, to find what was deleted"},
    {.name = "stop_if",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct job_file, job.stop_if),
     .group = &stop_if_table,
     .help = "when a run stops and publishes nothing"},
    {.name = "retry",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct job_file, job.retry),
     .group = &retry_table,
     .help = "trying again"},
};
const struct kho_field_table kho_job_table = {"A job: etl/jobs/NAME.yaml", job_fields,
                                              KHO_COUNT(job_fields)};

/* Returns the length of the `"name"` that begins the text, doubled quotes within; 0 if there is
 * none. */
static size_t quoted_length(struct kho_text text)
{
    size_t n = 1;
    while (n < text.len && (text.ptr[n] != '"' || (n + 1 < text.len && text.ptr[n + 1] == '"')))
        n += text.ptr[n] == '"' ? 2 : 1;
    return n < text.len && n > 1 ? n + 1 : 0;
}

/* Cuts one part of a dotted name off: bare, or in double quotes. False if it is neither. */
static bool take_part(struct kho_text *rest)
{
    size_t n = 0;
    if (rest->len > 0 && rest->ptr[0] == '"')
        n = quoted_length(*rest);
    else
        while (n < rest->len && strchr(". \t\n\"'", rest->ptr[n]) == NULL)
            n++;
    *rest = (struct kho_text){rest->ptr + n, rest->len - n};
    return n > 0;
}

/* Returns whether the text is `table` or `schema.table`. */
static bool is_table(struct kho_text rest)
{
    if (!take_part(&rest))
        return false;
    if (rest.len > 0 && rest.ptr[0] == '.') {
        rest = (struct kho_text){rest.ptr + 1, rest.len - 1};
        if (!take_part(&rest))
            return false;
    }
    return rest.len == 0;
}

static void split_from(const struct kho_reader *reader, struct kho_job *job)
{
    struct kho_text rest = job->from;
    job->source = kho_text_cut(&rest, '.');
    if (job->source.len == 0 || (!kho_text_is_null(rest) && !is_table(rest)))
        kho_diag_error(
            reader->diags, job->from_pos,
            "'from' is source.schema.table or source.table, or a source of files; a part "
            "that holds other than letters, digits and _ stands in double quotes");
}

/* Exactly one of `from` and `sql`; `source` belongs to `sql`. */
static void check_origin(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                         struct kho_job *job)
{
    bool from = kho_yaml_get(tree, "from") != NULL;
    bool sql = kho_yaml_get(tree, "sql") != NULL;
    bool source = kho_yaml_get(tree, "source") != NULL;
    if (from && sql)
        kho_diag_error(reader->diags, kho_project_pos(tree, "sql"),
                       "'from' and 'sql' do not go together; keep one");
    else if (from && source)
        kho_diag_error(reader->diags, kho_project_pos(tree, "source"),
                       "'source' goes with 'sql'; with 'from' it is the first part of that");
    else if (sql && !source)
        kho_diag_error(reader->diags, kho_project_pos(tree, "sql"),
                       "'sql' needs 'source': the source that answers the query");
    else if (!from && !sql)
        kho_diag_error(reader->diags, tree->pos, "missing key 'from': %s", job_fields[1].help);
    if (!kho_text_is_null(job->from))
        split_from(reader, job);
}

static void read_mapping(const struct kho_reader *reader, const struct kho_yaml_key *key,
                         const struct kho_yaml_node *value, struct kho_mapping *mapping)
{
    *mapping = (struct kho_mapping){.column = key->name, .pos = key->pos};
    if (value->kind != KHO_YAML_SCALAR)
        kho_diag_error(reader->diags, value->pos, "the value of '%.*s' is one expression",
                       KHO_TEXT_ARGS(key->name));
    else if (kho_text_is_null(value->scalar) && kho_text_ends(key->name, KHO_TEXT(")")))
        kho_diag_error(reader->diags, key->pos,
                       "'%.*s' has no expression; inside { } a value with a comma needs quotes",
                       KHO_TEXT_ARGS(key->name));
    else if (kho_text_is_null(value->scalar))
        kho_diag_error(reader->diags, key->pos,
                       "'%.*s' has no expression; leave it out, or write \"null\" in quotes",
                       KHO_TEXT_ARGS(key->name));
    else
        mapping->expr = kho_expr_parse(reader->arena, value->scalar, value->pos, reader->diags);
}

static void read_map(const struct kho_reader *reader, const struct kho_yaml_node *map,
                     struct kho_job *job)
{
    if (map == NULL)
        return;
    if (map->kind != KHO_YAML_MAPPING) {
        kho_diag_error(reader->diags, map->pos,
                       "'map' is a mapping: schema column: expression over source columns");
        return;
    }
    if (map->count > MAP_MAX) {
        kho_diag_error(reader->diags, map->pos, "'map' has %zu columns, at most %d", map->count,
                       MAP_MAX);
        return;
    }
    job->map = kho_arena_array(reader->arena, map->count, sizeof *job->map);
    job->n_map = map->count;
    for (size_t i = 0; i < map->count; i++)
        read_mapping(reader, &map->keys[i], map->items[i], &job->map[i]);
}

static void check_key(const struct kho_reader *reader, const struct kho_texts *key)
{
    if (key->count > KEY_MAX)
        kho_diag_error(reader->diags, key->pos[KEY_MAX], "'key' has %zu columns, at most %d",
                       key->count, KEY_MAX);
    for (size_t i = 0; i < KHO_MIN(key->count, KEY_MAX); i++)
        for (size_t j = 0; j < i; j++)
            if (kho_text_eq(key->items[i], key->items[j])) {
                kho_diag_error(reader->diags, key->pos[i], "'%.*s' stands twice in 'key'",
                               KHO_TEXT_ARGS(key->items[i]));
                break;
            }
}

/* `kho rejects WORD` would mean the word. */
static void check_reserved(const struct kho_reader *reader, const struct kho_job *job)
{
    static const char *const words[] = {"export", "waive", "unwaive", "replay"};
    for (size_t i = 0; i < KHO_COUNT(words); i++)
        if (kho_text_eq_cstr(job->name, words[i]))
            kho_diag_warning(reader->diags, job->pos,
                             "'%s' is a word of `kho rejects`, which cannot show this job's: give "
                             "the job another name",
                             words[i]);
}

static void set_feed(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                     struct kho_job *job)
{
    bool written = kho_yaml_get(tree, "feed") != NULL;
    if (!written)
        job->feed = job->source;
    job->feed_pos = kho_project_pos(tree, written ? "feed" : "to");
    if (written && !kho_text_is_null(job->feed) && memchr(job->feed.ptr, '.', job->feed.len))
        kho_diag_error(reader->diags, job->feed_pos, "the name of a feed has no dots");
}

bool kho_job_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                  struct kho_job *job)
{
    struct job_file file = {0};
    size_t errors = reader->diags->errors;
    (void)kho_fields_read(&kho_job_table, tree, &file, reader->arena, reader->diags);
    if (tree->kind != KHO_YAML_MAPPING)
        return false;
    *job = file.job;
    job->pos = kho_project_pos(tree, "job");
    job->from_pos = kho_project_pos(tree, kho_text_is_null(job->from) ? "sql" : "from");
    job->to_pos = kho_project_pos(tree, "to");
    kho_project_check_name(reader, "job", job->name, job->pos);
    check_reserved(reader, job);
    check_origin(reader, tree, job);
    check_key(reader, &job->key);
    set_feed(reader, tree, job);
    kho_pull_read(reader, file.pull, &job->pull);
    if (job->pull.mode == KHO_PULL_CHANGES && !kho_text_is_null(job->sql))
        kho_diag_error(reader->diags, job->pull.pos,
                       "`pull: changes` reads tables, not a query: use a cursor, or full");
    read_map(reader, file.map, job);
    return reader->diags->errors == errors;
}
