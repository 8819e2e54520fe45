/* Reasons against rows: on their way to the ledger at once, and settled when the run publishes. */
#include <kho/core/json.h>
#include <kho/core/utf8.h>
#include <kho/record/copy.h>
#include <kho/record/wire.h>

#include "loading.h"

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

/* Appends the row as read, as a JSONB cell: version 1, then an object of texts. */
static void put_raw(struct kho_buf *out, const struct kho_batch *raw, size_t row)
{
    size_t length_at = out->len;
    struct kho_json json;
    kho_buf_append(out, "\0\0\0\0\1", 5);
    kho_json_init(&json, out, 0);
    kho_json_object(&json, NULL);
    for (size_t i = 0; i < raw->n_columns; i++) {
        const struct kho_batch_column *column = &raw->columns[i];
        struct kho_text text;
        if (!kho_wire_to_text(raw->arena, column->wire, column->cells[row], &text))
            text = KHO_TEXT_NULL;
        put_raw_value(&json, column->name, text);
    }
    kho_json_object_end(&json);
    if (!out->overflow)
        kho_put_be32(out->data + length_at, (uint32_t)(out->len - length_at - 4));
}

static void note(struct kho_load *load, const struct kho_batch *raw, size_t row,
                 const struct kho_reject *reject)
{
    struct kho_buf *out = &load->rejects;
    char run[4], number[8];
    kho_put_be32(run, (uint32_t)load->run);
    kho_put_be64(number, (uint64_t)(raw->first_row + (int64_t)row));
    if (out->len == 0)
        kho_copy_put_header(out);
    kho_copy_put_count(out, 8);
    kho_copy_put_cell(out, (struct kho_text){run, sizeof(run)});
    kho_copy_put_cell(out, raw->keys[row]);
    kho_copy_put_cell(out, kho_text_of(reject->severity == KHO_WARN ? "warn" : "reject"));
    kho_copy_put_cell(out, kho_text_of(reject->column));
    kho_copy_put_cell(out, kho_text_of(reject->rule));
    kho_copy_put_cell(out, kho_text_of(reject->reason));
    put_raw(out, raw, row);
    kho_copy_put_cell(out, (struct kho_text){number, sizeof(number)});
}

void kho_load_note_rejects(struct kho_load *load, const struct kho_batch *raw, const uint32_t *rows,
                           const struct kho_batch *noted)
{
    for (size_t i = 0; i < noted->n_rejects; i++) {
        const struct kho_reject *reject = &noted->rejects[i];
        note(load, raw, rows != NULL ? rows[reject->row] : reject->row, reject);
    }
}

#define DUPLICATE_RULE "duplicate_key"
#define DUPLICATE_REASON "the key stands in more than one row"

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
    int64_t rows;
    kho_copy_put_trailer(out);
    KHO_TRY(kho_buf_check(out, "the rejects of a batch", err));
    KHO_TRY(kho_pg_copy_in(load->ledger,
                           "COPY kho.reject_incoming (run, key, severity, column_name, rule,"
                           " reason, raw, row_number) FROM STDIN (FORMAT binary)",
                           err));
    KHO_TRY(kho_pg_copy_in_put(load->ledger, kho_buf_as_text(out), err));
    KHO_TRY(kho_pg_copy_in_finish(load->ledger, &rows, err));
    kho_buf_clear(out);
    return true;
}

bool kho_load_reject_duplicates(struct kho_load *load, const char *table, struct kho_err *err)
{
    struct kho_hash128 sum;
    int64_t rows;
    const char *from =
        kho_arena_printf(load->arena, "%s t JOIN kho_duplicate d USING (_key)", table);
    const char *hashes = kho_arena_printf(load->arena, "SELECT t._hash FROM %s", from);
    KHO_TRY(kho_load_sum(load, hashes, NULL, &sum, &rows, err));
    if (rows == 0)
        return true;
    load->stats.source_hash = kho_hash_subtract(load->stats.source_hash, sum);
    load->stats.rejected += rows;
    load->n_staged -= rows;
    KHO_TRY(kho_load_do(load, NULL, err,
                        "INSERT INTO kho.reject_incoming (run, key, severity, rule, reason, raw)"
                        " SELECT %" PRId64 ", t._key, 'reject', '" DUPLICATE_RULE "',"
                        " '" DUPLICATE_REASON "', to_jsonb(t) - ARRAY['_hash', '_valid_from',"
                        " '_run', '_source', '_key'] FROM %s",
                        load->run, from));
    return kho_load_do(load, NULL, err,
                       "DELETE FROM %s t USING kho_duplicate d WHERE t._key = d._key", table);
}

/* The same reason against the same key is the same reject, seen again. */
static bool fold_incoming(struct kho_load *load, const char *dataset, struct kho_err *err)
{
    static const char identity[] = "coalesce(key, ''), severity, rule, coalesce(column_name, ''),"
                                   " (CASE WHEN key IS NULL THEN row_number ELSE 0 END)";
    return kho_load_do(
        load, NULL, err,
        "INSERT INTO kho.reject (dataset, feed, job, key, severity, column_name, rule, reason,"
        " raw, row_number, first_run, last_run)"
        " SELECT DISTINCT ON (%s) %s, %s, %s, key, severity, column_name, rule, reason, raw,"
        " row_number, run, run FROM kho.reject_incoming WHERE run = %" PRId64
        " ORDER BY %s, row_number"
        " ON CONFLICT (dataset, feed, %s) WHERE state = 'open' DO UPDATE SET"
        " last_run = excluded.last_run, raw = excluded.raw, reason = excluded.reason,"
        " row_number = excluded.row_number",
        identity, dataset, load->feed, kho_pg_literal(load->arena, load->options.job), load->run,
        identity, identity);
}

/* A rejected row is read anew by each run, so what is not said again is mended. A row with a
 * warning is in the store and not looked at again until it changes: its warning stands until then.
 */
bool kho_load_settle_rejects(struct kho_load *load, struct kho_err *err)
{
    const char *dataset = kho_pg_literal(load->arena, load->options.schema->name);
    KHO_TRY(fold_incoming(load, dataset, err));
    KHO_TRY(
        kho_load_do(load, NULL, err,
                    "UPDATE kho.reject SET state = 'closed', closed_run = %" PRId64
                    " WHERE dataset = %s AND feed = %s AND state = 'open' AND last_run <> %" PRId64
                    " AND (severity = 'reject'%s)",
                    load->run, dataset, load->feed, load->run,
                    load->direct ? " OR true"
                                 : " OR key IN (SELECT _key FROM kho_stage UNION ALL"
                                   " SELECT _key FROM kho_deleted)"));
    return kho_load_do(load, NULL, err,
                       "DELETE FROM kho.reject_incoming i USING kho.run r WHERE i.run = r.run"
                       " AND r.dataset = %s AND r.feed = %s",
                       dataset, load->feed);
}
