/*
 * A dry run: a run like any other, in one transaction on one connection, ledger and tables
 * included, which is rolled back in the end. Other runs never see anything of it.
 */
#include <kho/core/interrupt.h>

#include "loading.h"

bool kho_load_is_dry(const struct kho_load *load)
{
    return load->options.dry_run != NULL;
}

bool kho_load_dry_begin(struct kho_load *load, struct kho_err *err)
{
    load->ledger = load->pg;
    return kho_pg_exec(load->pg, "BEGIN", err) &&
           kho_store_make_tables(load->pg, load->options.dry_run, false, err);
}

bool kho_load_open_transaction(struct kho_load *load, struct kho_err *err)
{
    return kho_load_is_dry(load) || kho_pg_exec(load->pg, "BEGIN", err);
}

bool kho_load_close_transaction(struct kho_load *load, struct kho_err *err)
{
    if (kho_load_is_dry(load)) {
        kho_pg_close(load->pg);
        return true;
    }
    /* A signal now comes too late: whether a cancelled COMMIT took place, nobody could say. */
    kho_interrupt_shield(true);
    bool committed = kho_pg_exec(load->pg, "COMMIT", err);
    kho_interrupt_shield(false);
    return committed || kho_err_context(err, "committing run %" PRId64, load->run);
}

bool kho_load_dry_make_way(struct kho_load *load, size_t above_bytes, struct kho_err *err)
{
    if (!kho_load_is_dry(load) || load->rejects.len <= above_bytes)
        return true;
    return kho_load_finish_copy(load, err);
}
