/* Which columns a dataset's file has. */
#include "columns.h"

#define ENGINE_COLUMNS 2

static struct lake_column engine_column(const char *name, const char *title)
{
    return (struct lake_column){
        .name = kho_text_of(name),
        .type = KHO_TYPE_TEXT,
        .required = true,
        .title = kho_text_of(title),
    };
}

struct lake_columns lake_columns_of(struct kho_arena *arena, const struct kho_schema *schema)
{
    size_t count = ENGINE_COLUMNS + schema->n_columns;
    struct lake_column *items = kho_arena_array(arena, count, sizeof(*items));
    items[0] = engine_column("_source", "Feed that brought the record");
    items[1] = engine_column("_key", "Key of the record within its feed");
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct kho_schema_column *column = &schema->columns[i];
        items[ENGINE_COLUMNS + i] = (struct lake_column){
            .name = column->name,
            .type = column->type,
            .precision = column->precision,
            .scale = column->scale,
            .required = column->required,
            .pii = column->pii,
            .title = column->title,
        };
    }
    return (struct lake_columns){items, count};
}
