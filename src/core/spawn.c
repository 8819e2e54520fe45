/* One program, run to its end; its output is kept for the error message alone. */
#include <kho/core/spawn.h>

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>

#include <kho/core/buf.h>

#define KEPT_OUTPUT_BYTES 600

KHO_NORETURN static void child(const struct kho_spawn_options *options, int output)
{
    int null = open("/dev/null", O_RDONLY);
    bool ok = null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
              dup2(output, STDERR_FILENO) >= 0 &&
              (options->dir == NULL || chdir(options->dir) == 0) &&
              (!options->switch_user || (setgroups(1, &options->gid) == 0 &&
                                         setgid(options->gid) == 0 && setuid(options->uid) == 0));
    /* A session of its own: a signal from the terminal is for kho, which then decides. */
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* `kho serve` blocks some */
    signal(SIGPIPE, SIG_DFL);
    if (ok)
        execv(options->argv[0], (char *const *)options->argv);
    dprintf(output, "%s: %s", options->argv[0], strerror(errno));
    _exit(127);
}

/* Reads to the end, keeping the last KEPT_OUTPUT_BYTES. */
static void read_tail(int fd, struct kho_buf *tail)
{
    char chunk[4096];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        kho_buf_append(tail, chunk, (size_t)got);
        if (tail->len > KEPT_OUTPUT_BYTES) {
            size_t drop = tail->len - KEPT_OUTPUT_BYTES;
            memmove(tail->data, tail->data + drop, KEPT_OUTPUT_BYTES);
            tail->len = KEPT_OUTPUT_BYTES;
        }
    }
}

static bool wait_for(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return false;
    return true;
}

static bool finish(const char *program, pid_t pid, int output, struct kho_err *err)
{
    struct kho_buf tail;
    kho_buf_init(&tail, KEPT_OUTPUT_BYTES + 4096);
    read_tail(output, &tail);
    int status = 0;
    bool ok = wait_for(pid, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok) {
        struct kho_text said = kho_text_trim(kho_buf_as_text(&tail));
        kho_err_set(err, KHO_ERR_FAILED, "'%s' failed: %.*s", program, KHO_TEXT_ARGS(said));
    }
    kho_buf_release(&tail);
    return ok;
}

bool kho_spawn_run(const struct kho_spawn_options *options, struct kho_err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0)
        child(options, ends[1]);
    close(ends[1]);
    bool ok = pid > 0 ? finish(options->argv[0], pid, ends[0], err)
                      : kho_err_errno(err, KHO_ERR_FAILED, "cannot fork");
    close(ends[0]);
    return ok;
}
