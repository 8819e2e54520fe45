/* Makes schemas and jobs by hand, without files. */
#include "made.h"

static struct kho_pos pos_of(const char *file, struct kho_text text)
{
    (void)text;
    return (struct kho_pos){file, NULL, 1, 1};
}

bool made_type(struct kho_text word, struct kho_codes *const *lists, size_t n_lists,
               struct kho_schema_column *column)
{
    struct kho_text rest = word;
    struct kho_text name = kho_text_cut(&rest, '(');
    if (!kho_type_find(name, &column->type))
        return false;
    bool listed = column->type == KHO_TYPE_CODE || column->type == KHO_TYPE_LAND_USES;
    if (rest.ptr == NULL)
        return !listed;
    struct kho_text inside = kho_text_cut(&rest, ')');
    for (size_t i = 0; i < n_lists; i++) {
        if (kho_text_eq(lists[i]->name, inside))
            column->codes = lists[i];
    }
    int64_t precision = 0, scale = 0;
    struct kho_text first = kho_text_cut(&inside, ',');
    if (kho_text_to_int(first, &precision) && inside.ptr != NULL &&
        kho_text_to_int(kho_text_trim(inside), &scale)) {
        column->precision = (int)precision;
        column->scale = (int)scale;
    }
    if (column->type == KHO_TYPE_SECTOR)
        column->precision = (int)precision;
    return !listed || column->codes != NULL;
}

static void add_rule(struct kho_arena *arena, struct kho_schema *schema, struct kho_text line,
                     struct kho_diags *diags)
{
    struct kho_schema_rule *rule = &schema->rules[schema->n_rules++];
    rule->name = kho_text_cut(&line, ' ');
    rule->severity = kho_text_eq_cstr(kho_text_cut(&line, ' '), "warn") ? KHO_WARN : KHO_REJECT;
    rule->check = kho_expr_parse(arena, line, pos_of("test.person.yaml", line), diags);
    if (rule->check == NULL)
        schema->n_rules--;
}

struct kho_schema *made_schema(struct kho_arena *arena, const char *lines,
                               struct kho_codes *const *lists, size_t n_lists,
                               struct kho_diags *diags)
{
    struct kho_schema *schema = kho_arena_alloc(arena, sizeof *schema);
    struct kho_text rest = kho_text_of(lines);
    schema->name = KHO_TEXT("test.person");
    schema->columns = kho_arena_array(arena, 64, sizeof *schema->columns);
    schema->rules = kho_arena_array(arena, 64, sizeof *schema->rules);
    while (rest.ptr != NULL) {
        struct kho_text line = kho_text_cut(&rest, '\n');
        struct kho_text name = kho_text_cut(&line, ' ');
        if (name.len == 0)
            continue;
        if (kho_text_eq_cstr(name, "rule")) {
            add_rule(arena, schema, line, diags);
            continue;
        }
        struct kho_schema_column *column = &schema->columns[schema->n_columns++];
        column->name = name;
        if (!made_type(kho_text_cut(&line, ' '), lists, n_lists, column))
            kho_diag_error(diags, pos_of("test.person.yaml", name), "bad type of '%.*s'",
                           KHO_TEXT_ARGS(name));
        column->required = kho_text_eq_cstr(line, "required");
    }
    return schema;
}

struct kho_job *made_job(struct kho_arena *arena, const char *lines, struct kho_diags *diags)
{
    struct kho_job *job = kho_arena_alloc(arena, sizeof *job);
    struct kho_text rest = kho_text_of(lines);
    job->name = KHO_TEXT("test");
    job->pos = pos_of("job.yaml", rest);
    job->map = kho_arena_array(arena, 64, sizeof *job->map);
    while (rest.ptr != NULL) {
        struct kho_text line = kho_text_cut(&rest, '\n');
        struct kho_text column = kho_text_cut(&line, ':');
        if (column.len == 0)
            continue;
        struct kho_mapping *mapping = &job->map[job->n_map];
        mapping->column = column;
        mapping->pos = pos_of("job.yaml", column);
        mapping->expr = kho_expr_parse(arena, kho_text_trim(line), mapping->pos, diags);
        job->n_map += mapping->expr != NULL;
    }
    return job;
}

struct kho_codes *made_sexes(struct kho_arena *arena, struct kho_diags *diags)
{
    return kho_codes_parse(arena, KHO_TEXT("sex"), "schemas/codes/sex.csv",
                           KHO_TEXT("code,name,civil\n1,Nam,M|nam\n2,Nữ,F|nu\n"), diags);
}

struct kho_codes *made_land_uses(struct kho_arena *arena, struct kho_diags *diags)
{
    return kho_codes_parse(arena, KHO_TEXT("land_use"), "schemas/codes/land_use.csv",
                           KHO_TEXT("code,name\nODT,Đất ở tại đô thị\nONT,Đất ở tại nông thôn\n"
                                    "CLN,Đất trồng cây lâu năm\nLUC,Đất chuyên trồng lúa\n"
                                    "BHK,Đất bằng trồng cây hàng năm khác\n"),
                           diags);
}
