/* Which columns a relation has, and how the values of each travel. */
#include "postgres.h"

/* OIDs of built-in types are part of PostgreSQL's stable catalogue
 * (src/include/catalog/pg_type.dat). */
static const struct {
    uint32_t oid;
    enum kho_wire wire;
} direct[] = {
    {16, KHO_WIRE_BOOL},      {17, KHO_WIRE_BYTEA},       {19, KHO_WIRE_TEXT},
    {20, KHO_WIRE_INT8},      {21, KHO_WIRE_INT2},        {23, KHO_WIRE_INT4},
    {25, KHO_WIRE_TEXT},      {114, KHO_WIRE_TEXT},       {700, KHO_WIRE_FLOAT4},
    {701, KHO_WIRE_FLOAT8},   {1042, KHO_WIRE_BPCHAR},    {1043, KHO_WIRE_TEXT},
    {1082, KHO_WIRE_DATE},    {1114, KHO_WIRE_TIMESTAMP}, {1184, KHO_WIRE_TIMESTAMPTZ},
    {1700, KHO_WIRE_NUMERIC}, {2950, KHO_WIRE_UUID},      {3802, KHO_WIRE_JSONB},
};

static void choose_wire(struct source_column *column, int64_t base_oid, bool is_enum)
{
    column->wire = KHO_WIRE_TEXT;
    column->cast = !is_enum;
    for (size_t i = 0; i < KHO_COUNT(direct); i++) {
        if (direct[i].oid == base_oid) {
            column->wire = direct[i].wire;
            column->cast = false;
        }
    }
}

/* Looks up one described column's type: its base type, whether that is an enum, and its name. */
static bool look_up(struct kho_source *source, const struct kho_pg_column *described,
                    struct source_column *column, struct kho_err *err)
{
    static const char sql[] =
        "WITH RECURSIVE base(oid, typbasetype, typtype) AS ("
        "  SELECT oid, typbasetype, typtype FROM pg_catalog.pg_type WHERE oid = $1::oid"
        "  UNION ALL SELECT t.oid, t.typbasetype, t.typtype FROM base b"
        "  JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')"
        " SELECT oid, typtype = 'e', pg_catalog.format_type($1::oid, $2::integer)"
        " FROM base WHERE typtype <> 'd'";
    const char *params[] = {kho_arena_printf(source->arena, "%" PRIu32, described->type_oid),
                            kho_arena_printf(source->arena, "%" PRId32, described->type_modifier)};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(source->pg, source->arena, sql, params, 2, &result, err));
    if (result.n_rows != 1)
        return kho_err_set(err, KHO_ERR_FAILED, "column '%s' of %s has an unknown type",
                           described->name, source->label);
    column->name = described->name;
    column->base_oid = kho_pg_cell_int(&result, 0, 0);
    choose_wire(column, column->base_oid, kho_text_eq_cstr(kho_pg_cell(&result, 0, 1), "t"));
    column->type = kho_pg_cell(&result, 0, 2).ptr;
    return true;
}

static bool estimate_rows(struct kho_source *source, struct kho_err *err)
{
    if (source->job->from.ptr == NULL)
        return true;
    const char *params[] = {source->relation};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(source->pg, source->arena,
                         "SELECT reltuples::bigint FROM pg_catalog.pg_class"
                         " WHERE oid = pg_catalog.to_regclass($1)",
                         params, 1, &result, err));
    if (result.n_rows == 1)
        source->expected_rows = KHO_MAX(kho_pg_cell_int(&result, 0, 0), 0);
    return true;
}

bool kho_postgres_describe(struct kho_source *source, struct kho_err *err)
{
    struct kho_pg_column *described;
    size_t count;
    const char *sql = kho_arena_printf(source->arena, "SELECT * FROM %s", source->relation);
    KHO_TRY(kho_pg_describe(source->pg, source->arena, sql, &described, &count, err));
    source->columns = kho_arena_array(source->arena, count, sizeof(*source->columns));
    source->names = kho_arena_array(source->arena, count, sizeof(*source->names));
    source->n_columns = count;
    for (size_t i = 0; i < count; i++) {
        KHO_TRY(look_up(source, &described[i], &source->columns[i], err));
        source->names[i] = source->columns[i].name;
    }
    return estimate_rows(source, err);
}

const struct source_column *kho_postgres_column(const struct kho_source *source,
                                                struct kho_text name)
{
    for (size_t i = 0; i < source->n_columns; i++)
        if (kho_text_eq_cstr(name, source->columns[i].name))
            return &source->columns[i];
    return NULL;
}
