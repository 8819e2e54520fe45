/* Error values, buffers and JSON: what is said, and that nothing runs over. */
#include <kho/core/buf.h>
#include <kho/core/err.h>
#include <kho/core/json.h>
#include <kho/core/utf8.h>

#include "../../support/unit.h"

START_TEST(contexts_follow_the_cause)
{
    struct kho_err err = {0};
    ck_assert(!kho_err_set(&err, KHO_ERR_CONFIG, "no table '%s'", "t"));
    ck_assert(!kho_err_context(&err, "reading %s", "civil.t"));
    ck_assert(!kho_err_context(&err, "in job %s", "j"));
    ck_assert(!kho_err_hint(&err, "look"));
    ck_assert_str_eq(err.message, "no table 't', reading civil.t, in job j");
    ck_assert_str_eq(err.hint, "look");
    ck_assert_int_eq(kho_err_exit_code(err.class), 2);
}
END_TEST

START_TEST(a_long_message_ends_in_an_ellipsis)
{
    struct kho_err err = {0};
    char longer[3000];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ck_assert(!kho_err_set(&err, KHO_ERR_FAILED, "%s", longer));
    ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
    ck_assert_str_eq(err.message + strlen(err.message) - 4, "x...");
    ck_assert(!kho_err_context(&err, "more"));
    ck_assert_uint_lt(strlen(err.message), sizeof(err.message));
}
END_TEST

START_TEST(a_long_message_is_cut_between_two_characters)
{
    /* Of one, two, three and four bytes, and begun at each offset. */
    static const char *const characters[] = {"x", "\u00E1", "\u1EA1", "\U0001F600"};
    for (size_t i = 0; i < KHO_COUNT(characters); i++) {
        for (size_t shift = 0; shift < 4; shift++) {
            struct kho_err err = {0};
            char longer[3000] = "xxxx";
            for (size_t at = shift; at + 5 < sizeof(longer); at += strlen(characters[i]))
                memcpy(longer + at, characters[i], strlen(characters[i]) + 1);
            ck_assert(!kho_err_set(&err, KHO_ERR_FAILED, "%.900s", longer));
            ck_assert(!kho_err_context(&err, "%s", longer + shift));
            ck_assert(!kho_err_hint(&err, "%s", longer));
            ck_assert_uint_ge(strlen(err.message), sizeof(err.message) - 4);
            ck_assert_uint_ge(strlen(err.hint), sizeof(err.hint) - 4);
            struct kho_text context = kho_text_of(strchr(err.message, ','));
            ck_assert_uint_eq(kho_utf8_check(context), context.len);
            ck_assert_uint_eq(kho_utf8_check(kho_text_of(err.hint)), strlen(err.hint));
            ck_assert_str_eq(err.hint + strlen(err.hint) - 3, "...");
        }
    }
}
END_TEST

START_TEST(exit_codes_are_those_of_the_design)
{
    static const struct {
        enum kho_err_class class;
        int code;
        bool retryable;
    } cases[] = {
        {KHO_ERR_FAILED, 1, false}, {KHO_ERR_USAGE, 2, false}, {KHO_ERR_CONFIG, 2, false},
        {KHO_ERR_LIMIT, 4, false},  {KHO_ERR_BUSY, 6, false},  {KHO_ERR_UNREACHABLE, 5, true},
        {KHO_ERR_VERIFY, 7, false}, {KHO_ERR_LATE, 8, false},  {KHO_ERR_INTERRUPTED, 130, false},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        ck_assert_int_eq(kho_err_exit_code(cases[i].class), cases[i].code);
        ck_assert_int_eq(kho_err_is_retryable(cases[i].class), cases[i].retryable);
    }
}
END_TEST

START_TEST(a_buffer_past_its_maximum_says_so_once_asked)
{
    struct kho_buf buf;
    struct kho_err err = {0};
    kho_buf_init(&buf, 10);
    kho_buf_puts(&buf, "12345");
    kho_buf_printf(&buf, "%s", "67890");
    ck_ok(kho_buf_check(&buf, "it", &err), err);
    kho_buf_char(&buf, 'x');
    ck_assert(!kho_buf_check(&buf, "it", &err));
    ck_assert_str_eq(err.message, "it is larger than 10 bytes");
    ck_assert_str_eq(kho_buf_cstr(&buf), "1234567890");
    kho_buf_clear(&buf);
    ck_assert_str_eq(kho_buf_cstr(&buf), "");
    kho_buf_release(&buf);
}
END_TEST

START_TEST(json_is_escaped_and_its_commas_are_put)
{
    struct kho_buf buf;
    struct kho_json json;
    kho_buf_init(&buf, 1000);
    kho_json_init(&json, &buf, 0);
    kho_json_object(&json, NULL);
    kho_json_text(&json, "a\"b", (struct kho_text){"x\n\x01\"\\\xFFz", 7});
    kho_json_null(&json, "n");
    kho_json_array(&json, "l");
    kho_json_int(&json, NULL, -5);
    kho_json_bool(&json, NULL, true);
    kho_json_object(&json, NULL);
    kho_json_object_end(&json);
    kho_json_array_end(&json);
    kho_json_seconds(&json, "s", 1.5);
    kho_json_raw(&json, "r", KHO_TEXT("{}"));
    kho_json_object_end(&json);
    ck_assert_str_eq(kho_buf_cstr(&buf),
                     "{\"a\\\"b\":\"x\\n\\u0001\\\"\\\\\xEF\xBF\xBDz\",\"n\":null,"
                     "\"l\":[-5,true,{}],\"s\":1.500,\"r\":{}}");
    kho_buf_release(&buf);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, contexts_follow_the_cause);
    tcase_add_test(tcase, a_long_message_ends_in_an_ellipsis);
    tcase_add_test(tcase, a_long_message_is_cut_between_two_characters);
    tcase_add_test(tcase, exit_codes_are_those_of_the_design);
    tcase_add_test(tcase, a_buffer_past_its_maximum_says_so_once_asked);
    tcase_add_test(tcase, json_is_escaped_and_its_commas_are_put);
}

KHO_UNIT_MAIN("core/err", tests)
