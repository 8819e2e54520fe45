/*
 * The only user of libpq. A connection belongs to an arena and is closed with it. While anything
 * waits for the server, SIGINT and SIGTERM cancel the statement on the server and the call fails
 * with class INTERRUPTED.
 *
 * Errors: UNREACHABLE (no connection, connection lost, server starting or stopping, too many
 * connections), CONFIG (login refused, no such database, table, column or right), FAILED (the
 * rest). A message has the server's own words first; quoted values in data errors (SQLSTATE class
 * 22) are left out, since they may be somebody's data.
 */
#ifndef KHO_PG_PG_H
#define KHO_PG_PG_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

struct kho_pg;

struct kho_pg_options {
    const char *conninfo; /* URL or keyword=value, libpq 15 documentation 34.1; TLS by sslmode */
    const char *dir; /* a socket directory `host=./...` is taken relative to this; NULL = here */
    struct kho_text password; /* NULL = what libpq finds by itself (PGPASSFILE, peer) */
    const char *application;  /* application_name */
    int64_t connect_timeout_ms;
    int64_t statement_timeout_ms; /* 0 = none */
    const char *timezone;         /* the session's TimeZone; NULL = UTC */
    const char *what;             /* for messages: "source civil", "the store" */
};

KHO_MUST_USE bool kho_pg_open(struct kho_arena *arena, const struct kho_pg_options *options,
                              struct kho_pg **pg, struct kho_err *err);
/* Closes before the arena does. */
void kho_pg_close(struct kho_pg *pg);

/* Server version as 150018. */
int kho_pg_server_version(const struct kho_pg *pg);

/* Runs one or several statements and forgets their rows. */
KHO_MUST_USE bool kho_pg_exec(struct kho_pg *pg, const char *sql, struct kho_err *err);
KHO_MUST_USE bool kho_pg_execf(struct kho_pg *pg, struct kho_err *err, const char *fmt, ...)
    KHO_PRINTF(3, 4);
/* Rolls back; for a path that already failed, so it reports nothing. */
void kho_pg_rollback(struct kho_pg *pg);

struct kho_pg_result {
    size_t n_rows;
    size_t n_columns;
    int64_t affected_rows;  /* of INSERT, UPDATE, DELETE, COPY; else 0 */
    struct kho_text *cells; /* text format, NULL as KHO_TEXT_NULL; n_rows * n_columns */
    const char **names;
};

/* Runs one statement with text parameters ($1...; NULL = SQL's NULL); the result lives in the
 * arena. `result` may be NULL. */
KHO_MUST_USE bool kho_pg_query(struct kho_pg *pg, struct kho_arena *arena, const char *sql,
                               const char *const *params, size_t n_params,
                               struct kho_pg_result *result, struct kho_err *err);

/* The two halves of it, so that the server works while the caller does something else; nothing else
 * may be asked of this connection between them. */
KHO_MUST_USE bool kho_pg_send(struct kho_pg *pg, const char *sql, const char *const *params,
                              size_t n_params, struct kho_err *err);
KHO_MUST_USE bool kho_pg_receive(struct kho_pg *pg, struct kho_arena *arena,
                                 struct kho_pg_result *result, struct kho_err *err);

/* For LISTEN: the descriptor to wait on, and whether a notification came. Not while a statement
 * runs. UNREACHABLE if the connection is lost. */
int kho_pg_socket(const struct kho_pg *pg);
KHO_MUST_USE bool kho_pg_notified(struct kho_pg *pg, bool *notified, struct kho_err *err);

struct kho_text kho_pg_cell(const struct kho_pg_result *result, size_t row, size_t column);
/* The cell as an integer; 0 for NULL or anything that is none. */
int64_t kho_pg_cell_int(const struct kho_pg_result *result, size_t row, size_t column);

struct kho_pg_column {
    const char *name;
    uint32_t type_oid;
    int32_t type_modifier;
};

/* Tells the columns that a SELECT would give, without running it. */
KHO_MUST_USE bool kho_pg_describe(struct kho_pg *pg, struct kho_arena *arena, const char *sql,
                                  struct kho_pg_column **columns, size_t *count,
                                  struct kho_err *err);

/* COPY ... TO STDOUT. Each call to next yields one message of the protocol: with FORMAT binary one
 * row, the first with the stream's header before it. The bytes are valid until the next call. */
KHO_MUST_USE bool kho_pg_copy_out(struct kho_pg *pg, const char *sql, struct kho_err *err);
KHO_MUST_USE bool kho_pg_copy_out_next(struct kho_pg *pg, struct kho_text *bytes, bool *eof,
                                       struct kho_err *err);

/* COPY ... FROM STDIN. Bytes are sent as they come; finish waits for the server's word and tells
 * how many rows it took. After a failed put the transaction is lost: roll back. */
KHO_MUST_USE bool kho_pg_copy_in(struct kho_pg *pg, const char *sql, struct kho_err *err);
KHO_MUST_USE bool kho_pg_copy_in_put(struct kho_pg *pg, struct kho_text bytes, struct kho_err *err);
KHO_MUST_USE bool kho_pg_copy_in_finish(struct kho_pg *pg, int64_t *rows, struct kho_err *err);

/* Quotes an identifier or a literal for SQL text; the result lives in the arena. */
const char *kho_pg_ident(struct kho_arena *arena, struct kho_text name);
const char *kho_pg_literal(struct kho_arena *arena, struct kho_text value);

#endif
