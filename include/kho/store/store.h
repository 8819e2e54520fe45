/*
 * The district store in PostgreSQL (13 or later): its migrations, the tables of the shared
 * schemas, the ledger. Loading is load.h, reading for a snapshot is reading.h.
 *
 * For each shared schema `domain.table`: `domain.table` (current version of each record),
 * `domain.table_history` (closed versions), `domain.table_versions` (view over both) and
 * `domain.table_at(timestamptz)`. Engine columns stand first and begin with `_`. Code lists
 * are tables in `ref`. The ledger is the schema `kho` (sql/store/).
 */
#ifndef KHO_STORE_STORE_H
#define KHO_STORE_STORE_H

#include <kho/config/warehouse.h>
#include <kho/core/arena.h>
#include <kho/record/schema.h>

struct kho_store;

struct kho_store_options {
    const struct kho_warehouse *warehouse;
    const char *dir;         /* the project's; an embedded store lives in its var/store */
    const char *application; /* application_name of its sessions; NULL = kho */
};

/* Connects (an embedded store is made and started if need be), and brings the store's own tables to
 * this version of kho (sql/store/), under one lock. UNREACHABLE if it cannot be reached; CONFIG if
 * the store was made by a newer kho, or if a migration that it has recorded differs from ours.
 * Closed with the arena. */
KHO_MUST_USE bool kho_store_open(struct kho_arena *arena, const struct kho_store_options *options,
                                 struct kho_store **store, struct kho_err *err);

/* Connects anew if the connection has been lost (an embedded store is started if need be), so that
 * another try can go on with this store. UNREACHABLE if that fails; then it may be called again. */
KHO_MUST_USE bool kho_store_revive(struct kho_store *store, struct kho_err *err);

/* Stops the embedded store of a project, if it runs. */
KHO_MUST_USE bool kho_store_stop(const char *dir, struct kho_err *err);

/* Returns the connection string for psql, without a password. */
const char *kho_store_conninfo(const struct kho_store *store);

/* Brings the tables of these shared schemas and the code lists to what the files say, in one
 * transaction: new columns, wider types, new names (`was:`), and, if `allow_drop`, removed ones.
 * CONFIG if a column would be lost or its type narrowed, or a view of somebody's is in the way. */
KHO_MUST_USE bool kho_store_ensure(struct kho_store *store, const struct kho_schemas *schemas,
                                   bool allow_drop, struct kho_err *err);

/* Connects to a store that runs, to ask it something: makes, starts and changes nothing. */
KHO_MUST_USE bool kho_store_look(struct kho_arena *arena, const struct kho_store_options *options,
                                 struct kho_store **store, struct kho_err *err);

/* The DDL that kho_store_ensure() would run for a schema; "" = none. Changes nothing. */
KHO_MUST_USE bool kho_store_plan(struct kho_store *store, const struct kho_schema *schema,
                                 struct kho_arena *arena, bool allow_drop, const char **ddl,
                                 struct kho_err *err);

#endif
