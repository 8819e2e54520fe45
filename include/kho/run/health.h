/* How the jobs of a project are: what the ledger and the queue know, against what the files want.
 */
#ifndef KHO_RUN_HEALTH_H
#define KHO_RUN_HEALTH_H

#include <kho/run/project.h>

struct kho_health {
    const struct kho_job *job;
    struct kho_text status;   /* of the last run; `never run` */
    struct kho_text finished; /* times as shown, in the warehouse's zone; or NULL */
    struct kho_text published;
    struct kho_text records;  /* numbers as text; NULL = nothing was published */
    struct kho_text rejected; /* open rejects */
    struct kho_text read;     /* by the last published run ... */
    struct kho_text seconds;  /* ... and how long it took */
    struct kho_text error;    /* of the last run, or of a task that was given up; or NULL */
    int64_t published_us;     /* 0 = never */
    bool paused;
    bool failed;
    bool late;         /* nothing was published within `fresh_within:` */
    bool given_up;     /* its newest task failed for good */
    int64_t task;      /* the newest; 0 = none */
    int64_t task_run;  /* its last run; 0 = none */
    const char *alarm; /* what was notified last: ok, failed, late */
    int64_t alarm_task;
    int64_t next_us; /* 0 = no schedule */
};

/* One a job of the configuration, in its order; all in the arena. `now_us` 0 = our clock's. */
KHO_MUST_USE bool kho_project_health(const struct kho_project *project, struct kho_store *store,
                                     struct kho_arena *arena, int64_t now_us,
                                     struct kho_health **health, struct kho_err *err);

#endif
