/* Schemas, code lists and jobs made from a few lines of text, for tests of what reads them. */
#ifndef KHO_TESTS_SUPPORT_MADE_H
#define KHO_TESTS_SUPPORT_MADE_H

#include <kho/config/warehouse.h>
#include <kho/record/schema.h>

/* Makes a schema `test.person` from lines `column type [required]`, e.g. `sex code(sex) required`,
 * and rules from lines `rule name reject|warn expression`. `lists` are those that code() may name.
 * Problems go to `diags`. */
struct kho_schema *made_schema(struct kho_arena *arena, const char *lines,
                               struct kho_codes *const *lists, size_t n_lists,
                               struct kho_diags *diags);

/* Makes a job whose mappings are lines `column: expression`. */
struct kho_job *made_job(struct kho_arena *arena, const char *lines, struct kho_diags *diags);

/* The code list `sex`: 1 Nam, 2 Nữ; the system `civil` writes M|nam and F|nu. */
struct kho_codes *made_sexes(struct kho_arena *arena, struct kho_diags *diags);
/* A list `land_use` of five codes. */
struct kho_codes *made_land_uses(struct kho_arena *arena, struct kho_diags *diags);

/* Reads `word` as a column's type: `code(sex)`, `decimal(12,2)`. False if it is none. */
bool made_type(struct kho_text word, struct kho_codes *const *lists, size_t n_lists,
               struct kho_schema_column *column);

#endif
