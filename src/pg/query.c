/* Statements and their results. */
#include "connection.h"

bool kho_pg_next_result(struct kho_pg *pg, PGresult **result, struct kho_err *err)
{
    while (PQisBusy(pg->conn))
        KHO_TRY(kho_pg_wait(pg, false, err));
    *result = PQgetResult(pg->conn);
    return true;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

bool kho_pg_finish(struct kho_pg *pg, PGresult **last, struct kho_err *err)
{
    PGresult *result, *kept = NULL;
    bool ok = true;
    for (;;) {
        if (!kho_pg_next_result(pg, &result, err)) {
            PQclear(kept);
            return false;
        }
        if (result == NULL)
            break;
        if (!is_good(result) && ok)
            ok = kho_pg_fail_result(pg, result, err);
        PQclear(kept);
        kept = result;
        /* A lost connection yields an error result again and again. */
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            break;
    }
    if (ok && last != NULL)
        *last = kept;
    else
        PQclear(kept);
    return ok;
}

bool kho_pg_exec(struct kho_pg *pg, const char *sql, struct kho_err *err)
{
    if (PQsendQuery(pg->conn, sql) != 1)
        return kho_pg_fail(pg, err);
    KHO_TRY(kho_pg_flush(pg, err));
    return kho_pg_finish(pg, NULL, err);
}

bool kho_pg_execf(struct kho_pg *pg, struct kho_err *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *sql = NULL;
    int len = vasprintf(&sql, fmt, args);
    va_end(args);
    if (len < 0)
        kho_out_of_memory(0);
    bool ok = kho_pg_exec(pg, sql, err);
    free(sql);
    return ok;
}

void kho_pg_rollback(struct kho_pg *pg)
{
    struct kho_err ignored;
    if (PQstatus(pg->conn) == CONNECTION_OK && kho_pg_in_transaction(pg) &&
        !kho_pg_exec(pg, "ROLLBACK", &ignored))
        return;
}

static int64_t affected(PGresult *result)
{
    int64_t rows = 0;
    return kho_text_to_int(kho_text_of(PQcmdTuples(result)), &rows) ? rows : 0;
}

static void keep_rows(struct kho_arena *arena, PGresult *from, struct kho_pg_result *to)
{
    to->n_rows = (size_t)PQntuples(from);
    to->n_columns = (size_t)PQnfields(from);
    to->affected_rows = affected(from);
    to->cells = kho_arena_array(arena, to->n_rows * to->n_columns, sizeof(*to->cells));
    to->names = kho_arena_array(arena, to->n_columns, sizeof(*to->names));
    for (size_t c = 0; c < to->n_columns; c++)
        to->names[c] = kho_arena_strdup(arena, PQfname(from, (int)c));
    for (size_t r = 0; r < to->n_rows; r++) {
        for (size_t c = 0; c < to->n_columns; c++) {
            int row = (int)r, column = (int)c;
            if (PQgetisnull(from, row, column))
                continue;
            struct kho_text cell = {PQgetvalue(from, row, column),
                                    (size_t)PQgetlength(from, row, column)};
            to->cells[r * to->n_columns + c] = kho_arena_text(arena, cell);
        }
    }
}

bool kho_pg_send(struct kho_pg *pg, const char *sql, const char *const *params, size_t n_params,
                 struct kho_err *err)
{
    if (PQsendQueryParams(pg->conn, sql, (int)n_params, NULL, params, NULL, NULL, 0) != 1)
        return kho_pg_fail(pg, err);
    return kho_pg_flush(pg, err);
}

bool kho_pg_receive(struct kho_pg *pg, struct kho_arena *arena, struct kho_pg_result *result,
                    struct kho_err *err)
{
    PGresult *last = NULL;
    KHO_TRY(kho_pg_finish(pg, &last, err));
    if (result != NULL)
        keep_rows(arena, last, result);
    PQclear(last);
    return true;
}

bool kho_pg_query(struct kho_pg *pg, struct kho_arena *arena, const char *sql,
                  const char *const *params, size_t n_params, struct kho_pg_result *result,
                  struct kho_err *err)
{
    return kho_pg_send(pg, sql, params, n_params, err) && kho_pg_receive(pg, arena, result, err);
}

int kho_pg_socket(const struct kho_pg *pg)
{
    return PQsocket(pg->conn);
}

bool kho_pg_notified(struct kho_pg *pg, bool *notified, struct kho_err *err)
{
    PGnotify *note;
    *notified = false;
    if (PQconsumeInput(pg->conn) != 1)
        return kho_pg_fail(pg, err);
    while ((note = PQnotifies(pg->conn)) != NULL) {
        *notified = true;
        PQfreemem(note);
    }
    return true;
}

struct kho_text kho_pg_cell(const struct kho_pg_result *result, size_t row, size_t column)
{
    KHO_BUG_IF(row >= result->n_rows || column >= result->n_columns);
    return result->cells[row * result->n_columns + column];
}

int64_t kho_pg_cell_int(const struct kho_pg_result *result, size_t row, size_t column)
{
    int64_t value = 0;
    struct kho_text cell = kho_pg_cell(result, row, column);
    return cell.ptr != NULL && kho_text_to_int(cell, &value) ? value : 0;
}

bool kho_pg_describe(struct kho_pg *pg, struct kho_arena *arena, const char *sql,
                     struct kho_pg_column **columns, size_t *count, struct kho_err *err)
{
    if (PQsendPrepare(pg->conn, "", sql, 0, NULL) != 1)
        return kho_pg_fail(pg, err);
    KHO_TRY(kho_pg_flush(pg, err));
    KHO_TRY(kho_pg_finish(pg, NULL, err));
    if (PQsendDescribePrepared(pg->conn, "") != 1)
        return kho_pg_fail(pg, err);
    KHO_TRY(kho_pg_flush(pg, err));
    PGresult *described = NULL;
    KHO_TRY(kho_pg_finish(pg, &described, err));
    *count = (size_t)PQnfields(described);
    *columns = kho_arena_array(arena, *count, sizeof(**columns));
    for (size_t i = 0; i < *count; i++)
        (*columns)[i] =
            (struct kho_pg_column){.name = kho_arena_strdup(arena, PQfname(described, (int)i)),
                                   .type_oid = PQftype(described, (int)i),
                                   .type_modifier = PQfmod(described, (int)i)};
    PQclear(described);
    return true;
}

static const char *quoted(struct kho_arena *arena, struct kho_text text, char quote)
{
    char *out = kho_arena_bytes(arena, text.len * 2 + 3);
    size_t used = 0;
    out[used++] = quote;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == quote)
            out[used++] = quote;
        out[used++] = text.ptr[i];
    }
    out[used++] = quote;
    out[used] = '\0';
    return out;
}

const char *kho_pg_ident(struct kho_arena *arena, struct kho_text name)
{
    return quoted(arena, name, '"');
}

/* Right as long as standard_conforming_strings is on, which every session of ours sets. */
const char *kho_pg_literal(struct kho_arena *arena, struct kho_text value)
{
    return quoted(arena, value, '\'');
}
