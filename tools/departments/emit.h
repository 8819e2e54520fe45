/* psql scripts of a department, and the answer key of its dirty rows. */
#ifndef DEPARTMENTS_EMIT_H
#define DEPARTMENTS_EMIT_H

#include "department.h"

#include <stdio.h>

/* Writes the whole database as a psql script, and the answer key if dirt_key is not NULL. */
void emit_database(const struct world *world, const struct department *department, FILE *out,
                   FILE *dirt_key);

/* Writes the settings that every script begins with. */
void emit_settings(FILE *out);

/* Writes the named columns' names, with commas. Columns end with `column_count`. */
void emit_names(const struct department *department, const unsigned char *columns, FILE *out);

/* Writes one line of COPY text. */
void emit_row(const struct row *row, const unsigned char *columns, size_t end, FILE *out);

#endif
