/* The server's loop: signals, the store coming and going, planning, claiming, ending. */
#include "serve.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <kho/core/clock.h>
#include <kho/core/log.h>
#include <kho/core/progress.h>
#include <kho/schedule/backoff.h>

#include "systemd.h"

static const struct kho_serve_config *settings(const struct server *server)
{
    return &server->project->config.warehouse.serve;
}

static void show_problems(const struct kho_project *project)
{
    struct kho_buf text;
    kho_buf_init(&text, (size_t)16 << 20);
    kho_diags_show(&project->diags, &text);
    kho_progress_wipe();
    fwrite(kho_buf_cstr(&text), 1, text.len, stderr);
    kho_buf_release(&text);
}

static bool load_project(const char *dir, struct kho_arena *arena, struct kho_project **project,
                         struct kho_err *err)
{
    *project = kho_arena_alloc(arena, sizeof(**project));
    KHO_TRY(kho_project_load(arena, dir, *project, err));
    show_problems(*project);
    return kho_diags_check(&(*project)->diags, err);
}

static void use_project(struct server *server, struct kho_arena *arena, struct kho_project *project)
{
    size_t n_jobs = project->config.n_jobs;
    server->arena = arena;
    server->project = project;
    server->jobs = kho_arena_array(arena, n_jobs, sizeof(*server->jobs));
    server->due_us = kho_arena_array(arena, n_jobs, sizeof(*server->due_us));
    for (size_t i = 0; i < n_jobs; i++)
        server->jobs[i] = project->config.jobs[i].name;
    size_t places = (size_t)settings(server)->workers;
    if (places <= server->n_workers)
        return; /* fewer places are used from now on; those taken empty by and by */
    server->workers = kho_realloc(server->workers, places * sizeof(*server->workers));
    for (size_t i = server->n_workers; i < places; i++)
        server->workers[i] = (struct worker){.output = -1};
    server->n_workers = places;
}

/* The store comes before the new jobs: only a configuration that it takes is used. */
static bool fit_store(struct server *server, const struct kho_project *project, struct kho_err *err)
{
    return kho_store_ensure(server->store, &project->schemas, false, err) &&
           kho_project_sync(project, server->store, err);
}

static void take_over(struct server *server)
{
    struct kho_err err = {0};
    struct kho_arena *arena = kho_arena_new(NULL), *old = server->arena;
    struct kho_project *project;
    if (!load_project(server->dir, arena, &project, &err) ||
        (server->connected && !fit_store(server, project, &err))) {
        kho_log_error(&err);
        kho_log_warning("the configuration was not taken over; the one before stays in use");
        kho_arena_free(arena);
        return;
    }
    use_project(server, arena, project);
    kho_arena_free(old);
    server->look_at_us = 0;
    kho_log_info("the configuration was read anew: %zu jobs", project->config.n_jobs);
}

static void reload(struct server *server)
{
    systemd_tell("RELOADING=1");
    take_over(server);
    systemd_tell("READY=1");
}

/* Opens the store, or connects anew, and tells it what the jobs are. */
static bool connect_store(struct server *server, struct kho_err *err)
{
    if (server->store == NULL) {
        kho_arena_clear(server->store_arena);
        KHO_TRY(kho_project_store(server->project, server->store_arena, &server->store, err));
    } else {
        KHO_TRY(kho_store_revive(server->store, err));
    }
    return fit_store(server, server->project, err) && kho_queue_listen(server->store, err);
}

#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 60000

static void try_to_connect(struct server *server)
{
    struct kho_err err = {0};
    int64_t now = kho_clock_monotonic_us();
    if (connect_store(server, &err)) {
        if (server->tries != 0)
            kho_log_info("the store is back");
        systemd_tell("STATUS=serving");
        server->connected = true;
        server->tries = 0;
        server->look_at_us = 0;
        memset(server->due_us, 0, server->project->config.n_jobs * sizeof(*server->due_us));
        return;
    }
    server->connected = false;
    server->tries++;
    int64_t wait = kho_backoff_ms(FIRST_WAIT_MS, LONGEST_WAIT_MS, server->tries, (uint64_t)now);
    server->look_at_us = now + wait * 1000;
    systemd_tell("STATUS=waiting for the store");
    kho_log_warning("%s; trying again in %.1f s", err.message, (double)wait / 1000);
}

static void lose_store(struct server *server, const struct kho_err *err)
{
    systemd_tell("STATUS=waiting for the store");
    kho_log_warning("%s; waiting for the store", err->message);
    server->connected = false;
    server->tries = 1;
    server->look_at_us = kho_clock_monotonic_us() + FIRST_WAIT_MS * 1000;
}

static void tell_end(const struct worker *worker, const struct kho_queue_end *end,
                     const char *state)
{
    const char *said = end->error != NULL ? end->error : end->outcome;
    if (strcmp(state, "published") == 0)
        kho_log_info("job %s: published (task %" PRId64 ")", worker->claim.job, worker->claim.task);
    else if (strcmp(state, "ready") == 0)
        kho_log_info("job %s: %s; again in %" PRId64 " s", worker->claim.job, said,
                     end->wait_ms / 1000);
    else
        kho_log_warning("job %s: %s: %s", worker->claim.job, state, said);
}

static const struct kho_retry *retry_of(const struct server *server, const char *name)
{
    static const struct kho_retry none = {0};
    const struct kho_job *job = kho_config_job(&server->project->config, kho_text_of(name));
    return job != NULL ? &job->retry : &none; /* it left the configuration meanwhile */
}

/* Records how a try ended, and frees the place. A claim that was lost is another worker's now. */
static bool record_end(struct server *server, struct worker *worker, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    const char *state = "";
    struct kho_queue_end end = {.output = kho_buf_as_text(&worker->tail)};
    struct verdict_try attempt = {.stop = worker->stop,
                                  .failures = worker->claim.failures,
                                  .seed = (uint64_t)worker->claim.task};
    attempt.exit_code = WIFEXITED(worker->status) ? WEXITSTATUS(worker->status) : 0;
    attempt.signal = WIFSIGNALED(worker->status) ? WTERMSIG(worker->status) : 0;
    verdict_give(&attempt, retry_of(server, worker->claim.job), &end);
    if (end.output.ptr == NULL)
        end.output = KHO_TEXT("");
    end.error = verdict_error(scratch, end.output);
    bool ok = kho_queue_finish(server->store, scratch, &worker->claim, &end, &state, err);
    if (ok) {
        tell_end(worker, &end, state);
        worker_free(worker);
    }
    kho_arena_free(scratch);
    return ok;
}

static bool record_ends(struct server *server, struct kho_err *err)
{
    for (size_t i = 0; i < server->n_workers; i++) {
        struct worker *worker = &server->workers[i];
        if (!worker_is_free(worker) && worker->ended)
            KHO_TRY(record_end(server, worker, err));
    }
    return true;
}

/* Leases are renewed three times before they run out. */
static bool renew(struct server *server, struct kho_err *err)
{
    struct kho_claim claims[64];
    struct kho_queue_beat beats[64];
    struct worker *held[64];
    size_t count = 0;
    int64_t now = kho_clock_monotonic_us();
    for (size_t i = 0; i < server->n_workers; i++) {
        if (worker_is_free(&server->workers[i]))
            continue;
        held[count] = &server->workers[i];
        claims[count++] = server->workers[i].claim;
    }
    server->renew_at_us = now + settings(server)->lease_ms * 1000 / 3;
    if (count == 0)
        return true;
    KHO_TRY(kho_queue_renew(server->store, claims, count, settings(server)->lease_ms, beats, err));
    for (size_t i = 0; i < count; i++) {
        if (beats[i].cancel)
            worker_stop(held[i], STOP_CANCEL, now);
        else if (!beats[i].held)
            worker_stop(held[i], STOP_LOST, now);
    }
    return true;
}

static bool look(struct server *server, int64_t *next_us, struct kho_err *err)
{
    int64_t before = server->now_us;
    KHO_TRY(kho_queue_look(server->store, &server->now_us, next_us, err));
    server->looked_us = kho_clock_monotonic_us();
    if (server->now_us < before) /* the clock was set back: what is due next, too */
        memset(server->due_us, 0, server->project->config.n_jobs * sizeof(*server->due_us));
    return true;
}

/* Takes over what dead workers left, and decides about it as about a try of its own. */
static bool take_lost(struct server *server, struct kho_err *err)
{
    for (;;) {
        struct worker lost = {.output = -1, .stop = STOP_LOST, .ended = true};
        KHO_TRY(kho_queue_take_lost(server->store, server->name, settings(server)->lease_ms,
                                    server->jobs, server->project->config.n_jobs, &lost.claim,
                                    err));
        if (worker_is_free(&lost))
            return true;
        KHO_TRY(record_end(server, &lost, err));
    }
}

static struct worker *free_place(struct server *server)
{
    for (size_t i = 0; i < (size_t)settings(server)->workers; i++)
        if (worker_is_free(&server->workers[i]))
            return &server->workers[i];
    return NULL;
}

static bool claim(struct server *server, struct kho_err *err)
{
    struct worker *place;
    while ((place = free_place(server)) != NULL) {
        struct kho_claim won;
        KHO_TRY(kho_queue_claim(server->store, server->name, settings(server)->lease_ms,
                                server->jobs, server->project->config.n_jobs, &won, err));
        if (won.task == 0)
            break;
        const struct kho_job *job = kho_config_job(&server->project->config, kho_text_of(won.job));
        KHO_BUG_IF(job == NULL);
        kho_log_info("job %s: begins (task %" PRId64 ", try %" PRId64 ")", won.job, won.task,
                     won.claim);
        worker_start(server, place, job, &won);
    }
    return true;
}

/* Returns our time for a time of the store. */
static int64_t local_us(const struct server *server, int64_t store_us)
{
    if (store_us == INT64_MAX || store_us == 0)
        return INT64_MAX;
    return server->looked_us + (store_us - server->now_us);
}

/* All that is done with the store, when something may have changed or the time has come. */
static bool work(struct server *server, struct kho_err *err)
{
    int64_t next_us = 0, now = kho_clock_monotonic_us();
    if (now < server->look_at_us && now < server->renew_at_us)
        return true;
    KHO_TRY(record_ends(server, err));
    KHO_TRY(renew(server, err));
    if (!server->draining) {
        KHO_TRY(look(server, &next_us, err));
        KHO_TRY(planner_run(server, err));
        KHO_TRY(take_lost(server, err));
        KHO_TRY(claim(server, err));
        KHO_TRY(alarm_watch(server, err));
        KHO_TRY(look(server, &next_us, err));
    }
    server->look_at_us = kho_clock_monotonic_us() + settings(server)->poll_ms * 1000;
    if (!server->draining)
        server->look_at_us =
            KHO_MIN(server->look_at_us,
                    KHO_MIN(local_us(server, next_us), local_us(server, planner_next_us(server))));
    return true;
}

static size_t count_workers(const struct server *server)
{
    size_t n = 0;
    for (size_t i = 0; i < server->n_workers; i++)
        n += worker_is_free(&server->workers[i]) ? 0 : 1;
    return n;
}

static void stop_workers(struct server *server, int64_t now_us)
{
    for (size_t i = 0; i < server->n_workers; i++)
        if (!worker_is_free(&server->workers[i]))
            worker_stop(&server->workers[i], STOP_DRAIN, now_us);
}

static void drain(struct server *server)
{
    int64_t now = kho_clock_monotonic_us();
    if (server->draining)
        server->drain_until_us = now;
    else
        server->drain_until_us = now + settings(server)->grace_ms * 1000;
    server->draining = true;
    systemd_tell("STOPPING=1");
    kho_log_info("ending: %zu runs under way", count_workers(server));
}

/* Notifiers end here too, and need nothing more. */
static void reap(struct server *server)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < server->n_workers; i++) {
            struct worker *worker = &server->workers[i];
            if (worker_is_free(worker) || worker->ended || worker->pid != pid)
                continue;
            worker_end(worker, status);
            if (server->connected)
                server->look_at_us = 0;
        }
}

static void take_signals(struct server *server, int signals)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            reload(server);
        else if (info.ssi_signo != SIGCHLD)
            drain(server);
    }
    reap(server);
}

/* Returns when something is due by our clock. */
static int64_t tick(struct server *server)
{
    int64_t now = kho_clock_monotonic_us();
    int64_t next = server->look_at_us;
    if (server->watchdog_us != 0) {
        systemd_tell("WATCHDOG=1");
        next = KHO_MIN(next, now + server->watchdog_us);
    }
    if (server->connected && count_workers(server) != 0)
        next = KHO_MIN(next, server->renew_at_us);
    if (server->draining && now >= server->drain_until_us)
        stop_workers(server, now);
    else if (server->draining)
        next = KHO_MIN(next, server->drain_until_us);
    for (size_t i = 0; i < server->n_workers; i++)
        next = KHO_MIN(next, worker_tick(&server->workers[i], now));
    return next;
}

/* Takes in what the store has told, also by the way of other answers: those are no longer in the
 * socket. */
static void hear_store(struct server *server)
{
    struct kho_err err = {0};
    bool woken = false;
    if (!server->connected)
        return;
    if (!kho_queue_woken(server->store, &woken, &err))
        lose_store(server, &err);
    else if (woken)
        server->look_at_us = 0;
}

/* Sleeps until then, or a signal, the store, or a run has something to say. */
static void wait_until(struct server *server, int signals, int64_t until_us)
{
    struct pollfd fds[2 + 64] = {{.fd = signals, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    nfds_t count = 2;
    if (server->connected)
        fds[1].fd = kho_queue_socket(server->store);
    for (size_t i = 0; i < server->n_workers; i++)
        if (server->workers[i].output >= 0)
            fds[count++] = (struct pollfd){.fd = server->workers[i].output, .events = POLLIN};
    int64_t left_ms = (until_us - kho_clock_monotonic_us()) / 1000 + 1;
    (void)poll(fds, count, (int)KHO_MIN(KHO_MAX(left_ms, 0), 60000));
    for (size_t i = 0; i < server->n_workers; i++)
        worker_read(&server->workers[i]);
    hear_store(server);
}

/* What is recorded must have been seen by the store; while it is away, ends wait for it. */
static bool is_done(const struct server *server)
{
    if (!server->draining)
        return false;
    for (size_t i = 0; i < server->n_workers; i++)
        if (!worker_is_free(&server->workers[i]) &&
            (server->connected || !server->workers[i].ended))
            return false;
    return true;
}

static void serve(struct server *server, int signals)
{
    while (!is_done(server)) {
        struct kho_err err = {0};
        take_signals(server, signals);
        if (!server->connected && kho_clock_monotonic_us() >= server->look_at_us)
            try_to_connect(server);
        if (server->connected && !work(server, &err))
            lose_store(server, &err);
        hear_store(server);
        wait_until(server, signals, tick(server));
    }
}

static bool catch_signals(int *signals, struct kho_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    *signals = -1;
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        *signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return *signals >= 0 || kho_err_errno(err, KHO_ERR_FAILED, "cannot wait for signals");
}

bool kho_serve(const char *dir, struct kho_err *err)
{
    struct server server = {.dir = dir, .store_arena = kho_arena_new(NULL)};
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_project *project;
    int signals;
    char host[256] = "";
    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    snprintf(server.name, sizeof(server.name), "%s/%d", host, (int)getpid());
    if (!load_project(dir, arena, &project, err) || !catch_signals(&signals, err)) {
        kho_arena_free(arena);
        kho_arena_free(server.store_arena);
        return false;
    }
    use_project(&server, arena, project);
    server.watchdog_us = systemd_watchdog_us();
    systemd_tell("READY=1");
    kho_log_info("serving %zu jobs as %s", project->config.n_jobs, server.name);
    serve(&server, signals);
    close(signals);
    free(server.workers);
    kho_arena_free(server.arena);
    kho_arena_free(server.store_arena);
    return true;
}
