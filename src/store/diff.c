/* What a feed holds against what its source gives: hashes of whole records, then the rest by key.
 */
#include <kho/core/interrupt.h>
#include <kho/record/copy.h>
#include <kho/record/wire.h>
#include <kho/store/diff.h>

#include "hash_set.h"
#include "store_internal.h"

/* Of one row, or of a batch's keys as literals. */
#define OUT_MAX_BYTES ((size_t)INT32_MAX)

/* What becomes of a row whose key is noted as standing twice: that shows when the source ends. */
struct suspect {
    struct kho_text key;
    enum kho_difference difference;
    const char *columns;
};

/* A row that is not held as it is, in the batch as read and as mapped. */
struct left {
    uint32_t raw;
    uint32_t mapped; /* NOT_MAPPED = the source's own reject */
};
#define NOT_MAPPED UINT32_MAX

struct kho_diff {
    struct kho_arena *arena;
    struct kho_arena *scratch; /* a batch's */
    struct kho_diff_options options;
    struct kho_pg *pg;
    bool hashes;
    struct kho_hash_set held;          /* hashes of what the feed holds */
    struct kho_hash_set rejected;      /* open rejects: the hashes of their keys */
    struct kho_hash_set rejected_rows; /* of those without a key: the hashes of the rows */
    struct kho_hash_set twice;         /* keys with an open reject for standing twice */
    struct kho_hash_set again;         /* of those, the ones that still do */
    struct suspect *suspects;
    size_t n_suspects;
    enum kho_hash_set_answer *noted; /* one a row of the batch: met in `twice` */
    struct kho_batch *found;         /* looked up: _key, _hash, then the schema's columns */
    struct left *left;               /* a batch's rows that are to be looked up */
    size_t *order;                   /* of the rows found, by key */
    struct kho_buf out;
    struct kho_diff_result result;
    const char *table;
    const char *feed;    /* as a literal */
    const char *columns; /* the schema's, quoted */
};

const char *kho_difference_word(enum kho_difference difference)
{
    static const char *const words[KHO_DIFF_COUNT] = {
        [KHO_DIFF_NONE] = "equal",
        [KHO_DIFF_OPEN_REJECT] = "rejected",
        [KHO_DIFF_MISSING_IN_STORE] = "missing in the store",
        [KHO_DIFF_MISSING_IN_SOURCE] = "missing in the source",
        [KHO_DIFF_VALUES] = "different values",
        [KHO_DIFF_REJECTED] = "newly rejected",
        [KHO_DIFF_DUPLICATE] = "duplicate key",
    };
    return words[difference];
}

bool kho_diff_is_equal(const struct kho_diff_result *result)
{
    for (int i = KHO_DIFF_OPEN_REJECT + 1; i < KHO_DIFF_COUNT; i++)
        if (result->counts[i] != 0)
            return false;
    return true;
}

static void release_diff(void *object)
{
    struct kho_diff *diff = object;
    kho_buf_release(&diff->out);
    kho_hash_set_release(&diff->held);
    kho_hash_set_release(&diff->rejected);
    kho_hash_set_release(&diff->rejected_rows);
    kho_hash_set_release(&diff->twice);
    kho_hash_set_release(&diff->again);
}

static void make_room(struct kho_diff *diff)
{
    const struct kho_schema *schema = diff->options.schema;
    diff->scratch = kho_arena_new(diff->arena);
    diff->noted = kho_arena_array(diff->arena, KHO_BATCH_ROWS, sizeof(*diff->noted));
    diff->left = kho_arena_array(diff->arena, KHO_BATCH_ROWS, sizeof(*diff->left));
    diff->order = kho_arena_array(diff->arena, KHO_BATCH_ROWS, sizeof(*diff->order));
    diff->found = kho_batch_new(diff->arena, schema->n_columns + 2);
    kho_buf_init(&diff->out, OUT_MAX_BYTES);
    kho_hash_set_init(&diff->rejected, 0);
    kho_hash_set_init(&diff->rejected_rows, 0);
    kho_hash_set_init(&diff->twice, 0);
    kho_hash_set_init(&diff->again, 0);
    kho_arena_defer(diff->arena, release_diff, diff);
    struct kho_buf columns;
    kho_buf_init(&columns, KHO_SQL_MAX);
    kho_put_columns(&columns, schema, "");
    diff->columns = kho_arena_cstr(diff->arena, kho_buf_as_text(&columns));
    kho_buf_release(&columns);
    diff->table = kho_table_name(diff->arena, schema, "");
    diff->feed = kho_pg_literal(diff->arena, diff->options.feed);
}

static bool check_table(struct kho_diff *diff, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *params[] = {diff->table};
    KHO_TRY(kho_pg_query(diff->pg, diff->arena, "SELECT to_regclass($1) IS NOT NULL", params, 1,
                         &result, err));
    if (kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t"))
        return true;
    kho_err_set(err, KHO_ERR_CONFIG, "the store has no table %s yet", diff->table);
    return kho_err_hint(err, "`kho run` makes it, and loads it");
}

bool kho_diff_open(struct kho_store *store, struct kho_arena *arena,
                   const struct kho_diff_options *options, struct kho_diff **diff,
                   struct kho_err *err)
{
    struct kho_diff *made = kho_arena_alloc(arena, sizeof(*made));
    *made = (struct kho_diff){.arena = arena, .options = *options};
    make_room(made);
    KHO_TRY(kho_store_connect(store, arena, &made->pg, err));
    KHO_TRY(kho_lock_publish_shared(made->pg, arena, options->schema->name, err));
    KHO_TRY(kho_pg_exec(made->pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err));
    KHO_TRY(check_table(made, err));
    /* So that no first load can begin before this transaction has read what stands. */
    KHO_TRY(kho_pg_execf(made->pg, err, "SELECT FROM %s LIMIT 0", made->table));
    KHO_TRY(kho_pg_exec(made->pg, "SELECT pg_advisory_unlock_all()", err));
    *diff = made;
    return true;
}

static bool read_last(struct kho_diff *diff, struct kho_hash128 fingerprint, int64_t *total,
                      struct kho_err *err)
{
    char mapping[KHO_HASH_HEX_SIZE];
    struct kho_pg_result result;
    const char *params[] = {kho_arena_cstr(diff->arena, diff->options.schema->name),
                            kho_arena_cstr(diff->arena, diff->options.feed),
                            kho_hash_hex(fingerprint, mapping)};
    KHO_TRY(kho_pg_query(diff->pg, diff->arena,
                         "SELECT run, coalesce(total, 0), fingerprint IS DISTINCT FROM $3::uuid"
                         " FROM kho.run WHERE dataset = $1 AND feed = $2"
                         " AND status = 'published' ORDER BY run DESC LIMIT 1",
                         params, 3, &result, err));
    if (result.n_rows == 0)
        return true;
    diff->result.last_run = kho_pg_cell_int(&result, 0, 0);
    diff->result.mapping_changed = kho_text_eq_cstr(kho_pg_cell(&result, 0, 2), "t");
    *total = kho_pg_cell_int(&result, 0, 1);
    return true;
}

static bool read_rows(struct kho_diff *diff, const char *select, kho_visit_row *visit,
                      struct kho_err *err)
{
    return kho_each_row(diff->pg, diff->scratch, select, visit, diff, err);
}

static bool hold(void *visitor, struct kho_text row)
{
    struct kho_diff *diff = visitor;
    kho_hash_set_add(&diff->held, kho_hash_bytes(row.ptr, row.len, 0));
    diff->result.held++;
    return true;
}

/* What of a record is hashed: the bytes of these cells, as COPY BINARY writes them. */
static const char *held_rows(const struct kho_diff *diff)
{
    return kho_arena_printf(diff->scratch, "SELECT _key, %s FROM %s WHERE _source = %s",
                            diff->hashes ? "_hash" : diff->columns, diff->table, diff->feed);
}

static struct kho_hash128 hash_key(struct kho_text key)
{
    return kho_hash_bytes(key.ptr, key.len, 0);
}

static bool note_rejected(void *visitor, struct kho_text row)
{
    struct kho_diff *diff = visitor;
    struct kho_text key;
    if (!kho_first_cell(row, &key))
        return false;
    kho_hash_set_add(&diff->rejected, hash_key(key));
    return true;
}

static bool note_twice(void *visitor, struct kho_text row)
{
    struct kho_diff *diff = visitor;
    struct kho_text key;
    if (!kho_first_cell(row, &key))
        return false;
    kho_hash_set_add(&diff->twice, hash_key(key));
    return true;
}

static bool note_rejected_row(void *visitor, struct kho_text row)
{
    struct kho_diff *diff = visitor;
    struct kho_hash128 hash;
    if (!kho_first_hash(row, &hash))
        return false;
    kho_hash_set_add(&diff->rejected_rows, hash);
    return true;
}

static bool read_rejects(struct kho_diff *diff, struct kho_err *err)
{
    const char *open =
        kho_arena_printf(diff->scratch,
                         "FROM kho.reject WHERE dataset = %s AND feed = %s AND state <> 'closed'"
                         " AND severity = 'reject' AND",
                         kho_pg_literal(diff->scratch, diff->options.schema->name), diff->feed);
    const char *keys = kho_arena_printf(diff->scratch, "SELECT key %s key IS NOT NULL", open);
    const char *twice = kho_arena_printf(
        diff->scratch, "SELECT key %s rule = 'duplicate_key' AND key IS NOT NULL", open);
    const char *rows = kho_arena_printf(
        diff->scratch, "SELECT row_hash %s key IS NULL AND row_hash IS NOT NULL", open);
    return read_rows(diff, keys, note_rejected, err) && read_rows(diff, twice, note_twice, err) &&
           read_rows(diff, rows, note_rejected_row, err);
}

bool kho_diff_start(struct kho_diff *diff, struct kho_hash128 fingerprint, struct kho_err *err)
{
    int64_t total = 0;
    KHO_TRY(read_last(diff, fingerprint, &total, err));
    /* The hashes that stand are then those of another mapping. */
    diff->hashes = diff->options.hashes && !diff->result.mapping_changed;
    kho_hash_set_init(&diff->held, (size_t)KHO_MAX(total, 0));
    KHO_TRY(read_rows(diff, held_rows(diff), hold, err));
    KHO_TRY(read_rejects(diff, err));
    /* A first load wants an empty table for itself, and nothing more is to be read there. */
    return diff->result.held != 0 || kho_pg_exec(diff->pg, "COMMIT", err);
}

static bool is_known(struct kho_hash_set *set, struct kho_hash128 hash)
{
    return kho_hash_set_meet(set, hash) != KHO_HASH_NEW;
}

static void count(struct kho_diff *diff, struct kho_text key, enum kho_difference difference,
                  const char *columns)
{
    struct kho_diff_result *result = &diff->result;
    result->counts[difference]++;
    if (difference <= KHO_DIFF_OPEN_REJECT || result->n_items >= diff->options.limit)
        return;
    struct kho_diff_item *item =
        kho_arena_push(diff->arena, &result->items, &result->n_items, sizeof(*item));
    *item = (struct kho_diff_item){
        .key = key.ptr != NULL ? kho_arena_text(diff->arena, key) : KHO_TEXT_NULL,
        .difference = difference,
        .columns = columns != NULL ? kho_arena_strdup(diff->arena, columns) : NULL};
}

/* Counts a row, unless its key is noted as standing twice: then the first row waits for a second
 * one, which would make it right that both were rejected. */
static void settle(struct kho_diff *diff, const struct kho_batch *raw, size_t row,
                   enum kho_difference difference, const char *columns)
{
    struct kho_text key = raw->keys[row];
    if (diff->noted[row] == KHO_HASH_NEW) {
        count(diff, key, difference, columns);
        return;
    }
    if (diff->noted[row] == KHO_HASH_AGAIN) {
        kho_hash_set_add(&diff->again, hash_key(key));
        count(diff, key, KHO_DIFF_OPEN_REJECT, NULL);
        return;
    }
    struct suspect *suspect =
        kho_arena_push(diff->arena, &diff->suspects, &diff->n_suspects, sizeof(*suspect));
    *suspect = (struct suspect){.key = kho_arena_text(diff->arena, key),
                                .difference = difference,
                                .columns = columns != NULL ? kho_arena_strdup(diff->arena, columns)
                                                           : NULL};
}

/* The hash of a record under its key: what hold() takes of one that the store has. */
static struct kho_hash128 hash_of_hash(struct kho_diff *diff, struct kho_text key,
                                       struct kho_text hash)
{
    struct kho_buf *out = &diff->out;
    kho_buf_clear(out);
    kho_copy_put_count(out, 2);
    kho_copy_put_cell(out, key);
    kho_copy_put_cell(out, hash);
    return kho_hash_bytes(out->data, out->len, 0);
}

static struct kho_hash128 hash_of_values(struct kho_diff *diff, struct kho_text key,
                                         const struct kho_batch_column *columns, size_t row)
{
    struct kho_buf *out = &diff->out;
    size_t n = diff->options.schema->n_columns;
    kho_buf_clear(out);
    kho_copy_put_count(out, (uint16_t)(1 + n));
    kho_copy_put_cell(out, key);
    for (size_t i = 0; i < n; i++)
        kho_copy_put_cell(out, columns[i].cells[row]);
    return kho_hash_bytes(out->data, out->len, 0);
}

static enum kho_hash_set_answer meet_hash(struct kho_diff *diff, const struct kho_batch *raw,
                                          size_t row)
{
    unsigned char bytes[16];
    kho_hash_to_bytes(raw->hashes[row], bytes);
    struct kho_text hash = {(const char *)bytes, sizeof(bytes)};
    return kho_hash_set_meet(&diff->held, hash_of_hash(diff, raw->keys[row], hash));
}

size_t kho_diff_choose(struct kho_diff *diff, const struct kho_batch *raw, uint32_t *rows)
{
    size_t n = 0;
    diff->result.read += (int64_t)raw->n_rows;
    for (uint32_t row = 0; row < raw->n_rows; row++) {
        struct kho_text key = raw->keys[row];
        diff->noted[row] =
            key.ptr != NULL ? kho_hash_set_meet(&diff->twice, hash_key(key)) : KHO_HASH_NEW;
        if (raw->rejected[row] != 0)
            continue;
        enum kho_hash_set_answer answer = diff->hashes ? meet_hash(diff, raw, row) : KHO_HASH_NEW;
        if (answer == KHO_HASH_NEW)
            rows[n++] = row;
        else
            settle(diff, raw, row, answer == KHO_HASH_KNOWN ? KHO_DIFF_NONE : KHO_DIFF_DUPLICATE,
                   NULL);
    }
    return n;
}

static bool take_found(void *visitor, struct kho_text row)
{
    struct kho_diff *diff = visitor;
    struct kho_batch *found = diff->found;
    return found->n_rows < KHO_BATCH_ROWS && kho_copy_take_row(row, 0, found) &&
           found->columns[0].cells[found->n_rows - 1].ptr != NULL;
}

static int by_key(const void *a, const void *b, void *context)
{
    const struct kho_text *keys = context;
    return kho_text_compare(keys[*(const size_t *)a], keys[*(const size_t *)b]);
}

/* Fetches the records under the keys of the rows that are left. */
static bool look_up(struct kho_diff *diff, const struct kho_batch *raw, size_t n,
                    struct kho_err *err)
{
    struct kho_buf *sql = &diff->out;
    bool any = false;
    kho_batch_clear(diff->found);
    kho_arena_clear(diff->scratch);
    kho_buf_clear(sql);
    kho_buf_printf(sql, "SELECT _key, _hash, %s FROM %s WHERE _source = %s AND _key = ANY (ARRAY[",
                   diff->columns, diff->table, diff->feed);
    for (size_t i = 0; i < n; i++) {
        struct kho_text key = raw->keys[diff->left[i].raw];
        if (key.ptr == NULL)
            continue;
        kho_buf_printf(sql, "%s%s", any ? "," : "", kho_pg_literal(diff->scratch, key));
        any = true;
    }
    kho_buf_puts(sql, "]::text[])");
    KHO_TRY(kho_buf_check(sql, "the list of keys", err));
    if (any && diff->result.held != 0)
        KHO_TRY(read_rows(diff, kho_buf_cstr(sql), take_found, err));
    for (size_t i = 0; i < diff->found->n_rows; i++)
        diff->order[i] = i;
    qsort_r(diff->order, diff->found->n_rows, sizeof(*diff->order), by_key,
            diff->found->columns[0].cells);
    return true;
}

/* Returns whether the store has the key, and in which row of those found. */
static bool find_key(const struct kho_diff *diff, struct kho_text key, size_t *row)
{
    const struct kho_text *keys = diff->found->columns[0].cells;
    size_t from = 0, to = diff->found->n_rows;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = kho_text_compare(keys[diff->order[middle]], key);
        if (order == 0) {
            *row = diff->order[middle];
            return true;
        }
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

/* Numbers are equal whatever the zeros behind their point. */
static bool cells_equal(enum kho_wire wire, struct kho_text a, struct kho_text b)
{
    if (wire != KHO_WIRE_NUMERIC || a.ptr == NULL || b.ptr == NULL || a.len != b.len || a.len < 8)
        return kho_text_eq(a, b);
    return memcmp(a.ptr, b.ptr, 6) == 0 && memcmp(a.ptr + 8, b.ptr + 8, a.len - 8) == 0;
}

/* The names of the columns whose values differ; NULL if none does. */
static const char *differing_columns(struct kho_diff *diff, const struct kho_batch *mapped,
                                     size_t row, size_t found)
{
    const struct kho_schema *schema = diff->options.schema;
    struct kho_buf *names = &diff->out;
    kho_buf_clear(names);
    for (size_t i = 0; i < schema->n_columns; i++)
        if (!cells_equal(mapped->columns[i].wire, mapped->columns[i].cells[row],
                         diff->found->columns[i + 2].cells[found]))
            kho_buf_printf(names, "%s%.*s", names->len != 0 ? ", " : "",
                           KHO_TEXT_ARGS(schema->columns[i].name));
    return names->len != 0 ? kho_arena_cstr(diff->scratch, kho_buf_as_text(names)) : NULL;
}

static bool is_open_reject(struct kho_diff *diff, const struct kho_batch *raw, size_t row)
{
    if (raw->keys[row].ptr == NULL)
        return is_known(&diff->rejected_rows, raw->hashes[row]);
    return is_known(&diff->rejected, hash_key(raw->keys[row]));
}

/* The hash of a record that was looked up. */
static struct kho_hash128 found_hash(struct kho_diff *diff, size_t row)
{
    const struct kho_batch_column *columns = diff->found->columns;
    struct kho_text key = columns[0].cells[row];
    return diff->hashes ? hash_of_hash(diff, key, columns[1].cells[row])
                        : hash_of_values(diff, key, columns + 2, row);
}

static void judge(struct kho_diff *diff, const struct kho_batch *raw,
                  const struct kho_batch *mapped, struct left left)
{
    size_t at = 0;
    enum kho_hash_set_answer met = KHO_HASH_NEW;
    struct kho_text key = raw->keys[left.raw];
    bool stands = key.ptr != NULL && find_key(diff, key, &at);
    if (stands)
        met = kho_hash_set_meet(&diff->held, found_hash(diff, at));
    enum kho_difference difference = KHO_DIFF_MISSING_IN_STORE;
    const char *columns = NULL;
    if (left.mapped == NOT_MAPPED || mapped->rejected[left.mapped] != 0) {
        difference = is_open_reject(diff, raw, left.raw) ? KHO_DIFF_OPEN_REJECT : KHO_DIFF_REJECTED;
    } else if (met == KHO_HASH_AGAIN) {
        difference = KHO_DIFF_DUPLICATE;
    } else if (stands) {
        columns = differing_columns(diff, mapped, left.mapped, at);
        difference = columns != NULL ? KHO_DIFF_VALUES : KHO_DIFF_NONE;
    }
    settle(diff, raw, left.raw, difference, columns);
}

/* Returns whether a row that was mapped is held as it is, and counts it then. */
static bool is_held(struct kho_diff *diff, const struct kho_batch *raw, uint32_t raw_row,
                    const struct kho_batch *mapped, uint32_t row)
{
    if (diff->hashes || mapped->rejected[row] != 0)
        return false;
    struct kho_hash128 hash = hash_of_values(diff, raw->keys[raw_row], mapped->columns, row);
    enum kho_hash_set_answer answer = kho_hash_set_meet(&diff->held, hash);
    if (answer == KHO_HASH_NEW)
        return false;
    settle(diff, raw, raw_row, answer == KHO_HASH_KNOWN ? KHO_DIFF_NONE : KHO_DIFF_DUPLICATE, NULL);
    return true;
}

bool kho_diff_rows(struct kho_diff *diff, const struct kho_batch *raw, const uint32_t *rows,
                   const struct kho_batch *mapped, struct kho_err *err)
{
    size_t n = 0;
    for (uint32_t row = 0; row < raw->n_rows; row++)
        if (raw->rejected[row] != 0)
            diff->left[n++] = (struct left){row, NOT_MAPPED};
    for (uint32_t row = 0; row < mapped->n_rows; row++)
        if (!is_held(diff, raw, rows[row], mapped, row))
            diff->left[n++] = (struct left){rows[row], row};
    KHO_TRY(look_up(diff, raw, n, err));
    for (size_t i = 0; i < n; i++)
        judge(diff, raw, mapped, diff->left[i]);
    return true;
}

static bool count_if_unmet(void *visitor, struct kho_text row)
{
    struct kho_diff *diff = visitor;
    struct kho_text key;
    if (!kho_first_cell(row, &key))
        return false;
    if (kho_hash_set_meet(&diff->held, kho_hash_bytes(row.ptr, row.len, 0)) == KHO_HASH_KNOWN)
        count(diff, key, KHO_DIFF_MISSING_IN_SOURCE, NULL);
    return true;
}

bool kho_diff_finish(struct kho_diff *diff, struct kho_diff_result *result, struct kho_err *err)
{
    for (size_t i = 0; i < diff->n_suspects; i++) {
        const struct suspect *suspect = &diff->suspects[i];
        bool twice = is_known(&diff->again, hash_key(suspect->key));
        count(diff, suspect->key, twice ? KHO_DIFF_OPEN_REJECT : suspect->difference,
              twice ? NULL : suspect->columns);
    }
    if (diff->held.n_seen != diff->held.count)
        KHO_TRY(read_rows(diff, held_rows(diff), count_if_unmet, err));
    *result = diff->result;
    return diff->result.held == 0 || kho_pg_exec(diff->pg, "COMMIT", err);
}
