/* Limits (`stop_if:`): what a run would do to the store, judged before it commits. */
#include <kho/store/limits.h>

#include "loading.h"

const char *const kho_accept_words[] = {"rejected", "shrink", "deleted", "changed",
                                        "nulls",    "drift",  NULL};

static bool read_word(struct kho_text word, unsigned *accepted, struct kho_err *err)
{
    size_t count = 0;
    for (; kho_accept_words[count] != NULL; count++)
        if (kho_text_eq_cstr(word, kho_accept_words[count])) {
            *accepted |= 1u << count;
            return true;
        }
    kho_err_set(err, KHO_ERR_USAGE, "--accept does not know '%.*s'", KHO_TEXT_ARGS(word));
    const char *nearest = kho_text_nearest(word, kho_accept_words, count);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err, "it takes rejected, shrink, deleted, changed, nulls and drift, with "
                             "commas between them");
}

bool kho_accept_read(const char *words, unsigned *accepted, struct kho_err *err)
{
    *accepted = 0;
    if (words == NULL)
        return true;
    struct kho_text rest = kho_text_of(words);
    while (rest.ptr != NULL)
        KHO_TRY(read_word(kho_text_trim(kho_text_cut(&rest, ',')), accepted, err));
    return true;
}

const char *kho_accept_show(struct kho_arena *arena, unsigned accepted)
{
    const char *shown = NULL;
    for (size_t i = 0; kho_accept_words[i] != NULL; i++) {
        if ((accepted & (1u << i)) == 0)
            continue;
        const char *word = kho_accept_words[i];
        shown = shown == NULL ? word : kho_arena_printf(arena, "%s,%s", shown, word);
    }
    return shown;
}

/* The limits that were passed; the message is that of the first. */
struct judgement {
    const struct kho_load *load;
    unsigned passed;
    struct kho_err *err;
};

/* Notes a limit as passed; returns whether the caller is to tell of it. */
static bool stops(struct judgement *judgement, enum kho_accept what)
{
    if ((judgement->load->options.accepted & what) != 0)
        return false;
    bool first = judgement->passed == 0;
    judgement->passed |= what;
    return first;
}

static void judge(struct judgement *judgement, enum kho_accept what, const char *words,
                  int64_t part, int64_t whole, int64_t limit)
{
    if (limit < 0 || whole == 0 || (__int128)part * 1000000 <= (__int128)limit * whole ||
        !stops(judgement, what))
        return;
    kho_err_put(judgement->err, KHO_ERR_LIMIT,
                "%s %" PRId64 " of %" PRId64 " rows (%.1f %%), the limit is %.1f %%; nothing was "
                "published",
                words, part, whole, (double)part * 100 / (double)whole, (double)limit / 10000);
}

static void judge_nulls(struct judgement *judgement, int64_t limit)
{
    const struct kho_load_nulls *nulls = &judgement->load->nulls;
    if (limit < 0 || nulls->column == NULL || nulls->after - nulls->before <= limit ||
        !stops(judgement, KHO_ACCEPT_NULLS))
        return;
    kho_err_put(judgement->err, KHO_ERR_LIMIT,
                "column '%s' is empty in %.1f %% of the rows, before in %.1f %%, the limit is "
                "%.1f %% more; nothing was published",
                nulls->column, (double)nulls->after / 10000, (double)nulls->before / 10000,
                (double)limit / 10000);
}

static bool is_large(const struct kho_load *load)
{
    return KHO_MAX(load->stats.read, load->known_rows) >= load->options.stop_if.after_rows;
}

/* That nothing would be left is judged whatever the size. */
static void judge_emptiness(struct judgement *judgement)
{
    const struct kho_load *load = judgement->load;
    const struct kho_load_stats *stats = &load->stats;
    int64_t limit = load->options.stop_if.shrink;
    if (load->scope.all && stats->read == 0)
        judge(judgement, KHO_ACCEPT_SHRINK, "the source is empty: shrunk by", load->known_rows,
              load->known_rows, limit);
    else if (stats->deleted != 0 && stats->total == 0)
        judge(judgement, KHO_ACCEPT_SHRINK, "no record would be left: shrunk by", stats->deleted,
              stats->deleted, limit);
}

/* Shrinking is judged by the rows that the source gave; a first load has nothing to shrink or to
 * change from. */
static void judge_all(struct judgement *judgement)
{
    const struct kho_load *load = judgement->load;
    const struct kho_stop_if *limits = &load->options.stop_if;
    const struct kho_load_stats *stats = &load->stats;
    int64_t known = load->known_rows;
    int64_t shrunk = load->scope.all ? KHO_MAX(known - stats->read, 0) : stats->deleted;
    judge_emptiness(judgement);
    if (!is_large(load))
        return;
    if (load->scope.all || stats->read >= limits->after_rows)
        judge(judgement, KHO_ACCEPT_REJECTED, "rejected", stats->rejected, stats->read,
              limits->rejected);
    judge(judgement, KHO_ACCEPT_SHRINK, "shrunk by", shrunk, known, limits->shrink);
    judge(judgement, KHO_ACCEPT_DELETED, "deleted", stats->deleted, known, limits->deleted);
    judge(judgement, KHO_ACCEPT_CHANGED, "changed", stats->updated, known, limits->changed);
    judge_nulls(judgement, limits->nulls);
}

bool kho_load_judge(struct kho_load *load, struct kho_err *err)
{
    struct judgement judgement = {.load = load, .err = err};
    judge_all(&judgement);
    if (judgement.passed == 0)
        return true;
    return kho_err_hint(err,
                        "look at the source; if it is right, `kho run %.*s --accept %s` goes on "
                        "this once; for good, raise `stop_if` of job %.*s",
                        KHO_TEXT_ARGS(load->options.job),
                        kho_accept_show(load->arena, judgement.passed | load->options.accepted),
                        KHO_TEXT_ARGS(load->options.job));
}

/* A share of NULLs cannot rise by more than the part of the rows that is new or gone: most runs
 * need not count. */
static bool may_have_risen(struct kho_load *load, bool *may, struct kho_err *err)
{
    struct kho_pg_result result;
    int64_t limit = load->options.stop_if.nulls, known = load->known_rows;
    *may = false;
    if (limit < 0 || known == 0 || load->n_staged == 0 || !is_large(load))
        return true;
    KHO_TRY(kho_pg_query(load->pg, load->arena, "SELECT count(*) FROM kho_deleted", NULL, 0,
                         &result, err));
    int64_t deleted = kho_pg_cell_int(&result, 0, 0);
    int64_t moved = load->n_staged + deleted;
    *may = (__int128)moved * 1000000 > (__int128)limit * KHO_MAX(known - deleted, 0);
    return true;
}

/* Appends `, '{name}'`, `, count of NULLs before` or `, count afterwards` for each column. */
static void put_counts(struct kho_buf *sql, const struct kho_schema *schema, const char *form)
{
    for (size_t i = 0; i < schema->n_columns; i++) {
        struct kho_text name = schema->columns[i].name;
        kho_buf_puts(sql, i == 0 ? "" : ", ");
        for (const char *c = form; *c != '\0'; c++)
            if (*c == '@')
                kho_buf_printf(sql, "%.*s", KHO_TEXT_ARGS(name));
            else
                kho_buf_char(sql, *c);
    }
}

/* One pass over the feed's rows as they stand and as they will; the column that loses most. */
static const char *nulls_query(struct kho_load *load)
{
    const struct kho_schema *schema = load->options.schema;
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "SELECT u.name, u.before * 1000000 / q.before, u.after * 1000000 / q.after"
                       " FROM (SELECT count(p._key) AS before, count(*) FILTER (WHERE s._key IS NOT"
                       " NULL OR d._key IS NULL) AS after, ARRAY[");
    put_counts(&sql, schema, "count(*) FILTER (WHERE p._key IS NOT NULL AND p.\"@\" IS NULL)");
    kho_buf_puts(&sql, "] AS befores, ARRAY[");
    put_counts(&sql, schema,
               "count(*) FILTER (WHERE CASE WHEN s._key IS NOT NULL THEN s.\"@\" IS NULL"
               " ELSE d._key IS NULL AND p.\"@\" IS NULL END)");
    kho_buf_printf(&sql,
                   "] AS afters FROM (SELECT * FROM %s WHERE _source = %s) p"
                   " FULL JOIN kho_stage s ON s._key = p._key"
                   " LEFT JOIN kho_deleted d ON d._key = p._key) q, unnest(ARRAY[",
                   load->current, load->feed);
    put_counts(&sql, schema, "'@'");
    kho_buf_puts(&sql, "], q.befores, q.afters) u (name, before, after)"
                       " WHERE q.before > 0 AND q.after > 0 ORDER BY u.after::numeric / q.after - "
                       "u.before::numeric / q.before DESC, 1 LIMIT 1");
    const char *text = kho_arena_cstr(load->arena, kho_buf_as_text(&sql));
    kho_buf_release(&sql);
    return text;
}

bool kho_load_measure_nulls(struct kho_load *load, struct kho_err *err)
{
    struct kho_pg_result result;
    bool may;
    KHO_TRY(may_have_risen(load, &may, err));
    if (!may)
        return true;
    KHO_TRY(kho_pg_query(load->pg, load->arena, nulls_query(load), NULL, 0, &result, err));
    if (result.n_rows == 0)
        return true;
    load->nulls.column = kho_arena_cstr(load->arena, kho_pg_cell(&result, 0, 0));
    load->nulls.before = kho_pg_cell_int(&result, 0, 1);
    load->nulls.after = kho_pg_cell_int(&result, 0, 2);
    return true;
}
