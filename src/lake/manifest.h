/*
 * The manifest of a snapshot: datapackage.json, Frictionless Data Package v2
 * (https://datapackage.org/standard/data-package/), written last.
 */
#ifndef LAKE_MANIFEST_H
#define LAKE_MANIFEST_H

#include <kho/lake/snapshot.h>

#include "columns.h"
#include "out.h"

#define LAKE_MANIFEST "datapackage.json"

struct lake_resource {
    const struct kho_schema *schema;
    struct lake_columns columns;
    const char *path; /* relative to the manifest */
    enum kho_format format;
    int64_t rows;
    struct lake_file_stats stats;
};

/* A snapshot and the hash of its manifest. */
struct lake_link {
    const char *name; /* NULL = none */
    const char *sha256;
};

struct lake_manifest {
    const char *name;
    struct kho_text title;
    struct kho_text warehouse;
    int64_t created_us;
    struct kho_text purpose; /* NULL = not told */
    struct kho_text legal_basis;
    struct lake_link previous;
    const char *pseudonym_key_id; /* NULL = there are no pseudonyms */
    struct lake_resource *resources;
    size_t n_resources;
};

/* Writes it into `dir`, atomically and durably. */
KHO_MUST_USE bool lake_manifest_write(const struct lake_manifest *manifest, const char *dir,
                                      struct kho_err *err);

#endif
