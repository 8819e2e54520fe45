/*
 * Tables of words that are no names, compared letter by letter without regard to case.
 */
#include <kho/core/utf8.h>

#include "letters.h"
#include "person_name.h"

#define W(word)                \
    {                          \
        word, sizeof(word) - 1 \
    }

static const struct kho_text dittos[] = {
    W("\""),       W("''"),       W("”"),    W("“"),      W("nt"), W("n.t"), W("-nt-"),
    W("như trên"), W("nhu tren"), W("-\"-"), W("- nt -"), W("//"), W("〃"),
};

static const struct kho_text organisations[] = {
    W("ubnd"),
    W("ủy ban"),
    W("uỷ ban"),
    W("công ty"),
    W("cty"),
    W("tổng công ty"),
    W("htx"),
    W("hợp tác xã"),
    W("doanh nghiệp"),
    W("dntn"),
    W("chi nhánh"),
    W("ngân hàng"),
    W("văn phòng"),
    W("trường tiểu học"),
    W("trường thcs"),
    W("trường thpt"),
    W("trường mầm non"),
    W("cơ sở"),
    W("hộ kinh doanh"),
};

/* Longer ones first. */
static const struct kho_text titles[] = {W("hộ ông"), W("hộ bà"), W("ông"), W("bà")};

/* Looks at the first bytes only; nearly every question ends here. */
static inline bool may_begin(struct kho_text text, struct kho_text word)
{
    for (size_t i = 0; i < 3 && i < text.len && i < word.len; i++) {
        unsigned char a = (unsigned char)text.ptr[i], b = (unsigned char)word.ptr[i];
        if (((a ^ b) & 0x80) != 0 || (a < 0x80 && (a | 32) != (b | 32)))
            return false;
        if (a >= 0x80)
            return true;
    }
    return true;
}

/* Returns the bytes of `text` that spell `word` in any case, or 0. `word` is in lower case. */
static inline size_t spelled(struct kho_text text, struct kho_text word)
{
    size_t at = 0, word_at = 0;
    if (!may_begin(text, word))
        return 0;
    while (word_at < word.len) {
        if (letter_lower(kho_utf8_next(text, &at)) != kho_utf8_next(word, &word_at))
            return 0;
    }
    return at;
}

bool name_may_be_special(struct kho_text text)
{
    return name_is_organisation(text) || name_is_ditto(text) ||
           name_without_title(text).len != text.len;
}

bool name_is_ditto(struct kho_text text)
{
    for (size_t i = 0; i < KHO_COUNT(dittos); i++) {
        if (text.len <= dittos[i].len + 2 && spelled(text, dittos[i]) == text.len)
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

/* Longer ones first; in lower case. */
static const struct kho_text deaths[] = {W("(đã mất)"), W("(đã chết)"), W("(mất)"), W("(chết)")};

#undef W

bool name_is_household(struct kho_text text)
{
    static const struct kho_text word = {"hộ ", sizeof "hộ " - 1};
    return spelled(text, word) > 0;
}

struct kho_text name_without_death(struct kho_text text)
{
    const char *open = memrchr(text.ptr, '(', text.len);
    if (open == NULL)
        return text;
    struct kho_text note = {open, text.len - (size_t)(open - text.ptr)};
    for (size_t i = 0; i < KHO_COUNT(deaths); i++) {
        struct kho_text name = kho_text_trim((struct kho_text){text.ptr, text.len - note.len});
        if (name.len > 0 && spelled(note, deaths[i]) == note.len)
            return name;
    }
    return text;
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
