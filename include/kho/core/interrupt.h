/* SIGINT and SIGTERM as a flag that long work looks at between steps. */
#ifndef KHO_CORE_INTERRUPT_H
#define KHO_CORE_INTERRUPT_H

#include <kho/core/base.h>
#include <kho/core/err.h>

/* Installs the handlers (SIGINT, SIGTERM; SIGPIPE is ignored). A second signal ends at once. */
void kho_interrupt_install(void);
/* Returns the signal that came, or 0. */
int kho_interrupt_signal(void);
/* Returns whether work should stop: a signal came and no shield is up. */
bool kho_interrupt_pending(void);
/* While the shield is up, work goes on although a signal came: for the last entry in the ledger. */
void kho_interrupt_shield(bool up);
/* Fails with class INTERRUPTED if work should stop. */
KHO_MUST_USE bool kho_interrupt_check(struct kho_err *err);

#endif
