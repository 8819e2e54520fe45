/* What the files of this module share. */
#ifndef KHO_STORE_INTERNAL_H
#define KHO_STORE_INTERNAL_H

#include <kho/core/hash.h>
#include <kho/pg/pg.h>
#include <kho/store/store.h>

struct kho_store {
    struct kho_arena *arena;
    struct kho_pg_options options; /* to open more connections with */
    struct kho_pg *pg;
    bool embedded;
};

/* Opens another connection to the store, closed with `arena`. */
KHO_MUST_USE bool kho_store_connect(struct kho_store *store, struct kho_arena *arena,
                                    struct kho_pg **pg, struct kho_err *err);

/* Applies what is missing of sql/store/. */
KHO_MUST_USE bool kho_migrate(struct kho_pg *pg, struct kho_arena *arena, struct kho_err *err);

/* Appends the DDL that brings a shared schema's tables up to date. */
KHO_MUST_USE bool kho_tables_plan(struct kho_pg *pg, struct kho_arena *arena,
                                  const struct kho_schema *schema, bool allow_drop,
                                  struct kho_buf *ddl, struct kho_err *err);

/* Makes or extends the tables of all schemas and the code lists, in the open transaction. */
KHO_MUST_USE bool kho_store_make_tables(struct kho_pg *pg, const struct kho_schemas *schemas,
                                        bool allow_drop, struct kho_err *err);

/* Brings a code list's table in `ref` up to date. */
KHO_MUST_USE bool kho_refs_load(struct kho_pg *pg, struct kho_arena *arena,
                                const struct kho_codes *codes, struct kho_err *err);

/* Engine columns of a current table, in order; a history table has `_valid_to` behind them. */
#define KHO_ENGINE_COLUMNS "_hash, _valid_from, _run, _source, _key"

/* `"population"."person"` with a suffix on the table's name: "", "_history", "_versions". */
const char *kho_table_name(struct kho_arena *arena, const struct kho_schema *schema,
                           const char *suffix);

/* Appends the schema's columns, quoted, each behind `prefix` ("" or "p."), joined by ", ". */
void kho_put_columns(struct kho_buf *out, const struct kho_schema *schema, const char *prefix);

/* A key for PostgreSQL's advisory locks, from what is locked and two names. */
int64_t kho_lock_key(const char *what, struct kho_text a, struct kho_text b);

/* reading.c: takes the dataset's publish lock, shared, until the session gives it back: no publish
 * is under way then. */
KHO_MUST_USE bool kho_lock_publish_shared(struct kho_pg *pg, struct kho_arena *arena,
                                          struct kho_text schema, struct kho_err *err);

/* each_row.c: hands each row that a SELECT gives to `visit`, as the bytes of COPY BINARY, valid
 * until it returns; a row that it returns false for is malformed, which is an error. An interrupt
 * ends it. */
typedef bool kho_visit_row(void *visitor, struct kho_text row);
KHO_MUST_USE bool kho_each_row(struct kho_pg *pg, struct kho_arena *arena, const char *select,
                               kho_visit_row *visit, void *visitor, struct kho_err *err);

/* The first cell of such a row: false if there is none, it is NULL or, for a hash, no uuid. */
KHO_MUST_USE bool kho_first_cell(struct kho_text row, struct kho_text *cell);
KHO_MUST_USE bool kho_first_hash(struct kho_text row, struct kho_hash128 *hash);

/* Room for SQL text; the widest table has 1600 columns of 63 bytes. */
#define KHO_SQL_MAX ((size_t)4 << 20)

#endif
