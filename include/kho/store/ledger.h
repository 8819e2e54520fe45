/*
 * Reading the ledger. Each answer is a table of texts whose last column, `json`, holds the same row
 * as one JSON object; all of it lives in the arena. Times are shown in the given zone, with its
 * offset.
 */
#ifndef KHO_STORE_LEDGER_H
#define KHO_STORE_LEDGER_H

#include <kho/pg/pg.h>
#include <kho/store/store.h>

/* The newest runs first: run, job, status, started, seconds, read, inserted, updated, deleted,
 * unchanged, rejected, warned. `job` NULL = of all jobs. */
KHO_MUST_USE bool kho_ledger_runs(struct kho_store *store, struct kho_arena *arena, const char *job,
                                  int64_t limit, struct kho_pg_result *rows, struct kho_err *err);

/* One run, all that the ledger knows. No rows if there is no such run. */
KHO_MUST_USE bool kho_ledger_show(struct kho_store *store, struct kho_arena *arena, int64_t run,
                                  struct kho_pg_result *rows, struct kho_err *err);

/* Reasons of one run, by rule and column: severity, rule, column, count. For a run that was not
 * published these are what it found; for a published one, what is open since or with it. */
KHO_MUST_USE bool kho_ledger_reasons(struct kho_store *store, struct kho_arena *arena, int64_t run,
                                     struct kho_pg_result *rows, struct kho_err *err);

/* What the tries of `kho serve` at this run said: output. */
KHO_MUST_USE bool kho_ledger_output(struct kho_store *store, struct kho_arena *arena, int64_t run,
                                    struct kho_pg_result *rows, struct kho_err *err);

/* How each job is that ran or stands in the queue: job, status, finished, published, records,
 * rejected, error, published in microseconds, seconds, read, paused, task, task_error, task_run,
 * given_up, alarm, alarm_task; no `json`. */
KHO_MUST_USE bool kho_ledger_health(struct kho_store *store, struct kho_arena *arena,
                                    struct kho_pg_result *rows, struct kho_err *err);

/* Open reasons grouped: job, severity, rule, column, count, first_run, last_run, reason; with `all`
 * the waived ones too, counted behind the open ones. */
KHO_MUST_USE bool kho_ledger_rejects(struct kho_store *store, struct kho_arena *arena,
                                     const char *job, bool all, struct kho_pg_result *rows,
                                     struct kho_err *err);

/* Measures the quality of all feeds and tells it, or tells all measurements so far: dataset, feed,
 * measured, index, colour, the five criteria in percent, run. */
KHO_MUST_USE bool kho_ledger_quality(struct kho_store *store, struct kho_arena *arena, bool history,
                                     struct kho_pg_result *rows, struct kho_err *err);

/* What was repaired: job, rule, column, reason, count, first_run, last_run. */
KHO_MUST_USE bool kho_ledger_repairs(struct kho_store *store, struct kho_arena *arena,
                                     const char *job, struct kho_pg_result *rows,
                                     struct kho_err *err);

/* Open reasons one by one: reject, job, key, severity, rule, column, reason, run. */
KHO_MUST_USE bool kho_ledger_reject_list(struct kho_store *store, struct kho_arena *arena,
                                         const char *job, int64_t limit, struct kho_pg_result *rows,
                                         struct kho_err *err);

/* Notes a published snapshot. */
KHO_MUST_USE bool kho_ledger_add_snapshot(struct kho_store *store, const char *path,
                                          int64_t as_of_us, size_t files, int64_t rows,
                                          struct kho_err *err);

#endif
