/*
 * The hidden directory in which a snapshot is built, `<lake>/.<name>.<pid>.new`. While its writer
 * lives it is locked (flock), so that leftovers are told from work in progress also where process
 * numbers say nothing: after a restart, or between containers that share a lake.
 */
#ifndef LAKE_ASIDE_H
#define LAKE_ASIDE_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

struct lake_aside {
    struct kho_arena *arena;
    const char *lake;
    const char *base; /* the name without -2, -3 ... */
    int number;       /* of the name in use: 1 = the base itself */
    const char *name; /* under which it will appear */
    const char *path; /* where it stands now; NULL = nowhere */
    int lock;         /* the open directory */
};

/* Makes the lake if missing, sweeps what dead writers left there, and makes the directory under
 * the first free name. It is removed with the arena unless published. FAILED with the path. */
KHO_MUST_USE bool lake_aside_make(struct kho_arena *arena, const char *lake, const char *base,
                                  struct lake_aside **aside, struct kho_err *err);

/* Renames it into place, durably; `*path` is where it stands then. If another writer took the name,
 * sets `*taken`, chooses the next free name and leaves it aside. */
KHO_MUST_USE bool lake_aside_publish(struct lake_aside *aside, const char **path, bool *taken,
                                     struct kho_err *err);

#endif
