/* COPY in both directions. */
#include "connection.h"

static bool begin_copy(struct kho_pg *pg, const char *sql, ExecStatusType wanted,
                       struct kho_err *err)
{
    if (PQsendQuery(pg->conn, sql) != 1)
        return kho_pg_fail(pg, err);
    KHO_TRY(kho_pg_flush(pg, err));
    PGresult *result;
    KHO_TRY(kho_pg_next_result(pg, &result, err));
    if (PQresultStatus(result) == wanted) {
        PQclear(result);
        return true;
    }
    kho_pg_fail_result(pg, result, err);
    PQclear(result);
    struct kho_err again;
    if (PQstatus(pg->conn) == CONNECTION_OK && !kho_pg_finish(pg, NULL, &again))
        return false;
    return false;
}

bool kho_pg_copy_out(struct kho_pg *pg, const char *sql, struct kho_err *err)
{
    return begin_copy(pg, sql, PGRES_COPY_OUT, err);
}

bool kho_pg_copy_out_next(struct kho_pg *pg, struct kho_text *bytes, bool *eof, struct kho_err *err)
{
    PQfreemem(pg->copy_bytes);
    pg->copy_bytes = NULL;
    int len;
    while ((len = PQgetCopyData(pg->conn, &pg->copy_bytes, 1)) == 0)
        KHO_TRY(kho_pg_wait(pg, false, err));
    if (len == -2)
        return kho_pg_fail(pg, err);
    *eof = len == -1;
    if (*eof)
        return kho_pg_finish(pg, NULL, err);
    *bytes = (struct kho_text){pg->copy_bytes, (size_t)len};
    return true;
}

bool kho_pg_copy_in(struct kho_pg *pg, const char *sql, struct kho_err *err)
{
    return begin_copy(pg, sql, PGRES_COPY_IN, err);
}

/* The server may have ended the COPY with an error, which then waits to be read. */
static bool put_failed(struct kho_pg *pg, struct kho_err *err)
{
    if (PQstatus(pg->conn) == CONNECTION_BAD)
        return kho_pg_fail(pg, err);
    if (kho_pg_finish(pg, NULL, err))
        return kho_err_set(err, KHO_ERR_FAILED, "COPY ended early, talking to %s", pg->what);
    return false;
}

bool kho_pg_copy_in_put(struct kho_pg *pg, struct kho_text bytes, struct kho_err *err)
{
    int done;
    while ((done = PQputCopyData(pg->conn, bytes.ptr, (int)bytes.len)) == 0)
        KHO_TRY(kho_pg_wait(pg, true, err));
    if (done != 1)
        return put_failed(pg, err);
    return kho_pg_flush(pg, err);
}

bool kho_pg_copy_in_finish(struct kho_pg *pg, int64_t *rows, struct kho_err *err)
{
    int done;
    while ((done = PQputCopyEnd(pg->conn, NULL)) == 0)
        KHO_TRY(kho_pg_wait(pg, true, err));
    if (done != 1)
        return put_failed(pg, err);
    KHO_TRY(kho_pg_flush(pg, err));
    PGresult *last = NULL;
    KHO_TRY(kho_pg_finish(pg, &last, err));
    struct kho_text count = kho_text_of(PQcmdTuples(last));
    if (!kho_text_to_int(count, rows))
        *rows = 0;
    PQclear(last);
    return true;
}
