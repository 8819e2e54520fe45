/* Whole files: read, listed, removed, and written so that they are whole or not there. */
#include <kho/core/file.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include <kho/core/buf.h>

bool kho_file_read(struct kho_arena *arena, const char *path, size_t max_bytes,
                   struct kho_text *content, struct kho_err *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", path);
    struct kho_buf buf;
    kho_buf_init(&buf, max_bytes);
    char *room;
    size_t got = 0;
    while ((room = kho_buf_reserve(&buf, KHO_MIN((size_t)1 << 16, max_bytes - buf.len))) != NULL) {
        got = fread(room, 1, KHO_MIN((size_t)1 << 16, max_bytes - buf.len), file);
        buf.len += got;
        if (got == 0)
            break;
    }
    bool failed = ferror(file) != 0;
    bool too_large = !failed && buf.len == max_bytes && fgetc(file) != EOF;
    if (!failed && !too_large)
        *content = kho_arena_text(arena, kho_buf_as_text(&buf));
    int number = errno;
    kho_buf_release(&buf);
    fclose(file);
    errno = number;
    if (failed)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", path);
    if (too_large)
        return kho_err_set(err, KHO_ERR_FAILED, "'%s' is larger than %zu bytes", path, max_bytes);
    return true;
}

static bool has_mode(const char *path, mode_t kind)
{
    struct stat st;
    return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

bool kho_file_exists(const char *path)
{
    return has_mode(path, S_IFREG);
}

bool kho_dir_exists(const char *path)
{
    return has_mode(path, S_IFDIR);
}

bool kho_dir_make(const char *path, unsigned mode, struct kho_err *err)
{
    char *part = strdup(path[0] != '\0' ? path : ".");
    if (part == NULL)
        kho_out_of_memory(strlen(path));
    bool ok = true;
    for (char *slash = part; ok && slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        ok = mkdir(part, mode) == 0 || errno == EEXIST;
        if (slash != NULL)
            *slash = '/';
    }
    free(part);
    if (!ok || !kho_dir_exists(path))
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot make the directory '%s'", path);
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool kho_dir_list(struct kho_arena *arena, const char *path, const char *suffix,
                  const char ***names, size_t *count, struct kho_err *err)
{
    *names = NULL;
    *count = 0;
    DIR *dir = opendir(path);
    if (dir == NULL && errno == ENOENT)
        return true;
    if (dir == NULL)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read the directory '%s'", path);
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' ||
            !kho_text_ends(kho_text_of(entry->d_name), kho_text_of(suffix)))
            continue;
        const char **name = kho_arena_push(arena, names, count, sizeof(*name));
        *name = kho_arena_strdup(arena, entry->d_name);
    }
    closedir(dir);
    if (*count != 0)
        qsort(*names, *count, sizeof(**names), by_bytes);
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

bool kho_dir_remove(const char *path, struct kho_err *err)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return true;
    return kho_err_errno(err, KHO_ERR_FAILED, "cannot remove '%s'", path);
}

static bool write_all(int fd, struct kho_text content)
{
    while (content.len != 0) {
        ssize_t wrote = write(fd, content.ptr, content.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        content.ptr += wrote;
        content.len -= (size_t)wrote;
    }
    return true;
}

bool kho_file_write(const char *path, struct kho_text content, unsigned mode, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    const char *aside = kho_arena_printf(arena, "%s.%d.new", path, (int)getpid());
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool ok = fd >= 0 && write_all(fd, content) && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    if (!ok) {
        kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", path);
        unlink(aside);
    }
    ok = ok && kho_file_rename(aside, path, err);
    kho_arena_free(arena);
    return ok;
}

bool kho_dir_sync(const char *path, struct kho_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        kho_err_errno(err, KHO_ERR_FAILED, "cannot sync the directory '%s'", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool kho_file_rename(const char *from, const char *to, struct kho_err *err)
{
    if (rename(from, to) != 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot rename '%s' to '%s'", from, to);
    const char *slash = strrchr(to, '/');
    if (slash == NULL)
        return kho_dir_sync(".", err);
    struct kho_arena *arena = kho_arena_new(NULL);
    size_t len = KHO_MAX((size_t)(slash - to), 1);
    bool ok = kho_dir_sync(kho_arena_cstr(arena, (struct kho_text){to, len}), err);
    kho_arena_free(arena);
    return ok;
}

char *kho_path_join(struct kho_arena *arena, const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0')
        return kho_arena_strdup(arena, name);
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    return kho_arena_printf(arena, "%.*s%s%s", (int)len, dir, len == 1 && dir[0] == '/' ? "" : "/",
                            name);
}
