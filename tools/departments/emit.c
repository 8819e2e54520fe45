/*
 * psql scripts: table, COPY data, key and comments of a department; and the answer key of the
 * dirty rows.
 */
#include "emit.h"

#include "dirt.h"

#include <string.h>

/* One line of COPY text cannot be longer: every byte may take an escape. */
#define LINE_BYTES (ROW_CELLS * (CELL_BYTES * 2 + 1) + 1)

static size_t put_escaped(char *line, const struct cell *cell)
{
    size_t len = 0;
    for (size_t i = 0; i < cell->len; i++) {
        char byte = cell->text[i];
        switch (byte) {
        case '\n':
            byte = 'n';
            line[len++] = '\\';
            break;
        case '\t':
            byte = 't';
            line[len++] = '\\';
            break;
        case '\\':
            line[len++] = '\\';
            break;
        default:
            break;
        }
        line[len++] = byte;
    }
    return len;
}

void emit_row(const struct row *row, const unsigned char *columns, size_t end, FILE *out)
{
    static char line[LINE_BYTES];
    size_t len = 0;
    for (size_t i = 0; columns[i] != end; i++) {
        const struct cell *cell = &row->cell[columns[i]];
        if (i > 0)
            line[len++] = '\t';
        if (cell->null) {
            line[len++] = '\\';
            line[len++] = 'N';
        } else {
            len += put_escaped(line + len, cell);
        }
    }
    line[len++] = '\n';
    fwrite_unlocked(line, 1, len, out);
}

void emit_names(const struct department *department, const unsigned char *columns, FILE *out)
{
    for (size_t i = 0; columns[i] != department->column_count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", department->columns[columns[i]].name);
}

void emit_settings(FILE *out)
{
    fputs("\\set ON_ERROR_STOP on\n"
          "\\set QUIET on\n"
          "BEGIN;\n"
          "SET LOCAL client_encoding = 'UTF8';\n"
          "SET LOCAL standard_conforming_strings = on;\n"
          "SET LOCAL client_min_messages = warning;\n"
          "SET LOCAL datestyle = 'ISO, DMY';\n",
          out);
}

static void emit_table(const struct department *department, FILE *out)
{
    fprintf(out, "CREATE TABLE public.%s (\n", department->table);
    for (size_t i = 0; i < department->column_count; i++) {
        const struct column *column = &department->columns[i];
        fprintf(out, "    %s %s%s\n", column->name, column->type,
                i + 1 < department->column_count ? "," : "");
    }
    fputs(");\n", out);
}

static void emit_comments(const struct department *department, FILE *out)
{
    const char *table = department->table;
    fprintf(out, "ALTER TABLE public.%s ADD PRIMARY KEY (%s);\n", table,
            department->columns[department->key].name);
    fprintf(out, "COMMENT ON TABLE public.%s IS '%s';\n", table, department->comment);
    for (size_t i = 0; i < department->column_count; i++) {
        const struct column *column = &department->columns[i];
        fprintf(out, "COMMENT ON COLUMN public.%s.%s IS '%s';\n", table, column->name,
                column->comment);
    }
}

static void emit_key_line(const struct department *department, const struct row *row,
                          const struct dirt *dirt, const char *outcome, FILE *dirt_key)
{
    const struct cell *key = &row->cell[department->key];
    fprintf(dirt_key, "%s,%s,%.*s,%u,%s\n", department->name, department->table, (int)key->len,
            key->text, (unsigned)dirt->hit->number, outcome);
}

static void all_columns(const struct department *department, unsigned char *columns)
{
    for (size_t i = 0; i <= department->column_count; i++)
        columns[i] = (unsigned char)i;
}

static void emit_rows(const struct world *world, const struct department *department, FILE *out,
                      FILE *dirt_key)
{
    static struct row row;
    unsigned char columns[ROW_CELLS + 1];
    uint64_t count = department->plan(world)->count;
    all_columns(department, columns);
    for (uint64_t id = 1; id <= count; id++) {
        struct dirt dirt;
        department->fill(world, id, 0, &row);
        if (dirt_find(world, department->id, id, &dirt)) {
            const char *outcome = dirt_apply(world, &dirt, id, &row);
            if (dirt_key != NULL)
                emit_key_line(department, &row, &dirt, outcome, dirt_key);
        }
        emit_row(&row, columns, department->column_count, out);
    }
}

void emit_database(const struct world *world, const struct department *department, FILE *out,
                   FILE *dirt_key)
{
    unsigned char columns[ROW_CELLS + 1];
    all_columns(department, columns);
    emit_settings(out);
    emit_table(department, out);
    fprintf(out, "COPY public.%s (", department->table);
    emit_names(department, columns, out);
    fputs(") FROM stdin;\n", out);
    if (dirt_key != NULL)
        fputs("department,table,id,class,outcome_hint\n", dirt_key);
    emit_rows(world, department, out, dirt_key);
    fputs("\\.\n", out);
    emit_comments(department, out);
    fprintf(out, "COMMIT;\nANALYZE public.%s;\n", department->table);
}
