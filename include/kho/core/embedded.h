/* Files of this repository that the binary carries (tools/embed-files): the store's migrations
 * (sql/store/) and the shared schemas with their code lists (schemas/). */
#ifndef KHO_CORE_EMBEDDED_H
#define KHO_CORE_EMBEDDED_H

struct kho_embedded_file {
    const char *name; /* "sql/store/0001_ledger.sql"; NULL ends the list */
    const char *content;
};

/* Ordered by name within each folder. */
extern const struct kho_embedded_file kho_embedded_files[];

#endif
