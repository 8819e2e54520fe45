/* Opening a source and starting a pull: the connection, the transaction, the COPY. */
#include "postgres.h"

#include <kho/core/clock.h>

/* Turns `public.nhan_khau` or `"Public"."Nhân khẩu"` into quoted identifiers. */
static const char *quote_relation(struct kho_arena *arena, struct kho_text path)
{
    struct kho_buf out;
    kho_buf_init(&out, 1024);
    kho_buf_char(&out, '"');
    bool quoted = false;
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        if (quoted && c == '"' && i + 1 < path.len && path.ptr[i + 1] == '"') {
            kho_buf_puts(&out, "\"\"");
            i++;
        } else if (c == '"')
            quoted = !quoted;
        else if (c == '.' && !quoted)
            kho_buf_puts(&out, "\".\"");
        else
            kho_buf_char(&out, c);
    }
    kho_buf_char(&out, '"');
    const char *relation = kho_arena_cstr(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return relation;
}

static void name_relation(struct kho_source *source)
{
    const struct kho_job *job = source->job;
    if (job->from.ptr == NULL) {
        struct kho_text sql = kho_text_trim(job->sql);
        while (sql.len != 0 && sql.ptr[sql.len - 1] == ';')
            sql = kho_text_trim((struct kho_text){sql.ptr, sql.len - 1});
        source->label =
            kho_arena_printf(source->arena, "the sql of job %.*s", KHO_TEXT_ARGS(job->name));
        source->relation = kho_arena_printf(source->arena, "(%.*s\n) AS kho_q", KHO_TEXT_ARGS(sql));
        return;
    }
    struct kho_text rest = job->from;
    (void)kho_text_cut(&rest, '.');
    source->label = kho_arena_cstr(source->arena, job->from);
    source->relation = quote_relation(source->arena, rest);
}

static bool connect(struct kho_source *source, const struct kho_source_options *options,
                    struct kho_err *err)
{
    const struct kho_source_config *config = options->config;
    struct kho_text password;
    KHO_TRY(kho_secret_resolve(&config->password, options->dir, source->arena, &password, err));
    struct kho_pg_options pg = {
        .conninfo = kho_arena_cstr(source->arena, config->connect),
        .dir = options->dir,
        .password = password,
        .application =
            kho_arena_printf(source->arena, "kho %.*s", KHO_TEXT_ARGS(source->job->name)),
        .connect_timeout_ms = config->connect_timeout_ms,
        .statement_timeout_ms = config->limits.statement_timeout_ms,
        .what = kho_arena_printf(source->arena, "source %.*s", KHO_TEXT_ARGS(config->name)),
    };
    return kho_pg_open(source->arena, &pg, &source->pg, err);
}

bool kho_source_open(struct kho_arena *arena, const struct kho_source_options *options,
                     struct kho_source **source, struct kho_err *err)
{
    struct kho_source *made = kho_arena_alloc(arena, sizeof(*made));
    made->arena = arena;
    made->job = options->job;
    made->zone = options->zone != NULL ? options->zone : "UTC";
    made->rows_per_second = options->config->limits.rows_per_second;
    name_relation(made);
    KHO_TRY(connect(made, options, err));
    /* One backend, and no more, works for us. */
    KHO_TRY(kho_pg_exec(made->pg,
                        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                        "SET LOCAL max_parallel_workers_per_gather = 0",
                        err));
    if (!kho_postgres_describe(made, err))
        return kho_err_context(err, "reading %s", made->label);
    *source = made;
    return true;
}

const char *const *kho_source_columns(const struct kho_source *source, size_t *count)
{
    *count = source->n_columns;
    return source->names;
}

const char *kho_source_column_type(const struct kho_source *source, size_t i)
{
    return source->columns[i].type;
}

int64_t kho_source_expected_rows(const struct kho_source *source)
{
    return source->expected_rows;
}

bool kho_postgres_missing_column(const struct kho_source *source, struct kho_text name,
                                 struct kho_err *err)
{
    kho_err_set(err, KHO_ERR_CONFIG, "column '%.*s' does not exist in %s", KHO_TEXT_ARGS(name),
                source->label);
    const char *nearest = kho_text_nearest(name, source->names, source->n_columns);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err, "`kho plan %.*s` shows its columns", KHO_TEXT_ARGS(source->job->name));
}

static bool pull_column(struct kho_source *source, struct kho_text name, size_t *index,
                        struct kho_err *err)
{
    const struct source_column *column = kho_postgres_column(source, name);
    if (column == NULL)
        return kho_postgres_missing_column(source, name, err);
    *index = 0;
    while (*index < source->n_pulled && source->pulled[*index] != column)
        (*index)++;
    if (*index == source->n_pulled)
        source->pulled[source->n_pulled++] = column;
    return true;
}

static bool choose_columns(struct kho_source *source, const char *const *columns, size_t count,
                           enum kho_wire *wires, struct kho_err *err)
{
    const struct kho_texts *key = &source->job->key;
    source->pulled = kho_arena_array(source->arena, count + key->count, sizeof(*source->pulled));
    source->key = kho_arena_array(source->arena, key->count, sizeof(*source->key));
    source->n_pulled = 0;
    size_t index;
    for (size_t i = 0; i < count; i++) {
        KHO_TRY(pull_column(source, kho_text_of(columns[i]), &index, err));
        wires[i] = source->pulled[index]->wire;
    }
    source->n_asked = source->n_pulled;
    for (size_t i = 0; i < key->count; i++)
        KHO_TRY(pull_column(source, key->items[i], &source->key[i], err));
    return true;
}

static const char *copy_statement(struct kho_source *source, int64_t max_rows,
                                  const char *condition)
{
    struct kho_buf sql;
    kho_buf_init(&sql, 1 << 20);
    kho_buf_puts(&sql, "COPY (SELECT ");
    for (size_t i = 0; i < source->n_pulled; i++) {
        const struct source_column *column = source->pulled[i];
        kho_buf_printf(&sql, "%s%s%s", i != 0 ? ", " : "",
                       kho_pg_ident(source->arena, kho_text_of(column->name)),
                       column->cast ? "::text" : "");
    }
    kho_buf_printf(&sql, " FROM %s", source->relation);
    if (condition != NULL)
        kho_buf_printf(&sql, " WHERE %s", condition);
    if (max_rows > 0)
        kho_buf_printf(&sql, " LIMIT %" PRId64, max_rows);
    kho_buf_puts(&sql, ") TO STDOUT (FORMAT binary)");
    const char *statement = kho_arena_cstr(source->arena, kho_buf_as_text(&sql));
    kho_buf_release(&sql);
    return statement;
}

/* Begins to read the chosen columns. */
static bool start(struct kho_source *source, int64_t max_rows, const char *condition,
                  struct kho_err *err)
{
    source->max_rows = max_rows;
    source->started_us = kho_clock_monotonic_us();
    source->rows_read = 0;
    source->header_seen = false;
    source->ended = false;
    if (!kho_pg_copy_out(source->pg, copy_statement(source, max_rows, condition), err))
        return kho_err_context(err, "reading %s", source->label);
    return true;
}

bool kho_source_start(struct kho_source *source, const struct kho_source_request *request,
                      enum kho_wire *wires, struct kho_err *err)
{
    const struct kho_window *window = request->window;
    KHO_TRY(choose_columns(source, request->columns, request->n_columns, wires, err));
    source->seed = request->seed;
    return start(source, request->max_rows, window != NULL ? window->condition : NULL, err);
}

bool kho_source_start_keys(struct kho_source *source, struct kho_err *err)
{
    KHO_TRY(choose_columns(source, NULL, 0, NULL, err));
    return start(source, 0, NULL, err);
}

bool kho_source_window(struct kho_source *source, const char *position, const char *all_because,
                       struct kho_window *window, struct kho_err *err)
{
    *window = (struct kho_window){.all = true};
    enum kho_pull_mode mode = source->job->pull.mode;
    if (mode == KHO_PULL_CHANGES)
        return kho_postgres_changes(source, position, all_because, window, err);
    if (mode == KHO_PULL_CURSOR)
        return kho_postgres_cursor(source, position, all_because, window, err);
    return true;
}

bool kho_source_finish(struct kho_source *source, struct kho_err *err)
{
    return kho_pg_exec(source->pg, "COMMIT", err) ||
           kho_err_context(err, "reading %s", source->label);
}

struct kho_batch *kho_source_batch(const struct kho_source *source, struct kho_arena *parent)
{
    struct kho_batch *batch = kho_batch_new(parent, source->n_pulled);
    for (size_t i = 0; i < source->n_pulled; i++) {
        batch->columns[i].name = source->pulled[i]->name;
        batch->columns[i].wire = source->pulled[i]->wire;
    }
    return batch;
}
