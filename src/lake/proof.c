/* SHA256SUMS, as sha256sum -c reads it, and what is signed. */
#include "proof.h"

#include <sys/stat.h>

#include <kho/core/file.h>

#include "verify.h"

#define FILE_MODE 0640
#define SUMS_MAX_BYTES ((size_t)4 << 20)
#define SIGNATURE_MAX_BYTES 4096

static void put_sum(struct kho_buf *out, const char *sha256, const char *name)
{
    kho_buf_printf(out, "%s  %s\n", sha256, name);
}

static bool sum_manifest(struct kho_arena *arena, const char *dir, char sha256[KHO_SHA256_HEX_SIZE],
                         struct kho_err *err)
{
    int64_t size_bytes;
    return kho_sha256_file(kho_path_join(arena, dir, LAKE_MANIFEST), sha256, &size_bytes, err);
}

static const char *signature_path(struct kho_arena *arena, const char *dir, size_t i)
{
    return kho_path_join(arena, dir,
                         kho_arena_printf(arena, LAKE_SUMS "%s", lake_signature_suffixes[i]));
}

static bool write_signature(struct kho_arena *arena, const struct lake_key *key,
                            struct kho_text sums, const char *dir, struct kho_err *err)
{
    struct kho_text files[LAKE_SIGNATURES];
    if (key == NULL)
        return true;
    KHO_TRY(lake_key_sign(arena, key, sums, files, err));
    for (size_t i = 0; i < LAKE_SIGNATURES; i++)
        KHO_TRY(kho_file_write(signature_path(arena, dir, i), files[i], FILE_MODE, err));
    return true;
}

static bool write_all(struct kho_arena *arena, const struct lake_manifest *manifest,
                      const struct lake_key *key, const char *dir, struct kho_buf *sums,
                      struct kho_err *err)
{
    char sha256[KHO_SHA256_HEX_SIZE];
    KHO_TRY(sum_manifest(arena, dir, sha256, err));
    put_sum(sums, sha256, LAKE_MANIFEST);
    for (size_t i = 0; i < manifest->n_resources; i++)
        put_sum(sums, manifest->resources[i].stats.sha256, manifest->resources[i].path);
    struct kho_text text = kho_buf_as_text(sums);
    return kho_buf_check(sums, LAKE_SUMS, err) &&
           kho_file_write(kho_path_join(arena, dir, LAKE_SUMS), text, FILE_MODE, err) &&
           write_signature(arena, key, text, dir, err) &&
           kho_file_write(kho_path_join(arena, dir, LAKE_SUCCESS), KHO_TEXT(""), FILE_MODE, err);
}

bool lake_proof_write(const struct lake_manifest *manifest, const struct lake_key *key,
                      const char *dir, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_buf sums;
    kho_buf_init(&sums, SUMS_MAX_BYTES);
    bool ok = write_all(arena, manifest, key, dir, &sums, err);
    kho_buf_release(&sums);
    kho_arena_free(arena);
    return ok;
}

bool lake_proof_has_name(const char *name)
{
    if (strcmp(name, LAKE_SUMS) == 0 || strcmp(name, LAKE_SUCCESS) == 0)
        return true;
    if (strncmp(name, LAKE_SUMS, strlen(LAKE_SUMS)) != 0)
        return false;
    for (size_t i = 0; i < LAKE_SIGNATURES; i++)
        if (strcmp(name + strlen(LAKE_SUMS), lake_signature_suffixes[i]) == 0)
            return true;
    return false;
}

/* Reads one of the proof's files: a regular one, of no more than `most` bytes. */
static bool read_proof(struct kho_arena *arena, const char *path, size_t most,
                       struct kho_text *text, struct kho_err *err)
{
    struct stat st;
    const char *name = strrchr(path, '/') + 1;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? kho_err_set(err, KHO_ERR_VERIFY, "%s: is missing", name)
                               : kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", path);
    if (!S_ISREG(st.st_mode) || st.st_size > (off_t)most)
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: is no such file as kho writes", name);
    return kho_file_read(arena, path, most, text, err);
}

/* The next line must be exactly this sum of this file. */
static bool check_sum(struct kho_text *rest, const char *sha256, const char *name,
                      struct kho_err *err)
{
    char expected[KHO_SHA256_HEX_SIZE];
    struct kho_text line = kho_text_cut(rest, '\n');
    if (line.ptr == NULL || rest->ptr == NULL || line.len != 64 + 2 + strlen(name) ||
        memcmp(line.ptr + 64, "  ", 2) != 0 || memcmp(line.ptr + 66, name, strlen(name)) != 0)
        return kho_err_set(err, KHO_ERR_VERIFY, LAKE_SUMS ": does not list %s at its place", name);
    memcpy(expected, line.ptr, 64);
    expected[64] = '\0';
    for (size_t i = 0; i < 64; i++)
        if (strchr("0123456789abcdef", expected[i]) == NULL)
            return kho_err_set(err, KHO_ERR_VERIFY, LAKE_SUMS ": the sum of %s is none", name);
    return strcmp(sha256, expected) == 0 ||
           kho_err_set(err, KHO_ERR_VERIFY, "%s: sha256 is %s, " LAKE_SUMS " says %s", name, sha256,
                       expected);
}

static bool check_sums(struct kho_arena *arena, const struct lake_listing *listing, const char *dir,
                       struct kho_text sums, struct kho_err *err)
{
    char sha256[KHO_SHA256_HEX_SIZE];
    KHO_TRY(sum_manifest(arena, dir, sha256, err));
    KHO_TRY(check_sum(&sums, sha256, LAKE_MANIFEST, err));
    for (size_t i = 0; i < listing->n_files; i++)
        KHO_TRY(check_sum(&sums, listing->files[i].sha256, listing->files[i].path, err));
    return sums.len == 0 ||
           kho_err_set(err, KHO_ERR_VERIFY, LAKE_SUMS ": lists more than the manifest");
}

static bool check_signature(struct kho_arena *arena, const struct lake_key *key, const char *dir,
                            struct kho_text sums, struct kho_err *err)
{
    struct kho_text files[LAKE_SIGNATURES];
    size_t culprit;
    for (size_t i = 0; i < LAKE_SIGNATURES; i++)
        KHO_TRY(
            read_proof(arena, signature_path(arena, dir, i), SIGNATURE_MAX_BYTES, &files[i], err));
    const char *wrong = lake_key_check(arena, key, sums, files, &culprit);
    return wrong == NULL || kho_err_set(err, KHO_ERR_VERIFY, LAKE_SUMS "%s: %s",
                                        lake_signature_suffixes[culprit], wrong);
}

static bool has_signature(struct kho_arena *arena, const char *dir)
{
    struct stat st;
    for (size_t i = 0; i < LAKE_SIGNATURES; i++)
        if (lstat(signature_path(arena, dir, i), &st) == 0)
            return true;
    return false;
}

static bool verify(struct kho_arena *arena, const struct lake_listing *listing,
                   const struct lake_key *key, const char *dir, bool *is_signed,
                   struct kho_err *err)
{
    struct kho_text sums, success;
    KHO_TRY(read_proof(arena, kho_path_join(arena, dir, LAKE_SUMS), SUMS_MAX_BYTES, &sums, err));
    *is_signed = has_signature(arena, dir);
    if (*is_signed)
        KHO_TRY(check_signature(arena, key, dir, sums, err));
    else if (key != NULL)
        return kho_err_set(err, KHO_ERR_VERIFY, LAKE_SUMS ": is not signed");
    KHO_TRY(check_sums(arena, listing, dir, sums, err));
    return read_proof(arena, kho_path_join(arena, dir, LAKE_SUCCESS), 0, &success, err);
}

bool lake_proof_verify(const struct lake_listing *listing, const struct lake_key *key,
                       const char *dir, bool *is_signed, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    bool ok = verify(arena, listing, key, dir, is_signed, err);
    kho_arena_free(arena);
    return ok;
}
