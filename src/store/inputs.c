/* The columns and types in which rejected rows were read: kept with the run, for the day on which
 * the rows are mapped again. */
#include <kho/core/json.h>

#include "loading.h"

static bool is_noted(const struct kho_load *load, const char *name)
{
    for (size_t i = 0; i < load->n_inputs; i++)
        if (strcmp(load->inputs[i].name, name) == 0)
            return true;
    return false;
}

/* A replay reads rows of several sets of columns, which agree in their types. */
void kho_load_note_inputs(struct kho_load *load, const struct kho_batch *raw)
{
    if (load->n_inputs != 0 && !load->scope.replay)
        return;
    struct kho_batch_column *inputs =
        kho_arena_array(load->arena, load->n_inputs + raw->n_columns, sizeof(*inputs));
    if (load->n_inputs != 0)
        memcpy(inputs, load->inputs, load->n_inputs * sizeof(*inputs));
    size_t count = load->n_inputs;
    for (size_t i = 0; i < raw->n_columns; i++)
        if (!is_noted(load, raw->columns[i].name))
            inputs[count++] = (struct kho_batch_column){
                .name = kho_arena_strdup(load->arena, raw->columns[i].name),
                .wire = raw->columns[i].wire};
    load->inputs = inputs;
    load->n_inputs = count;
}

const char *kho_load_inputs(struct kho_load *load)
{
    if (load->n_inputs == 0 || load->stats.rejected + load->stats.warned == 0)
        return "NULL";
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, KHO_SQL_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    for (size_t i = 0; i < load->n_inputs; i++)
        kho_json_string(&json, load->inputs[i].name, kho_wire_sql(load->inputs[i].wire));
    kho_json_object_end(&json);
    const char *literal = kho_pg_literal(load->arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return literal;
}
