/* The COPY BINARY stream, read and written. */
#include <kho/record/copy.h>

#include <kho/record/wire.h>

static const char signature[11] = "PGCOPY\n\377\r\n";
#define HEADER_BYTES 19 /* signature, flags, length of the extension */

bool kho_copy_pass_header(struct kho_text *bytes)
{
    if (bytes->len < HEADER_BYTES || memcmp(bytes->ptr, signature, sizeof(signature)) != 0)
        return false;
    size_t extension = kho_be32(bytes->ptr + 15);
    if (extension > bytes->len - HEADER_BYTES)
        return false;
    bytes->ptr += HEADER_BYTES + extension;
    bytes->len -= HEADER_BYTES + extension;
    return true;
}

bool kho_copy_is_end(struct kho_text bytes)
{
    return bytes.len == 0 || (bytes.len >= 2 && kho_be16(bytes.ptr) == UINT16_MAX);
}

/* Points the cells of row `row` into `tuple`. */
static bool split(struct kho_text tuple, struct kho_batch *batch, size_t row)
{
    const char *at = tuple.ptr + 2, *end = tuple.ptr + tuple.len;
    if (kho_be16(tuple.ptr) != batch->n_columns)
        return false;
    for (size_t i = 0; i < batch->n_columns; i++) {
        if (end - at < 4)
            return false;
        int32_t len = (int32_t)kho_be32(at);
        at += 4;
        if (len < 0) {
            batch->columns[i].cells[row] = KHO_TEXT_NULL;
            continue;
        }
        if (end - at < len)
            return false;
        batch->columns[i].cells[row] = (struct kho_text){at, (size_t)len};
        at += len;
    }
    return at == end;
}

bool kho_copy_take_row(struct kho_text bytes, uint64_t seed, struct kho_batch *batch)
{
    KHO_BUG_IF(batch->n_rows == KHO_BATCH_ROWS);
    if (bytes.len < 2)
        return false;
    char *copy = kho_arena_bytes(batch->arena, bytes.len);
    memcpy(copy, bytes.ptr, bytes.len);
    size_t row = batch->n_rows;
    if (!split((struct kho_text){copy, bytes.len}, batch, row))
        return false;
    batch->hashes[row] = kho_hash_bytes(copy, bytes.len, seed);
    batch->keys[row] = KHO_TEXT_NULL;
    batch->rejected[row] = 0;
    batch->n_rows++;
    return true;
}

void kho_copy_put_header(struct kho_buf *out)
{
    static const char rest[HEADER_BYTES - sizeof(signature)] = {0};
    kho_buf_append(out, signature, sizeof(signature));
    kho_buf_append(out, rest, sizeof(rest));
}

void kho_copy_put_count(struct kho_buf *out, uint16_t n_cells)
{
    char *room = kho_buf_reserve(out, 2);
    if (room == NULL)
        return;
    kho_put_be16(room, n_cells);
    out->len += 2;
}

void kho_copy_put_cell(struct kho_buf *out, struct kho_text cell)
{
    char *room = kho_buf_reserve(out, 4 + cell.len);
    if (room == NULL)
        return;
    kho_put_be32(room, cell.ptr != NULL ? (uint32_t)cell.len : UINT32_MAX);
    if (cell.len != 0)
        memcpy(room + 4, cell.ptr, cell.len);
    out->len += 4 + cell.len;
}

void kho_copy_put_trailer(struct kho_buf *out)
{
    kho_copy_put_count(out, UINT16_MAX);
}
