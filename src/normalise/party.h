/* Cells that name one who holds something: a person, two, a household, an organisation. */
#ifndef KHO_SRC_NORMALISE_PARTY_H
#define KHO_SRC_NORMALISE_PARTY_H

#include "map.h"

/* The functions person(x, n), organisation(x), party_kind(x) of `map:`. */
const char *prepare_person(struct kho_arena *arena, const struct kho_schema_column *target,
                           struct node *node);
void run_person(struct step *step, const struct node *node, const struct vec *values);
void run_organisation(struct step *step, const struct node *node, const struct vec *values);
void run_party_kind(struct step *step, const struct node *node, const struct vec *values);

#endif
