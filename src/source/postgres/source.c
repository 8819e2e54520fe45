/* Opening a database and starting a pull: the connection, the transaction, the COPY. */
#include "postgres.h"

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

static bool open_postgres(struct kho_source *source, const struct kho_source_options *options,
                          struct kho_err *err)
{
    name_relation(source);
    KHO_TRY(connect(source, options, err));
    /* One backend, and no more, works for us. */
    KHO_TRY(kho_pg_exec(source->pg,
                        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                        "SET LOCAL max_parallel_workers_per_gather = 0",
                        err));
    return kho_postgres_describe(source, err) || kho_err_context(err, "reading %s", source->label);
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

static bool start(struct kho_source *source, int64_t max_rows, const char *condition,
                  struct kho_err *err)
{
    source->header_seen = false;
    if (!kho_pg_copy_out(source->pg, copy_statement(source, max_rows, condition), err))
        return kho_err_context(err, "reading %s", source->label);
    return true;
}

static bool choose_window(struct kho_source *source, const char *position, const char *all_because,
                          struct kho_window *window, struct kho_err *err)
{
    enum kho_pull_mode mode = source->job->pull.mode;
    if (mode == KHO_PULL_CHANGES)
        return kho_postgres_changes(source, position, all_because, window, err);
    if (mode == KHO_PULL_CURSOR)
        return kho_postgres_cursor(source, position, all_because, window, err);
    return true;
}

static bool finish(struct kho_source *source, struct kho_err *err)
{
    return kho_pg_exec(source->pg, "COMMIT", err) ||
           kho_err_context(err, "reading %s", source->label);
}

const struct kho_connector kho_postgres_connector = {
    .open = open_postgres,
    .window = choose_window,
    .range = kho_postgres_range,
    .start = start,
    .fill = kho_postgres_fill,
    .key_sum = kho_postgres_key_sum,
    .finish = finish,
};
