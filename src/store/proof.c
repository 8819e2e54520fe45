/* Reading back from the store the hashes of the rows that it holds. */
#include <kho/core/interrupt.h>
#include <kho/record/copy.h>
#include <kho/record/wire.h>

#include "loading.h"

/* One row of a COPY BINARY with one uuid column: count 1, length 16, the bytes. */
static bool take_hash(struct kho_text bytes, struct kho_hash128 *hash)
{
    if (bytes.len < 22 || kho_be16(bytes.ptr) != 1 || kho_be32(bytes.ptr + 2) != 16)
        return false;
    *hash = kho_hash_from_bytes((const unsigned char *)bytes.ptr + 6);
    return true;
}

bool kho_load_sum(struct kho_load *load, const char *select, struct kho_hash_set *set,
                  struct kho_hash128 *sum, int64_t *rows, struct kho_err *err)
{
    const char *sql = kho_arena_printf(load->arena, "COPY (%s) TO STDOUT (FORMAT binary)", select);
    KHO_TRY(kho_pg_copy_out(load->pg, sql, err));
    struct kho_text bytes;
    bool eof, header_seen = false;
    *sum = (struct kho_hash128){0, 0};
    *rows = 0;
    for (;;) {
        KHO_TRY(kho_pg_copy_out_next(load->pg, &bytes, &eof, err));
        if (eof)
            return true;
        if (!header_seen)
            header_seen = kho_copy_pass_header(&bytes);
        if (kho_copy_is_end(bytes))
            continue;
        struct kho_hash128 hash;
        if (!header_seen || !take_hash(bytes, &hash))
            return kho_err_set(err, KHO_ERR_FAILED, "the store sent a malformed row of hashes");
        *sum = kho_hash_add(*sum, hash);
        if (++*rows % 4096 == 0)
            KHO_TRY(kho_interrupt_check(err));
        if (set != NULL)
            kho_hash_set_add(set, hash);
    }
}
