/* What the jobs' `schedule` and `after` mean: parsed, checked, and put in their zones. */
#ifndef KHO_RUN_PLANS_H
#define KHO_RUN_PLANS_H

#include <kho/run/project.h>

/* Makes a plan for each job; problems go to the project's diags. A job with `after` and no schedule
 * is due each day at midnight, and waits for the others. */
void plans_read(struct kho_project *project);

#endif
