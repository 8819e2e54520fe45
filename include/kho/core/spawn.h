/*
 * Starts a program and waits for it; optionally as another user, with its output captured. No shell
 * is involved.
 */
#ifndef KHO_CORE_SPAWN_H
#define KHO_CORE_SPAWN_H

#include <sys/types.h>

#include <kho/core/arena.h>
#include <kho/core/err.h>

struct kho_spawn_options {
    const char *const *argv; /* NULL-terminated; argv[0] is a path */
    const char *dir;         /* working directory, NULL = ours */
    bool switch_user;        /* run as uid and gid, no supplementary groups */
    uid_t uid;
    gid_t gid;
};

/* Runs the program to its end with stdin from /dev/null. FAILED, with the end of what it printed
 * on stdout and stderr, if it could not be started or ended with other than 0. */
KHO_MUST_USE bool kho_spawn_run(const struct kho_spawn_options *options, struct kho_err *err);

#endif
