/*
 * Tables of words that are no names, compared letter by letter without regard to case.
 */
#include <kho/core/utf8.h>

#include "letters.h"
#include "person_name.h"

static const char *const dittos[] = {"\"",       "''",       "”",    "“",      "nt", "n.t", "-nt-",
                                     "như trên", "nhu tren", "-\"-", "- nt -", "//", "〃"};

static const char *const organisations[] = {
    "ubnd",
    "ủy ban",
    "uỷ ban",
    "công ty",
    "cty",
    "tổng công ty",
    "htx",
    "hợp tác xã",
    "doanh nghiệp",
    "dntn",
    "chi nhánh",
    "ngân hàng",
    "văn phòng",
    "trường thcs",
    "trường tiểu học",
    "trường thpt",
    "trường mầm non",
    "cơ sở",
    "hộ kinh doanh",
};

/* Longer ones first. */
static const char *const titles[] = {"hộ ông", "hộ bà", "ông", "bà"};

/* Returns the bytes of `text` that spell `word` in any case, or 0. `word` is in lower case. */
static size_t spelled(struct kho_text text, const char *word)
{
    struct kho_text wanted = kho_text_of(word);
    size_t at = 0, wanted_at = 0;
    if ((unsigned char)*word < 0x80 && (text.len == 0 || (*text.ptr | 32) != (*word | 32)))
        return 0; /* so ends nearly every call */
    while (wanted_at < wanted.len) {
        if (letter_lower(kho_utf8_next(text, &at)) != kho_utf8_next(wanted, &wanted_at))
            return 0;
    }
    return at;
}

bool name_may_be_special(struct kho_text text)
{
    /* ô Ô (of ông) and Ủ Ụ (of ủy ban) begin with these bytes, too */
    return text.len > 0 && strchr("bcdhntuvBCDHNTUV\xC3\xE1", text.ptr[0]) != NULL &&
           (name_is_organisation(text) || name_is_ditto(text) ||
            name_without_title(text).len != text.len);
}

bool name_is_ditto(struct kho_text text)
{
    for (size_t i = 0; i < KHO_COUNT(dittos); i++) {
        if (text.len <= strlen(dittos[i]) + 2 && spelled(text, dittos[i]) == text.len)
            return true;
    }
    return false;
}

bool name_is_organisation(struct kho_text text)
{
    for (size_t i = 0; i < KHO_COUNT(organisations); i++) {
        size_t len = spelled(text, organisations[i]);
        if (len > 0 && (len == text.len || text.ptr[len] == ' ' || text.ptr[len] == '.'))
            return true;
    }
    return false;
}

struct kho_text name_without_title(struct kho_text text)
{
    for (size_t i = 0; i < KHO_COUNT(titles); i++) {
        size_t len = spelled(text, titles[i]);
        if (len == 0 || len == text.len || (text.ptr[len] != ' ' && text.ptr[len] != ':'))
            continue;
        struct kho_text rest = {text.ptr + len + 1, text.len - len - 1};
        if (rest.len > 0 && *rest.ptr == ':')
            rest = (struct kho_text){rest.ptr + 1, rest.len - 1};
        rest = kho_text_trim(rest);
        if (rest.len > 0)
            return rest;
    }
    return text;
}
