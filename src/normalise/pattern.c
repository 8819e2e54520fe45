/*
 * The only user of TRE. Patterns are measured before TRE sees them: it writes repeats out, and
 * nested ones would take all memory. Texts are handed to it as code points.
 */
#include "pattern.h"

#include <locale.h>
#include <tre/tre.h>

#include <kho/core/utf8.h>

struct pattern {
    regex_t regex;
    size_t group;     /* 1 if it has one, else 0 */
    locale_t letters; /* what letters are: Unicode's, whatever the process's locale */
    wchar_t *wide;    /* room for a text */
};

/* Where the measure stands: a level for each open parenthesis. */
struct measure {
    struct kho_text source;
    size_t at;
    size_t depth;
    size_t sums[32]; /* characters of each level so far */
    size_t last;     /* of what a repeat would repeat */
};

/* Moves behind a bracket expression; false if it is not closed (TRE says so). */
static bool skip_bracket(struct measure *m)
{
    size_t i = m->at + 1;
    if (i < m->source.len && m->source.ptr[i] == '^')
        i++;
    if (i < m->source.len && m->source.ptr[i] == ']')
        i++;
    for (; i < m->source.len && m->source.ptr[i] != ']'; i++) {
        if (m->source.ptr[i] != '[' || i + 1 == m->source.len ||
            strchr(":.=", m->source.ptr[i + 1]) == NULL)
            continue;
        const char closing[] = {m->source.ptr[i + 1], ']'};
        const char *end = memmem(m->source.ptr + i + 2, m->source.len - i - 2, closing, 2);
        if (end == NULL)
            return false;
        i = (size_t)(end - m->source.ptr) + 1;
    }
    m->at = i + 1;
    return i < m->source.len;
}

/* Reads `{n}`, `{n,}` or `{n,m}`: the largest of its numbers. */
static const char *read_repeat(struct measure *m, size_t *times)
{
    size_t number = 0;
    *times = 1;
    for (m->at++; m->at < m->source.len && m->source.ptr[m->at] != '}'; m->at++) {
        char c = m->source.ptr[m->at];
        if (c != ',' && (c < '0' || c > '9'))
            return "between { and } stand one or two numbers";
        number = c == ',' ? 0 : KHO_MIN(number * 10 + (size_t)(c - '0'), PATTERN_STATES_MAX + 1);
        *times = KHO_MAX(*times, number);
    }
    m->at++;
    return NULL;
}

static const char *read_escape(struct measure *m)
{
    char c = m->at + 1 < m->source.len ? m->source.ptr[m->at + 1] : '\0';
    if (c >= '0' && c <= '9')
        return "back-references are not taken: they have no linear time";
    bool is_letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    if (is_letter && strchr("dDwWsSbBtnr", c) == NULL)
        return "of letters only d D w W s S b B t n r stand behind a backslash";
    m->at += 2;
    m->last = 1;
    m->sums[m->depth] += 1;
    return NULL;
}

static const char *open_group(struct measure *m)
{
    m->at++;
    if (m->at < m->source.len && m->source.ptr[m->at] == '?')
        return "groups that begin with (? are not taken";
    if (++m->depth == KHO_COUNT(m->sums))
        return "groups are nested too deep";
    m->sums[m->depth] = 0;
    m->last = 0;
    return NULL;
}

static const char *measure_one(struct measure *m)
{
    size_t times = 1;
    switch (m->source.ptr[m->at]) {
    case '\\':
        return read_escape(m);
    case '(':
        return open_group(m);
    case ')':
        m->at++;
        if (m->depth == 0)
            return "a parenthesis is closed that was not opened";
        m->last = m->sums[m->depth--];
        m->sums[m->depth] += m->last;
        return NULL;
    case '{': {
        const char *fault = read_repeat(m, &times);
        m->sums[m->depth] += m->last * (times - 1);
        m->last *= times;
        return fault;
    }
    case '*':
    case '+':
    case '?': /* what they repeat is not written out */
        m->at++;
        return NULL;
    case '[':
        if (!skip_bracket(m))
            return "a bracket is never closed";
        break;
    default:
        m->at++;
    }
    m->last = 1;
    m->sums[m->depth] += 1;
    return NULL;
}

/* Says why a pattern is not one that is sure to be found in linear time, or NULL. */
static const char *measure_pattern(struct kho_text source)
{
    struct measure m = {.source = source};
    if (source.len == 0)
        return "the pattern is empty";
    if (source.len > PATTERN_BYTES_MAX)
        return "the pattern is longer than 1000 bytes";
    while (m.at < source.len) {
        const char *fault = measure_one(&m);
        if (fault != NULL)
            return fault;
        if (m.sums[m.depth] > PATTERN_STATES_MAX)
            return "with its repeats written out the pattern has more than 2000 characters";
    }
    return NULL;
}

static void release(void *object)
{
    struct pattern *pattern = object;
    tre_regfree(&pattern->regex);
    freelocale(pattern->letters); /* classes of letters point into it */
}

/* Writes a text's code points; returns how many. */
static size_t widen(struct kho_text text, wchar_t *wide)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len;)
        wide[n++] = (wchar_t)kho_utf8_next(text, &at);
    return n;
}

static const char *compile(struct pattern *pattern, struct kho_text source)
{
    size_t n = widen(source, pattern->wide);
    locale_t before = uselocale(pattern->letters);
    int code = tre_regwncomp(&pattern->regex, pattern->wide, n, REG_EXTENDED);
    uselocale(before);
    switch (code) {
    case REG_OK:
        return NULL;
    case REG_EBRACK:
        return "a bracket is never closed";
    case REG_EPAREN:
        return "a parenthesis is never closed";
    case REG_EBRACE:
    case REG_BADBR:
        return "between { and } stand one or two numbers, to 255";
    case REG_ERANGE:
        return "a range in brackets ends before it begins";
    case REG_ECTYPE:
        return "unknown class of characters";
    case REG_EESCAPE:
        return "nothing stands behind the last backslash";
    case REG_BADRPT:
        return "a repeat has nothing to repeat";
    default:
        return "not a regular expression";
    }
}

struct pattern *pattern_new(struct kho_arena *arena, struct kho_text source, const char **fault)
{
    *fault = measure_pattern(source);
    if (*fault != NULL)
        return NULL;
    struct pattern *pattern = kho_arena_alloc(arena, sizeof *pattern);
    pattern->letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    KHO_BUG_IF(pattern->letters == (locale_t)0); /* part of Debian's C library */
    pattern->wide = kho_arena_array(arena, PATTERN_TEXT_BYTES_MAX, sizeof *pattern->wide);
    *fault = compile(pattern, source);
    if (*fault != NULL) {
        freelocale(pattern->letters);
        return NULL;
    }
    kho_arena_defer(arena, release, pattern);
    pattern->group = pattern->regex.re_nsub > 0;
    return pattern;
}

/* The bytes of a text from one code point to another. */
static struct kho_text slice(struct kho_text text, regoff_t from, regoff_t to)
{
    size_t start = 0;
    for (regoff_t i = 0; i < from; i++)
        kho_utf8_next(text, &start);
    size_t end = start;
    for (regoff_t i = from; i < to; i++)
        kho_utf8_next(text, &end);
    return (struct kho_text){text.ptr + start, end - start};
}

const char *pattern_find(struct pattern *pattern, struct kho_text text, bool *found,
                         struct kho_text *taken)
{
    regmatch_t matches[2];
    size_t n_matches = taken != NULL ? pattern->group + 1 : 0;
    *found = false;
    if (text.len > PATTERN_TEXT_BYTES_MAX)
        return "the text is too long to be searched for a pattern";
    if (kho_utf8_check(text) < text.len)
        return "not valid UTF-8";
    size_t n = widen(text, pattern->wide);
    locale_t before = uselocale(pattern->letters);
    int code = tre_regwnexec(&pattern->regex, pattern->wide, n, n_matches, matches, 0);
    uselocale(before);
    if (code == REG_NOMATCH)
        return NULL;
    if (code != REG_OK)
        return "no memory to search for the pattern";
    *found = true;
    if (taken != NULL) {
        const regmatch_t *match = &matches[pattern->group];
        *taken = match->rm_so < 0 ? KHO_TEXT_NULL : slice(text, match->rm_so, match->rm_eo);
    }
    return NULL;
}
