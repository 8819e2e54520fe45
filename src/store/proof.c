/* Reading from the store the hashes of the rows that it holds. */
#include "digest.h"
#include "loading.h"

struct reading {
    struct kho_hash_set *set;
    struct kho_hash128 digest;
    int64_t rows;
};

static bool take_hash(void *visitor, struct kho_text row)
{
    struct reading *reading = visitor;
    struct kho_hash128 hash;
    if (!kho_first_hash(row, &hash))
        return false;
    reading->digest = kho_digest_add(reading->digest, hash);
    reading->rows++;
    kho_hash_set_add(reading->set, hash);
    return true;
}

bool kho_load_read_hashes(struct kho_load *load, const char *select, struct kho_hash_set *set,
                          struct kho_hash128 *digest, int64_t *rows, struct kho_err *err)
{
    struct reading reading = {.set = set};
    KHO_TRY(kho_each_row(load->pg, load->arena, select, take_hash, &reading, err));
    *digest = reading.digest;
    *rows = reading.rows;
    return true;
}
