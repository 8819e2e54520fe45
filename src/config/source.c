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

/* The written form; what it means is decided below. */
struct source_file {
    struct kho_source_config config;
    struct kho_text separator;
};

static const struct kho_field source_fields[] = {
    {.name = "source",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct source_file, config.name),
     .required = true,
     .help = "the source's name, as its file's"},
    {.name = "owner",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct source_file, config.owner),
     .help = "whom to call: office, person, address"},
    {.name = "connect",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct source_file, config.connect),
     .required = true,
     .help =
         "postgres://user@host/database, or host=... dbname=... user=...; a host that begins "
         "with ./ is a socket directory in the project; or the path of files, `/srv/drop/*.csv`, "
         "in the project if it begins with ./"},
    {.name = "password",
     .kind = KHO_FIELD_SECRET,
     .offset = offsetof(struct source_file, config.password),
     .help = "of the user, by name: never written here"},
    {.name = "timezone",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct source_file, config.timezone),
     .help = "of timestamps stored without a zone; else the warehouse's"},
    {.name = "encoding",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct source_file, config.encoding),
     .help =
         "of its texts, where they are not UTF-8: utf-16, windows-1252, cp1258, tcvn5712-1, "
         "viscii, tcvn3, tcvn3-capitals, vni; behind it `via windows-1252` if a driver read the "
         "bytes so. Keys are read as they are"},
    {.name = "separator",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct source_file, separator),
     .help = "of files: what stands between the fields, one character or the word tab; else found "
             "out from each file's header"},
    {.name = "connect_timeout",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct source_file, config.connect_timeout_ms),
     .fallback = "10s",
     .help = "give up connecting after this"},
    {.name = "limits",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct source_file, config.limits),
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

/* A path, as no connection begins. */
static bool is_path(struct kho_text connect)
{
    return kho_text_starts(connect, KHO_TEXT("/")) || kho_text_starts(connect, KHO_TEXT("./")) ||
           kho_text_starts(connect, KHO_TEXT("file:///"));
}

static void read_separator(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                           struct kho_text separator, struct kho_source_config *source)
{
    struct kho_pos pos = kho_project_pos(tree, "separator");
    if (kho_text_is_null(separator))
        return;
    source->separator = kho_text_eq_cstr(separator, "tab") ? '\t' : separator.ptr[0];
    bool fits = kho_text_eq_cstr(separator, "tab") ||
                (separator.len == 1 && strchr("\"\r\n", separator.ptr[0]) == NULL &&
                 (unsigned char)separator.ptr[0] < 0x80);
    if (!source->files)
        kho_diag_error(reader->diags, pos, "'separator' is a matter of files, not of a database");
    else if (!fits)
        kho_diag_error(reader->diags, pos,
                       "'separator' is one ASCII character, or tab, but no quote");
}

/* UTF-16 is undone before a file is cut into fields, so that its texts are UTF-8. */
static void read_utf16(struct kho_source_config *source)
{
    if (kho_text_eq_cstr(source->encoding, "utf-16") ||
        kho_text_eq_cstr(source->encoding, "utf-16le"))
        source->utf16 = KHO_UTF16_LE;
    else if (kho_text_eq_cstr(source->encoding, "utf-16be"))
        source->utf16 = KHO_UTF16_BE;
    if (source->utf16 != KHO_UTF16_NONE)
        source->encoding = KHO_TEXT_NULL;
}

bool kho_source_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                     struct kho_source_config *source)
{
    struct source_file file = {0};
    size_t errors = reader->diags->errors;
    (void)kho_fields_read(&kho_source_table, tree, &file, reader->arena, reader->diags);
    *source = file.config;
    source->pos = kho_project_pos(tree, "source");
    source->connect_pos = kho_project_pos(tree, "connect");
    source->files = is_path(source->connect);
    kho_project_check_name(reader, "source", source->name, source->pos);
    if (!source->files)
        kho_project_check_connection(reader, "connect", source->connect, source->connect_pos);
    kho_project_check_zone(reader, source->timezone, kho_project_pos(tree, "timezone"));
    check_encoding(reader, tree, source->encoding);
    check_hours(reader, tree, source->limits.hours);
    read_separator(reader, tree, file.separator, source);
    if (source->files)
        read_utf16(source);
    return reader->diags->errors == errors;
}
