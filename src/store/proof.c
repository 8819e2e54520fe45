/* Reading back from the store the hashes of the rows that it holds. */
#include "loading.h"

struct sum {
    struct kho_hash_set *set; /* gets the hashes, unless NULL */
    struct kho_hash128 hash;
    int64_t rows;
};

static bool add_hash(void *visitor, struct kho_text row)
{
    struct sum *sum = visitor;
    struct kho_hash128 hash;
    if (!kho_first_hash(row, &hash))
        return false;
    sum->hash = kho_hash_add(sum->hash, hash);
    sum->rows++;
    if (sum->set != NULL)
        kho_hash_set_add(sum->set, hash);
    return true;
}

bool kho_load_sum(struct kho_load *load, const char *select, struct kho_hash_set *set,
                  struct kho_hash128 *hash, int64_t *rows, struct kho_err *err)
{
    struct sum sum = {.set = set};
    KHO_TRY(kho_each_row(load->pg, load->arena, select, add_hash, &sum, err));
    *hash = sum.hash;
    *rows = sum.rows;
    return true;
}
