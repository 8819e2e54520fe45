/* What `kho check` says of schedules, and of jobs that wait for one another. */
#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/core/clock.h>
#include <kho/run/project.h>

static struct kho_arena *arena;
static struct kho_project project;
static const char *dir;

static void setup(void)
{
    arena = kho_arena_new(NULL);
    dir = project_new(arena);
    project_write(arena, dir, "etl/warehouse.yaml", "warehouse: w\ntimezone: Asia/Ho_Chi_Minh\n");
    project_write(arena, dir, "etl/sources/civil.yaml",
                  "source: civil\nconnect: postgres://reader@localhost/civil\n"
                  "timezone: Europe/Berlin\nlimits: {hours: \"22:00-05:00\"}\n");
    project_write(arena, dir, "schemas/test.thing.yaml",
                  "schema: test.thing\nversion: 1\ntitle: A thing\ncolumns:\n"
                  "  name: {type: text}\n");
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static void job(const char *name, const char *lines)
{
    project_write(arena, dir, kho_arena_printf(arena, "etl/jobs/%s.yaml", name),
                  kho_arena_printf(arena,
                                   "job: %s\nfrom: civil.public.thing\nto: test.thing\nkey: id\n"
                                   "feed: %s\n%s\n",
                                   name, name, lines));
}

static const char *load(void)
{
    struct kho_err err = {0};
    ck_ok(kho_project_load(arena, dir, &project, &err), err);
    return diags_text(arena, &project.diags);
}

START_TEST(a_schedule_is_in_the_warehouses_zone_and_its_sources_hours)
{
    struct kho_fire fire;
    char shown[KHO_INSTANT_MAX];
    job("a", "schedule: [\"0 12 * * *\", \"30 3 * * *\"]");
    ck_assert_str_eq(load(), "");
    ck_assert_uint_eq(project.plans[0].n_crons, 2);
    /* 22:00 in Berlin's winter is 04:00 in Viet Nam, where 03:30 is too early for it. */
    kho_plan_next(&project.plans[0], INT64_C(1767229200) * KHO_US_PER_SECOND, &fire);
    kho_instant_show(fire.due_us, project.zone, shown, sizeof(shown));
    ck_assert_str_eq(shown, "2026-01-02 04:00:00+07:00");
    ck_assert(fire.waits);
    ck_assert_int_eq(fire.joined, 1);
}
END_TEST

START_TEST(a_schedule_that_never_fires_is_told_with_its_place)
{
    job("a", "schedule:\n  - \"0 1 * * *\"\n  - \"0 0 30 feb *\"\n  - \"0 25 * * *\"");
    ck_assert_str_eq(load(),
                     "etl/jobs/a.yaml:8:5: error: schedule '0 0 30 feb *': it would never fire: "
                     "these months have no such day of the month\n"
                     "    - \"0 0 30 feb *\"\n      ^\n"
                     "etl/jobs/a.yaml:9:5: error: schedule '0 25 * * *': '25' is no hour: 0 to 23\n"
                     "    - \"0 25 * * *\"\n      ^\n");
}
END_TEST

START_TEST(a_job_that_only_follows_others_is_due_each_day)
{
    job("a", "schedule: \"0 1 * * *\"");
    job("b", "after: a");
    job("c", "");
    ck_assert_str_eq(load(), "");
    ck_assert_uint_eq(project.plans[1].n_crons, 1);
    ck_assert_uint_eq(project.plans[1].crons[0].hours, 1);
    ck_assert_uint_eq(project.plans[2].n_crons, 0);
}
END_TEST

START_TEST(a_job_cannot_follow_one_that_is_not_there)
{
    job("things", "");
    job("b", "after: [things, thigns]");
    ck_assert_str_eq(load(), "etl/jobs/b.yaml:6:17: error: there is no job 'thigns'; did you mean "
                             "'things'?\n    after: [things, thigns]\n                    ^\n");
}
END_TEST

START_TEST(jobs_that_wait_for_each_other_are_told_once)
{
    job("a", "after: b");
    job("b", "after: c");
    job("c", "after: [d, a]");
    job("d", "");
    ck_assert_str_eq(load(), "etl/jobs/c.yaml:6:12: error: jobs wait for each other: a after b "
                             "after c after a\n    after: [d, a]\n               ^\n");
}
END_TEST

START_TEST(a_job_cannot_wait_for_itself)
{
    job("a", "after: a");
    ck_assert_str_eq(load(), "etl/jobs/a.yaml:6:8: error: jobs wait for each other: a after a\n"
                             "    after: a\n           ^\n");
}
END_TEST

START_TEST(a_row_of_more_jobs_than_anyone_can_follow_is_refused)
{
    for (int i = 0; i < 70; i++)
        job(kho_arena_printf(arena, "j%02d", i), kho_arena_printf(arena, "after: j%02d", i + 1));
    job("j70", "");
    ck_assert_ptr_nonnull(strstr(load(), "error: more than 64 jobs wait in a row"));
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_schedule_is_in_the_warehouses_zone_and_its_sources_hours);
    tcase_add_test(tcase, a_schedule_that_never_fires_is_told_with_its_place);
    tcase_add_test(tcase, a_job_that_only_follows_others_is_due_each_day);
    tcase_add_test(tcase, a_job_cannot_follow_one_that_is_not_there);
    tcase_add_test(tcase, jobs_that_wait_for_each_other_are_told_once);
    tcase_add_test(tcase, a_job_cannot_wait_for_itself);
    tcase_add_test(tcase, a_row_of_more_jobs_than_anyone_can_follow_is_refused);
}

KHO_UNIT_MAIN("run/plans", tests)
