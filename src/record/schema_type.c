/* Reads the types of columns as schemas write them, and checks names that become SQL identifiers.
 */
#include "schema_type.h"

#define DECIMAL_MAX_DIGITS 1000
#define NAME_MAX_BYTES 63
/* the store puts _versions behind a table's name */
#define TABLE_MAX_BYTES 54

static void report_unknown_type(struct kho_text word, struct kho_pos pos, struct kho_diags *diags)
{
    const char *words[KHO_TYPE_COUNT];
    for (int i = 0; i < KHO_TYPE_COUNT; i++)
        words[i] = kho_type_word((enum kho_type)i);
    kho_diag_error(diags, pos, "unknown type '%.*s'%s", KHO_TEXT_ARGS(word),
                   kho_diag_suggest(diags, word, words, KHO_TYPE_COUNT));
}

static void read_code(const struct kho_schemas *schemas, struct kho_text list, struct kho_pos pos,
                      struct kho_schema_column *column, struct kho_diags *diags)
{
    const char *names[256] = {NULL};
    size_t n = 0;
    if (kho_text_is_null(list) || list.len == 0) {
        kho_diag_error(diags, pos, "type '%s' needs a code list: %s", kho_type_word(column->type),
                       column->type == KHO_TYPE_CODE ? "code(sex)" : "land_uses(land_use)");
        return;
    }
    for (size_t i = 0; i < schemas->n_codes; i++) {
        if (kho_text_eq(schemas->codes[i]->name, list)) {
            column->codes = schemas->codes[i];
            return;
        }
        if (n < KHO_COUNT(names))
            names[n++] = schemas->codes[i]->name.ptr;
    }
    kho_diag_error(diags, pos, "unknown code list '%.*s'%s", KHO_TEXT_ARGS(list),
                   kho_diag_suggest(diags, list, names, n));
}

/* Reads the arguments of decimal(precision) or decimal(precision, scale). */
static void read_decimal(struct kho_text args, struct kho_pos pos, struct kho_schema_column *column,
                         struct kho_diags *diags)
{
    if (kho_text_is_null(args))
        return;
    struct kho_text rest = args;
    int64_t precision = 0, scale = 0;
    bool valid = kho_text_to_int(kho_text_trim(kho_text_cut(&rest, ',')), &precision);
    if (valid && !kho_text_is_null(rest))
        valid = kho_text_to_int(kho_text_trim(rest), &scale);
    if (!valid || precision < 1 || precision > DECIMAL_MAX_DIGITS || scale < 0 ||
        scale > precision) {
        kho_diag_error(diags, pos, "%s takes its digits and those behind the point: %s(12,2)",
                       kho_type_word(column->type), kho_type_word(column->type));
        return;
    }
    column->precision = (int)precision;
    column->scale = (int)scale;
}

/* The year of the list that codes without one are of. */
static void read_sector(struct kho_text args, struct kho_pos pos, struct kho_schema_column *column,
                        struct kho_diags *diags)
{
    int64_t year = 0;
    if (!kho_text_to_int(args, &year) || year < 1993 || year > 2100)
        kho_diag_error(diags, pos, "type 'sector' needs the year of its list: sector(2018)");
    else
        column->precision = (int)year;
}

/* Splits `word(args)`; `args` is NULL without parentheses. False if they do not match. */
static bool split_type(struct kho_text text, struct kho_text *word, struct kho_text *args)
{
    *args = text;
    *word = kho_text_trim(kho_text_cut(args, '('));
    if (kho_text_is_null(*args))
        return true;
    if (!kho_text_ends(*args, KHO_TEXT(")")))
        return false;
    *args = kho_text_trim((struct kho_text){args->ptr, args->len - 1});
    return true;
}

void kho_schema_type_read(const struct kho_schemas *schemas, const struct kho_yaml_node *node,
                          struct kho_schema_column *column, struct kho_diags *diags)
{
    struct kho_text word, args;
    struct kho_text text = kho_text_trim(node->scalar);
    if (!split_type(text, &word, &args)) {
        kho_diag_error(diags, node->pos, "type '%.*s' lacks its ')'", KHO_TEXT_ARGS(text));
        return;
    }
    if (!kho_type_find(word, &column->type)) {
        report_unknown_type(word, node->pos, diags);
        return;
    }
    if (column->type == KHO_TYPE_CODE || column->type == KHO_TYPE_LAND_USES)
        read_code(schemas, args, node->pos, column, diags);
    else if (kho_type_wire(column->type) == KHO_WIRE_NUMERIC)
        read_decimal(args, node->pos, column, diags);
    else if (column->type == KHO_TYPE_SECTOR)
        read_sector(args, node->pos, column, diags);
    else if (!kho_text_is_null(args))
        kho_diag_error(diags, node->pos, "type '%.*s' takes nothing in parentheses",
                       KHO_TEXT_ARGS(word));
}

static bool is_identifier(struct kho_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool fits = (c >= 'a' && c <= 'z') || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
        if (!fits)
            return false;
    }
    return name.len > 0;
}

static bool is_one_of(struct kho_text name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kho_text_eq_cstr(name, words[i]))
            return true;
    return false;
}

/* Returns why a name that is a fine identifier cannot be used, or NULL. */
static const char *find_conflict(const char *kind, struct kho_text name)
{
    static const char *const domains[] = {"kho", "ref", "mart", "public", "information_schema"};
    static const char *const system_columns[] = {"tableoid", "xmin", "cmin",
                                                 "xmax",     "cmax", "ctid"};
    if (strcmp(kind, "domain") == 0 &&
        (is_one_of(name, domains, KHO_COUNT(domains)) || kho_text_starts(name, KHO_TEXT("pg_"))))
        return "is a schema of the store's own";
    if (strcmp(kind, "column") == 0 && is_one_of(name, system_columns, KHO_COUNT(system_columns)))
        return "is a system column of PostgreSQL";
    if (strcmp(kind, "table") == 0 &&
        (kho_text_ends(name, KHO_TEXT("_history")) || kho_text_ends(name, KHO_TEXT("_versions"))))
        return "ends as the store's own tables do (_history, _versions)";
    return NULL;
}

void kho_schema_name_check(const char *kind, struct kho_text name, struct kho_pos pos,
                           struct kho_diags *diags)
{
    size_t max = strcmp(kind, "table") == 0 ? TABLE_MAX_BYTES : NAME_MAX_BYTES;
    if (kho_text_starts(name, KHO_TEXT("_"))) {
        kho_diag_error(diags, pos, "the %s '%.*s' begins with _: such names are the engine's", kind,
                       KHO_TEXT_ARGS(name));
    } else if (!is_identifier(name) || name.len > max) {
        kho_diag_error(diags, pos,
                       "'%.*s' is no name of a %s: a-z, 0-9 and _, a letter first, at most %zu "
                       "bytes",
                       KHO_TEXT_ARGS(name), kind, max);
    } else {
        const char *conflict = find_conflict(kind, name);
        if (conflict != NULL)
            kho_diag_error(diags, pos, "the %s '%.*s' %s", kind, KHO_TEXT_ARGS(name), conflict);
    }
}
