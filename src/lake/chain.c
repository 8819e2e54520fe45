/* LATEST.json, and the way back from it. */
#include "chain.h"

#include <fcntl.h>
#include <sys/file.h>

#include <jansson.h>

#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/json.h>

#include "verify.h"

#define FILE_MODE 0640
#define LATEST_MAX_BYTES 4096
#define SNAPSHOT_NAME_BYTES 16 /* of 20260101T010203Z, and -2 or so behind it */

static void let_go(void *object)
{
    close((int)(intptr_t)object);
}

bool lake_chain_lock(struct kho_arena *arena, const char *lake, struct kho_err *err)
{
    int fd = open(lake, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", lake);
    kho_arena_defer(arena, let_go, (void *)(intptr_t)fd);
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return true;
}

static bool is_snapshot_name(const char *name)
{
    static const char shape[] = "ddddddddTddddddZ";
    for (size_t i = 0; i < SNAPSHOT_NAME_BYTES; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';
        if (shape[i] == 'd' ? !digit : name[i] != shape[i])
            return false;
    }
    const char *rest = name + SNAPSHOT_NAME_BYTES;
    return *rest == '\0' || (*rest == '-' && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

bool lake_chain_names(struct kho_arena *arena, const char *lake, const char ***names, size_t *count,
                      struct kho_err *err)
{
    const char **all;
    size_t n;
    KHO_TRY(kho_dir_list(arena, lake, "", &all, &n, err));
    *count = 0;
    *names = all;
    for (size_t i = 0; i < n; i++)
        if (is_snapshot_name(all[i]))
            (*names)[(*count)++] = all[i];
    return true;
}

bool lake_chain_sum(struct kho_arena *arena, const char *lake, const char *name,
                    char sha256[KHO_SHA256_HEX_SIZE], struct kho_err *err)
{
    int64_t size_bytes;
    const char *dir = kho_path_join(arena, lake, name);
    return kho_sha256_file(kho_path_join(arena, dir, LAKE_MANIFEST), sha256, &size_bytes, err);
}

static bool wrong(struct kho_err *err)
{
    kho_err_set(err, KHO_ERR_VERIFY, LAKE_LATEST ": is broken");
    return kho_err_hint(err, "`kho verify` proves each snapshot alone");
}

static bool parse_latest(struct kho_arena *arena, struct kho_text text, struct lake_link *head,
                         struct kho_err *err)
{
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    const char *name = json_string_value(json_object_get(json, "snapshot"));
    const char *sha256 = json_string_value(json_object_get(json, "sha256"));
    bool ok = name != NULL && sha256 != NULL && is_snapshot_name(name) && strlen(sha256) == 64;
    if (ok) {
        head->name = kho_arena_strdup(arena, name);
        head->sha256 = kho_arena_strdup(arena, sha256);
    }
    json_decref(json);
    return ok || wrong(err);
}

/* Whether a snapshot stands behind the head: its manifest names the head as the one before it. */
static bool follows(struct kho_arena *arena, const char *lake, const char *name,
                    const struct lake_link *head)
{
    struct lake_listing listing;
    struct kho_err ignored;
    if (!lake_listing_read(arena, kho_path_join(arena, lake, name), &listing, &ignored))
        return false;
    if (head->name == NULL || listing.previous.name == NULL)
        return head->name == NULL && listing.previous.name == NULL;
    return strcmp(listing.previous.name, head->name) == 0 &&
           strcmp(listing.previous.sha256, head->sha256) == 0;
}

bool lake_chain_head(struct kho_arena *arena, const char *lake, struct lake_link *head,
                     struct kho_err *err)
{
    struct kho_text text;
    const char **names;
    size_t count;
    const char *path = kho_path_join(arena, lake, LAKE_LATEST);
    *head = (struct lake_link){NULL, NULL};
    if (kho_file_exists(path))
        KHO_TRY(kho_file_read(arena, path, LATEST_MAX_BYTES, &text, err) &&
                parse_latest(arena, text, head, err));
    KHO_TRY(lake_chain_names(arena, lake, &names, &count, err));
    for (size_t i = 0; i < count; i++) {
        char sha256[KHO_SHA256_HEX_SIZE];
        if ((head->name != NULL && strcmp(names[i], head->name) <= 0) ||
            !follows(arena, lake, names[i], head))
            continue;
        KHO_TRY(lake_chain_sum(arena, lake, names[i], sha256, err));
        *head = (struct lake_link){names[i], kho_arena_strdup(arena, sha256)};
    }
    return true;
}

static bool write_latest(struct kho_arena *arena, const struct lake_manifest *manifest,
                         const char *lake, struct kho_buf *out, struct kho_err *err)
{
    struct kho_json json;
    char sha256[KHO_SHA256_HEX_SIZE], as_of[KHO_INSTANT_MAX];
    KHO_TRY(lake_chain_sum(arena, lake, manifest->name, sha256, err));
    kho_json_init(&json, out, 2);
    kho_json_object(&json, NULL);
    kho_json_string(&json, "snapshot", manifest->name);
    kho_json_string(&json, "manifest",
                    kho_arena_printf(arena, "%s/" LAKE_MANIFEST, manifest->name));
    kho_json_string(&json, "sha256", sha256);
    kho_json_string(&json, "as_of", kho_instant_utc(manifest->created_us, as_of, sizeof(as_of)));
    kho_json_object_end(&json);
    kho_buf_char(out, '\n');
    return kho_file_write(kho_path_join(arena, lake, LAKE_LATEST), kho_buf_as_text(out), FILE_MODE,
                          err);
}

bool lake_chain_advance(const struct lake_manifest *manifest, const char *lake, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_buf out;
    kho_buf_init(&out, LATEST_MAX_BYTES);
    bool ok = write_latest(arena, manifest, lake, &out, err);
    kho_buf_release(&out);
    kho_arena_free(arena);
    return ok;
}
