/*
 * Reading datasets of the store as of one instant: one REPEATABLE READ READ ONLY transaction for
 * all, rows ordered by (_key, _source), so that the same store gives the same rows in the same
 * order.
 */
#ifndef KHO_STORE_READING_H
#define KHO_STORE_READING_H

#include <kho/record/batch.h>
#include <kho/store/store.h>

struct kho_reading;

/* Opens the transaction between publishes, never in the middle of one: it waits for a publish of
 * these schemas that is under way. `as_of_us` gets the time of the last published run that the
 * reading sees (0 = none yet). */
KHO_MUST_USE bool kho_reading_open(struct kho_store *store, struct kho_arena *arena,
                                   const struct kho_schemas *schemas, struct kho_reading **reading,
                                   int64_t *as_of_us, struct kho_err *err);

/* Starts a dataset and makes a batch for it: columns `_source`, `_key`, then the schema's, which
 * may be a part of the dataset's. `where` is a condition of SQL (NULL = all rows). */
KHO_MUST_USE bool kho_reading_dataset(struct kho_reading *reading, const struct kho_schema *schema,
                                      struct kho_text where, struct kho_batch **batch,
                                      struct kho_err *err);

/* Clears the batch and fills it with the next rows. */
KHO_MUST_USE bool kho_reading_next(struct kho_reading *reading, struct kho_batch *batch, bool *eof,
                                   struct kho_err *err);

#endif
