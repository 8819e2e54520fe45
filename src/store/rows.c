/* Taking rows: which of a batch are news, and the COPY of those into the table or the stage. */
#include <kho/record/copy.h>
#include <kho/record/wire.h>

#include "digest.h"
#include "loading.h"

size_t kho_load_choose(struct kho_load *load, const struct kho_batch *batch, uint32_t *rows)
{
    struct kho_load_stats *stats = &load->stats;
    size_t n = 0;
    stats->read += (int64_t)batch->n_rows;
    for (uint32_t row = 0; row < batch->n_rows; row++) {
        if (batch->rejected[row] != 0) {
            stats->rejected++;
            continue;
        }
        enum kho_hash_set_answer answer = kho_hash_set_meet(&load->known, batch->hashes[row]);
        if (answer == KHO_HASH_NEW) {
            if (kho_hash_set_meet(&load->rejected, batch->hashes[row]) == KHO_HASH_NEW)
                rows[n++] = row;
            else
                stats->rejected++;
        } else if (answer == KHO_HASH_KNOWN) {
            stats->unchanged++;
            stats->source_hash = kho_digest_add(stats->source_hash, batch->hashes[row]);
        } else {
            stats->rejected++;
            kho_load_note_duplicate(load, batch, row);
        }
    }
    return n;
}

static const char *copy_statement(const struct kho_load *load)
{
    if (load->direct)
        return kho_arena_printf(
            load->arena, "COPY %s (" KHO_ENGINE_COLUMNS ", %s) FROM STDIN (FORMAT binary, FREEZE)",
            load->current, load->columns);
    return kho_arena_printf(
        load->arena, "COPY kho_stage (_hash, _key, %s) FROM STDIN (FORMAT binary)", load->columns);
}

static bool begin_copy(struct kho_load *load, struct kho_err *err)
{
    KHO_TRY(kho_load_await_key_sum(load, err));
    KHO_TRY(kho_pg_copy_in(load->pg, copy_statement(load), err));
    kho_copy_put_header(&load->out);
    load->copying = true;
    return true;
}

static void put_hash(struct kho_buf *out, struct kho_hash128 hash)
{
    unsigned char bytes[16];
    kho_hash_to_bytes(hash, bytes);
    kho_copy_put_cell(out, (struct kho_text){(const char *)bytes, sizeof(bytes)});
}

/* _valid_from, _run, _source: the same for all rows of a direct load. */
static void put_constants(struct kho_load *load, struct kho_buf *out)
{
    char instant[8], run[4];
    int64_t since_2000 = load->published_us - INT64_C(946684800000000);
    kho_put_be64(instant, (uint64_t)since_2000);
    kho_put_be32(run, (uint32_t)load->run);
    kho_copy_put_cell(out, (struct kho_text){instant, sizeof(instant)});
    kho_copy_put_cell(out, (struct kho_text){run, sizeof(run)});
    kho_copy_put_cell(out, load->options.feed);
}

static void put_row(struct kho_load *load, const struct kho_batch *mapped, size_t row)
{
    struct kho_buf *out = &load->out;
    size_t engine = load->direct ? 5 : 2;
    kho_copy_put_count(out, (uint16_t)(engine + mapped->n_columns));
    put_hash(out, mapped->hashes[row]);
    if (load->direct)
        put_constants(load, out);
    kho_copy_put_cell(out, mapped->keys[row]);
    for (size_t i = 0; i < mapped->n_columns; i++)
        kho_copy_put_cell(out, mapped->columns[i].cells[row]);
}

static bool flush_rows(struct kho_load *load, size_t above_bytes, struct kho_err *err)
{
    if (load->out.len <= above_bytes)
        return true;
    KHO_TRY(kho_buf_check(&load->out, "a row", err));
    KHO_TRY(kho_pg_copy_in_put(load->pg, kho_buf_as_text(&load->out), err));
    kho_buf_clear(&load->out);
    return true;
}

/* Counts the loaded rows of which something is said: warnings, repairs. */
static void count_noted(struct kho_load *load, const struct kho_batch *mapped)
{
    enum { SEEN_WARN = 1 << KHO_WARN, SEEN_REPAIR = 1 << KHO_REPAIR };
    uint8_t *seen = mapped->n_rejects > 0
                        ? kho_arena_array(mapped->arena, mapped->n_rows, sizeof(*seen))
                        : NULL;
    for (size_t i = 0; i < mapped->n_rejects; i++) {
        const struct kho_reject *reject = &mapped->rejects[i];
        uint8_t bit = (uint8_t)(1 << reject->severity);
        if (mapped->rejected[reject->row] != 0 || (seen[reject->row] & bit) != 0)
            continue;
        seen[reject->row] |= bit;
        load->stats.warned += bit == SEEN_WARN;
        load->stats.repaired += bit == SEEN_REPAIR;
    }
}

bool kho_load_rows(struct kho_load *load, const struct kho_batch *raw, const uint32_t *rows,
                   const struct kho_batch *mapped, struct kho_err *err)
{
    struct kho_load_stats *stats = &load->stats;
    kho_load_note_inputs(load, raw);
    kho_load_note_rejects(load, raw, NULL, raw);
    kho_load_note_rejects(load, raw, rows, mapped);
    count_noted(load, mapped);
    for (size_t row = 0; row < mapped->n_rows; row++) {
        if (mapped->rejected[row] != 0) {
            stats->rejected++;
            continue;
        }
        if (!load->copying)
            KHO_TRY(begin_copy(load, err));
        put_row(load, mapped, row);
        load->n_staged++;
        stats->source_hash = kho_digest_add(stats->source_hash, mapped->hashes[row]);
        KHO_TRY(flush_rows(load, KHO_COPY_CHUNK_BYTES, err));
    }
    return kho_load_dry_make_way(load, KHO_COPY_CHUNK_BYTES, err) &&
           kho_load_flush_rejects(load, KHO_COPY_CHUNK_BYTES, err);
}

bool kho_load_finish_copy(struct kho_load *load, struct kho_err *err)
{
    if (!load->copying)
        return true;
    int64_t copied;
    kho_copy_put_trailer(&load->out);
    KHO_TRY(flush_rows(load, 0, err));
    KHO_TRY(kho_pg_copy_in_finish(load->pg, &copied, err));
    load->copying = false;
    load->n_copied += copied;
    if (load->n_copied != load->n_staged)
        return kho_err_set(err, KHO_ERR_VERIFY,
                           "the store took %" PRId64 " of %" PRId64
                           " rows sent; nothing was published",
                           load->n_copied, load->n_staged);
    return true;
}
