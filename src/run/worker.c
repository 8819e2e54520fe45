/*
 * One run as a child process: the same code as `kho run`, forked with the configuration that the
 * server has. Its output is kept, its end awaited, its time limited.
 */
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <kho/core/clock.h>
#include <kho/core/log.h>
#include <kho/run/job.h>

#include "serve.h"

#define KEPT_BYTES ((size_t)64 << 10)
#define PATIENCE_US (10 * KHO_US_PER_SECOND)

static void limit(int resource, rlim_t value)
{
    struct rlimit both = {value, value};
    if (setrlimit((__rlimit_resource_t)resource, &both) != 0)
        kho_log_warning("cannot limit a run: %s", strerror(errno));
}

/* Leaves the server's signals, files and terminal; ends with the server. */
static bool become_child(const struct server *server, int output, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    int null = open("/dev/null", O_RDONLY);
    bool ok = null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
              dup2(output, STDERR_FILENO) >= 0 && close_range(3, ~0u, 0) == 0 &&
              prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
    setsid();
    sigprocmask(SIG_SETMASK, &none, NULL);
    limit(RLIMIT_CORE, 0); /* records have no place in a core file */
    if (server->project->config.warehouse.serve.memory_bytes > 0)
        limit(RLIMIT_AS, (rlim_t)server->project->config.warehouse.serve.memory_bytes);
    return ok;
}

static bool make_run(const struct server *server, const struct kho_job *job,
                     const struct kho_claim *claim, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_store *store;
    struct kho_receipt receipt;
    struct kho_store_options options = {
        .warehouse = &server->project->config.warehouse,
        .dir = server->dir,
        .application =
            kho_arena_printf(arena, "kho task %" PRId64 "/%" PRId64, claim->task, claim->claim)};
    struct kho_run_options run = {.task = claim->task, .claim = claim->claim};
    KHO_TRY(kho_store_open(arena, &options, &store, err));
    KHO_TRY(kho_job_run(server->project, store, job, &run, &receipt, err));
    printf("run %" PRId64 " %s: read %" PRId64 ", inserted %" PRId64 ", updated %" PRId64
           ", deleted %" PRId64 ", unchanged %" PRId64 ", rejected %" PRId64 "\n",
           receipt.stats.run, receipt.status, receipt.stats.read, receipt.stats.inserted,
           receipt.stats.updated, receipt.stats.deleted, receipt.stats.unchanged,
           receipt.stats.rejected);
    return true;
}

KHO_NORETURN static void child(const struct server *server, const struct kho_job *job,
                               const struct kho_claim *claim, int output, pid_t parent)
{
    struct kho_err err = {0};
    int code = kho_err_exit_code(KHO_ERR_FAILED);
    if (become_child(server, output, parent)) {
        bool ok = make_run(server, job, claim, &err);
        if (!ok)
            kho_log_error(&err);
        code = ok ? 0 : kho_err_exit_code(err.class);
    }
    fflush(NULL);
    /* What was inherited is the server's: nothing of it is closed in an orderly way here. */
    _exit(code);
}

void worker_start(struct server *server, struct worker *worker, const struct kho_job *job,
                  const struct kho_claim *claim)
{
    int ends[2];
    *worker = (struct worker){.claim = *claim, .output = -1, .ended = true};
    worker->timeout_at_us = kho_clock_monotonic_us() + job->timeout_ms * 1000;
    kho_buf_init(&worker->tail, 2 * KEPT_BYTES);
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        kho_log_warning("cannot start a run: %s", strerror(errno));
        worker->status = 1 << 8;
        return;
    }
    pid_t self = getpid();
    worker->pid = fork();
    if (worker->pid == 0)
        child(server, job, claim, ends[1], self);
    close(ends[1]);
    worker->output = ends[0];
    worker->ended = worker->pid < 0;
    if (worker->ended) {
        kho_log_warning("cannot fork: %s", strerror(errno));
        worker->status = kho_err_exit_code(KHO_ERR_UNREACHABLE) << 8;
    }
}

/* The end of what a run says tells how it ended. */
static void drop_beginning(struct kho_buf *tail)
{
    if (tail->len <= KEPT_BYTES)
        return;
    size_t drop = tail->len - KEPT_BYTES;
    memmove(tail->data, tail->data + drop, KEPT_BYTES);
    tail->len = KEPT_BYTES;
    tail->data[tail->len] = '\0';
}

void worker_read(struct worker *worker)
{
    char chunk[4096];
    while (worker->output >= 0) {
        ssize_t got = read(worker->output, chunk, sizeof(chunk));
        if (got < 0)
            return; /* nothing more for now */
        if (got == 0) {
            close(worker->output);
            worker->output = -1;
            return;
        }
        for (ssize_t i = 0; i < got; i++) /* the store's texts hold none */
            if (chunk[i] == '\0')
                chunk[i] = '?';
        kho_buf_append(&worker->tail, chunk, (size_t)got);
        drop_beginning(&worker->tail);
    }
}

void worker_end(struct worker *worker, int status)
{
    worker->status = status;
    worker->ended = true;
    worker_read(worker);
}

void worker_stop(struct worker *worker, enum worker_stop why, int64_t now_us)
{
    if (worker->ended || worker->stop != STOP_NONE)
        return;
    worker->stop = why;
    worker->kill_at_us = now_us + PATIENCE_US;
    kill(worker->pid, SIGTERM);
    kill(worker->pid, SIGCONT); /* one that was stopped hears it now */
}

int64_t worker_tick(struct worker *worker, int64_t now_us)
{
    if (worker_is_free(worker) || worker->ended)
        return INT64_MAX;
    if (worker->stop == STOP_NONE && now_us >= worker->timeout_at_us)
        worker_stop(worker, STOP_TIMEOUT, now_us);
    if (worker->stop == STOP_NONE)
        return worker->timeout_at_us;
    if (now_us < worker->kill_at_us)
        return worker->kill_at_us;
    kill(worker->pid, SIGKILL);
    return now_us + KHO_US_PER_SECOND;
}

void worker_free(struct worker *worker)
{
    if (worker->output >= 0)
        close(worker->output);
    kho_buf_release(&worker->tail);
    *worker = (struct worker){.output = -1};
}

bool worker_is_free(const struct worker *worker)
{
    return worker->claim.task == 0;
}
