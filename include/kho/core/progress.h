/*
 * The progress of one long piece of work: a live line on a terminal, otherwise a line every ten
 * seconds: `person  1 204 331 rows  612k/s  rejected 12  eta 0:04`.
 */
#ifndef KHO_CORE_PROGRESS_H
#define KHO_CORE_PROGRESS_H

#include <kho/core/base.h>

struct kho_progress {
    const char *label;
    int64_t expected_rows; /* 0 = unknown: no eta */
    int64_t rows;
    int64_t rejected_rows;
    int64_t started_us;
    int64_t shown_us;
    bool shown; /* a line was printed */
};

void kho_progress_start(struct kho_progress *progress, const char *label, int64_t expected_rows);
/* Tells the totals so far; prints if a line is due. Cheap: call it once a batch. */
void kho_progress_update(struct kho_progress *progress, int64_t rows, int64_t rejected_rows);
/* Wipes the live line. */
void kho_progress_end(struct kho_progress *progress);
/* Wipes whichever live line stands on the terminal; the log calls it before it prints. */
void kho_progress_wipe(void);

#endif
