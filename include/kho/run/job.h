/*
 * One run of one job: a row's whole way from the source through the normaliser into the store, with
 * its receipt.
 */
#ifndef KHO_RUN_JOB_H
#define KHO_RUN_JOB_H

#include <kho/run/project.h>
#include <kho/source/source.h>
#include <kho/store/load.h>

/* A change of the source's table since the feed's last published run. */
struct kho_drift_change {
    const char *column;
    const char *change; /* new, missing, type */
    const char *was;    /* types; or NULL */
    const char *is;
};

struct kho_receipt {
    const char *job;
    const char *source;
    const char *schema;
    const char *feed;
    const char *status;  /* published, dry run, failed, stopped, interrupted, busy */
    const char *asked;   /* full, changes, cursor: what the job asks for; NULL = it did not start */
    const char *pull;    /* what was read */
    const char *because; /* why all rows, although it asks for less; or NULL */
    const char *from;    /* bounds of the window; or NULL */
    const char *to;
    const struct kho_drift_change *drift; /* in the project's arena, as all texts here */
    size_t n_drift;
    const char *next; /* of a backfill: where the next range begins; NULL = that was the last */
    unsigned accepted;
    struct kho_load_stats stats;
    int64_t elapsed_us;
};

struct kho_run_options {
    bool dry_run;      /* all of a run, but rolled back; the store's tables may be missing */
    bool full;         /* compare all rows, whatever the job says */
    unsigned accepted; /* enum kho_accept (store/limits.h): limits that do not stop the run */
    const struct kho_range *range; /* read only the next range of a backfill, from ... */
    const char *range_from;        /* ... this value on; NULL = the smallest */
    int64_t task;                  /* not 0: the run of this task of the queue ... */
    int64_t claim; /* ... under this claim; then it is not tried again: the queue does that */
};

/* Runs a job to its end; UNREACHABLE is tried again as the job's `retry:` says. The receipt is
 * filled as far as the run came, also on failure. The project's store must be open and its tables
 * be there (kho_store_ensure()). */
KHO_MUST_USE bool kho_job_run(const struct kho_project *project, struct kho_store *store,
                              const struct kho_job *job, const struct kho_run_options *options,
                              struct kho_receipt *receipt, struct kho_err *err);

struct kho_backfill_options {
    struct kho_range range;
    const char *from; /* NULL = where an unfinished backfill stopped, else the smallest value */
    bool restart;     /* forget an unfinished one */
    void (*each)(void *context, const struct kho_receipt *receipt, const struct kho_err *err);
    void *context;
};

/* Runs a job range by range of a column, oldest first, each published by itself; goes on where an
 * earlier backfill stopped. What is in no range, or was deleted, is left to the job's next run. */
KHO_MUST_USE bool kho_job_backfill(const struct kho_project *project, struct kho_store *store,
                                   const struct kho_job *job,
                                   const struct kho_backfill_options *options, struct kho_err *err);

/* What a run would do with the first rows of the source; nothing is written anywhere. */
struct kho_sample {
    const struct kho_schema *schema;
    const char **exprs; /* one a column of the schema: what maps it, "" = nothing */
    size_t n_rows;
    struct kho_text *keys;  /* one a row */
    struct kho_text *cells; /* n_rows * columns, as canonical text */
    int64_t read;
    int64_t rejected;
    struct kho_sample_reject {
        struct kho_text key;
        const char *severity;
        const char *column; /* or NULL */
        const char *rule;
        const char *reason;
    } * rejects;
    size_t n_rejects;
};

/* Reads `rows` rows (1..KHO_BATCH_ROWS) and maps them. All of the sample lives in the arena. */
KHO_MUST_USE bool kho_job_sample(const struct kho_project *project, struct kho_arena *arena,
                                 const struct kho_job *job, int64_t rows, struct kho_sample *sample,
                                 struct kho_err *err);

/* Connects to the job's source and compiles the mapping against what is there; problems with their
 * places go to `diags`, and so does, as an error too, that the source cannot be reached. */
KHO_MUST_USE bool kho_job_check_online(const struct kho_project *project, const struct kho_job *job,
                                       struct kho_diags *diags, struct kho_err *err);

#endif
