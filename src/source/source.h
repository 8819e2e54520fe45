/* What the connectors share: one struct of a source that is open, and the table of functions by
 * which the door in source.c reaches each kind. */
#ifndef KHO_SOURCE_PRIVATE_H
#define KHO_SOURCE_PRIVATE_H

#include <kho/source/source.h>

struct kho_pg;
struct csv;

struct source_column {
    const char *name;
    const char *type; /* as PostgreSQL names it */
    enum kho_wire wire;
    int64_t base_oid; /* of a database: of its type, or of a domain's base type */
    bool cast;        /* of a database: to text, on the server */
};

/* One kind of source; what each does is said in kho/source/source.h. */
struct kho_connector {
    /* Sets label, columns, names, n_columns, expected_rows. */
    bool (*open)(struct kho_source *source, const struct kho_source_options *options,
                 struct kho_err *err);
    bool (*window)(struct kho_source *source, const char *position, const char *all_because,
                   struct kho_window *window, struct kho_err *err);
    bool (*range)(struct kho_source *source, const struct kho_range *range, const char *from,
                  struct kho_window *window, const char **next, struct kho_err *err);
    /* Begins to read the columns in `pulled`. */
    bool (*start)(struct kho_source *source, int64_t max_rows, const char *condition,
                  struct kho_err *err);
    /* Adds rows to an empty batch and to rows_read; sets `ended` behind the last. */
    bool (*fill)(struct kho_source *source, struct kho_batch *batch, struct kho_err *err);
    bool (*key_sum)(struct kho_source *source, bool *comparable, struct kho_key_sum *sum,
                    struct kho_err *err);
    bool (*finish)(struct kho_source *source, struct kho_err *err);
};

extern const struct kho_connector kho_postgres_connector;
extern const struct kho_connector kho_csv_connector;

struct kho_source {
    const struct kho_connector *connector;
    struct kho_arena *arena;
    const struct kho_job *job;
    const char *label;             /* civil.public.nhan_khau */
    const char *zone;              /* of timestamps stored without one */
    struct source_column *columns; /* all that the source has */
    const char **names;
    size_t n_columns;
    int64_t expected_rows;
    bool has_places; /* rows have a file and a line */
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
    bool ended;
    /* Of a database: */
    struct kho_pg *pg;
    const char *relation; /* what stands behind FROM */
    bool header_seen;     /* of the running pull's COPY stream */
    /* Of files: */
    struct csv *csv;
};

/* CONFIG, with the nearest column's name as hint. */
bool kho_source_missing_column(const struct kho_source *source, struct kho_text name,
                               struct kho_err *err);

/* Returns the column of that name, or NULL. */
const struct source_column *kho_source_find_column(const struct kho_source *source,
                                                   struct kho_text name);

/* Makes the key of a row from its cells; NULL = there is none. */
void kho_source_find_key(const struct kho_source *source, struct kho_batch *batch, size_t row);

/* The same, and a row without a key is rejected (rule `key`). */
void kho_source_take_key(const struct kho_source *source, struct kho_batch *batch, size_t row);

#endif
