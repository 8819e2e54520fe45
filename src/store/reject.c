/* Reasons against rows: on their way to the ledger at once, and settled when the run publishes. */
#include <kho/core/json.h>
#include <kho/core/utf8.h>
#include <kho/record/copy.h>
#include <kho/record/wire.h>

#include "digest.h"
#include "loading.h"

#define DUPLICATE_RULE "duplicate_key"
#define DUPLICATE_REASON "the key stands in more than one row"

/* A text that is not UTF-8 goes into the JSON as `\x` and hex, so that nothing of it is lost. */
static void put_raw_value(struct kho_json *json, const char *name, struct kho_text value)
{
    if (value.ptr == NULL || (kho_utf8_check(value) == value.len &&
                              (value.len == 0 || memchr(value.ptr, 0, value.len) == NULL))) {
        kho_json_text(json, name, value);
        return;
    }
    static const char digits[] = "0123456789abcdef";
    char *hex = kho_malloc(value.len * 2 + 3);
    hex[0] = '\\';
    hex[1] = 'x';
    for (size_t i = 0; i < value.len; i++) {
        hex[2 + 2 * i] = digits[(unsigned char)value.ptr[i] >> 4];
        hex[3 + 2 * i] = digits[value.ptr[i] & 15];
    }
    kho_json_text(json, name, (struct kho_text){hex, value.len * 2 + 2});
    free(hex);
}

static void put_cell(struct kho_json *json, const struct kho_batch *raw, size_t i, size_t row)
{
    const struct kho_batch_column *column = &raw->columns[i];
    struct kho_text text;
    if (!kho_wire_to_text(raw->arena, column->wire, column->cells[row], &text))
        text = KHO_TEXT_NULL;
    put_raw_value(json, column->name, text);
}

/* Appends the row as read, or those cells of it, as a JSONB cell: version 1, then an object of
 * texts. */
static void put_raw(struct kho_buf *out, const struct kho_batch *raw, size_t row,
                    const struct kho_origin *origin)
{
    size_t length_at = out->len;
    struct kho_json json;
    kho_buf_append(out, "\0\0\0\0\1", 5);
    kho_json_init(&json, out, 0);
    kho_json_object(&json, NULL);
    for (size_t i = 0; origin != NULL && i < origin->n_columns; i++)
        put_cell(&json, raw, origin->columns[i], row);
    for (size_t i = 0; origin == NULL && i < raw->n_columns; i++)
        put_cell(&json, raw, i, row);
    kho_json_object_end(&json);
    if (!out->overflow)
        kho_put_be32(out->data + length_at, (uint32_t)(out->len - length_at - 4));
}

static void put_place(struct kho_buf *out, const struct kho_place *place)
{
    char line[8];
    if (place != NULL)
        kho_put_be64(line, (uint64_t)place->line);
    kho_copy_put_cell(out, place != NULL ? kho_text_of(place->file) : KHO_TEXT_NULL);
    kho_copy_put_cell(out, place != NULL ? (struct kho_text){line, sizeof(line)} : KHO_TEXT_NULL);
}

static void note(struct kho_load *load, const struct kho_batch *raw, size_t row,
                 const struct kho_reject *reject)
{
    struct kho_buf *out = &load->rejects;
    char run[4], number[8];
    unsigned char hash[16];
    kho_put_be32(run, (uint32_t)load->run);
    kho_put_be64(number, (uint64_t)(raw->first_row + (int64_t)row));
    if (out->len == 0)
        kho_copy_put_header(out);
    kho_copy_put_count(out, 11);
    kho_copy_put_cell(out, (struct kho_text){run, sizeof(run)});
    kho_copy_put_cell(out, raw->keys[row]);
    kho_copy_put_cell(out, kho_text_of(kho_severity_word(reject->severity)));
    kho_copy_put_cell(out, kho_text_of(reject->column));
    kho_copy_put_cell(out, kho_text_of(reject->rule));
    kho_copy_put_cell(out, kho_text_of(reject->reason));
    put_raw(out, raw, row, reject->origin);
    kho_copy_put_cell(out, (struct kho_text){number, sizeof(number)});
    kho_hash_to_bytes(raw->hashes[row], hash);
    bool alone = strcmp(reject->rule, DUPLICATE_RULE) != 0;
    kho_copy_put_cell(out, alone ? (struct kho_text){(char *)hash, sizeof(hash)} : KHO_TEXT_NULL);
    put_place(out, raw->places != NULL ? &raw->places[row] : NULL);
}

void kho_load_note_rejects(struct kho_load *load, const struct kho_batch *raw, const uint32_t *rows,
                           const struct kho_batch *noted)
{
    for (size_t i = 0; i < noted->n_rejects; i++) {
        const struct kho_reject *reject = &noted->rejects[i];
        /* a row that is not loaded has no repaired value */
        if (reject->severity == KHO_REPAIR && noted->rejected[reject->row] != 0)
            continue;
        note(load, raw, rows != NULL ? rows[reject->row] : reject->row, reject);
    }
}

void kho_load_note_duplicate(struct kho_load *load, const struct kho_batch *raw, uint32_t row)
{
    static const struct kho_reject duplicate = {
        .severity = KHO_REJECT, .rule = DUPLICATE_RULE, .reason = DUPLICATE_REASON};
    note(load, raw, row, &duplicate);
}

bool kho_load_flush_rejects(struct kho_load *load, size_t above_bytes, struct kho_err *err)
{
    struct kho_buf *out = &load->rejects;
    if (out->len <= above_bytes)
        return true;
    if (kho_load_is_dry(load)) /* one connection does all */
        KHO_TRY(kho_load_await_key_sum(load, err));
    int64_t rows;
    kho_copy_put_trailer(out);
    KHO_TRY(kho_buf_check(out, "the rejects of a batch", err));
    KHO_TRY(
        kho_pg_copy_in(load->ledger,
                       "COPY kho.reject_incoming (run, key, severity, column_name, rule,"
                       " reason, raw, row_number, row_hash, file, line) FROM STDIN (FORMAT binary)",
                       err));
    KHO_TRY(kho_pg_copy_in_put(load->ledger, kho_buf_as_text(out), err));
    KHO_TRY(kho_pg_copy_in_finish(load->ledger, &rows, err));
    kho_buf_clear(out);
    return true;
}

/* The alias begins with `_`, as no column of a schema does: else a column of that name would be
 * meant. */
bool kho_load_reject_duplicates(struct kho_load *load, const char *table, struct kho_err *err)
{
    struct kho_hash128 sum;
    int64_t rows;
    const char *from =
        kho_arena_printf(load->arena, "%s _t JOIN kho_duplicate d USING (_key)", table);
    KHO_TRY(kho_digest_rows(load->pg, load->arena, "_t._hash", from, &sum, &rows, err));
    if (rows == 0)
        return true;
    load->stats.source_hash = kho_digest_subtract(load->stats.source_hash, sum);
    load->stats.rejected += rows;
    load->n_staged -= rows;
    KHO_TRY(kho_load_do(load, NULL, err,
                        "INSERT INTO kho.reject_incoming (run, key, severity, rule, reason, raw)"
                        " SELECT %" PRId64 ", _t._key, 'reject', '" DUPLICATE_RULE "',"
                        " '" DUPLICATE_REASON "', to_jsonb(_t) - ARRAY['_hash', '_valid_from',"
                        " '_run', '_source', '_key'] FROM %s",
                        load->run, from));
    return kho_load_do(load, NULL, err,
                       "DELETE FROM %s t USING kho_duplicate d WHERE t._key = d._key", table);
}

bool kho_load_known_rejects(struct kho_load *load, struct kho_err *err)
{
    struct kho_hash128 sum;
    int64_t rows;
    const char *hashes =
        kho_arena_printf(load->arena,
                         "SELECT DISTINCT row_hash FROM kho.reject WHERE dataset = %s AND feed = %s"
                         " AND state <> 'closed' AND severity = 'reject' AND row_hash IS NOT NULL",
                         kho_pg_literal(load->arena, load->options.schema->name), load->feed);
    kho_hash_set_init(&load->rejected, 0);
    return kho_load_read_hashes(load, hashes, &load->rejected, &sum, &rows, err);
}

/* In a full pull the rows whose hash was met again are not noted a second time. */
bool kho_load_find_rejected(struct kho_load *load, struct kho_err *err)
{
    const char *earlier =
        load->scope.all
            ? kho_arena_printf(
                  load->arena,
                  " UNION ALL SELECT key, rule FROM kho.reject WHERE dataset = %s AND feed = %s"
                  " AND state <> 'closed' AND severity = 'reject'"
                  " AND key IS NOT NULL AND row_hash IS NOT NULL"
                  " AND row_hash NOT IN (SELECT _hash FROM kho_reject_gone)",
                  kho_pg_literal(load->arena, load->options.schema->name), load->feed)
            : "";
    return kho_load_do(load, NULL, err,
                       "CREATE TEMP TABLE kho_rejected ON COMMIT DROP AS"
                       " SELECT key AS _key, bool_and(rule = '" KHO_RULE_LINE "') AS _broken"
                       " FROM (SELECT key, rule FROM kho.reject_incoming"
                       " WHERE run = %" PRId64 " AND severity = 'reject' AND key IS NOT NULL%s) r"
                       " GROUP BY key",
                       load->run, earlier);
}

#define IDENTITY "coalesce(key, row_hash::text), severity, rule, coalesce(column_name, '')"

/* The same reason against the same key is the same reject, seen again. */
static bool fold_incoming(struct kho_load *load, const char *dataset, struct kho_err *err)
{
    return kho_load_do(
        load, NULL, err,
        "INSERT INTO kho.reject (dataset, feed, job, key, severity, column_name, rule, reason,"
        " raw, row_number, row_hash, file, line, stale, first_run, last_run)"
        " SELECT DISTINCT ON (" IDENTITY ") %s, %s, %s, key, severity, column_name, rule, reason,"
        " raw, row_number, row_hash, file, line, severity = 'reject' AND EXISTS (SELECT FROM %s p"
        " WHERE p._source = %s AND p._key = key), run, run"
        " FROM kho.reject_incoming WHERE run = %" PRId64 " AND severity <> 'repair'"
        " ORDER BY " IDENTITY ", row_number"
        " ON CONFLICT (dataset, feed, " IDENTITY ") WHERE state <> 'closed' DO UPDATE SET"
        " last_run = excluded.last_run, raw = excluded.raw, reason = excluded.reason,"
        " row_number = excluded.row_number, row_hash = excluded.row_hash,"
        " file = excluded.file, line = excluded.line, stale = excluded.stale",
        dataset, load->feed, kho_pg_literal(load->arena, load->options.job), load->current,
        load->feed, load->run);
}

/* Repairs belong to the version that holds the repaired value: the one that this run wrote, or one
 * that stands with the same value. A value read again is noted once. */
static bool keep_repairs(struct kho_load *load, const char *dataset, struct kho_err *err)
{
    if (load->stats.repaired == 0)
        return true;
    return kho_load_do(
        load, NULL, err,
        "INSERT INTO kho.repair (dataset, feed, key, run, column_name, rule, reason, raw)"
        " SELECT DISTINCT ON (i.key, i.column_name, i.rule) %s, %s, i.key, p._run,"
        " i.column_name, i.rule, i.reason, i.raw"
        " FROM kho.reject_incoming i JOIN %s p ON p._source = %s AND p._key = i.key"
        " WHERE i.run = %" PRId64 " AND i.severity = 'repair'"
        " ORDER BY i.key, i.column_name, i.rule, i.row_number ON CONFLICT DO NOTHING",
        dataset, load->feed, load->current, load->feed, load->run);
}

/* What no longer holds. In a full pull: a rejected row that was not met again, neither as it was
 * nor as one that is rejected for the same reason; in a window: what is said of a key that came
 * again, or is gone. A row with a warning is in the store: its warning stands until the row
 * changes. */
static const char *mended(const struct kho_load *load)
{
    if (load->direct)
        return "true";
    if (!load->scope.all)
        return kho_arena_printf(load->arena,
                                "key IN (SELECT _key FROM kho_stage UNION ALL SELECT _key FROM"
                                " kho_deleted UNION ALL SELECT key FROM kho.reject_incoming"
                                " WHERE run = %" PRId64 " AND key IS NOT NULL)",
                                load->run);
    return "CASE severity WHEN 'reject' THEN row_hash IS NULL OR row_hash IN (SELECT _hash FROM"
           " kho_reject_gone) ELSE key IN (SELECT _key FROM kho_stage UNION ALL SELECT _key FROM"
           " kho_deleted) END";
}

/* Counts the records of which an older version stands. */
static bool count_stale(struct kho_load *load, const char *dataset, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql = kho_arena_printf(load->arena,
                                       "SELECT count(DISTINCT key) FROM kho.reject WHERE dataset ="
                                       " %s AND feed = %s AND state <> 'closed' AND stale",
                                       dataset, load->feed);
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, NULL, 0, &result, err));
    load->stats.stale = kho_pg_cell_int(&result, 0, 0);
    return true;
}

bool kho_load_settle_rejects(struct kho_load *load, struct kho_err *err)
{
    const char *dataset = kho_pg_literal(load->arena, load->options.schema->name);
    const struct kho_load_stats *stats = &load->stats;
    if (!load->scope.all && stats->read == 0 && stats->deleted == 0 && load->known.count == 0)
        return true;
    KHO_TRY(fold_incoming(load, dataset, err));
    KHO_TRY(keep_repairs(load, dataset, err));
    KHO_TRY(kho_load_do(load, NULL, err,
                        "UPDATE kho.reject SET state = 'closed', closed_run = %" PRId64
                        " WHERE dataset = %s AND feed = %s AND state <> 'closed'"
                        " AND last_run <> %" PRId64 " AND %s",
                        load->run, dataset, load->feed, load->run, mended(load)));
    KHO_TRY(kho_load_do(load, NULL, err,
                        "DELETE FROM kho.reject_incoming i USING kho.run r WHERE i.run = r.run"
                        " AND r.dataset = %s AND r.feed = %s",
                        dataset, load->feed));
    return load->scope.all || count_stale(load, dataset, err);
}
