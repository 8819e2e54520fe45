/* What the files of the queue share. */
#ifndef KHO_STORE_QUEUE_INTERNAL_H
#define KHO_STORE_QUEUE_INTERNAL_H

#include "store_internal.h"

const char *queue_number(struct kho_arena *arena, int64_t value);

/* Asks the store; the context says that it was about the queue. */
KHO_MUST_USE bool queue_query(struct kho_store *store, struct kho_arena *arena, const char *sql,
                              const char *const *params, size_t n_params,
                              struct kho_pg_result *rows, struct kho_err *err);

#endif
