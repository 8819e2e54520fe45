/* What the files of this connector share. */
#ifndef KHO_SOURCE_POSTGRES_H
#define KHO_SOURCE_POSTGRES_H

#include <kho/pg/pg.h>
#include <kho/source/source.h>

struct source_column {
    const char *name;
    const char *type; /* as PostgreSQL names it */
    int64_t base_oid; /* of its type, or of a domain's base type */
    enum kho_wire wire;
    bool cast; /* to text, on the server */
};

struct kho_source {
    struct kho_arena *arena;
    const struct kho_job *job;
    const char *label;    /* civil.public.nhan_khau */
    const char *relation; /* what stands behind FROM */
    const char *zone;     /* of timestamps stored without one */
    struct kho_pg *pg;
    struct source_column *columns; /* all the relation has */
    const char **names;
    size_t n_columns;
    int64_t expected_rows;
    /* Of the running pull: */
    const struct source_column *
        *pulled; /* the columns asked for, then key columns not among them */
    size_t n_pulled;
    size_t n_asked;
    size_t *key; /* indexes into pulled */
    uint64_t seed;
    int64_t rows_read;
    int64_t max_rows;
    int64_t started_us;
    int64_t rows_per_second;
    bool header_seen;
    bool ended;
};

/* Fills columns, names and expected_rows. */
KHO_MUST_USE bool kho_postgres_describe(struct kho_source *source, struct kho_err *err);

/* CONFIG, with the nearest column's name as hint. */
bool kho_postgres_missing_column(const struct kho_source *source, struct kho_text name,
                                 struct kho_err *err);

/* The two kinds of windows; see kho_source_window(). */
KHO_MUST_USE bool kho_postgres_changes(struct kho_source *source, const char *position,
                                       const char *all_because, struct kho_window *window,
                                       struct kho_err *err);
KHO_MUST_USE bool kho_postgres_cursor(struct kho_source *source, const char *position,
                                      const char *all_because, struct kho_window *window,
                                      struct kho_err *err);

/* Returns the column of that name, or NULL. */
const struct source_column *kho_postgres_column(const struct kho_source *source,
                                                struct kho_text name);

#endif
