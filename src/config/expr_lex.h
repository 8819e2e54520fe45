/* The words of an expression, one at a time, with their places. */
#ifndef KHO_CONFIG_EXPR_LEX_H
#define KHO_CONFIG_EXPR_LEX_H

#include <kho/config/diag.h>

enum kho_token_kind {
    KHO_TOKEN_END,
    KHO_TOKEN_NAME,   /* text as written */
    KHO_TOKEN_QUOTED, /* a name in double quotes, quotes undone */
    KHO_TOKEN_STRING, /* quotes undone */
    KHO_TOKEN_NUMBER, /* text as written */
    KHO_TOKEN_SIGN,   /* ( ) , = != <> < <= > >= || + - * */
    KHO_TOKEN_BROKEN, /* reported */
};

struct kho_token {
    enum kho_token_kind kind;
    struct kho_text text;
    struct kho_text raw; /* as it stands in the source */
    struct kho_pos pos;
};

struct kho_lexer {
    struct kho_arena *arena;
    struct kho_diags *diags;
    struct kho_text source;
    size_t at;
    struct kho_pos pos; /* of source.ptr[at] */
    bool fixed;         /* places inside are not known: all say `pos` */
};

/* Begins at the place of a YAML scalar: finds out whether its characters stand in the file as they
 * are in `source` (plain, or in quotes without escapes), so that places can be counted on. */
void kho_lexer_init(struct kho_lexer *lexer, struct kho_arena *arena, struct kho_text source,
                    struct kho_pos pos, struct kho_diags *diags);

struct kho_token kho_lexer_next(struct kho_lexer *lexer);

/* Returns whether the token is the sign or, letter case aside, the keyword. */
bool kho_token_is(const struct kho_token *token, const char *word);

#endif
