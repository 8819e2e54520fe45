/* A project in a temporary directory, for tests that read configuration files. */
#ifndef KHO_TESTS_SUPPORT_PROJECT_H
#define KHO_TESTS_SUPPORT_PROJECT_H

#include <kho/config/diag.h>

/* Makes an empty project directory; it is removed with the arena. */
const char *project_new(struct kho_arena *arena);

/* Writes a file of the project, and the directories it stands in. */
void project_write(struct kho_arena *arena, const char *dir, const char *path, const char *content);
void project_write_bytes(struct kho_arena *arena, const char *dir, const char *path,
                         struct kho_text content);

/* Returns the problems as they are shown. */
const char *diags_text(struct kho_arena *arena, const struct kho_diags *diags);

#endif
