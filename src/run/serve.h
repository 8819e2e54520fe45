/*
 * What the files of the server share: serve.c is the loop, worker.c a child process and its end,
 * planner.c what is due, verdict.c what becomes of a task after a try, alarm.c and notify.c tell
 * people, metrics.c machines.
 */
#ifndef KHO_RUN_SERVE_INTERNAL_H
#define KHO_RUN_SERVE_INTERNAL_H

#include <sys/types.h>

#include <kho/core/buf.h>
#include <kho/run/health.h>
#include <kho/run/serve.h>

/* Why the server ended a run before its time. */
enum worker_stop { STOP_NONE, STOP_TIMEOUT, STOP_CANCEL, STOP_LOST, STOP_DRAIN };

/* One child process and the claim it works under; a free place has task 0. Times are
 * kho_clock_monotonic_us(). */
struct worker {
    struct kho_claim claim;
    pid_t pid;
    int output; /* the reading end of its stdout and stderr, or -1 */
    struct kho_buf tail;
    int64_t timeout_at_us;
    int64_t kill_at_us; /* 0 = it was not told to end */
    enum worker_stop stop;
    bool ended;
    int status; /* of waitpid() */
};

struct server {
    const char *dir;
    char name[300];          /* host/pid */
    struct kho_arena *arena; /* the project's */
    struct kho_project *project;
    struct kho_text *jobs; /* names, one a job of the project */
    int64_t *due_us;       /* when each is due next, by the store's clock; 0 = unknown */
    struct kho_arena *store_arena;
    struct kho_store *store; /* NULL = never reached */
    bool connected;
    int64_t tries; /* to connect, that failed in a row */
    struct worker *workers;
    size_t n_workers;
    int64_t now_us;     /* the store's clock, when it was looked at ... */
    int64_t looked_us;  /* ... and ours then */
    int64_t look_at_us; /* look again then */
    int64_t renew_at_us;
    bool draining;
    int64_t drain_until_us;
    int64_t watchdog_us; /* systemd wants to hear of us this often; 0 = never */
};

/* worker.c */
/* Starts a run of a claimed task; a fork that fails is an ended worker. */
void worker_start(struct server *server, struct worker *worker, const struct kho_job *job,
                  const struct kho_claim *claim);
/* Takes in what it printed. */
void worker_read(struct worker *worker);
/* Notes that the process has ended. */
void worker_end(struct worker *worker, int status);
/* Asks it to end; kills it `kho_worker_patience` later. */
void worker_stop(struct worker *worker, enum worker_stop why, int64_t now_us);
/* Does what the time asks for: timeout, and the kill after a stop. Returns when it is next due. */
int64_t worker_tick(struct worker *worker, int64_t now_us);
void worker_free(struct worker *worker);
bool worker_is_free(const struct worker *worker);

/* planner.c: puts what is due into the queue. */
KHO_MUST_USE bool planner_run(struct server *server, struct kho_err *err);
/* The store's time at which a job is due next; INT64_MAX if none has a schedule. */
int64_t planner_next_us(const struct server *server);

/* metrics.c */
struct metrics_state {
    const struct kho_health *health;
    size_t count;
    int64_t now_us;
    struct kho_queue_depth depth;
};
void metrics_put(struct kho_arena *arena, const struct metrics_state *state, struct kho_buf *out);
KHO_MUST_USE bool metrics_write(struct kho_arena *arena, const char *path,
                                const struct metrics_state *state, struct kho_err *err);

/* notify.c: hands the news over as `notify:` says, in a process of its own. */
void notify_send(const struct server *server, struct kho_text news);
/* Posts news to a URL; `token` NULL = none. UNREACHABLE, or FAILED if it is not answered by 2xx. */
KHO_MUST_USE bool notify_post(struct kho_arena *arena, const char *url, struct kho_text token,
                              struct kho_text news, struct kho_err *err);

/* alarm.c: sees how the jobs are, tells news, writes the metrics. */
KHO_MUST_USE bool alarm_watch(struct server *server, struct kho_err *err);

/* verdict.c: what becomes of a task. */
struct verdict_try {
    enum worker_stop stop;
    int exit_code;    /* of a run that ended by itself */
    int signal;       /* that killed it, or 0 */
    int64_t failures; /* before */
    uint64_t seed;
};
/* Fills state, outcome, wait, counts, exit code and class. */
void verdict_give(const struct verdict_try *attempt, const struct kho_retry *retry,
                  struct kho_queue_end *end);
/* Finds the last error that a run's output tells; in the arena, or NULL. */
const char *verdict_error(struct kho_arena *arena, struct kho_text output);

#endif
