/* One row through a mapping program. */
#include "program.h"

#include <kho/record/wire.h>

#include "unit.h"

struct kho_batch *program_run_row(struct kho_arena *arena, struct kho_program *program,
                                  const char *row)
{
    struct kho_err err = {0};
    size_t n;
    (void)kho_program_inputs(program, &n);
    struct kho_batch *in = kho_batch_new(arena, n);
    enum kho_wire wires[16] = {KHO_WIRE_TEXT};
    struct kho_text rest = kho_text_of(row);
    for (size_t i = 0; i < n; i++) {
        struct kho_text cell = kho_text_cut(&rest, '|');
        in->columns[i].wire = KHO_WIRE_TEXT;
        in->columns[i].cells[0] = kho_text_eq_cstr(cell, "~") ? KHO_TEXT_NULL : cell;
    }
    in->n_rows = 1;
    ck_ok(kho_program_bind(program, wires, &err), err);
    struct kho_batch *out = kho_program_output(program, arena);
    uint32_t rows[] = {0};
    kho_program_run(program, in, rows, 1, out);
    return out;
}

const char *program_show(struct kho_arena *arena, const struct kho_batch *out)
{
    struct kho_buf buf;
    kho_buf_init(&buf, 10000);
    for (size_t i = 0; i < out->n_columns; i++) {
        struct kho_text text;
        ck_assert(kho_wire_to_text(arena, out->columns[i].wire, out->columns[i].cells[0], &text));
        kho_buf_printf(&buf, "%s%.*s", i > 0 ? "|" : "", KHO_TEXT_ARGS(text));
        if (text.ptr == NULL)
            kho_buf_puts(&buf, "~");
    }
    for (size_t i = 0; i < out->n_rejects; i++) {
        const struct kho_reject *reject = &out->rejects[i];
        kho_buf_printf(&buf, "; %s %s %s: %s", kho_severity_word(reject->severity),
                       reject->column != NULL ? reject->column : "-", reject->rule, reject->reason);
    }
    const char *shown = kho_arena_strdup(arena, kho_buf_cstr(&buf));
    kho_buf_release(&buf);
    return shown;
}
