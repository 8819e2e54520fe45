/* Checks that files of several kinds under etl/ share: names, time zones, connections. */
#include "project.h"

#include <kho/core/zone.h>

#include "mask.h"

struct kho_pos kho_project_pos(const struct kho_yaml_node *tree, const char *name)
{
    const struct kho_yaml_node *node = kho_yaml_get(tree, name);
    return node != NULL ? node->pos : tree->pos;
}

void kho_project_check_name(const struct kho_reader *reader, const char *kind, struct kho_text name,
                            struct kho_pos pos)
{
    struct kho_text stem = kho_reader_stem(pos.file);
    if (kho_text_is_null(name))
        return;
    if (memchr(name.ptr, '.', name.len) != NULL)
        kho_diag_error(reader->diags, pos, "the name of a %s has no dots", kind);
    else if (!kho_text_eq(name, stem))
        kho_diag_error(reader->diags, pos,
                       "the %s is named '%.*s' but its file '%.*s.yaml'; one of them is misspelt",
                       kind, KHO_TEXT_ARGS(name), KHO_TEXT_ARGS(stem));
}

void kho_project_check_zone(const struct kho_reader *reader, struct kho_text zone,
                            struct kho_pos pos)
{
    struct kho_zone *loaded;
    struct kho_err err = {0};
    if (kho_text_is_null(zone))
        return;
    struct kho_arena *scratch = kho_arena_new(reader->arena);
    if (!kho_zone_load(scratch, zone, &loaded, &err))
        kho_diag_error(reader->diags, pos, "%s", err.message);
    kho_arena_free(scratch);
}

static bool has_scheme(struct kho_text connection)
{
    return kho_text_starts(connection, KHO_TEXT("postgres://")) ||
           kho_text_starts(connection, KHO_TEXT("postgresql://"));
}

static bool is_conninfo(struct kho_text connection)
{
    return memchr(connection.ptr, '=', connection.len) != NULL &&
           memmem(connection.ptr, connection.len, "://", 3) == NULL;
}

void kho_project_check_connection(const struct kho_reader *reader, const char *what,
                                  struct kho_text connection, struct kho_pos pos)
{
    if (kho_text_is_null(connection))
        return;
    if (kho_mask_has_password(connection)) {
        pos.text = NULL; /* the line holds the password */
        kho_diag_error(reader->diags, pos,
                       "a password in '%s'; write it as password: ${env:NAME} or ${file:PATH}",
                       what);
        return;
    }
    if (!has_scheme(connection) && !is_conninfo(connection))
        kho_diag_error(reader->diags, pos,
                       "'%s' is no connection to PostgreSQL: postgres://user@host/database or "
                       "host=... dbname=... user=...",
                       what);
}

void kho_project_check_lake(const struct kho_reader *reader, const char *what, struct kho_text lake,
                            struct kho_pos pos)
{
    if (kho_text_is_null(lake) || kho_text_starts(lake, KHO_TEXT("file:///")))
        return;
    if (memmem(lake.ptr, lake.len, "://", 3) == NULL)
        return;
    pos.text = NULL; /* such an address may hold a key */
    kho_diag_error(reader->diags, pos,
                   "'%s' is a directory in the project or file:///directory in this version", what);
}
