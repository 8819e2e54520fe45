/* Makes, starts and stops the embedded cluster through initdb and pg_ctl. */
#include "embedded.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <kho/core/file.h>
#include <kho/core/hash.h>
#include <kho/core/log.h>
#include <kho/core/spawn.h>

/* sun_path has 108 bytes, and libpq adds `/.s.PGSQL.5432`. */
#define LONGEST_SOCKET_DIR 90

struct cluster {
    struct kho_arena *arena;
    const char *project; /* absolute */
    const char *root;    /* var/store, or where it points */
    const char *data;
    const char *socket_dir;
    const char *log;
    const char *bin; /* of PostgreSQL */
    int64_t major;   /* its version */
    bool switch_user;
    uid_t uid;
    gid_t gid;
    const char *user;
};

static bool find_user(struct cluster *cluster, struct kho_err *err)
{
    cluster->switch_user = geteuid() == 0;
    const struct passwd *user = cluster->switch_user ? getpwnam("postgres") : getpwuid(geteuid());
    if (user == NULL) {
        kho_err_set(err, KHO_ERR_CONFIG, "there is no user '%s' to run the embedded store as",
                    cluster->switch_user ? "postgres" : "of this process");
        return kho_err_hint(err, "install postgresql, or set `store: postgres://...`");
    }
    cluster->uid = user->pw_uid;
    cluster->gid = user->pw_gid;
    cluster->user = kho_arena_strdup(cluster->arena, user->pw_name);
    return true;
}

#define SERVERS "/usr/lib/postgresql/"

/* The major version that made the cluster; 0 if there is none yet. */
static int64_t made_by(const struct cluster *cluster)
{
    int64_t major;
    struct kho_err ignored;
    struct kho_text version;
    const char *path = kho_path_join(cluster->arena, cluster->data, "PG_VERSION");
    if (!kho_file_exists(path) || !kho_file_read(cluster->arena, path, 16, &version, &ignored))
        return 0;
    return kho_text_to_int(kho_text_trim(version), &major) ? major : 0;
}

/* Of the servers that Debian's layout has: the one that made the cluster, else the newest. */
static bool find_programs(struct cluster *cluster, struct kho_err *err)
{
    glob_t found = {0};
    int64_t wanted = made_by(cluster), best = 0;
    bool any = glob(SERVERS "*/bin/pg_ctl", 0, NULL, &found) == 0;
    for (size_t i = 0; any && i < found.gl_pathc; i++) {
        struct kho_text rest = kho_text_of(found.gl_pathv[i] + sizeof(SERVERS) - 1);
        int64_t version;
        bool named = kho_text_to_int(kho_text_cut(&rest, '/'), &version);
        if (named && (wanted == 0 ? version > best : version == wanted))
            best = version;
    }
    globfree(&found);
    cluster->major = best;
    cluster->bin = kho_arena_printf(cluster->arena, SERVERS "%" PRId64 "/bin", best);
    if (best != 0)
        return true;
    if (wanted != 0)
        kho_err_set(err, KHO_ERR_CONFIG,
                    "the store in %s needs PostgreSQL %" PRId64 ", which is not here",
                    cluster->root, wanted);
    else
        kho_err_set(err, KHO_ERR_CONFIG, "no PostgreSQL server under " SERVERS);
    return kho_err_hint(err,
                        "apt-get install postgresql-%" PRId64 ", or set `store: postgres://...`",
                        wanted != 0 ? wanted : 15);
}

static bool may_enter(const struct cluster *cluster, const char *dir)
{
    struct stat st;
    if (stat(dir, &st) != 0)
        return false;
    mode_t bit = st.st_uid == cluster->uid   ? S_IXUSR
                 : st.st_gid == cluster->gid ? S_IXGRP
                                             : S_IXOTH;
    return (st.st_mode & bit) != 0;
}

/* Whether the cluster's user can walk down to `path`'s parent. */
static bool may_reach(const struct cluster *cluster, const char *path)
{
    char *part = kho_arena_strdup(cluster->arena, path);
    for (char *slash = strrchr(part, '/'); slash != NULL && slash != part;
         slash = strrchr(part, '/')) {
        *slash = '\0';
        if (!may_enter(cluster, part))
            return false;
    }
    return true;
}

static bool choose_root(struct cluster *cluster, const char *project_dir, struct kho_err *err)
{
    char *absolute = realpath(project_dir, NULL);
    if (absolute == NULL)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot find the directory '%s'", project_dir);
    cluster->project = kho_arena_strdup(cluster->arena, absolute);
    free(absolute);
    const char *store = kho_path_join(cluster->arena, cluster->project, "var/store");
    char *there = realpath(store, NULL);
    if (there != NULL) {
        cluster->root = kho_arena_strdup(cluster->arena, there);
        free(there);
        return true;
    }
    cluster->root = store;
    if (cluster->switch_user && !may_reach(cluster, cluster->project)) {
        char hex[KHO_HASH_HEX_SIZE];
        kho_hash_hex(kho_hash_bytes(store, strlen(store), 0), hex);
        cluster->root = kho_arena_printf(cluster->arena, "/var/lib/kho/%.16s", hex);
    }
    return true;
}

/* Whether a path can stand in a connection string and in postgresql.conf as it is, and is short
 * enough for a socket. */
static bool is_plain(const char *path)
{
    size_t len = strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789/._-");
    return len <= LONGEST_SOCKET_DIR && path[len] == '\0';
}

static void name_paths(struct cluster *cluster)
{
    struct kho_arena *arena = cluster->arena;
    cluster->data = kho_path_join(arena, cluster->root, "data");
    cluster->log = kho_path_join(arena, cluster->root, "postgres.log");
    cluster->socket_dir = kho_path_join(arena, cluster->root, "socket");
    if (!is_plain(cluster->socket_dir)) {
        char hex[KHO_HASH_HEX_SIZE];
        kho_hash_hex(kho_hash_bytes(cluster->root, strlen(cluster->root), 0), hex);
        cluster->socket_dir = kho_arena_printf(arena, "/tmp/kho-%.16s", hex);
    }
}

static bool locate(struct kho_arena *arena, const char *project_dir, struct cluster *cluster,
                   struct kho_err *err)
{
    *cluster = (struct cluster){.arena = arena};
    KHO_TRY(find_user(cluster, err));
    KHO_TRY(choose_root(cluster, project_dir, err));
    name_paths(cluster);
    return true;
}

static bool run(const struct cluster *cluster, const char *const *argv, struct kho_err *err)
{
    struct kho_spawn_options options = {.argv = argv,
                                        .dir = cluster->root,
                                        .switch_user = cluster->switch_user,
                                        .uid = cluster->uid,
                                        .gid = cluster->gid};
    return kho_spawn_run(&options, err);
}

static bool is_empty(int fd)
{
    int copy = dup(fd);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    if (dir == NULL) {
        if (copy >= 0)
            close(copy);
        return false;
    }
    bool empty = true;
    for (struct dirent *entry; empty && (entry = readdir(dir)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    return empty;
}

/* The cluster user's, or one of this process's that nothing stands in yet: root's own directories,
 * to which var/store may be a link, are not given away. */
static bool is_ours(const struct cluster *cluster, int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 &&
           (st.st_uid == cluster->uid || (st.st_uid == geteuid() && is_empty(fd)));
}

/* Makes a directory of mode 0700 that belongs to the cluster's user. One that exists must be it: in
 * a directory open to all, somebody else's is refused, and no link is followed. */
static bool make_private_dir(const struct cluster *cluster, const char *path, struct kho_err *err)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot make the directory '%s'", path);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ours = fd >= 0 && is_ours(cluster, fd);
    bool done = ours && (!cluster->switch_user || fchown(fd, cluster->uid, cluster->gid) == 0) &&
                fchmod(fd, 0700) == 0;
    if (!ours)
        kho_err_set(err, KHO_ERR_FAILED, "'%s' is not a directory of ours", path);
    else if (!done)
        kho_err_errno(err, KHO_ERR_FAILED, "cannot make '%s' private", path);
    if (fd >= 0)
        close(fd);
    return done;
}

static bool make_root(const struct cluster *cluster, struct kho_err *err)
{
    const char *var = kho_path_join(cluster->arena, cluster->project, "var");
    const char *store = kho_path_join(cluster->arena, var, "store");
    KHO_TRY(kho_dir_make(var, 0755, err));
    bool elsewhere = strncmp(cluster->root, "/var/lib/kho/", 13) == 0;
    if (elsewhere)
        KHO_TRY(kho_dir_make("/var/lib/kho", 0755, err));
    KHO_TRY(make_private_dir(cluster, cluster->root, err));
    /* A link whose target is gone is ours to renew. */
    if (elsewhere && symlink(cluster->root, store) != 0 && errno != EEXIST)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot link '%s'", store);
    if (elsewhere)
        kho_log_info("the store lies in %s: user %s may not enter %s", cluster->root, cluster->user,
                     cluster->project);
    return true;
}

/* An eighth of the memory: a table of a few million records is then read from there. */
static int64_t shared_buffers_mb(void)
{
    int64_t mb = (int64_t)sysconf(_SC_PHYS_PAGES) / 8 * sysconf(_SC_PAGESIZE) >> 20;
    return KHO_MIN(KHO_MAX(mb, 128), 1024);
}

/* Errors are not logged with statement or detail, since those quote personal values. With minimal
 * WAL a table's first load is written once, not twice; the cluster has no standby to feed. On few
 * cores an index is built quicker by one process, since kho and the sources run there too. */
static const char *settings(const struct cluster *cluster)
{
    return kho_arena_printf(cluster->arena,
                            "# written by kho; settings of your own go to local.conf\n"
                            "listen_addresses = ''\n"
                            "unix_socket_directories = '%s'\n"
                            "unix_socket_permissions = 0700\n"
                            "wal_level = minimal\n"
                            "max_wal_senders = 0\n"
                            "max_wal_size = 4GB\n"
                            "checkpoint_timeout = 15min\n"
                            "shared_buffers = %" PRId64 "MB\n"
                            "%s"
                            "log_timezone = 'UTC'\n"
                            "log_min_messages = fatal\n"
                            "log_min_error_statement = panic\n"
                            "log_error_verbosity = terse\n"
                            "max_parallel_maintenance_workers = %d\n"
                            "include_if_exists = 'local.conf'\n",
                            cluster->socket_dir, shared_buffers_mb(),
                            cluster->major >= 15 ? "wal_compression = lz4\n" : "",
                            (int)sysconf(_SC_NPROCESSORS_ONLN) / 4);
}

/* Written by the cluster's own user: root does not write where somebody else may plant a link. */
static bool write_as_cluster(const struct cluster *cluster, const char *name, const char *content,
                             struct kho_err *err)
{
    const char *path = kho_path_join(cluster->arena, cluster->data, name);
    static const char script[] = "umask 077; printf %s \"$1\" >\"$2.new\" && mv \"$2.new\" \"$2\"";
    const char *const argv[] = {"/bin/sh", "-c", script, "sh", content, path, NULL};
    return run(cluster, argv, err);
}

static bool configure(const struct cluster *cluster, struct kho_err *err)
{
    KHO_TRY(write_as_cluster(cluster, "postgresql.conf", settings(cluster), err));
    KHO_TRY(write_as_cluster(cluster, "pg_hba.conf", "local all all peer map=kho\n", err));
    const char *ident = kho_arena_printf(cluster->arena, "kho %s kho\n%s", cluster->user,
                                         cluster->switch_user ? "kho root kho\n" : "");
    return write_as_cluster(cluster, "pg_ident.conf", ident, err);
}

/* The cluster is made aside and renamed when whole, so that a killed initdb leaves none. */
static bool make_cluster(const struct cluster *cluster, struct kho_err *err)
{
    kho_log_info("making the store's PostgreSQL cluster in %s", cluster->root);
    const char *aside = kho_path_join(cluster->arena, cluster->root, "data.new");
    const char *const remove[] = {"/bin/rm", "-rf", aside, NULL};
    KHO_TRY(run(cluster, remove, err));
    const char *initdb = kho_path_join(cluster->arena, cluster->bin, "initdb");
    const char *const argv[] = {initdb,
                                "-D",
                                aside,
                                "-U",
                                "kho",
                                "-A",
                                "peer",
                                "-E",
                                "UTF8",
                                "--locale=C.UTF-8",
                                "--no-instructions",
                                NULL};
    KHO_TRY(run(cluster, argv, err));
    struct cluster fresh = *cluster;
    fresh.data = aside;
    KHO_TRY(configure(&fresh, err));
    return kho_file_rename(aside, cluster->data, err);
}

static bool has_cluster(const struct cluster *cluster)
{
    return kho_file_exists(kho_path_join(cluster->arena, cluster->data, "PG_VERSION"));
}

static bool is_running(const struct cluster *cluster)
{
    struct kho_err ignored;
    const char *pg_ctl = kho_path_join(cluster->arena, cluster->bin, "pg_ctl");
    const char *const argv[] = {pg_ctl, "status", "-D", cluster->data, NULL};
    return run(cluster, argv, &ignored);
}

static bool start_cluster(const struct cluster *cluster, struct kho_err *err)
{
    KHO_TRY(make_private_dir(cluster, cluster->socket_dir, err));
    KHO_TRY(configure(cluster, err));
    const char *pg_ctl = kho_path_join(cluster->arena, cluster->bin, "pg_ctl");
    /* pg_ctl puts these paths into a shell's command line in double quotes: seen from the root they
     * are plain, whatever letters stand in the project's. */
    const char *const argv[] = {pg_ctl, "start", "-D", "data", "-l", "postgres.log",
                                "-w",   "-t",    "60", "-s",   NULL};
    if (run(cluster, argv, err))
        return true;
    err->class = KHO_ERR_UNREACHABLE;
    return kho_err_hint(err, "see %s", cluster->log);
}

static bool make_and_start(const struct cluster *cluster, struct kho_err *err)
{
    KHO_TRY(make_root(cluster, err));
    if (!has_cluster(cluster))
        KHO_TRY(make_cluster(cluster, err));
    return is_running(cluster) || start_cluster(cluster, err);
}

static bool stop_cluster(const struct cluster *cluster, struct kho_err *err)
{
    if (!is_running(cluster))
        return true;
    const char *pg_ctl = kho_path_join(cluster->arena, cluster->bin, "pg_ctl");
    const char *const argv[] = {pg_ctl, "stop", "-D", cluster->data, "-m", "fast",
                                "-w",   "-t",   "60", "-s",          NULL};
    KHO_TRY(run(cluster, argv, err));
    (void)rmdir(cluster->socket_dir); /* made anew at the next start */
    return true;
}

/* Several kho may start and stop the store at once: one does, the others wait. */
static bool do_locked(const struct cluster *cluster,
                      bool (*action)(const struct cluster *cluster, struct kho_err *err),
                      struct kho_err *err)
{
    const char *var = kho_path_join(cluster->arena, cluster->project, "var");
    KHO_TRY(kho_dir_make(var, 0755, err));
    const char *path = kho_path_join(cluster->arena, var, ".store.lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        kho_err_errno(err, KHO_ERR_FAILED, "cannot lock '%s'", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = action(cluster, err);
    close(fd);
    return ok;
}

bool kho_embedded_conninfo(struct kho_arena *arena, const char *project_dir, const char **conninfo,
                           struct kho_err *err)
{
    struct cluster cluster;
    KHO_TRY(locate(arena, project_dir, &cluster, err));
    *conninfo = kho_arena_printf(arena, "host=%s user=kho dbname=kho", cluster.socket_dir);
    return true;
}

bool kho_embedded_start(struct kho_arena *arena, const char *project_dir, struct kho_err *err)
{
    struct cluster cluster;
    KHO_TRY(locate(arena, project_dir, &cluster, err));
    KHO_TRY(find_programs(&cluster, err));
    return do_locked(&cluster, make_and_start, err);
}

bool kho_embedded_stop(struct kho_arena *arena, const char *project_dir, struct kho_err *err)
{
    struct cluster cluster;
    KHO_TRY(locate(arena, project_dir, &cluster, err));
    if (!has_cluster(&cluster))
        return true;
    return find_programs(&cluster, err) && do_locked(&cluster, stop_cluster, err);
}
