/*
 * The words of wire types and field types, made from the tables in type.h.
 */
#include <kho/record/type.h>

static const char *const wire_sql[] = {
#define X(name, sql) sql,
    KHO_WIRES(X)
#undef X
};

static const struct {
    const char *word;
    enum kho_wire wire;
    const char *sql;
    const char *frictionless;
    const char *help;
} types[] = {
#define X(name, word, wire, sql, frictionless, help) \
    {word, KHO_WIRE_##wire, sql, frictionless, help},
    KHO_TYPES(X)
#undef X
};

_Static_assert(KHO_COUNT(types) == KHO_TYPE_COUNT, "KHO_TYPE_COUNT counts the types");

const char *kho_wire_sql(enum kho_wire wire)
{
    KHO_BUG_IF((size_t)wire >= KHO_COUNT(wire_sql));
    return wire_sql[wire];
}

const char *kho_type_word(enum kho_type type)
{
    KHO_BUG_IF((size_t)type >= KHO_COUNT(types));
    return types[type].word;
}

enum kho_wire kho_type_wire(enum kho_type type)
{
    KHO_BUG_IF((size_t)type >= KHO_COUNT(types));
    return types[type].wire;
}

const char *kho_type_sql(enum kho_type type)
{
    KHO_BUG_IF((size_t)type >= KHO_COUNT(types));
    return types[type].sql;
}

const char *kho_type_frictionless(enum kho_type type)
{
    KHO_BUG_IF((size_t)type >= KHO_COUNT(types));
    return types[type].frictionless;
}

const char *kho_type_help(enum kho_type type)
{
    KHO_BUG_IF((size_t)type >= KHO_COUNT(types));
    return types[type].help;
}

bool kho_type_find(struct kho_text word, enum kho_type *type)
{
    for (size_t i = 0; i < KHO_COUNT(types); i++) {
        if (kho_text_eq_cstr(word, types[i].word)) {
            *type = (enum kho_type)i;
            return true;
        }
    }
    return false;
}
