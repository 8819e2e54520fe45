/* Walks over parsed expressions: their canonical text and the columns they name. */
#include <kho/config/expr.h>

static void put_quoted(struct kho_buf *out, struct kho_text text, char quote)
{
    kho_buf_char(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == quote)
            kho_buf_char(out, quote);
        kho_buf_char(out, text.ptr[i]);
    }
    kho_buf_char(out, quote);
}

/* Writes args[from..] with commas. */
static void put_list(struct kho_buf *out, const struct kho_expr *expr, size_t from)
{
    kho_buf_char(out, '(');
    for (size_t i = from; i < expr->n_args; i++) {
        if (i > from)
            kho_buf_char(out, ',');
        kho_expr_canonical(expr->args[i], out);
    }
    kho_buf_char(out, ')');
}

static void put_infix(struct kho_buf *out, const struct kho_expr *expr, const char *sign)
{
    kho_buf_char(out, '(');
    kho_expr_canonical(expr->args[0], out);
    kho_buf_puts(out, sign);
    kho_expr_canonical(expr->args[1], out);
    kho_buf_char(out, ')');
}

static void put_compare(struct kho_buf *out, const struct kho_expr *expr)
{
    static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
    put_infix(out, expr, signs[expr->op]);
}

static void put_tested(struct kho_buf *out, const struct kho_expr *expr)
{
    kho_buf_char(out, '(');
    kho_expr_canonical(expr->args[0], out);
    if (expr->kind == KHO_EXPR_IS_NULL) {
        kho_buf_puts(out, expr->truth ? " is null" : " is not null");
    } else {
        kho_buf_puts(out, expr->truth ? " in " : " not in ");
        put_list(out, expr, 1);
    }
    kho_buf_char(out, ')');
}

void kho_expr_canonical(const struct kho_expr *expr, struct kho_buf *out)
{
    switch (expr->kind) {
    case KHO_EXPR_COLUMN:
        put_quoted(out, expr->text, '"');
        break;
    case KHO_EXPR_STRING:
        put_quoted(out, expr->text, '\'');
        break;
    case KHO_EXPR_NUMBER:
        kho_buf_text(out, expr->text);
        break;
    case KHO_EXPR_BOOL:
        kho_buf_puts(out, expr->truth ? "true" : "false");
        break;
    case KHO_EXPR_NULL:
        kho_buf_puts(out, "null");
        break;
    case KHO_EXPR_CALL:
        kho_buf_text(out, expr->text);
        put_list(out, expr, 0);
        break;
    case KHO_EXPR_COMPARE:
        put_compare(out, expr);
        break;
    case KHO_EXPR_IN:
    case KHO_EXPR_IS_NULL:
        put_tested(out, expr);
        break;
    case KHO_EXPR_NOT:
        kho_buf_puts(out, "(not ");
        kho_expr_canonical(expr->args[0], out);
        kho_buf_char(out, ')');
        break;
    case KHO_EXPR_AND:
        put_infix(out, expr, " and ");
        break;
    case KHO_EXPR_OR:
        put_infix(out, expr, " or ");
        break;
    case KHO_EXPR_JOIN:
        put_infix(out, expr, "||");
        break;
    case KHO_EXPR_ADD:
        put_infix(out, expr, "+");
        break;
    case KHO_EXPR_SUBTRACT:
        put_infix(out, expr, " - "); /* a number behind it may begin with another one */
        break;
    case KHO_EXPR_MULTIPLY:
        put_infix(out, expr, "*");
        break;
    }
}

void kho_expr_columns(const struct kho_expr *expr,
                      void (*visit)(const struct kho_expr *column, void *context), void *context)
{
    if (expr->kind == KHO_EXPR_COLUMN)
        visit(expr, context);
    for (size_t i = 0; i < expr->n_args; i++)
        kho_expr_columns(expr->args[i], visit, context);
}
