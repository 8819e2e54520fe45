/*
 * A project's configuration as structs: etl/warehouse.yaml, etl/sources/, etl/jobs/,
 * etl/snapshots/. Every value knows its place; nothing here opens a connection. Names are checked
 * for their form and for being unique; whether a job's source, schema, columns and functions exist
 * is checked by `run`, which knows them all.
 */
#ifndef KHO_CONFIG_WAREHOUSE_H
#define KHO_CONFIG_WAREHOUSE_H

#include <kho/config/expr.h>
#include <kho/config/fields.h>

/* Of `kho serve`. */
struct kho_serve_config {
    int64_t workers;     /* runs at the same time, of one server */
    int64_t schema_runs; /* into one shared schema, of all servers; 0 = no limit */
    int64_t lease_ms;
    int64_t poll_ms;
    int64_t grace_ms;
    int64_t memory_bytes;    /* of one run; 0 = no limit */
    struct kho_text metrics; /* a file; or NULL */
};

/* Whom `kho serve` tells. */
struct kho_notify_config {
    struct kho_texts command; /* a program's path and its arguments */
    struct kho_text webhook;
    struct kho_secret token; /* sent to the webhook */
    struct kho_texts on;     /* failure, lateness, recovery; none = all */
};

struct kho_warehouse {
    struct kho_text name;
    struct kho_pos pos;       /* of the file */
    struct kho_text timezone; /* IANA name; default UTC */
    struct kho_text store; /* "embedded" or a postgres:// URL or libpq conninfo without password */
    struct kho_secret password; /* of the store */
    struct kho_text lake;       /* file:///abs/dir or a directory relative to the project */
    struct kho_secret sign_key;
    struct kho_serve_config serve;
    struct kho_notify_config notify;
    struct kho_secret pseudonym_key;
};

struct kho_source_limits {
    int64_t rows_per_second; /* 0 = no limit */
    int64_t statement_timeout_ms;
    struct kho_text hours; /* "22:00-05:00" or NULL */
    int64_t runs;          /* at the same time, of all servers; 0 = no limit */
};

/* How files without a byte order mark are written, where that is no encoding of single texts. */
enum kho_utf16 { KHO_UTF16_NONE, KHO_UTF16_LE, KHO_UTF16_BE };

struct kho_source_config {
    struct kho_text name;
    struct kho_pos pos;
    struct kho_text owner; /* whom to call */
    struct kho_text connect;
    struct kho_pos connect_pos;
    struct kho_secret password;
    struct kho_text timezone; /* of timestamps stored without a zone; NULL = the warehouse's */
    struct kho_text encoding; /* of its texts, a kho_charset_open() name; NULL = utf-8 */
    bool files;               /* `connect` is a path or pattern of files, not a database */
    char separator;           /* of files; 0 = to be detected */
    enum kho_utf16 utf16;     /* of files as a whole: their texts are UTF-8 then */
    int64_t connect_timeout_ms;
    struct kho_source_limits limits;
};

struct kho_mapping {
    struct kho_text column; /* of the shared schema */
    struct kho_pos pos;
    struct kho_expr *expr;
};

enum kho_pull_mode { KHO_PULL_FULL, KHO_PULL_CHANGES, KHO_PULL_CURSOR };

/* The days of the week, as numbers from Monday, and two more. */
enum kho_full_check { KHO_FULL_CHECK_SUNDAY = 6, KHO_FULL_CHECK_DAILY, KHO_FULL_CHECK_NEVER };

struct kho_pull {
    enum kho_pull_mode mode;
    struct kho_pos pos;
    struct kho_text cursor; /* source column */
    int64_t overlap_ms;     /* of a cursor of time; -1 = the overlap was written as a number */
    int64_t overlap_steps;  /* of a whole number; -1 = it was written as a duration */
    enum kho_full_check full_check;
};

enum kho_deletes { KHO_DELETES_EVERY_RUN, KHO_DELETES_DAILY, KHO_DELETES_NEVER };

struct kho_stop_if {
    int64_t rejected; /* millionths of the rows read; -1 = no limit */
    int64_t shrink;   /* millionths of the feed's rows before */
    int64_t deleted;
    int64_t changed;
    int64_t nulls;      /* rise of a column's share of NULLs, in millionths of the rows */
    int64_t after_rows; /* judged only when at least this many rows were read */
};

struct kho_retry {
    int64_t times;
    int64_t wait_ms;
    int64_t max_wait_ms;
};

struct kho_job {
    struct kho_text name;
    struct kho_pos pos;
    struct kho_text from; /* source.table or source.schema.table, or source; NULL if sql */
    struct kho_pos from_pos;
    struct kho_text source; /* with sql: `source:` names it; with from: its first part */
    struct kho_text sql;
    struct kho_text to; /* shared schema */
    struct kho_pos to_pos;
    struct kho_texts key; /* source columns */
    struct kho_text feed; /* default: the source's name */
    struct kho_pos feed_pos;
    struct kho_texts schedule; /* when it runs, as in cron; read by `run` */
    struct kho_texts after;    /* jobs that have to succeed before, on the same day */
    int late;                  /* enum kho_late (schedule/plan.h) */
    int64_t jitter_ms;
    int64_t priority;
    int64_t timeout_ms;
    int64_t fresh_within_ms; /* 0 = no matter */
    struct kho_mapping *map;
    size_t n_map;
    struct kho_pull pull;
    int deletes; /* enum kho_deletes */
    struct kho_stop_if stop_if;
    struct kho_retry retry;
};

/* What becomes of one column of a dataset when it leaves. */
struct kho_hide_config {
    struct kho_text column;
    struct kho_pos pos;
    struct kho_text word;
    struct kho_pos word_pos;
};

struct kho_snapshot_dataset_config {
    struct kho_text schema;
    struct kho_pos pos;
    struct kho_texts columns; /* none = all */
    struct kho_text where;    /* SQL; NULL = all rows */
    struct kho_hide_config *hide;
    size_t n_hide;
};

struct kho_snapshot_config {
    struct kho_text name;
    struct kho_pos pos;
    struct kho_snapshot_dataset_config *datasets;
    size_t n_datasets;
    int format;               /* enum kho_format */
    struct kho_text schedule; /* kept for the scheduler */
    struct kho_text purpose;
    struct kho_text legal_basis;
    struct kho_text to; /* NULL = the warehouse's lake */
};

struct kho_config {
    const char *dir; /* the project's directory */
    struct kho_warehouse warehouse;
    struct kho_source_config *sources;
    size_t n_sources;
    struct kho_job *jobs; /* ordered by file name */
    size_t n_jobs;
    struct kho_snapshot_config *snapshots; /* ordered by file name */
    size_t n_snapshots;
};

/* Reads etl/ under `dir`. Problems of the files go to `diags` (and leave out what is broken);
 * FAILED or CONFIG only if a directory or file cannot be read at all, e.g. no etl/warehouse.yaml:
 * then the hint names `kho init`. */
KHO_MUST_USE bool kho_config_load(struct kho_arena *arena, const char *dir,
                                  struct kho_config *config, struct kho_diags *diags,
                                  struct kho_err *err);

const struct kho_source_config *kho_config_source(const struct kho_config *config,
                                                  struct kho_text name);
const struct kho_job *kho_config_job(const struct kho_config *config, struct kho_text name);
const struct kho_snapshot_config *kho_config_snapshot(const struct kho_config *config,
                                                      struct kho_text name);

/* The tables behind the files, for help and reference: NULL-terminated. */
extern const struct kho_field_table *const kho_config_tables[];

#endif
