/* The fuzzers' committed corpora, each file once: what a fuzzer found stays found. */
#include "../../support/unit.h"

#include <kho/core/file.h>

#include "../../support/fuzz.h"

static const struct {
    const char *directory;
    void (*fuzz)(const uint8_t *data, size_t size);
} corpora[] = {
    {"tests/fuzz/corpus/value", fuzz_value},     {"tests/fuzz/corpus/date", fuzz_date},
    {"tests/fuzz/corpus/charset", fuzz_charset}, {"tests/fuzz/corpus/codes", fuzz_codes},
    {"tests/fuzz/corpus/expr", fuzz_expr},       {"tests/fuzz/corpus/csv", fuzz_csv},
};

START_TEST(no_input_of_the_corpora_breaks_a_promise)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    for (size_t i = 0; i < KHO_COUNT(corpora); i++) {
        struct kho_err err = {0};
        const char **names;
        size_t count;
        ck_ok(kho_dir_list(arena, corpora[i].directory, "", &names, &count, &err), err);
        ck_assert_uint_gt(count, 5);
        for (size_t k = 0; k < count; k++) {
            struct kho_text content;
            ck_ok(kho_file_read(arena, kho_path_join(arena, corpora[i].directory, names[k]),
                                1 << 20, &content, &err),
                  err);
            corpora[i].fuzz((const uint8_t *)content.ptr, content.len);
        }
    }
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, no_input_of_the_corpora_breaks_a_promise);
}

KHO_UNIT_MAIN("normalise/corpora", tests)
