/* Opens connections within a deadline, and waits for the server without being deaf to signals. */
#include "connection.h"

#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/interrupt.h>

#define MAX_KEYWORDS 64
#define POLL_MS 250

struct keywords {
    const char *names[MAX_KEYWORDS + 1];
    const char *values[MAX_KEYWORDS + 1];
    size_t count;
};

static void add(struct keywords *keywords, const char *name, const char *value)
{
    for (size_t i = 0; i < keywords->count; i++) {
        if (strcmp(keywords->names[i], name) == 0) {
            keywords->values[i] = value;
            return;
        }
    }
    KHO_BUG_IF(keywords->count == MAX_KEYWORDS);
    keywords->names[keywords->count] = name;
    keywords->values[keywords->count++] = value;
}

/* libpq's message for a bad conninfo repeats parts of it, which may hold a secret: not shown. */
static bool parse_conninfo(struct kho_arena *arena, const struct kho_pg_options *options,
                           struct keywords *keywords, struct kho_err *err)
{
    PQconninfoOption *parsed = PQconninfoParse(options->conninfo, NULL);
    if (parsed == NULL) {
        kho_err_set(err, KHO_ERR_CONFIG, "%s: the connection string cannot be read", options->what);
        return kho_err_hint(err, "write postgres://user@host/database or host=... dbname=...");
    }
    for (const PQconninfoOption *option = parsed; option->keyword != NULL; option++) {
        if (option->val == NULL)
            continue;
        const char *value = kho_arena_strdup(arena, option->val);
        bool here = strcmp(option->keyword, "host") == 0 && strncmp(value, "./", 2) == 0;
        if (here) {
            char *dir = realpath(options->dir != NULL ? options->dir : ".", NULL);
            value = kho_path_join(arena, dir != NULL ? dir : ".", value + 2);
            free(dir);
        }
        add(keywords, kho_arena_strdup(arena, option->keyword), value);
    }
    PQconninfoFree(parsed);
    return true;
}

static const char *session_settings(struct kho_arena *arena, const struct kho_pg_options *options)
{
    return kho_arena_printf(
        arena,
        "-c statement_timeout=%" PRId64 " -c TimeZone=%s -c DateStyle=ISO -c IntervalStyle=iso_8601"
        " -c extra_float_digits=1 -c bytea_output=hex"
        " -c standard_conforming_strings=on",
        options->statement_timeout_ms, options->timezone != NULL ? options->timezone : "UTC");
}

static void ignore_notice(void *context, const char *message)
{
    (void)context, (void)message;
}

static void close_deferred(void *object)
{
    kho_pg_close(object);
}

static bool wait_for_socket(PGconn *conn, bool for_write, int timeout_ms)
{
    struct pollfd fd = {.fd = PQsocket(conn), .events = for_write ? POLLIN | POLLOUT : POLLIN};
    return poll(&fd, 1, timeout_ms) > 0;
}

static bool poll_connect(struct kho_pg *pg, int64_t timeout_ms, struct kho_err *err)
{
    int64_t deadline = kho_clock_monotonic_us() + timeout_ms * 1000;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED)
            return kho_pg_fail(pg, err);
        KHO_TRY(kho_interrupt_check(err));
        if (kho_clock_monotonic_us() > deadline)
            return kho_err_set(err, KHO_ERR_UNREACHABLE,
                               "no connection within %.1f s, connecting to %s",
                               (double)timeout_ms / 1000, pg->what);
        bool for_write = status == PGRES_POLLING_WRITING;
        if (wait_for_socket(pg->conn, for_write, POLL_MS))
            status = PQconnectPoll(pg->conn);
    }
    return true;
}

static bool connect_failed(struct kho_pg *pg, struct kho_err *err)
{
    if (PQconnectionNeedsPassword(pg->conn)) {
        kho_err_set(err, KHO_ERR_CONFIG, "the server wants a password, connecting to %s", pg->what);
        return kho_err_hint(err, "set `password: ${file:PATH}` or `${env:NAME}`");
    }
    if (err->class == KHO_ERR_FAILED || err->class == KHO_ERR_NONE)
        err->class = KHO_ERR_UNREACHABLE;
    return false;
}

/* A server of encoding SQL_ASCII knows no text, only bytes. Asked for UTF-8 it would fail a whole
 * COPY at the first row that is none; as they are, the rows are judged one by one. */
static bool take_bytes_as_they_are(struct kho_pg *pg, struct kho_err *err)
{
    const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "SQL_ASCII") != 0)
        return true;
    return PQsetClientEncoding(pg->conn, "SQL_ASCII") == 0 || kho_pg_fail(pg, err);
}

bool kho_pg_open(struct kho_arena *arena, const struct kho_pg_options *options, struct kho_pg **pg,
                 struct kho_err *err)
{
    struct keywords keywords = {.count = 0};
    /* A network that falls silent is noticed within a minute or two; the connection string may say
     * otherwise. */
    add(&keywords, "keepalives_idle", "30");
    add(&keywords, "keepalives_interval", "10");
    add(&keywords, "keepalives_count", "3");
    add(&keywords, "tcp_user_timeout", "60000");
    KHO_TRY(parse_conninfo(arena, options, &keywords, err));
    if (options->password.ptr != NULL)
        add(&keywords, "password", kho_arena_cstr(arena, options->password));
    add(&keywords, "application_name", options->application);
    add(&keywords, "client_encoding", "UTF8");
    add(&keywords, "options", session_settings(arena, options));
    struct kho_pg *made = kho_arena_alloc(arena, sizeof(*made));
    made->what = options->what;
    made->conn = PQconnectStartParams(keywords.names, keywords.values, 0);
    if (made->conn == NULL)
        kho_out_of_memory(0);
    kho_arena_defer(arena, close_deferred, made);
    PQsetNoticeProcessor(made->conn, ignore_notice, NULL);
    if (PQstatus(made->conn) == CONNECTION_BAD)
        return kho_pg_fail(made, err) || connect_failed(made, err);
    int64_t timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : 10000;
    if (!poll_connect(made, timeout_ms, err))
        return connect_failed(made, err);
    KHO_TRY(take_bytes_as_they_are(made, err));
    PQsetnonblocking(made->conn, 1);
    *pg = made;
    return true;
}

void kho_pg_close(struct kho_pg *pg)
{
    PQfreemem(pg->copy_bytes);
    pg->copy_bytes = NULL;
    PQfinish(pg->conn);
    pg->conn = NULL;
}

static void cancel(struct kho_pg *pg)
{
    char reason[256];
    PGcancel *request = PQgetCancel(pg->conn);
    if (request != NULL)
        PQcancel(request, reason, sizeof(reason));
    PQfreeCancel(request);
}

bool kho_pg_wait(struct kho_pg *pg, bool for_write, struct kho_err *err)
{
    while (!wait_for_socket(pg->conn, for_write, POLL_MS)) {
        if (kho_interrupt_pending()) {
            cancel(pg);
            return kho_interrupt_check(err);
        }
    }
    if (PQconsumeInput(pg->conn) != 1)
        return kho_pg_fail(pg, err);
    return true;
}

bool kho_pg_flush(struct kho_pg *pg, struct kho_err *err)
{
    int left;
    while ((left = PQflush(pg->conn)) == 1)
        KHO_TRY(kho_pg_wait(pg, true, err));
    return left == 0 || kho_pg_fail(pg, err);
}

int kho_pg_server_version(const struct kho_pg *pg)
{
    return PQserverVersion(pg->conn);
}

bool kho_pg_in_transaction(const struct kho_pg *pg)
{
    PGTransactionStatusType status = PQtransactionStatus(pg->conn);
    return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}
