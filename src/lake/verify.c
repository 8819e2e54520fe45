/*
 * A snapshot as a whole: the manifest, then which files stand there, then each file in the order of
 * the manifest. The parts stand in verify_manifest.c, verify_file.c, verify_csv.c,
 * verify_parquet.c, verify_value.c.
 */
#include "verify.h"
#include "proof.h"

#include <dirent.h>
#include <fcntl.h>

#include <kho/core/file.h>
#include <kho/lake/snapshot.h>

static bool is_listed(const struct lake_listing *listing, const char *name)
{
    if (strcmp(name, LAKE_MANIFEST) == 0 || lake_proof_has_name(name))
        return true;
    for (size_t i = 0; i < listing->n_files; i++)
        if (strcmp(listing->files[i].path, name) == 0)
            return true;
    return false;
}

static bool refuse_unlisted(struct kho_arena *scratch, const char *name, struct kho_err *err)
{
    char *shown = kho_arena_strdup(scratch, name);
    for (char *at = shown; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7F)
            *at = '?';
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: is not listed in " LAKE_MANIFEST, shown);
}

/* Hidden names count too; of several the first by bytes is told. */
static bool check_names(const struct lake_listing *listing, DIR *dir, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    const char *first = NULL;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_listed(listing, name))
            continue;
        if (first == NULL || strcmp(name, first) < 0)
            first = kho_arena_strdup(scratch, name);
    }
    bool ok = first == NULL || refuse_unlisted(scratch, first, err);
    kho_arena_free(scratch);
    return ok;
}

static bool check_file(const struct lake_listed *file, int dir_fd, struct kho_err *err)
{
    return file->format == KHO_FORMAT_CSV ? lake_file_verify(dir_fd, file, err)
                                          : lake_parquet_verify(dir_fd, file, err);
}

static bool check_files(const struct lake_listing *listing, const char *path, struct kho_err *err)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read the directory '%s'", path);
    bool ok = check_names(listing, dir, err);
    for (size_t i = 0; ok && i < listing->n_files; i++)
        ok = check_file(&listing->files[i], dirfd(dir), err);
    closedir(dir);
    return ok;
}

static void report(struct kho_arena *arena, const struct lake_listing *listing,
                   struct kho_verified *verified)
{
    *verified = (struct kho_verified){
        .name = listing->name,
        .created = listing->created,
        .files = kho_arena_array(arena, listing->n_files, sizeof(*verified->files)),
        .n_files = listing->n_files,
    };
    for (size_t i = 0; i < listing->n_files; i++) {
        const struct lake_listed *file = &listing->files[i];
        verified->files[i] = (struct kho_verified_file){file->path, file->rows, file->size_bytes};
    }
}

bool kho_snapshot_verify(struct kho_arena *arena, const char *dir, struct kho_text key_pem,
                         struct kho_verified *verified, struct kho_err *err)
{
    struct lake_listing listing;
    struct lake_key *key = NULL;
    bool is_signed;
    if (key_pem.ptr != NULL)
        KHO_TRY(lake_key_public(arena, key_pem, "the key", &key, err));
    if (!kho_dir_exists(dir))
        return kho_err_set(err, KHO_ERR_VERIFY, "there is no snapshot '%s'", dir);
    KHO_TRY(lake_listing_read(arena, dir, &listing, err));
    KHO_TRY(check_files(&listing, dir, err));
    KHO_TRY(lake_proof_verify(&listing, key, dir, &is_signed, err));
    report(arena, &listing, verified);
    verified->is_signed = is_signed;
    return true;
}
