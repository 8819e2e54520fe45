/* Whether a text is a value of a Frictionless type, as kho_wire_to_text() writes it. */
#ifndef LAKE_VERIFY_VALUE_H
#define LAKE_VERIFY_VALUE_H

#include <kho/core/text.h>

/* X(name, word in the manifest, what it is called in messages) */
#define LAKE_KINDS(X)                 \
    X(STRING, "string", "UTF-8 text") \
    X(INTEGER, "integer", "integer")  \
    X(NUMBER, "number", "number")     \
    X(BOOLEAN, "boolean", "boolean")  \
    X(DATE, "date", "date")           \
    X(DATETIME, "datetime", "UTC datetime")

enum lake_kind {
#define X(name, word, called) LAKE_##name,
    LAKE_KINDS(X)
#undef X
};

bool lake_kind_find(struct kho_text word, enum lake_kind *kind);
const char *lake_kind_called(enum lake_kind kind);
bool lake_value_is(enum lake_kind kind, struct kho_text value);

#endif
