/*
 * Schedules against an independent implementation: tests/support/cron_oracle.py asks
 * python3-croniter for the next time on the wall of 100,000 random pairs, and works out with
 * Python's zoneinfo what each change of 20 zones' clocks makes of a time. (croniter's own rule at
 * changes is another than ours, so it is asked for walls only.) KHO_ORACLE_SEED chooses others.
 */
#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/spawn.h>
#include <kho/schedule/plan.h>

#include "../../support/project.h"
#include "../../support/unit.h"

static struct kho_arena *arena;
static struct kho_text answers;

static void ask_the_oracle(void)
{
    struct kho_err err = {0};
    arena = kho_arena_new(NULL);
    const char *path = kho_path_join(arena, project_new(arena), "answers");
    const char *seed = getenv("KHO_ORACLE_SEED");
    const char *const argv[] = {"/usr/bin/python3", "tests/support/cron_oracle.py", path,
                                seed != NULL ? seed : "1", NULL};
    ck_ok(kho_spawn_run(&(struct kho_spawn_options){.argv = argv}, &err), err);
    ck_ok(kho_file_read(arena, path, (size_t)64 << 20, &answers, &err), err);
}

static void forget(void)
{
    kho_arena_free(arena);
}

static int64_t number(struct kho_text text)
{
    int64_t value = 0;
    ck_assert_msg(kho_text_to_int(text, &value), "no number: '%.*s'", KHO_TEXT_ARGS(text));
    return value;
}

static int64_t next_on_the_wall(struct kho_text expression, int64_t after)
{
    static struct kho_text parsed;
    static struct kho_cron cron;
    struct kho_err err = {0};
    if (!kho_text_eq(parsed, expression)) {
        ck_ok(kho_cron_parse(expression, &cron, &err), err);
        parsed = expression;
    }
    return kho_cron_next(&cron, after);
}

static int64_t next_in_zone(struct kho_text name, struct kho_text expression, int64_t after)
{
    static struct kho_zone *zone;
    struct kho_err err = {0};
    struct kho_cron cron;
    struct kho_fire fire;
    if (zone == NULL || !kho_text_eq_cstr(name, kho_zone_name(zone)))
        ck_ok(kho_zone_load(arena, name, &zone, &err), err);
    ck_ok(kho_cron_parse(expression, &cron, &err), err);
    struct kho_plan plan = {.zone = zone, .crons = &cron, .n_crons = 1};
    kho_plan_next(&plan, after * KHO_US_PER_SECOND, &fire);
    return fire.due_us / KHO_US_PER_SECOND;
}

/* Compares all answers of one kind; returns how many there were. */
static size_t compare(struct kho_text kind)
{
    size_t count = 0;
    for (struct kho_text rest = answers; !kho_text_is_null(rest);) {
        struct kho_text line = kho_text_cut(&rest, '\n');
        if (!kho_text_starts(line, kind))
            continue;
        struct kho_text fields = {line.ptr + kind.len, line.len - kind.len};
        bool zoned = kho_text_eq_cstr(kind, "zone ");
        struct kho_text zone = zoned ? kho_text_cut(&fields, '|') : KHO_TEXT_NULL;
        struct kho_text expression = kho_text_cut(&fields, '|');
        int64_t after = number(kho_text_cut(&fields, '|'));
        int64_t next =
            zoned ? next_in_zone(zone, expression, after) : next_on_the_wall(expression, after);
        if (next != number(fields))
            ck_abort_msg("%.*s: kho says %" PRId64, KHO_TEXT_ARGS(line), next);
        count++;
    }
    return count;
}

START_TEST(a_hundred_thousand_random_times_are_those_of_croniter)
{
    ck_assert_uint_ge(compare(KHO_TEXT("pair ")), 100000);
}
END_TEST

START_TEST(every_change_of_the_clock_in_twenty_zones_is_met_by_the_rule)
{
    ck_assert_uint_ge(compare(KHO_TEXT("zone ")), 1500);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_set_timeout(tcase, 120);
    tcase_add_unchecked_fixture(tcase, ask_the_oracle, forget);
    tcase_add_test(tcase, a_hundred_thousand_random_times_are_those_of_croniter);
    tcase_add_test(tcase, every_change_of_the_clock_in_twenty_zones_is_met_by_the_rule);
}

KHO_UNIT_MAIN("schedule/oracle", tests)
