/* Turns what the server or libpq said into an error value. */
#include "connection.h"

#include <kho/core/text.h>
#include <kho/core/utf8.h>

static enum kho_err_class class_of(const char *sqlstate)
{
    static const struct {
        const char *prefix;
        enum kho_err_class class;
    } classes[] = {
        {"08P", KHO_ERR_FAILED},        {"08", KHO_ERR_UNREACHABLE}, {"57P", KHO_ERR_UNREACHABLE},
        {"53300", KHO_ERR_UNREACHABLE}, {"28", KHO_ERR_CONFIG},      {"3D000", KHO_ERR_CONFIG},
        {"42P01", KHO_ERR_CONFIG},      {"42703", KHO_ERR_CONFIG},   {"42501", KHO_ERR_CONFIG},
        {"3F000", KHO_ERR_CONFIG},      {"42", KHO_ERR_CONFIG},
    };
    for (size_t i = 0; i < KHO_COUNT(classes); i++)
        if (strncmp(sqlstate, classes[i].prefix, strlen(classes[i].prefix)) == 0)
            return classes[i].class;
    return KHO_ERR_FAILED;
}

/* Copies without the values: what stands behind a colon, and from the first double quote to the
 * last, since a value may have quotes in it. `invalid input syntax for type integer: ...` */
static void leave_out_values(const char *message, char *out, size_t size)
{
    size_t plain = strcspn(message, ":\"");
    const char *last = strrchr(message, '"');
    if (message[plain] == '\0')
        snprintf(out, size, "%s", message);
    else if (message[plain] == ':' || last == message + plain)
        snprintf(out, size, "%.*s: ...", (int)plain, message);
    else
        snprintf(out, size, "%.*s\"...\"%.*s", (int)plain, message, (int)strcspn(last + 1, ":"),
                 last + 1);
}

/* Messages may have several lines; ours are one, without control characters, and are cut between
 * two characters. */
static void one_line(const char *message, char *out, size_t size)
{
    struct kho_text text = kho_text_trim(kho_text_of(message));
    size_t used = 0, i = 0;
    for (; i < text.len && used + 5 < size; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != 0x7F)
            out[used++] = text.ptr[i];
        else if (used != 0 && out[used - 1] != ' ')
            out[used++] = ' ';
    }
    bool cut = i < text.len;
    for (; cut && used != 0 && ((unsigned char)text.ptr[i] & 0xC0) == 0x80; i--)
        used--;
    memcpy(out + used, cut ? "..." : "", cut ? 4 : 1);
}

/* A server that knows no encoding may quote anything; the ledger takes only UTF-8. */
static void keep_utf8(char *message)
{
    struct kho_text text = kho_text_of(message);
    if (kho_utf8_check(text) == text.len)
        return;
    for (char *at = message; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
}

static bool fail_with(const char *sqlstate, const char *message, struct kho_err *err)
{
    char shown[800], told[800];
    bool about_data = strncmp(sqlstate, "22", 2) == 0;
    /* A server that speaks another language quotes in its own way: its words are left out. */
    if (about_data && !kho_utf8_is_ascii(kho_text_of(message)))
        snprintf(told, sizeof(told), "a value could not be converted (SQLSTATE %s)", sqlstate);
    else if (about_data)
        leave_out_values(message, told, sizeof(told));
    one_line(about_data ? told : message, shown, sizeof(shown));
    keep_utf8(shown);
    kho_err_set(err, class_of(sqlstate), "%s", shown);
    snprintf(err->sqlstate, sizeof(err->sqlstate), "%s", sqlstate);
    return false;
}

/* Before a connection stands there is no result to ask for its SQLSTATE: libpq's text has the
 * server's word behind `FATAL:  `. */
static const char *state_of_connect_failure(const char *message)
{
    static const struct {
        const char *part;
        const char *sqlstate;
    } known[] = {
        {"password authentication failed", "28P01"},
        {"no pg_hba.conf entry", "28000"},
        {"authentication failed", "28000"},
        {"role \"", "28000"},
        {"is not permitted to log in", "28000"},
        {"permission denied to set parameter", "42501"},
        {"permission denied for database", "42501"},
        {"database \"", "3D000"},
        {"too many connections", "53300"},
    };
    if (strstr(message, "FATAL:") == NULL)
        return "08006";
    for (size_t i = 0; i < KHO_COUNT(known); i++)
        if (strstr(message, known[i].part) != NULL)
            return known[i].sqlstate;
    return "08006";
}

bool kho_pg_fail(struct kho_pg *pg, struct kho_err *err)
{
    char message[1000];
    const char *said = PQerrorMessage(pg->conn);
    const char *advice = strstr(said, "\n\t"); /* libpq's own, on the line before */
    int len = advice != NULL ? (int)(advice - said) : (int)strlen(said);
    snprintf(message, sizeof(message), "%.*s", len, said);
    fail_with(state_of_connect_failure(message), message, err);
    return kho_err_context(err, "talking to %s", pg->what);
}

bool kho_pg_fail_result(struct kho_pg *pg, const PGresult *result, struct kho_err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary == NULL)
        return kho_pg_fail(pg, err);
    fail_with(sqlstate != NULL ? sqlstate : "XX000", primary, err);
    return kho_err_context(err, "talking to %s", pg->what);
}
