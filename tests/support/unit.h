/*
 * The frame of a unit test file (Check): one file is one program.
 *
 *     static void tests(TCase *tcase)
 *     {
 *         tcase_add_test(tcase, an_empty_text_is_not_null);
 *     }
 *     KHO_UNIT_MAIN("core/text", tests)
 */
#ifndef KHO_TESTS_SUPPORT_UNIT_H
#define KHO_TESTS_SUPPORT_UNIT_H

#include <check.h>

#include <kho/core/arena.h>
#include <kho/core/buf.h>
#include <kho/core/err.h>

/* Runs the tests in child processes (CK_FORK=no: in this one), prints each failure and Check's
 * closing line. Returns the process's exit code. */
int kho_unit_main(const char *name, void (*add)(TCase *));

#define KHO_UNIT_MAIN(name, add)         \
    int main(void)                       \
    {                                    \
        return kho_unit_main(name, add); \
    }

/* Asserts that a text has exactly these bytes. */
#define ck_text_eq(text, expected)                                                         \
    do {                                                                                   \
        struct kho_text ck_text_ = (text);                                                 \
        ck_assert_msg(kho_text_eq_cstr(ck_text_, (expected)), "got '%.*s', expected '%s'", \
                      KHO_TEXT_ARGS(ck_text_), (expected));                                \
    } while (0)

/* Asserts that a call succeeds, or shows its error's message. */
#define ck_ok(call, err)                                    \
    do {                                                    \
        bool ck_ok_ = (call);                               \
        ck_assert_msg(ck_ok_, "failed: %s", (err).message); \
    } while (0)

#endif
