/* The files of sql/, embedded at build time (tools/embed-sql). */
#ifndef KHO_STORE_SQL_FILES_H
#define KHO_STORE_SQL_FILES_H

struct kho_sql_file {
    const char *name; /* "store/0001_ledger.sql"; NULL ends the list */
    const char *sql;
};

/* Ordered by name. */
extern const struct kho_sql_file kho_sql_files[];

#endif
