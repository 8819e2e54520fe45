/* Made, locked, renamed into place or removed; leftovers of the dead are swept. */
#include "aside.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <kho/core/file.h>

#define DIR_MODE 0750 /* personal data */
#define NUMBERS_MAX 9999

static const char *skip_digits(const char *at)
{
    while (isdigit((unsigned char)*at))
        at++;
    return at;
}

/* Whether `name` is one that we give: `.20260101T010203Z-2.4711.new`. Tells the process. */
static bool is_ours(const char *name, pid_t *pid)
{
    const char *at = name;
    if (*at++ != '.')
        return false;
    const char *day = skip_digits(at);
    if (day - at < 8 || *day++ != 'T')
        return false;
    at = skip_digits(day);
    if (at - day != 6 || *at++ != 'Z')
        return false;
    if (*at == '-')
        at = skip_digits(at + 1);
    if (*at++ != '.')
        return false;
    struct kho_text digits = {at, (size_t)(skip_digits(at) - at)};
    int64_t number;
    if (digits.len == 0 || !kho_text_to_int(digits, &number) || number > INT32_MAX)
        return false;
    *pid = (pid_t)number;
    return strcmp(digits.ptr + digits.len, ".new") == 0;
}

/* Where a file system knows no locks, the process decides. */
static bool is_abandoned(int fd, pid_t pid)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    return errno != EWOULDBLOCK && kill(pid, 0) != 0 && errno == ESRCH;
}

static bool sweep_one(const char *path, pid_t pid, struct kho_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return true; /* no directory of ours, or gone meanwhile */
    bool ok = !is_abandoned(fd, pid) || kho_dir_remove(path, err);
    close(fd);
    return ok;
}

static bool sweep(const char *lake, struct kho_err *err)
{
    DIR *dir = opendir(lake);
    if (dir == NULL)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read the directory '%s'", lake);
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = true;
    struct dirent *entry;
    pid_t pid;
    while (ok && (entry = readdir(dir)) != NULL)
        if (is_ours(entry->d_name, &pid))
            ok = sweep_one(kho_path_join(scratch, lake, entry->d_name), pid, err);
    kho_arena_free(scratch);
    closedir(dir);
    return ok;
}

static bool is_taken(struct kho_arena *arena, const char *lake, const char *name)
{
    struct stat st;
    return lstat(kho_path_join(arena, lake, name), &st) == 0;
}

/* Moves on to the next name under which nothing stands. */
static bool next_name(struct lake_aside *aside, struct kho_err *err)
{
    do {
        if (++aside->number > NUMBERS_MAX)
            return kho_err_set(err, KHO_ERR_FAILED, "'%s' holds too many snapshots named '%s'",
                               aside->lake, aside->base);
        aside->name = aside->number == 1
                          ? aside->base
                          : kho_arena_printf(aside->arena, "%s-%d", aside->base, aside->number);
    } while (is_taken(aside->arena, aside->lake, aside->name));
    return true;
}

static void release(void *object)
{
    struct lake_aside *aside = object;
    struct kho_err ignored;
    if (aside->path != NULL && !kho_dir_remove(aside->path, &ignored))
        aside->path = NULL; /* the next writer sweeps it */
    if (aside->lock >= 0)
        close(aside->lock);
}

/* Locks the directory. False if a sweep came between making and locking it. */
static bool lock(struct lake_aside *aside)
{
    struct stat held, standing;
    aside->lock = open(aside->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (aside->lock < 0)
        return false;
    if (flock(aside->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        if (fstat(aside->lock, &held) == 0 && lstat(aside->path, &standing) == 0 &&
            held.st_ino == standing.st_ino)
            return true;
    close(aside->lock);
    aside->lock = -1;
    return false;
}

/* Makes the directory under the current name; `*made` is false if another writer holds it. */
static bool make_here(struct lake_aside *aside, bool *made, struct kho_err *err)
{
    const char *name = kho_arena_printf(aside->arena, ".%s.%d.new", aside->name, (int)getpid());
    const char *path = kho_path_join(aside->arena, aside->lake, name);
    *made = false;
    if (mkdir(path, DIR_MODE) != 0)
        return errno == EEXIST ||
               kho_err_errno(err, KHO_ERR_FAILED, "cannot make the directory '%s'", path);
    aside->path = path;
    *made = lock(aside);
    if (!*made)
        aside->path = NULL;
    return true;
}

bool lake_aside_make(struct kho_arena *arena, const char *lake, const char *base,
                     struct lake_aside **aside, struct kho_err *err)
{
    if (!kho_dir_make(lake, DIR_MODE, err)) {
        err->class = KHO_ERR_UNREACHABLE;
        return false;
    }
    KHO_TRY(sweep(lake, err));
    struct lake_aside *made = kho_arena_alloc(arena, sizeof(*made));
    *made = (struct lake_aside){
        .arena = arena,
        .lake = kho_arena_strdup(arena, lake),
        .base = kho_arena_strdup(arena, base),
        .lock = -1,
    };
    kho_arena_defer(arena, release, made);
    for (bool done = false; !done;) {
        KHO_TRY(next_name(made, err));
        KHO_TRY(make_here(made, &done, err));
    }
    *aside = made;
    return true;
}

bool lake_aside_publish(struct lake_aside *aside, const char **path, bool *taken,
                        struct kho_err *err)
{
    const char *final = kho_path_join(aside->arena, aside->lake, aside->name);
    *taken = false;
    /* A directory that is not empty, or a file, is not replaced by a rename. */
    if (rename(aside->path, final) != 0) {
        *taken = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR;
        return *taken ? next_name(aside, err)
                      : kho_err_errno(err, KHO_ERR_FAILED, "cannot rename '%s' to '%s'",
                                      aside->path, final);
    }
    aside->path = NULL;
    *path = final;
    return kho_dir_sync(aside->lake, err);
}
