/*
 * Tells which part of a line of configuration may be a secret. It errs on the side of hiding: a
 * line too few shown costs a look into the file, a password in a log costs more.
 */
#include "mask.h"

#include <strings.h>

static const char *const secret_parts[] = {"pass", "pwd", "secret", "token"};
static const char *const secret_words[] = {"password", "secret", "sign_key"};

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Returns where `part` begins in `text` at or behind `from`, letter case aside; text.len if
 * nowhere. */
static size_t find(struct kho_text text, size_t from, const char *part)
{
    size_t len = strlen(part);
    for (size_t at = from; at + len <= text.len; at++)
        if (strncasecmp(text.ptr + at, part, len) == 0)
            return at;
    return text.len;
}

static bool is_secret_word(struct kho_text word)
{
    if (word.len == 0)
        return false;
    for (size_t i = 0; i < KHO_COUNT(secret_parts); i++)
        if (find(word, 0, secret_parts[i]) < word.len)
            return true;
    return kho_text_nearest(word, secret_words, KHO_COUNT(secret_words)) != NULL;
}

/* Returns the word that ends before `end`, an optional quote and blanks between left out. */
static struct kho_text word_before(struct kho_text line, size_t end)
{
    while (end > 0 &&
           (is_blank(line.ptr[end - 1]) || line.ptr[end - 1] == '"' || line.ptr[end - 1] == '\''))
        end--;
    size_t begin = end;
    while (begin > 0 && is_word_char(line.ptr[begin - 1]))
        begin--;
    return (struct kho_text){line.ptr + begin, end - begin};
}

static bool is_reference(struct kho_text value)
{
    return kho_text_starts(value, KHO_TEXT("${env:")) ||
           kho_text_starts(value, KHO_TEXT("${file:"));
}

/* Returns where the value behind a secret's key begins; line.len if there is none. */
static size_t find_keyed(struct kho_text line)
{
    for (size_t at = 0; at < line.len; at++) {
        if (line.ptr[at] != ':' && line.ptr[at] != '=')
            continue;
        if (!is_secret_word(word_before(line, at)))
            continue;
        size_t value = at + 1;
        while (value < line.len &&
               (is_blank(line.ptr[value]) || line.ptr[value] == '"' || line.ptr[value] == '\''))
            value++;
        if (!is_reference((struct kho_text){line.ptr + value, line.len - value}))
            return value;
    }
    return line.len;
}

static size_t find_last(struct kho_text text, char c)
{
    for (size_t at = text.len; at > 0; at--)
        if (text.ptr[at - 1] == c)
            return at - 1;
    return text.len;
}

/* Returns what stands between `://user:` and the last `@` behind it. */
static struct kho_span find_in_url(struct kho_text line)
{
    struct kho_span none = {line.len, line.len};
    size_t begin = find(line, 0, "://");
    if (begin == line.len)
        return none;
    size_t end = find_last(line, '@');
    for (begin += 3; begin < line.len && line.ptr[begin] != ':'; begin++)
        if (line.ptr[begin] == '@')
            return none;
    if (end == line.len || end < begin)
        return none;
    return (struct kho_span){begin + 1, end};
}

struct kho_span kho_mask_find(struct kho_text line)
{
    size_t keyed = find_keyed(line);
    struct kho_span url = find_in_url(line);
    if (keyed == line.len)
        return url;
    size_t begin = KHO_MIN(keyed, url.begin);
    return (struct kho_span){begin, line.len};
}

static struct kho_text line_at(const char *text, size_t start)
{
    return (struct kho_text){text + start, strcspn(text + start, "\n")};
}

static size_t indent_of(struct kho_text line)
{
    size_t indent = 0;
    while (indent < line.len && line.ptr[indent] == ' ')
        indent++;
    return indent;
}

/* Returns whether a key of a secret stands in the line with a value that goes on below. */
static bool opens_secret(struct kho_text line)
{
    for (size_t at = 0; at < line.len; at++)
        if (line.ptr[at] == ':' && is_secret_word(word_before(line, at)))
            return true;
    return false;
}

static size_t start_of_previous(const char *text, size_t start)
{
    size_t at = start - 1;
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

bool kho_mask_hides(const char *text, size_t line_start)
{
    size_t indent = indent_of(line_at(text, line_start));
    bool nearest = true;
    for (size_t at = line_start; at > 0;) {
        at = start_of_previous(text, at);
        struct kho_text line = line_at(text, at);
        if (kho_text_trim(line).len == 0)
            continue;
        bool is_parent = indent_of(line) < indent;
        bool is_open = nearest && kho_text_ends(kho_text_trim(line), KHO_TEXT(":"));
        if ((is_parent || is_open) && opens_secret(line))
            return true;
        indent = KHO_MIN(indent, indent_of(line));
        nearest = false;
    }
    return false;
}

/* Returns whether `user:password@` ends somewhere in the text. */
static bool has_userinfo(struct kho_text text)
{
    size_t at = find_last(text, '@');
    return at < text.len && memchr(text.ptr, ':', at) != NULL;
}

static bool has_password_option(struct kho_text connection)
{
    static const char word[] = "password";
    size_t at = find(connection, 0, word);
    while (at < connection.len) {
        size_t behind = at + sizeof(word) - 1;
        while (behind < connection.len && is_blank(connection.ptr[behind]))
            behind++;
        if (behind < connection.len && connection.ptr[behind] == '=')
            return true;
        at = find(connection, at + 1, word);
    }
    return false;
}

bool kho_mask_has_password(struct kho_text connection)
{
    size_t scheme = find(connection, 0, "://");
    if (scheme == connection.len)
        return has_password_option(connection);
    /* libpq ends the user part at the first slash, people write passwords with any character */
    struct kho_text rest = {connection.ptr + scheme + 3, connection.len - scheme - 3};
    struct kho_text cut = rest;
    struct kho_text before_query = kho_text_cut(&cut, '?');
    cut = rest;
    struct kho_text before_slash = kho_text_cut(&cut, '/');
    return has_userinfo(before_query) || has_userinfo(before_slash) ||
           has_password_option(connection);
}
