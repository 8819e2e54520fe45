/* Filling batches from the COPY stream. */
#include "postgres.h"

#include <kho/record/copy.h>

static bool broken(const struct kho_source *source, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_FAILED,
                       "the server sent a malformed row %" PRId64 ", reading %s",
                       source->rows_read + 1, source->label);
}

static bool take_row(struct kho_source *source, struct kho_text bytes, struct kho_batch *batch,
                     struct kho_err *err)
{
    if (!kho_copy_take_row(bytes, source->seed, batch))
        return broken(source, err);
    kho_source_take_key(source, batch, batch->n_rows - 1);
    source->rows_read++;
    return true;
}

static bool next_message(struct kho_source *source, struct kho_text *bytes, bool *eof,
                         struct kho_err *err)
{
    if (!kho_pg_copy_out_next(source->pg, bytes, eof, err))
        return kho_err_context(err, "reading %s after %" PRId64 " rows", source->label,
                               source->rows_read);
    if (!*eof && !source->header_seen) {
        source->header_seen = kho_copy_pass_header(bytes);
        return source->header_seen || broken(source, err);
    }
    return true;
}

bool kho_postgres_fill(struct kho_source *source, struct kho_batch *batch, struct kho_err *err)
{
    size_t bytes_held = 0;
    while (!source->ended && batch->n_rows < KHO_BATCH_ROWS && bytes_held < KHO_BATCH_BYTES) {
        struct kho_text bytes;
        bool end;
        KHO_TRY(next_message(source, &bytes, &end, err));
        if (end) {
            source->ended = true;
            break;
        }
        if (kho_copy_is_end(bytes))
            continue;
        bytes_held += bytes.len;
        KHO_TRY(take_row(source, bytes, batch, err));
    }
    return true;
}
