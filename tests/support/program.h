/* Running a mapping program on one row, and showing what came out. */
#ifndef KHO_TESTS_PROGRAM_H
#define KHO_TESTS_PROGRAM_H

#include <kho/normalise/program.h>

/* One row of text cells, "|" between them, `~` for NULL, through a program. */
struct kho_batch *program_run_row(struct kho_arena *arena, struct kho_program *program,
                                  const char *row);

/* The rows' cells as text, then the reasons. */
const char *program_show(struct kho_arena *arena, const struct kho_batch *out);

#endif
