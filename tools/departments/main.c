/*
 * departments: invents the database of a civil registry, a land office or a business register
 * and writes it as a psql script. This file answers for the command line only.
 */
#include "change.h"
#include "department.h"
#include "emit.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_MISUSE 2
#define OUTPUT_BYTES (1 << 20)
#define MAX_PEOPLE 14000000
#define MAX_PARCELS 100000000
#define MAX_LICENCES 4000000
#define MAX_ROUND 900

enum setting {
    SETTING_PEOPLE,
    SETTING_PARCELS,
    SETTING_LICENCES,
    SETTING_SEED,
    SETTING_DIRT,
    SETTING_CHANGE,
    SETTING_UPDATE,
    SETTING_INSERT,
    SETTING_DELETE,
    SETTING_COUNT,
};

/* A numeric option: its default and limits. The help text is made from this table. */
static const struct {
    const char *name;
    uint64_t initial;
    uint64_t least;
    uint64_t most;
    const char *help;
} settings[SETTING_COUNT] = {
    [SETTING_PEOPLE] = {"people", 20000, 16, MAX_PEOPLE, "people in the civil registry"},
    [SETTING_PARCELS] = {"parcels", 12000, 16, MAX_PARCELS, "parcels in the land office"},
    [SETTING_LICENCES] = {"licences", 4000, 16, MAX_LICENCES, "rows in the business register"},
    [SETTING_SEED] = {"seed", 2026, 0, UINT32_MAX, "another seed invents another world"},
    [SETTING_DIRT] = {"dirt", 15, 0, 500, "dirty rows in 1000"},
    [SETTING_CHANGE] = {"change", 0, 1, MAX_ROUND, "write change round 1, 2, ... instead"},
    [SETTING_UPDATE] = {"update-permille", 10, 0, 500, "rows updated in 1000 a round"},
    [SETTING_INSERT] = {"insert-permille", 2, 0, 500, "rows inserted in 1000 a round"},
    [SETTING_DELETE] = {"delete-permille", 1, 0, 500, "rows deleted in 1000 a round"},
};

#define OPTION_COUNT_ONLY SETTING_COUNT
#define OPTION_DIRT_KEY (SETTING_COUNT + 1)
#define OPTION_HELP (SETTING_COUNT + 2)
#define OPTION_TOTAL (SETTING_COUNT + 3)

struct options {
    uint64_t value[SETTING_COUNT];
    bool count_only;
    const char *dirt_key;
    const struct department *department;
};

const struct department *department_find(const char *name)
{
    static const struct department *const all[DEPARTMENT_COUNT] = {
        &department_civil, &department_land, &department_business};
    for (size_t i = 0; i < DEPARTMENT_COUNT; i++) {
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    }
    return NULL;
}

static void print_help(void)
{
    puts("usage: departments civil|land|business [options]\n"
         "\n"
         "Writes a psql script that makes an invented department database, or changes it.\n"
         "The same options always give the same bytes.\n");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        printf("  --%-16s N  %s", settings[i].name, settings[i].help);
        if (i == SETTING_CHANGE)
            printf(" (1 to %llu)\n", (unsigned long long)settings[i].most);
        else
            printf(" (default %llu)\n", (unsigned long long)settings[i].initial);
    }
    puts("  --count               with --change: print only what the round touches\n"
         "  --dirt-key FILE       list the dirty rows as CSV\n"
         "  --help                print this text");
}

static bool complain(const char *what, const char *subject)
{
    fprintf(stderr, "departments: %s '%s'\nHINT: see departments --help\n", what, subject);
    return false;
}

static bool parse_setting(const char *text, enum setting setting, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9' && *end == '\0';
    if (!digits || errno != 0 || number < settings[setting].least ||
        number > settings[setting].most) {
        fprintf(stderr, "departments: --%s must be a whole number from %llu to %llu, not '%s'\n",
                settings[setting].name, (unsigned long long)settings[setting].least,
                (unsigned long long)settings[setting].most, text);
        return false;
    }
    *value = number;
    return true;
}

static void list_options(struct option *list)
{
    memset(list, 0, sizeof(*list) * (OPTION_TOTAL + 1));
    for (int i = 0; i < SETTING_COUNT; i++) {
        list[i].name = settings[i].name;
        list[i].has_arg = required_argument;
        list[i].val = i;
    }
    list[OPTION_COUNT_ONLY] = (struct option){"count", no_argument, NULL, OPTION_COUNT_ONLY};
    list[OPTION_DIRT_KEY] = (struct option){"dirt-key", required_argument, NULL, OPTION_DIRT_KEY};
    list[OPTION_HELP] = (struct option){"help", no_argument, NULL, OPTION_HELP};
}

static bool check_options(const struct options *options)
{
    if (options->count_only && options->value[SETTING_CHANGE] == 0)
        return complain("no round for", "--count");
    if (options->dirt_key != NULL && options->value[SETTING_CHANGE] != 0)
        return complain("a change round has no", "--dirt-key");
    return true;
}

static bool take_department(int argc, char **argv, struct options *options)
{
    if (optind >= argc)
        return complain("missing department before", "end of command line");
    options->department = department_find(argv[optind]);
    if (options->department == NULL)
        return complain("unknown department", argv[optind]);
    if (optind + 1 < argc)
        return complain("unexpected argument", argv[optind + 1]);
    return check_options(options);
}

static bool parse_options(int argc, char **argv, struct options *options)
{
    struct option list[OPTION_TOTAL + 1];
    list_options(list);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        options->value[i] = settings[i].initial;
    int option;
    while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
        if (option == OPTION_HELP) {
            print_help();
            exit(EXIT_SUCCESS);
        } else if (option == OPTION_COUNT_ONLY) {
            options->count_only = true;
        } else if (option == OPTION_DIRT_KEY) {
            options->dirt_key = optarg;
        } else if (option >= SETTING_COUNT) {
            fputs("HINT: see departments --help\n", stderr);
            return false;
        } else if (!parse_setting(optarg, (enum setting)option, &options->value[option])) {
            return false;
        }
    }
    return take_department(argc, argv, options);
}

static void make_world(const struct options *options, struct world *world)
{
    const uint64_t *value = options->value;
    unsigned dirt = (unsigned)value[SETTING_DIRT];
    world->seed = value[SETTING_SEED];
    plan_init(&world->people, value[SETTING_PEOPLE], dirt, world->seed + 1);
    plan_init(&world->parcels, value[SETTING_PARCELS], dirt, world->seed + 2);
    plan_init(&world->licences, value[SETTING_LICENCES], dirt, world->seed + 3);
}

static bool run_change(const struct options *options, const struct world *world)
{
    struct change change = {
        .round = (unsigned)options->value[SETTING_CHANGE],
        .update_permille = (unsigned)options->value[SETTING_UPDATE],
        .insert_permille = (unsigned)options->value[SETTING_INSERT],
        .delete_permille = (unsigned)options->value[SETTING_DELETE],
    };
    struct change_counts counts;
    bool possible = false;
    if (options->count_only) {
        possible = change_count(world, options->department, &change, &counts);
        if (possible)
            printf("updated=%llu inserted=%llu deleted=%llu\n", (unsigned long long)counts.updated,
                   (unsigned long long)counts.inserted, (unsigned long long)counts.deleted);
    } else {
        possible = change_emit(world, options->department, &change, stdout);
    }
    if (!possible)
        fputs("departments: too few clean rows left for this round\n"
              "HINT: lower --change, --update-permille or --delete-permille\n",
              stderr);
    return possible;
}

static bool run_load(const struct options *options, const struct world *world)
{
    FILE *dirt_key = NULL;
    if (options->dirt_key != NULL) {
        dirt_key = fopen(options->dirt_key, "w");
        if (dirt_key == NULL) {
            fprintf(stderr, "departments: cannot write '%s': %s\n", options->dirt_key,
                    strerror(errno));
            return false;
        }
    }
    emit_database(world, options->department, stdout, dirt_key);
    bool written = dirt_key == NULL || ferror(dirt_key) == 0;
    if (dirt_key != NULL && fclose(dirt_key) != 0)
        written = false;
    if (!written) {
        fprintf(stderr, "departments: cannot write '%s' to its end\n", options->dirt_key);
    }
    return written;
}

int main(int argc, char **argv)
{
    struct options options = {.count_only = false};
    struct world world;
    if (!parse_options(argc, argv, &options))
        return EXIT_MISUSE;
    make_world(&options, &world);
    (void)setvbuf(stdout, NULL, _IOFBF, OUTPUT_BYTES);
    bool changes = options.value[SETTING_CHANGE] != 0;
    if (!(changes ? run_change(&options, &world) : run_load(&options, &world)))
        return EXIT_FAILURE;
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        fprintf(stderr, "departments: cannot write the script: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
