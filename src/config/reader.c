/* Reads configuration files and says what is wrong with them as files. */
#include <kho/config/reader.h>

#include <sys/stat.h>

#include <kho/core/file.h>

/* Opening a FIFO or a device would wait or never end: only regular files are opened. */
static bool check_regular(const struct kho_reader *reader, const char *full, const char *shown,
                          size_t max_bytes)
{
    struct stat st;
    struct kho_pos pos = {.file = shown};
    if (stat(full, &st) != 0)
        return true; /* reading it says why */
    if (S_ISDIR(st.st_mode))
        kho_diag_error(reader->diags, pos, "is a directory, not a file");
    else if (!S_ISREG(st.st_mode))
        kho_diag_error(reader->diags, pos, "is not a regular file");
    else if (st.st_size > (off_t)max_bytes)
        kho_diag_error(reader->diags, pos, "is too large: %lld bytes, at most %zu",
                       (long long)st.st_size, max_bytes);
    else
        return true;
    return false;
}

bool kho_reader_file(const struct kho_reader *reader, const char *path, size_t max_bytes,
                     struct kho_text *content, struct kho_err *err)
{
    *content = KHO_TEXT_NULL;
    const char *full = kho_path_join(reader->arena, reader->dir, path);
    if (!check_regular(reader, full, path, max_bytes))
        return true;
    KHO_TRY(kho_file_read(reader->arena, full, max_bytes, content, err));
    if (kho_text_is_null(*content))
        *content = KHO_TEXT("");
    return true;
}

bool kho_reader_yaml(const struct kho_reader *reader, const char *path, struct kho_yaml_node **tree,
                     struct kho_err *err)
{
    struct kho_text content;
    *tree = NULL;
    KHO_TRY(kho_reader_file(reader, path, KHO_YAML_MAX_BYTES, &content, err));
    if (!kho_text_is_null(content))
        *tree = kho_yaml_parse(reader->arena, path, content, reader->diags);
    return true;
}

static bool refuse_yml(const struct kho_reader *reader, const char *full, const char *folder,
                       struct kho_err *err)
{
    const char **names;
    size_t count;
    KHO_TRY(kho_dir_list(reader->arena, full, ".yml", &names, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct kho_pos pos = {.file = kho_path_join(reader->arena, folder, names[i])};
        kho_diag_error(reader->diags, pos, "is not read; let its name end in .yaml");
    }
    return true;
}

bool kho_reader_list(const struct kho_reader *reader, const char *folder, const char *suffix,
                     const char ***paths, size_t *count, struct kho_err *err)
{
    const char *full = kho_path_join(reader->arena, reader->dir, folder);
    KHO_TRY(kho_dir_list(reader->arena, full, suffix, paths, count, err));
    for (size_t i = 0; i < *count; i++)
        (*paths)[i] = kho_path_join(reader->arena, folder, (*paths)[i]);
    if (strcmp(suffix, ".yaml") == 0)
        return refuse_yml(reader, full, folder, err);
    return true;
}

struct kho_text kho_reader_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct kho_text name = kho_text_of(slash != NULL ? slash + 1 : path);
    const char *dot = strrchr(name.ptr, '.');
    if (dot != NULL)
        name.len = (size_t)(dot - name.ptr);
    return name;
}
