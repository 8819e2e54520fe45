/* Secrets that are named in configuration: parsed here, resolved when they are needed. */
#include <kho/config/secret.h>

#include <kho/core/file.h>

#define SECRET_MAX_BYTES (64 * 1024)

/* Takes what stands between `prefix` and the closing brace. */
static bool take(struct kho_text text, struct kho_text prefix, struct kho_text *name)
{
    if (!kho_text_starts(text, prefix) || !kho_text_ends(text, KHO_TEXT("}")))
        return false;
    *name = (struct kho_text){text.ptr + prefix.len, text.len - prefix.len - 1};
    return name->len > 0 && memchr(name->ptr, '}', name->len) == NULL &&
           memchr(name->ptr, '\n', name->len) == NULL && memchr(name->ptr, '\0', name->len) == NULL;
}

bool kho_secret_parse(struct kho_text text, struct kho_pos pos, struct kho_secret *secret,
                      struct kho_diags *diags)
{
    *secret = (struct kho_secret){.kind = KHO_SECRET_NONE, .pos = pos};
    struct kho_text name = KHO_TEXT_NULL;
    if (!kho_text_is_null(text) && take(text, KHO_TEXT("${env:"), &name))
        secret->kind = KHO_SECRET_ENV;
    else if (!kho_text_is_null(text) && take(text, KHO_TEXT("${file:"), &name))
        secret->kind = KHO_SECRET_FILE;
    if (secret->kind != KHO_SECRET_NONE) {
        secret->name = name;
        return true;
    }
    /* the line holds what was written in the secret's place */
    pos.text = NULL;
    kho_diag_error(diags, pos,
                   "a secret is not written here but named: ${env:NAME} or ${file:PATH}");
    return false;
}

static bool resolve_env(const struct kho_secret *secret, struct kho_arena *arena,
                        struct kho_text *value, struct kho_err *err)
{
    const char *found = getenv(kho_arena_cstr(arena, secret->name));
    if (found == NULL) {
        kho_err_set(err, KHO_ERR_CONFIG, "the environment variable %.*s is not set",
                    KHO_TEXT_ARGS(secret->name));
        return kho_err_hint(err, "%s:%d names it for a secret", secret->pos.file, secret->pos.line);
    }
    *value = kho_arena_text(arena, kho_text_of(found));
    return true;
}

static bool resolve_file(const struct kho_secret *secret, const char *project_dir,
                         struct kho_arena *arena, struct kho_text *value, struct kho_err *err)
{
    const char *path = kho_path_join(arena, project_dir, kho_arena_cstr(arena, secret->name));
    if (!kho_file_read(arena, path, SECRET_MAX_BYTES, value, err)) {
        err->class = KHO_ERR_CONFIG;
        return kho_err_hint(err, "%s:%d names this file for a secret", secret->pos.file,
                            secret->pos.line);
    }
    if (value->len > 0 && value->ptr[value->len - 1] == '\n')
        value->len--;
    if (value->len > 0 && value->ptr[value->len - 1] == '\r')
        value->len--;
    *value = kho_arena_text(arena, *value);
    return true;
}

bool kho_secret_resolve(const struct kho_secret *secret, const char *project_dir,
                        struct kho_arena *arena, struct kho_text *value, struct kho_err *err)
{
    *value = KHO_TEXT_NULL;
    if (secret->kind == KHO_SECRET_ENV)
        return resolve_env(secret, arena, value, err);
    if (secret->kind == KHO_SECRET_FILE)
        return resolve_file(secret, project_dir, arena, value, err);
    return true;
}
