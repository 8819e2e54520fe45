/*
 * The queue of due runs, in the store (sql/store/0008_queue.sql): any number of servers share it.
 *
 * A task is one due run, unique by job and time. It is claimed under a lease that its worker
 * renews. Each claim has a number, and a run publishes only while it holds the newest: the check is
 * part of the publishing transaction, so that a due run is published once, whoever is dead, slow or
 * asleep. All times are the store's clock, so that servers with wrong clocks do no harm.
 *
 * All calls fail with UNREACHABLE when the store is away: kho_store_revive() and
 * kho_queue_listen(), then.
 */
#ifndef KHO_STORE_QUEUE_H
#define KHO_STORE_QUEUE_H

#include <kho/store/store.h>

struct kho_queue_job {
    struct kho_text name;
    struct kho_text schedule; /* as written; when it changes, planning begins anew */
    struct kho_text source;
    int64_t source_runs; /* 0 = no limit */
    struct kho_text dataset;
    int64_t dataset_runs; /* 0 = no limit */
    int64_t priority;
    const struct kho_text *after;
    size_t n_after;
};

/* Asks to be woken when something changes in the queue. */
KHO_MUST_USE bool kho_queue_listen(struct kho_store *store, struct kho_err *err);
/* The descriptor to wait on. */
int kho_queue_socket(const struct kho_store *store);
/* Takes in what came; true in `*woken` if a change was told. */
KHO_MUST_USE bool kho_queue_woken(struct kho_store *store, bool *woken, struct kho_err *err);

/* Writes what the configuration says of the jobs. */
KHO_MUST_USE bool kho_queue_sync(struct kho_store *store, const struct kho_queue_job *jobs,
                                 size_t count, struct kho_err *err);

/* Planning a job's runs, in one transaction that only one server is in at a time. */
struct kho_queue_planning {
    int64_t since_us; /* all until here is planned */
    int64_t now_us;
    bool paused;
};
KHO_MUST_USE bool kho_queue_plan_open(struct kho_store *store, struct kho_text job,
                                      struct kho_queue_planning *planning, struct kho_err *err);
struct kho_queue_task {
    struct kho_text job;
    int64_t due_us;
    int64_t not_before_us;
    int64_t priority;
    bool expires; /* if it still waits for other jobs when its day ends */
    bool asked;
};
/* Adds a task unless there is one of this job and time. */
KHO_MUST_USE bool kho_queue_add(struct kho_store *store, const struct kho_queue_task *task,
                                struct kho_err *err);
/* Commits; planned until now. Wakes the servers if something was added. */
KHO_MUST_USE bool kho_queue_plan_close(struct kho_store *store, struct kho_text job, int64_t now_us,
                                       bool added, struct kho_err *err);

/* What a server holds: a task under a claim. */
struct kho_claim {
    int64_t task; /* 0 = none */
    int64_t claim;
    int64_t failures; /* earlier tries that count */
    char job[64];
};

/* Claims the first task of these jobs that may run now; `claim->task` 0 if there is none. */
KHO_MUST_USE bool kho_queue_claim(struct kho_store *store, const char *worker, int64_t lease_ms,
                                  const struct kho_text *jobs, size_t n_jobs,
                                  struct kho_claim *claim, struct kho_err *err);

struct kho_queue_beat {
    bool held;   /* it is still ours; the lease is renewed */
    bool cancel; /* somebody asked to cancel it */
};
/* Renews the leases; one answer a claim. */
KHO_MUST_USE bool kho_queue_renew(struct kho_store *store, const struct kho_claim *claims,
                                  size_t count, int64_t lease_ms, struct kho_queue_beat *beats,
                                  struct kho_err *err);

/* The store's clock, and when the next task that waits for its time may be claimed (0 = none).
 * Tasks whose other jobs did not succeed on their day are skipped by the way. */
KHO_MUST_USE bool kho_queue_look(struct kho_store *store, int64_t *now_us, int64_t *next_us,
                                 struct kho_err *err);

/* Tells one task whose lease has run out, and takes it over under a claim of ours, to decide what
 * becomes of it; `claim->task` 0 if there is none. */
KHO_MUST_USE bool kho_queue_take_lost(struct kho_store *store, const char *worker, int64_t lease_ms,
                                      const struct kho_text *jobs, size_t n_jobs,
                                      struct kho_claim *claim, struct kho_err *err);

struct kho_queue_end {
    const char *state;   /* published, ready (another try), failed, cancelled */
    const char *outcome; /* one word for the try: published, failed, timed out, lost, ... */
    int64_t wait_ms;     /* ready: before the next try */
    bool counts;         /* this try counts as a failure */
    int exit_code;
    const char *error_class; /* or NULL */
    const char *error;
    struct kho_text output;
};
/* Ends a try. Does nothing to a task that is not ours any more, or is published. `*state` is what
 * the task is in afterwards, in the arena. */
KHO_MUST_USE bool kho_queue_finish(struct kho_store *store, struct kho_arena *arena,
                                   const struct kho_claim *claim, const struct kho_queue_end *end,
                                   const char **state, struct kho_err *err);

struct kho_queue_depth {
    int64_t ready;
    int64_t running;
};
KHO_MUST_USE bool kho_queue_depth(struct kho_store *store, struct kho_queue_depth *depth,
                                  struct kho_err *err);

/* Notes what is told of a job (ok, failed, late; the task that was given up or 0); `*ours` if that
 * was not noted before, so that it is the caller's to tell. */
KHO_MUST_USE bool kho_queue_alarm(struct kho_store *store, struct kho_text job, const char *alarm,
                                  int64_t task, bool *ours, struct kho_err *err);

/* Asks for a run now; a task that was asked for and has not begun stands for it. */
KHO_MUST_USE bool kho_queue_ask(struct kho_store *store, struct kho_text job, int64_t priority,
                                int64_t *task, struct kho_err *err);

/* Asks the worker of a run to end it; takes it out of the queue if it waits for another try.
 * USAGE if the run is not under way, or not of a server. `*running` tells which of the two. */
KHO_MUST_USE bool kho_queue_cancel(struct kho_store *store, int64_t run, bool *running,
                                   struct kho_err *err);

/* Pauses or resumes a job that kho_queue_sync() wrote; false in `*changed` if it was so before.
 * What was due while it was paused is not made up for. */
KHO_MUST_USE bool kho_queue_pause(struct kho_store *store, struct kho_text job, bool pause,
                                  bool *changed, struct kho_err *err);

#endif
