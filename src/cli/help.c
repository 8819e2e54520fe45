/* Help at every level: the commands, one command, the files' reference tables. */
#include <kho/normalise/program.h>
#include <kho/record/schema.h>

#include "cli.h"

void cli_usage(FILE *out)
{
    fputs("kho " KHO_VERSION ": the engine of a district's shared data warehouse\n\n"
          "usage: kho [-C DIR] [--json] [-q|-v] COMMAND [ARGUMENTS]\n\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        fprintf(out, "  %-8s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    fputs("\n  -C DIR   the project's directory (default: this one)\n"
          "  --json   results as JSON: one object, or one a line\n"
          "  -q, -v   say less, say more\n\n"
          "`kho COMMAND --help` tells more; `kho help job` (warehouse, source, schedule,\n"
          "schema, types, functions, codes) tells what may stand in the files.\n"
          "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 4 stopped by a limit,\n"
          "5 unreachable, 6 already running, 7 verification failed, 8 late or failed (status),\n"
          "130/143 interrupted.\n",
          out);
}

void cli_command_help(const struct cli_command *command, FILE *out)
{
    fprintf(out, "usage: kho %s%s%s%s\n\n%s\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments,
            command->n_options != 0 ? " [OPTIONS]" : "", command->summary);
    if (command->help != NULL)
        fprintf(out, "\n%s\n", command->help);
    if (command->n_options != 0)
        fputc('\n', out);
    for (size_t i = 0; i < command->n_options; i++) {
        const struct cli_option *option = &command->options[i];
        char name[64];
        snprintf(name, sizeof(name), "%s%s%s%s", option->name[1] != '\0' ? "--" : "-", option->name,
                 option->argument != NULL ? " " : "",
                 option->argument != NULL ? option->argument : "");
        fprintf(out, "  %-18s %s\n", name, option->help);
    }
}

static void put_types(bool markdown, struct kho_buf *out)
{
    if (markdown)
        kho_buf_puts(out, "#### Types of columns\n\n| type | in the store | "
                          "meaning |\n|---|---|---|\n");
    else
        kho_buf_puts(out, "Types of columns\n\n");
    for (int type = 0; type < KHO_TYPE_COUNT; type++)
        kho_buf_printf(out, markdown ? "| `%s` | %s | %s |\n" : "  %-14s %-26s %s\n",
                       kho_type_word((enum kho_type)type), kho_type_sql((enum kho_type)type),
                       kho_type_help((enum kho_type)type));
    kho_buf_char(out, '\n');
}

static void put_codes(bool markdown, struct kho_buf *out)
{
    (void)markdown;
    kho_buf_puts(
        out,
        "Code lists: schemas/codes/LIST.csv, RFC 4180, UTF-8, a header row\n\n"
        "  code, name                          required\n"
        "  parent, level, note                 facts, kept as they are\n"
        "  valid_from, valid_to, became        the days from which and until which (exclusive) a\n"
        "                                      row stood; the codes that took its place, by |\n"
        "  any other column                    how that department writes the code; several\n"
        "                                      spellings are separated by |\n\n");
}

static void put_functions(bool markdown, struct kho_buf *out)
{
    if (markdown)
        kho_buf_puts(out, "#### Functions of `map:` and `rules:`\n\n");
    kho_program_functions_show(markdown, out);
    kho_buf_char(out, '\n');
}

static void put_schedule(bool markdown, struct kho_buf *out)
{
    kho_buf_puts(out, markdown ? "#### Schedules\n\n```text\n" : "Schedules\n\n");
    kho_buf_puts(
        out,
        "  minute  hour  day  month  weekday    as in cron, on the clock of the warehouse's zone\n"
        "  0-59    0-23  1-31 1-12   0-7        0 and 7 are Sunday; jan..dec and sun..sat as "
        "well\n\n"
        "  *  5  1,15  8-17  */10  0-30/10      each field is a list of values, ranges and steps\n"
        "  L in day, 5L or friL in weekday      the last day, the last Friday of the month\n"
        "  @hourly @daily @weekly @monthly @yearly\n\n"
        "  If day and weekday are both restricted, one of them is enough.\n"
        "  A time that the clock skips runs once, at the end of the gap; a time that it shows\n"
        "  twice runs once, at the first. What is due outside the hours of its source runs when\n"
        "  they next begin. What falls on the same instant is one run. A run is late, and a\n"
        "  matter of `late:`, once it is 2 minutes behind its time.\n");
    kho_buf_puts(out, markdown ? "```\n\n" : "\n");
}

/* A reference topic: a word and what writes it. */
struct topic {
    const char *word;
    const struct kho_field_table *const *tables;
    size_t first;
    size_t count;
    void (*put)(bool markdown, struct kho_buf *out);
};

static const struct topic topics[] = {
    {"warehouse", kho_config_tables, 0, 1, NULL},
    {"source", kho_config_tables, 1, 1, NULL},
    {"job", kho_config_tables, 2, 2, NULL},
    {"snapshot", kho_config_tables, 4, 2, NULL},
    {"schema", kho_schema_tables, 0, 16, NULL},
    {"types", NULL, 0, 0, put_types},
    {"functions", NULL, 0, 0, put_functions},
    {"schedule", NULL, 0, 0, put_schedule},
    {"codes", NULL, 0, 0, put_codes},
};

static void put_topic(const struct topic *topic, bool markdown, struct kho_buf *out)
{
    if (topic->put != NULL)
        topic->put(markdown, out);
    for (size_t i = 0; i < topic->count && topic->tables[topic->first + i] != NULL; i++) {
        kho_fields_show(topic->tables[topic->first + i], markdown, out);
        if (markdown)
            kho_buf_char(out, '\n');
    }
}

static bool put_topics(const char *word, bool markdown)
{
    struct kho_buf out;
    bool found = false;
    kho_buf_init(&out, CLI_JSON_MAX);
    for (size_t i = 0; i < KHO_COUNT(topics); i++) {
        bool wanted = strcmp(word, topics[i].word) == 0 || strcmp(word, "reference") == 0;
        found = found || wanted;
        if (wanted)
            put_topic(&topics[i], markdown, &out);
    }
    fwrite(kho_buf_cstr(&out), 1, out.len, stdout);
    kho_buf_release(&out);
    return found;
}

static bool unknown_topic(const char *word, struct kho_err *err)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        names[n++] = cli_commands[i]->name;
    for (size_t i = 0; i < KHO_COUNT(topics); i++)
        names[n++] = topics[i].word;
    kho_err_set(err, KHO_ERR_USAGE, "there is no help about '%s'", word);
    const char *nearest = kho_text_nearest(kho_text_of(word), names, n);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err, "`kho --help` lists the commands and topics");
}

static bool run_help(struct cli *cli, struct kho_err *err)
{
    bool markdown = cli_value(cli, "markdown") != NULL;
    if (cli->n_positional == 0) {
        cli_usage(stdout);
        return true;
    }
    const char *word = cli->positional[0];
    if (strcmp(word, "version") == 0) {
        puts("kho " KHO_VERSION);
        return true;
    }
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        if (strcmp(word, cli_commands[i]->name) == 0) {
            cli_command_help(cli_commands[i], stdout);
            return true;
        }
    }
    return put_topics(word, markdown) || unknown_topic(word, err);
}

static const struct cli_option options[] = {
    {"markdown", NULL, "reference tables as Markdown (the README's)"},
};

const struct cli_command cli_help = {
    .name = "help",
    .arguments = "[COMMAND|TOPIC]",
    .summary = "tell about a command, or what may stand in the files",
    .help = "Topics: warehouse, source, job, snapshot, schema, types, functions, codes, "
            "reference (all).",
    .max_arguments = 1,
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_help,
};
