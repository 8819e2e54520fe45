/* A lake of one family: from the last snapshot back to the first, each proved, and none left over.
 */
#include <kho/core/file.h>

#include "chain.h"
#include "verify.h"

struct walk {
    struct kho_arena *arena;
    const char *lake;
    struct kho_text key;
    struct kho_verified *found;
    size_t n_found;
};

static bool check_link(const struct walk *walk, const struct lake_link *link, const char *named_by,
                       struct kho_err *err)
{
    char sha256[KHO_SHA256_HEX_SIZE];
    if (!kho_dir_exists(kho_path_join(walk->arena, walk->lake, link->name)))
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: is missing, and %s names it", link->name,
                           named_by);
    KHO_TRY(lake_chain_sum(walk->arena, walk->lake, link->name, sha256, err));
    return strcmp(sha256, link->sha256) == 0 ||
           kho_err_set(err, KHO_ERR_VERIFY, "%s/" LAKE_MANIFEST ": sha256 is %s, and %s says %s",
                       link->name, sha256, named_by, link->sha256);
}

static bool verify_link(struct walk *walk, struct lake_link *link, const char *named_by,
                        struct kho_err *err)
{
    struct lake_listing listing;
    const char *dir = kho_path_join(walk->arena, walk->lake, link->name);
    KHO_TRY(check_link(walk, link, named_by, err));
    struct kho_verified *verified =
        kho_arena_push(walk->arena, &walk->found, &walk->n_found, sizeof(*verified));
    if (!kho_snapshot_verify(walk->arena, dir, walk->key, verified, err) ||
        !lake_listing_read(walk->arena, dir, &listing, err))
        return kho_err_context(err, "in snapshot %s", link->name);
    *link = listing.previous;
    return true;
}

static bool was_found(const struct walk *walk, const char *name)
{
    for (size_t i = 0; i < walk->n_found; i++)
        if (strcmp(walk->found[i].name, name) == 0)
            return true;
    return false;
}

static bool check_left_over(const struct walk *walk, struct kho_err *err)
{
    const char **names;
    size_t count;
    KHO_TRY(lake_chain_names(walk->arena, walk->lake, &names, &count, err));
    for (size_t i = 0; i < count; i++)
        if (!was_found(walk, names[i]))
            return kho_err_set(err, KHO_ERR_VERIFY, "%s: stands outside of the chain", names[i]);
    return true;
}

bool kho_lake_is_chain(const char *lake)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool is = kho_file_exists(kho_path_join(scratch, lake, LAKE_LATEST));
    kho_arena_free(scratch);
    return is;
}

bool kho_lake_verify(struct kho_arena *arena, const char *lake, struct kho_text key,
                     struct kho_verified **snapshots, size_t *count, struct kho_err *err)
{
    struct walk walk = {.arena = arena, .lake = lake, .key = key};
    struct lake_link link;
    const char *named_by = LAKE_LATEST;
    KHO_TRY(lake_chain_head(arena, lake, &link, err));
    while (link.name != NULL) {
        const char *name = link.name;
        KHO_TRY(verify_link(&walk, &link, named_by, err));
        named_by = name;
        if (link.name != NULL && was_found(&walk, link.name))
            return kho_err_set(err, KHO_ERR_VERIFY, "%s: the chain turns back to %s", name,
                               link.name);
    }
    KHO_TRY(check_left_over(&walk, err));
    *snapshots = walk.found;
    *count = walk.n_found;
    return true;
}
