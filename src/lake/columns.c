/* Which columns a dataset's file has. */
#include "columns.h"

#define ENGINE_COLUMNS 2

static struct lake_column engine_column(const char *name, const char *title)
{
    return (struct lake_column){
        .name = kho_text_of(name),
        .type = KHO_TYPE_TEXT,
        .was = KHO_TYPE_TEXT,
        .required = true,
        .title = kho_text_of(title),
    };
}

static bool is_personal(const struct kho_schema *schema)
{
    for (size_t i = 0; i < schema->n_columns; i++)
        if (schema->columns[i].pii != KHO_PII_NONE)
            return true;
    return false;
}

/* The type of a value that is hidden so. */
static enum kho_type hidden_type(enum kho_hide hide, enum kho_type type)
{
    switch (hide) {
    case KHO_HIDE_LAST4:
    case KHO_HIDE_HMAC:
        return KHO_TYPE_TEXT;
    case KHO_HIDE_YEAR:
        return KHO_TYPE_PARTIAL_DATE;
    case KHO_HIDE_KEEP:
    case KHO_HIDE_DROP:
        break;
    }
    return type;
}

struct lake_columns lake_columns_of(struct kho_arena *arena,
                                    const struct kho_snapshot_dataset *dataset)
{
    const struct kho_schema *schema = dataset->schema;
    size_t count = ENGINE_COLUMNS + schema->n_columns;
    struct lake_column *items = kho_arena_array(arena, count, sizeof(*items));
    items[0] = engine_column("_source", "Feed that brought the record");
    items[1] = engine_column("_key", "Key of the record within its feed");
    items[1].hide = dataset->hide_key;
    /* The key of a person's record is a number that stands for the person. */
    items[1].pii = is_personal(schema) ? KHO_PII_ID : KHO_PII_NONE;
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct kho_schema_column *column = &schema->columns[i];
        enum kho_hide hide = dataset->hide != NULL ? dataset->hide[i] : KHO_HIDE_KEEP;
        items[ENGINE_COLUMNS + i] = (struct lake_column){
            .name = column->name,
            .type = hidden_type(hide, column->type),
            .precision = column->precision,
            .scale = column->scale,
            .required = column->required,
            .pii = column->pii,
            .title = column->title,
            .hide = hide,
            .was = column->type,
        };
    }
    return (struct lake_columns){items, count};
}
