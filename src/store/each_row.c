/* Reading what a SELECT of the store gives, row by row, without holding it. */
#include <kho/core/interrupt.h>
#include <kho/record/copy.h>
#include <kho/record/wire.h>

#include "store_internal.h"

bool kho_each_row(struct kho_pg *pg, struct kho_arena *arena, const char *select,
                  kho_visit_row *visit, void *visitor, struct kho_err *err)
{
    const char *sql = kho_arena_printf(arena, "COPY (%s) TO STDOUT (FORMAT binary)", select);
    struct kho_text bytes;
    bool eof, header_seen = false;
    int64_t rows = 0;
    KHO_TRY(kho_pg_copy_out(pg, sql, err));
    for (;;) {
        KHO_TRY(kho_pg_copy_out_next(pg, &bytes, &eof, err));
        if (eof)
            return true;
        if (!header_seen)
            header_seen = kho_copy_pass_header(&bytes);
        if (kho_copy_is_end(bytes))
            continue;
        if (!header_seen || !visit(visitor, bytes))
            return kho_err_set(err, KHO_ERR_FAILED, "the store sent a malformed row");
        if (++rows % 4096 == 0)
            KHO_TRY(kho_interrupt_check(err));
    }
}

bool kho_first_cell(struct kho_text row, struct kho_text *cell)
{
    if (row.len < 6 || kho_be32(row.ptr + 2) > row.len - 6)
        return false;
    *cell = (struct kho_text){row.ptr + 6, kho_be32(row.ptr + 2)};
    return true;
}

bool kho_first_hash(struct kho_text row, struct kho_hash128 *hash)
{
    struct kho_text cell;
    if (!kho_first_cell(row, &cell) || cell.len != 16)
        return false;
    *hash = kho_hash_from_bytes((const unsigned char *)cell.ptr);
    return true;
}
