/* Cells of any wire type into the parsers. */
#ifndef KHO_SRC_NORMALISE_WIRE_IN_H
#define KHO_SRC_NORMALISE_WIRE_IN_H

#include "parse.h"

/* Returns whether a column of this type can be made of such cells. */
bool wire_is_taken(enum kho_type type, enum kho_wire wire);

/* Parses a cell (not NULL) as the column's type. */
struct parsed parse_cell(const struct parse *parse, enum kho_wire wire, struct kho_text cell);

/* Drops the blanks with which `character` pads. */
struct kho_text without_padding(struct kho_text cell);

#endif
