/*
 * The embedded store: a private PostgreSQL cluster under `<project>/var/store` that kho makes
 * and starts itself. It listens on a unix socket in a directory of mode 0700 and nowhere else,
 * admits its own operating-system user (and root, when kho runs as root) by peer authentication,
 * and never runs as root: then it runs as the user `postgres`. Where that user may not enter the
 * project, the cluster lies under /var/lib/kho and var/store is a symbolic link to it.
 */
#ifndef KHO_STORE_EMBEDDED_H
#define KHO_STORE_EMBEDDED_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

/* Returns the cluster's connection string in the arena, whether it runs or not. */
KHO_MUST_USE bool kho_embedded_conninfo(struct kho_arena *arena, const char *project_dir,
                                        const char **conninfo, struct kho_err *err);

/* Makes the cluster if there is none, and starts it if it does not run. */
KHO_MUST_USE bool kho_embedded_start(struct kho_arena *arena, const char *project_dir,
                                     struct kho_err *err);

/* Stops the cluster, if it runs. */
KHO_MUST_USE bool kho_embedded_stop(struct kho_arena *arena, const char *project_dir,
                                    struct kho_err *err);

#endif
