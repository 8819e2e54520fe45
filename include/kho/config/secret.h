/*
 * Secrets are named, not written: `${env:NAME}` or `${file:PATH}` (relative to the project). They
 * are resolved when needed, kept out of every message, and a literal one is an error.
 */
#ifndef KHO_CONFIG_SECRET_H
#define KHO_CONFIG_SECRET_H

#include <kho/config/diag.h>

enum kho_secret_kind { KHO_SECRET_NONE, KHO_SECRET_ENV, KHO_SECRET_FILE };

struct kho_secret {
    enum kho_secret_kind kind;
    struct kho_text name; /* of the variable or the file */
    struct kho_pos pos;
};

/* Parses `${env:NAME}` or `${file:PATH}`; anything else is an error in `diags` that does not repeat
 * the text. */
bool kho_secret_parse(struct kho_text text, struct kho_pos pos, struct kho_secret *secret,
                      struct kho_diags *diags);

/* Returns the secret's value in the arena; one trailing newline of a file is dropped. CONFIG if the
 * variable is unset or the file cannot be read; the message names it, never the value. A NONE
 * secret yields KHO_TEXT_NULL. */
KHO_MUST_USE bool kho_secret_resolve(const struct kho_secret *secret, const char *project_dir,
                                     struct kho_arena *arena, struct kho_text *value,
                                     struct kho_err *err);

#endif
