/* The command line: global options anywhere, the command, its options and arguments. */
#include <kho/core/log.h>

#include "cli.h"

static size_t count_commands(void)
{
    size_t n = 0;
    while (cli_commands[n] != NULL)
        n++;
    return n;
}

static bool choose_command(struct cli *cli, const char *word, struct kho_err *err)
{
    const char *names[64];
    size_t n = count_commands();
    KHO_BUG_IF(n > KHO_COUNT(names));
    for (size_t i = 0; i < n; i++) {
        names[i] = cli_commands[i]->name;
        if (strcmp(word, names[i]) == 0)
            cli->command = cli_commands[i];
    }
    if (cli->command != NULL) {
        cli->values = kho_arena_array(cli->arena, cli->command->n_options, sizeof(*cli->values));
        return true;
    }
    kho_err_set(err, KHO_ERR_USAGE, "there is no command '%s'", word);
    const char *nearest = kho_text_nearest(kho_text_of(word), names, n);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean `kho %s`?", nearest);
    return kho_err_hint(err, "`kho --help` lists the commands");
}

/* Takes `--name value` or `--name=value`; moves `*at` over the value. */
static bool option_value(const char *word, char **argv, int *at, const char **value,
                         struct kho_err *err)
{
    const char *equals = strchr(word, '=');
    if (equals != NULL) {
        *value = equals + 1;
        return true;
    }
    if (argv[*at + 1] == NULL)
        return kho_err_set(err, KHO_ERR_USAGE, "option %s needs a value", word);
    *value = argv[++*at];
    return true;
}

static bool is_named(const char *word, const char *name)
{
    size_t len = strlen(name);
    if (len == 1)
        return word[0] == '-' && strcmp(word + 1, name) == 0;
    return strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, len) == 0 &&
           (word[2 + len] == '\0' || word[2 + len] == '=');
}

static bool unknown_option(const struct cli *cli, const char *word, struct kho_err *err)
{
    const char *names[16] = {"json", "help", "version"};
    size_t n = 3;
    for (size_t i = 0; cli->command != NULL && i < cli->command->n_options; i++)
        names[n++] = cli->command->options[i].name;
    kho_err_set(err, KHO_ERR_USAGE, "unknown option '%s'", word);
    const char *nearest = kho_text_nearest(kho_text_of(word + (word[1] == '-' ? 2 : 1)), names, n);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '--%s'?", nearest);
    return kho_err_hint(
        err, "`kho %s--help` lists the options",
        cli->command != NULL ? kho_arena_printf(cli->arena, "%s ", cli->command->name) : "");
}

static bool command_option(struct cli *cli, char **argv, int *at, struct kho_err *err)
{
    const char *word = argv[*at];
    for (size_t i = 0; cli->command != NULL && i < cli->command->n_options; i++) {
        const struct cli_option *option = &cli->command->options[i];
        if (!is_named(word, option->name))
            continue;
        cli->values[i] = "";
        if (option->argument != NULL)
            return option_value(word, argv, at, &cli->values[i], err);
        if (strchr(word, '=') != NULL)
            return kho_err_set(err, KHO_ERR_USAGE, "option --%s takes no value", option->name);
        return true;
    }
    return unknown_option(cli, word, err);
}

/* Handles -C, --json, -q, -v; false in `*taken` if the word is none of them. */
static bool global_option(struct cli *cli, char **argv, int *at, bool *taken, struct kho_err *err)
{
    const char *word = argv[*at];
    *taken = true;
    if (strcmp(word, "-C") == 0)
        return option_value(word, argv, at, &cli->dir, err);
    if (strcmp(word, "--json") == 0)
        return true;
    if (strcmp(word, "-q") == 0)
        kho_log_set_level(KHO_LOG_QUIET);
    else if (strcmp(word, "-v") == 0)
        kho_log_set_level(KHO_LOG_VERBOSE);
    else
        *taken = false;
    return true;
}

/* --help and --version become the command `help`, with the command asked about as its argument. */
static bool ask_for_help(struct cli *cli, const char *word, struct kho_err *err)
{
    const struct cli_command *about = cli->command;
    cli->command = NULL;
    KHO_TRY(choose_command(cli, "help", err));
    cli->n_positional = 0;
    if (strcmp(word, "--version") == 0)
        cli->positional[cli->n_positional++] = "version";
    else if (about != NULL)
        cli->positional[cli->n_positional++] = about->name;
    return true;
}

static bool check_count(const struct cli *cli, struct kho_err *err)
{
    const struct cli_command *command = cli->command;
    if (command == NULL || (cli->n_positional >= command->min_arguments &&
                            cli->n_positional <= command->max_arguments))
        return true;
    bool few = cli->n_positional < command->min_arguments;
    kho_err_set(err, KHO_ERR_USAGE, "`kho %s` was given too %s arguments", command->name,
                few ? "few" : "many");
    return kho_err_hint(err, "usage: kho %s%s%s", command->name,
                        command->arguments[0] != '\0' ? " " : "", command->arguments);
}

bool cli_parse(struct cli *cli, int argc, char **argv, struct kho_err *err)
{
    cli->positional = kho_arena_array(cli->arena, (size_t)argc + 1, sizeof(*cli->positional));
    bool options_end = false;
    /* Known before the first mistake is found, since it says how to tell of that. */
    for (int at = 1; at < argc && strcmp(argv[at], "--") != 0; at++)
        cli->json = cli->json || strcmp(argv[at], "--json") == 0;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        bool taken = false;
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
            continue;
        }
        bool is_option = !options_end && word[0] == '-' && word[1] != '\0';
        if (is_option && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
                          strcmp(word, "--version") == 0))
            return ask_for_help(cli, word, err);
        if (is_option)
            KHO_TRY(global_option(cli, argv, &at, &taken, err));
        if (taken)
            continue;
        if (is_option)
            KHO_TRY(command_option(cli, argv, &at, err));
        else if (cli->command == NULL)
            KHO_TRY(choose_command(cli, word, err));
        else
            cli->positional[cli->n_positional++] = word;
    }
    return check_count(cli, err);
}

const char *cli_value(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->command->n_options; i++)
        if (strcmp(cli->command->options[i].name, name) == 0)
            return cli->values[i];
    kho_bug(__FILE__, __LINE__, name);
}

bool cli_number(const struct cli *cli, const char *name, int64_t fallback, int64_t *value,
                struct kho_err *err)
{
    const char *word = cli_value(cli, name);
    *value = fallback;
    if (word == NULL)
        return true;
    if (kho_text_to_int(kho_text_of(word), value) && *value >= 1)
        return true;
    return kho_err_set(err, KHO_ERR_USAGE, "%s%s takes a number of at least 1, not '%s'",
                       name[1] != '\0' ? "--" : "-", name, word);
}
