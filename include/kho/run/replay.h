/*
 * Rejected rows mapped again, after a fix of the mapping, a rule or a code list, without touching
 * the source.
 */
#ifndef KHO_RUN_REPLAY_H
#define KHO_RUN_REPLAY_H

#include <kho/run/job.h>

/* Maps the rows of a job's open rejects again, as a run of its own (pull = replay): good ones are
 * loaded and their rejects closed, the others keep theirs, with the reason of now. Rows that cannot
 * be mapped again are left as they are and counted in a warning: those without a key or with a
 * duplicate one, and those whose types or columns are not known. The receipt's status is `nothing
 * to replay`, and no run is made, if there are no rows. Limits do not apply. The tables must be
 * there (kho_store_ensure()). */
KHO_MUST_USE bool kho_job_replay(const struct kho_project *project, struct kho_store *store,
                                 const struct kho_job *job, struct kho_receipt *receipt,
                                 struct kho_err *err);

#endif
