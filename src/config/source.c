/* Reads etl/sources/NAME.yaml: where a department's data are and how gently they are to be read. */
#include <kho/core/charset.h>

#include "project.h"

static const struct kho_field limits_fields[] = {
    {.name = "rows_per_second",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct kho_source_limits, rows_per_second),
     .help = "read no faster than this; 0 = as fast as it goes"},
    {.name = "statement_timeout",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_source_limits, statement_timeout_ms),
     .fallback = "30m",
     .help = "cancel a query that takes longer"},
    {.name = "hours",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_source_limits, hours),
     .help = "hours in which the source may be read, \"22:00-05:00\""},
    {.name = "runs",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct kho_source_limits, runs),
     .fallback = "2",
     .help = "so many jobs read it at the same time, when `kho serve` runs them; 0 = any number"},
};
static const struct kho_field_table limits_table = {"Limits of a source", limits_fields,
                                                    KHO_COUNT(limits_fields)};

static const struct kho_field source_fields[] = {
    {.name = "source",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct kho_source_config, name),
     .required = true,
     .help = "the source's name, as its file's"},
    {.name = "owner",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_source_config, owner),
     .help = "whom to call: office, person, address"},
    {.name = "connect",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_source_config, connect),
     .required = true,
     .help = "postgres://user@host/database, or host=... dbname=... user=...; a host that begins "
             "with ./ is a socket directory in the project"},
    {.name = "password",
     .kind = KHO_FIELD_SECRET,
     .offset = offsetof(struct kho_source_config, password),
     .help = "of the user, by name: never written here"},
    {.name = "timezone",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_source_config, timezone),
     .help = "of timestamps stored without a zone; else the warehouse's"},
    {.name = "encoding",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct kho_source_config, encoding),
     .help =
         "of its texts, where they are not UTF-8: utf-16, windows-1252, cp1258, tcvn5712-1, "
         "viscii, tcvn3, tcvn3-capitals, vni; behind it `via windows-1252` if a driver read the "
         "bytes so. Keys are read as they are"},
    {.name = "connect_timeout",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct kho_source_config, connect_timeout_ms),
     .fallback = "10s",
     .help = "give up connecting after this"},
    {.name = "limits",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct kho_source_config, limits),
     .group = &limits_table,
     .help = "how gently the source is read"},
};
const struct kho_field_table kho_source_table = {"A source: etl/sources/NAME.yaml", source_fields,
                                                 KHO_COUNT(source_fields)};

/* Reads HH:MM. */
static bool is_time(struct kho_text text)
{
    int64_t hour, minute;
    if (text.len != 5 || text.ptr[2] != ':')
        return false;
    return kho_text_to_int((struct kho_text){text.ptr, 2}, &hour) && hour >= 0 && hour < 24 &&
           kho_text_to_int((struct kho_text){text.ptr + 3, 2}, &minute) && minute >= 0 &&
           minute < 60;
}

static void check_hours(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                        struct kho_text hours)
{
    if (kho_text_is_null(hours))
        return;
    struct kho_text rest = hours;
    struct kho_text from = kho_text_cut(&rest, '-');
    if (!is_time(from) || kho_text_is_null(rest) || !is_time(rest) || kho_text_eq(from, rest))
        kho_diag_error(reader->diags, kho_project_pos(kho_yaml_get(tree, "limits"), "hours"),
                       "'%.*s' are no hours: \"22:00-05:00\"", KHO_TEXT_ARGS(hours));
}

static void check_encoding(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                           struct kho_text encoding)
{
    struct kho_arena *scratch = kho_arena_new(reader->arena);
    if (!kho_text_is_null(encoding) && kho_charset_open(scratch, encoding) == NULL)
        kho_diag_error(reader->diags, kho_project_pos(tree, "encoding"),
                       "unknown encoding '%.*s'; known are %s, each also with ' via windows-1252'",
                       KHO_TEXT_ARGS(encoding), kho_charset_names(scratch));
    kho_arena_free(scratch);
}

bool kho_source_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                     struct kho_source_config *source)
{
    size_t errors = reader->diags->errors;
    (void)kho_fields_read(&kho_source_table, tree, source, reader->arena, reader->diags);
    source->pos = kho_project_pos(tree, "source");
    source->connect_pos = kho_project_pos(tree, "connect");
    kho_project_check_name(reader, "source", source->name, source->pos);
    kho_project_check_connection(reader, "connect", source->connect, source->connect_pos);
    kho_project_check_zone(reader, source->timezone, kho_project_pos(tree, "timezone"));
    check_encoding(reader, tree, source->encoding);
    check_hours(reader, tree, source->limits.hours);
    return reader->diags->errors == errors;
}
