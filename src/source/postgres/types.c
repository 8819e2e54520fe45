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

/* Of each described column ($1 its type, $2 its modifier): the base type, whether that is an
 * enumeration, and the type's name. */
static const char types_sql[] =
    "WITH RECURSIVE col(n, oid, modifier) AS ("
    "  SELECT n, t.oid, t.modifier FROM unnest($1::oid[], $2::integer[])"
    "  WITH ORDINALITY t(oid, modifier, n)),"
    " base(n, oid, typbasetype, typtype) AS ("
    "  SELECT c.n, t.oid, t.typbasetype, t.typtype FROM col c"
    "  JOIN pg_catalog.pg_type t ON t.oid = c.oid"
    "  UNION ALL SELECT b.n, t.oid, t.typbasetype, t.typtype FROM base b"
    "  JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')"
    " SELECT c.n, b.oid, b.typtype = 'e', pg_catalog.format_type(c.oid, c.modifier)"
    " FROM col c JOIN base b ON b.n = c.n AND b.typtype <> 'd' ORDER BY c.n";

static const char *array_of(struct kho_arena *arena, const struct kho_pg_column *described,
                            size_t count, bool modifiers)
{
    struct kho_buf out;
    kho_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        kho_buf_char(&out, i != 0 ? ',' : '{');
        if (modifiers)
            kho_buf_printf(&out, "%" PRId32, described[i].type_modifier);
        else
            kho_buf_printf(&out, "%" PRIu32, described[i].type_oid);
    }
    kho_buf_puts(&out, count != 0 ? "}" : "{}");
    const char *array = kho_arena_cstr(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return array;
}

static bool look_up_types(struct kho_source *source, const struct kho_pg_column *described,
                          size_t count, struct kho_err *err)
{
    const char *params[] = {array_of(source->arena, described, count, false),
                            array_of(source->arena, described, count, true)};
    struct kho_pg_result types;
    KHO_TRY(kho_pg_query(source->pg, source->arena, types_sql, params, 2, &types, err));
    if (types.n_rows != count)
        return kho_err_set(err, KHO_ERR_FAILED, "a column of %s has an unknown type",
                           source->label);
    for (size_t i = 0; i < count; i++) {
        struct source_column *column = &source->columns[i];
        column->name = described[i].name;
        column->base_oid = kho_pg_cell_int(&types, i, 1);
        column->type = kho_pg_cell(&types, i, 3).ptr;
        choose_wire(column, column->base_oid, kho_text_eq_cstr(kho_pg_cell(&types, i, 2), "t"));
    }
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
    KHO_TRY(look_up_types(source, described, count, err));
    for (size_t i = 0; i < count; i++)
        source->names[i] = source->columns[i].name;
    return estimate_rows(source, err);
}
