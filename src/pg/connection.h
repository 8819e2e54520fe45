/* What the files of this module share: the connection and the waiting for it. */
#ifndef KHO_PG_CONNECTION_H
#define KHO_PG_CONNECTION_H

#include <libpq-fe.h>

#include <kho/pg/pg.h>

struct kho_pg {
    PGconn *conn;
    const char *what;
    char *copy_bytes; /* the message of kho_pg_copy_out_next() that the caller still reads */
};

/* Fails with the connection's, or the result's, error; the class follows from the SQLSTATE. */
bool kho_pg_fail(struct kho_pg *pg, struct kho_err *err);
bool kho_pg_fail_result(struct kho_pg *pg, const PGresult *result, struct kho_err *err);

/* Waits until the socket can be read (or written); reads what came. */
KHO_MUST_USE bool kho_pg_wait(struct kho_pg *pg, bool for_write, struct kho_err *err);

/* Sends all that is queued. */
KHO_MUST_USE bool kho_pg_flush(struct kho_pg *pg, struct kho_err *err);

/* Returns the next result of the running statement; NULL behind the last one. */
KHO_MUST_USE bool kho_pg_next_result(struct kho_pg *pg, PGresult **result, struct kho_err *err);

/* Reads to the end of the running statement. Keeps the first failed result's error in `err` and
 * fails then; `last` (may be NULL) gets the last good result. */
KHO_MUST_USE bool kho_pg_finish(struct kho_pg *pg, PGresult **last, struct kho_err *err);

/* Returns whether a transaction is open. */
bool kho_pg_in_transaction(const struct kho_pg *pg);

#endif
