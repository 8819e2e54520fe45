/* Publishing a snapshot: datasets of the store, as of one instant, into the lake. */
#ifndef KHO_RUN_PUBLISH_H
#define KHO_RUN_PUBLISH_H

#include <kho/lake/snapshot.h>
#include <kho/run/project.h>

struct kho_publish_options {
    /* What leaves; NULL = all datasets, all columns as they are. It is published into a directory
     * of its name in the lake. */
    const struct kho_snapshot_config *snapshot;
    const char *lake; /* NULL = the snapshot's, or the project's */
    enum kho_format format;
};

struct kho_published {
    const char *path;
    int64_t as_of_us;
    size_t n_datasets;
    struct kho_published_dataset {
        const char *schema;
        int64_t rows;
    } * datasets;
    int64_t rows;
    int64_t elapsed_us;
};

/* All of `published` lives in the arena. */
KHO_MUST_USE bool kho_publish(const struct kho_project *project, struct kho_store *store,
                              struct kho_arena *arena, const struct kho_publish_options *options,
                              struct kho_published *published, struct kho_err *err);

#endif
