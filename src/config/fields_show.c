/* Writes field tables for people: `kho help job` and the README's reference. */
#include <kho/config/fields.h>

#define PREFIX_MAX 64

static const char *kind_word(const struct kho_field *field)
{
    switch (field->kind) {
    case KHO_FIELD_TEXT:
        return "text";
    case KHO_FIELD_NAME:
        return "name";
    case KHO_FIELD_INT:
        return "number";
    case KHO_FIELD_BOOL:
        return "true or false";
    case KHO_FIELD_DURATION:
        return "duration (30s, 5m)";
    case KHO_FIELD_SIZE:
        return "size (64MB)";
    case KHO_FIELD_PERCENT:
        return "percentage (2%) or none";
    case KHO_FIELD_SECRET:
        return "${env:NAME} or ${file:PATH}";
    case KHO_FIELD_TEXTS:
        return "text or list";
    case KHO_FIELD_NODE:
        return "mapping";
    case KHO_FIELD_CHOICE:
    case KHO_FIELD_GROUP:
        break;
    }
    return "";
}

static void put_kind(const struct kho_field *field, struct kho_buf *out)
{
    if (field->choices == NULL) {
        kho_buf_puts(out, kind_word(field));
        return;
    }
    for (size_t i = 0; field->choices[i] != NULL; i++)
        kho_buf_printf(out, "%s%s", i == 0 ? "" : ", ", field->choices[i]);
}

static void show_row(const struct kho_field *field, const char *name, bool markdown,
                     struct kho_buf *out)
{
    struct kho_buf kind;
    kho_buf_init(&kind, 1000);
    put_kind(field, &kind);
    const char *fallback = field->required ? "required" : "";
    if (field->fallback != NULL)
        fallback = field->fallback;
    if (markdown)
        kho_buf_printf(out, "| `%s` | %s | %s | %s |\n", name, kho_buf_cstr(&kind), fallback,
                       field->help);
    else
        kho_buf_printf(out, "  %-26s %-28s %-12s %s\n", name, kho_buf_cstr(&kind), fallback,
                       field->help);
    kho_buf_release(&kind);
}

static void show_rows(const struct kho_field_table *table, const char *prefix, bool markdown,
                      struct kho_buf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct kho_field *field = &table->fields[i];
        char name[PREFIX_MAX];
        (void)snprintf(name, sizeof name, "%s%s", prefix, field->name);
        if (field->kind != KHO_FIELD_GROUP) {
            show_row(field, name, markdown, out);
            continue;
        }
        char inner[PREFIX_MAX + 2];
        (void)snprintf(inner, sizeof inner, "%s.", name);
        show_rows(field->group, inner, markdown, out);
    }
}

void kho_fields_show(const struct kho_field_table *table, bool markdown, struct kho_buf *out)
{
    if (markdown)
        kho_buf_printf(out, "#### %s\n\n| key | value | default | meaning |\n|---|---|---|---|\n",
                       table->title);
    else
        kho_buf_printf(out, "%s\n\n", table->title);
    show_rows(table, "", markdown, out);
}
