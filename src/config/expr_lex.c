/* Cuts an expression into tokens and keeps count of their places. The grammar is expr.c's. */
#include "expr_lex.h"

#include <strings.h>

#include <kho/core/utf8.h>

/* No person writes such a line; walking along it for each of its expressions would take long. */
#define LINE_MAX_BYTES 10000

/* Returns the file's bytes at a place, or NULL if it has no such place or an endless line. */
static const char *bytes_at(struct kho_pos pos)
{
    const char *at = pos.text;
    for (int line = 1; line < pos.line; line++) {
        at = strchr(at, '\n');
        if (at == NULL)
            return NULL;
        at++;
    }
    struct kho_text line = {at, strcspn(at, "\n")};
    size_t offset = 0;
    if (line.len > LINE_MAX_BYTES)
        return NULL;
    for (int column = 1; column < pos.column && offset < line.len; column++)
        kho_utf8_next(line, &offset);
    return at + offset;
}

void kho_lexer_init(struct kho_lexer *lexer, struct kho_arena *arena, struct kho_text source,
                    struct kho_pos pos, struct kho_diags *diags)
{
    *lexer = (struct kho_lexer){
        .arena = arena, .diags = diags, .source = source, .pos = pos, .fixed = false};
    if (pos.text == NULL || pos.line < 1 || source.len == 0)
        return;
    const char *at = bytes_at(pos);
    if (at != NULL && strncmp(at, source.ptr, source.len) == 0)
        return;
    if (at != NULL && (*at == '"' || *at == '\'') && strncmp(at + 1, source.ptr, source.len) == 0)
        lexer->pos.column++;
    else
        lexer->fixed = true;
}

static void advance(struct kho_lexer *lexer, size_t end)
{
    while (lexer->at < end) {
        uint32_t c = kho_utf8_next(lexer->source, &lexer->at);
        if (lexer->fixed)
            continue;
        lexer->pos.column = c == '\n' ? 1 : lexer->pos.column + 1;
        lexer->pos.line += c == '\n';
    }
}

static void skip_blanks(struct kho_lexer *lexer)
{
    size_t end = lexer->at;
    while (end < lexer->source.len && strchr(" \t\r\n", lexer->source.ptr[end]) != NULL &&
           lexer->source.ptr[end] != '\0')
        end++;
    advance(lexer, end);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes the source up to `end` as a token. */
static struct kho_token take(struct kho_lexer *lexer, enum kho_token_kind kind, size_t end)
{
    struct kho_text raw = {lexer->source.ptr + lexer->at, end - lexer->at};
    struct kho_token token = {kind, raw, raw, lexer->pos};
    advance(lexer, end);
    return token;
}

/* Doubled quotes become one. */
static struct kho_text unquote(struct kho_arena *arena, struct kho_text inner, char quote)
{
    char *out = kho_arena_bytes(arena, inner.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < inner.len; i++) {
        out[len++] = inner.ptr[i];
        if (inner.ptr[i] == quote)
            i++;
    }
    out[len] = '\0';
    return (struct kho_text){out, len};
}

static struct kho_token take_quoted(struct kho_lexer *lexer, char quote)
{
    struct kho_text source = lexer->source;
    size_t end = lexer->at + 1;
    while (end < source.len &&
           (source.ptr[end] != quote || (end + 1 < source.len && source.ptr[end + 1] == quote)))
        end += source.ptr[end] == quote ? 2 : 1;
    if (end >= source.len) {
        kho_diag_error(lexer->diags, lexer->pos, "this %s is never closed",
                       quote == '"' ? "double quote" : "quote");
        return take(lexer, KHO_TOKEN_BROKEN, source.len);
    }
    struct kho_token token =
        take(lexer, quote == '"' ? KHO_TOKEN_QUOTED : KHO_TOKEN_STRING, end + 1);
    struct kho_text inner = {token.raw.ptr + 1, token.raw.len - 2};
    token.text = unquote(lexer->arena, inner, quote);
    return token;
}

static struct kho_token take_number(struct kho_lexer *lexer)
{
    struct kho_text source = lexer->source;
    size_t end = lexer->at + 1;
    while (end < source.len && is_digit(source.ptr[end]))
        end++;
    if (end + 1 < source.len && source.ptr[end] == '.' && is_digit(source.ptr[end + 1]))
        for (end++; end < source.len && is_digit(source.ptr[end]);)
            end++;
    return take(lexer, KHO_TOKEN_NUMBER, end);
}

static bool is_name_char(uint32_t c)
{
    return c == '_' || (c >= '0' && c <= '9') || kho_utf8_is_letter(c);
}

static size_t name_end(struct kho_text source, size_t at)
{
    while (at < source.len) {
        size_t next = at;
        if (!is_name_char(kho_utf8_next(source, &next)))
            break;
        at = next;
    }
    return at;
}

static struct kho_token take_sign(struct kho_lexer *lexer)
{
    static const char *const signs[] = {"!=", "<>", "<=", ">=", "||", "<", ">",
                                        "=",  "(",  ")",  ",",  "+",  "-", "*"};
    struct kho_text rest = {lexer->source.ptr + lexer->at, lexer->source.len - lexer->at};
    for (size_t i = 0; i < KHO_COUNT(signs); i++)
        if (kho_text_starts(rest, kho_text_of(signs[i])))
            return take(lexer, KHO_TOKEN_SIGN, lexer->at + strlen(signs[i]));
    size_t end = lexer->at;
    kho_utf8_next(lexer->source, &end);
    struct kho_pos pos = lexer->pos;
    struct kho_token token = take(lexer, KHO_TOKEN_BROKEN, end);
    if (kho_text_eq_cstr(token.raw, "/"))
        kho_diag_error(lexer->diags, pos, "there is no '/': write divide(a, b, scale)");
    else
        kho_diag_error(lexer->diags, pos, "an expression cannot hold '%.*s' here",
                       KHO_TEXT_ARGS(token.raw));
    return token;
}

struct kho_token kho_lexer_next(struct kho_lexer *lexer)
{
    skip_blanks(lexer);
    struct kho_text source = lexer->source;
    if (lexer->at >= source.len)
        return take(lexer, KHO_TOKEN_END, source.len);
    char c = source.ptr[lexer->at];
    if (c == '\'' || c == '"')
        return take_quoted(lexer, c);
    if (is_digit(c))
        return take_number(lexer);
    size_t end = name_end(source, lexer->at);
    if (end > lexer->at)
        return take(lexer, KHO_TOKEN_NAME, end);
    return take_sign(lexer);
}

bool kho_token_is(const struct kho_token *token, const char *word)
{
    if (token->kind != KHO_TOKEN_SIGN && token->kind != KHO_TOKEN_NAME)
        return false;
    return token->raw.len == strlen(word) && strncasecmp(token->raw.ptr, word, token->raw.len) == 0;
}
