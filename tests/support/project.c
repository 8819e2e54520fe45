/* Temporary projects. What goes wrong here ends the test. */
#include "project.h"

#include <check.h>

#include <kho/core/file.h>

static void remove_project(void *dir)
{
    struct kho_err err = {0};
    if (!kho_dir_remove(dir, &err))
        fprintf(stderr, "%s\n", err.message);
}

const char *project_new(struct kho_arena *arena)
{
    const char *base = getenv("TMPDIR");
    char *dir = kho_arena_printf(arena, "%s/kho-test-XXXXXX", base != NULL ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    kho_arena_defer(arena, remove_project, dir);
    return dir;
}

void project_write_bytes(struct kho_arena *arena, const char *dir, const char *path,
                         struct kho_text content)
{
    struct kho_err err = {0};
    char *full = kho_path_join(arena, dir, path);
    char *slash = strrchr(full, '/');
    *slash = '\0';
    ck_assert_msg(kho_dir_make(full, 0755, &err), "%s", err.message);
    *slash = '/';
    ck_assert_msg(kho_file_write(full, content, 0644, &err), "%s", err.message);
}

void project_write(struct kho_arena *arena, const char *dir, const char *path, const char *content)
{
    project_write_bytes(arena, dir, path, kho_text_of(content));
}

const char *diags_text(struct kho_arena *arena, const struct kho_diags *diags)
{
    struct kho_buf out;
    kho_buf_init(&out, 1 << 20);
    kho_diags_show(diags, &out);
    const char *text = kho_arena_strdup(arena, kho_buf_cstr(&out));
    kho_buf_release(&out);
    return text;
}
