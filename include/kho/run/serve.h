/*
 * `kho serve`: plans due runs, claims them from the queue and makes each in a child process. Any
 * number of servers, on any number of hosts, share one store.
 */
#ifndef KHO_RUN_SERVE_H
#define KHO_RUN_SERVE_H

#include <kho/run/project.h>
#include <kho/store/queue.h>

/* Serves until SIGTERM or SIGINT: then it begins nothing more, lets its runs end, stops them when
 * `grace:` is over, and succeeds. A second signal stops them at once. SIGHUP reads the
 * configuration anew; if that has errors it logs them and goes on with the old one. While the store
 * is away it waits. Fails only if there is no usable configuration to begin with. */
KHO_MUST_USE bool kho_serve(const char *dir, struct kho_err *err);

/* Writes what the project says of its jobs into the queue. */
KHO_MUST_USE bool kho_project_sync(const struct kho_project *project, struct kho_store *store,
                                   struct kho_err *err);

#endif
