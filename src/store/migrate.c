/* The store's own tables: the files of sql/store/, each applied once, in order, recorded in
 * kho.migration with its hash. */
#include "store_internal.h"

#include <kho/core/embedded.h>
#include <kho/core/hash.h>
#include <kho/core/log.h>

static const char folder[] = "sql/store/";

struct migration {
    const char *name;
    const char *sql;
    char sha256[KHO_SHA256_HEX_SIZE];
};

static bool is_migration(const struct kho_embedded_file *file)
{
    return strncmp(file->name, folder, sizeof(folder) - 1) == 0;
}

static bool describe(const struct kho_embedded_file *file, struct migration *migration,
                     struct kho_err *err)
{
    struct kho_sha256 *sha;
    KHO_TRY(kho_sha256_new(&sha, err));
    migration->name = file->name + sizeof(folder) - 1;
    migration->sql = file->content;
    kho_sha256_update(sha, file->content, strlen(file->content));
    kho_sha256_finish(sha, migration->sha256);
    kho_sha256_free(sha);
    return true;
}

static bool apply(struct kho_pg *pg, const struct migration *migration, struct kho_err *err)
{
    kho_log_detail("store: applying %s", migration->name);
    if (!kho_pg_exec(pg, migration->sql, err))
        return kho_err_context(err, "applying migration %s", migration->name);
    return kho_pg_execf(pg, err,
                        "INSERT INTO kho.migration VALUES ('%s', '%s', clock_timestamp(), '%s')",
                        migration->name, migration->sha256, KHO_VERSION);
}

/* Finds the recorded hash of a migration; NULL text if it is not recorded. */
static struct kho_text recorded(const struct kho_pg_result *done, const char *name)
{
    for (size_t i = 0; i < done->n_rows; i++)
        if (kho_text_eq_cstr(kho_pg_cell(done, i, 0), name))
            return kho_pg_cell(done, i, 1);
    return KHO_TEXT_NULL;
}

static bool is_known(struct kho_text name)
{
    for (const struct kho_embedded_file *file = kho_embedded_files; file->name != NULL; file++)
        if (is_migration(file) && kho_text_eq_cstr(name, file->name + sizeof(folder) - 1))
            return true;
    return false;
}

static bool check_recorded(const struct kho_pg_result *done, struct kho_err *err)
{
    for (size_t i = 0; i < done->n_rows; i++) {
        struct kho_text name = kho_pg_cell(done, i, 0);
        if (is_known(name))
            continue;
        kho_err_set(err, KHO_ERR_CONFIG,
                    "the store was made by a newer kho: it has migration %.*s, which %s lacks",
                    KHO_TEXT_ARGS(name), "kho " KHO_VERSION);
        return kho_err_hint(err, "upgrade kho; nothing was changed");
    }
    return true;
}

static bool apply_missing(struct kho_pg *pg, const struct kho_pg_result *done, struct kho_err *err)
{
    for (const struct kho_embedded_file *file = kho_embedded_files; file->name != NULL; file++) {
        if (!is_migration(file))
            continue;
        struct migration migration;
        KHO_TRY(describe(file, &migration, err));
        struct kho_text sha256 = recorded(done, migration.name);
        if (sha256.ptr == NULL)
            KHO_TRY(apply(pg, &migration, err));
        else if (!kho_text_eq_cstr(sha256, migration.sha256))
            return kho_err_set(err, KHO_ERR_CONFIG,
                               "the store's migration %s is not the one that kho " KHO_VERSION
                               " has",
                               migration.name);
    }
    return true;
}

static bool is_complete(const struct kho_pg_result *done)
{
    size_t known = 0;
    for (const struct kho_embedded_file *file = kho_embedded_files; file->name != NULL; file++)
        known += is_migration(file) ? 1 : 0;
    return done->n_rows == known;
}

static bool read_recorded(struct kho_pg *pg, struct kho_arena *arena, struct kho_pg_result *done,
                          struct kho_err *err)
{
    return kho_pg_query(pg, arena, "SELECT name, sha256 FROM kho.migration ORDER BY name", NULL, 0,
                        done, err);
}

static bool migrate_locked(struct kho_pg *pg, struct kho_arena *arena, struct kho_err *err)
{
    struct kho_pg_result done;
    KHO_TRY(kho_pg_execf(pg, err, "BEGIN; SELECT pg_advisory_xact_lock(%" PRId64 ")",
                         kho_lock_key("migrate", KHO_TEXT(""), KHO_TEXT(""))));
    KHO_TRY(kho_pg_exec(pg,
                        "CREATE SCHEMA IF NOT EXISTS kho;"
                        "CREATE TABLE IF NOT EXISTS kho.migration ("
                        " name text PRIMARY KEY, sha256 text NOT NULL,"
                        " applied_at timestamptz NOT NULL, kho_version text NOT NULL)",
                        err));
    KHO_TRY(read_recorded(pg, arena, &done, err));
    KHO_TRY(check_recorded(&done, err));
    KHO_TRY(apply_missing(pg, &done, err));
    return kho_pg_exec(pg, "COMMIT", err);
}

bool kho_migrate(struct kho_pg *pg, struct kho_arena *arena, struct kho_err *err)
{
    struct kho_pg_result exists, done;
    KHO_TRY(kho_pg_query(pg, arena, "SELECT to_regclass('kho.migration') IS NOT NULL", NULL, 0,
                         &exists, err));
    /* The usual case, up to date, takes no lock. */
    if (kho_text_eq_cstr(kho_pg_cell(&exists, 0, 0), "t")) {
        KHO_TRY(read_recorded(pg, arena, &done, err));
        KHO_TRY(check_recorded(&done, err));
        if (is_complete(&done))
            return apply_missing(pg, &done, err);
    }
    if (migrate_locked(pg, arena, err))
        return true;
    kho_pg_rollback(pg);
    return false;
}
