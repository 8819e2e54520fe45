/*
 * Checks a file's bytes, so that what comes behind sees valid UTF-8 with one kind of line break:
 * then libyaml, the messages and the writer's editor count the same lines.
 */
#include "yaml_text.h"

#include <kho/core/utf8.h>

static struct kho_pos place_of(struct kho_text content, const char *file, size_t offset)
{
    struct kho_pos pos = {file, content.ptr, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        unsigned char c = (unsigned char)content.ptr[i];
        if (c == '\n') {
            pos.line++;
            pos.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            pos.column++;
        }
    }
    return pos;
}

static bool is_forbidden(uint32_t c)
{
    if (c < 0x20)
        return c != '\t' && c != '\n' && c != '\r';
    return (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE ||
           c == 0xFFFF;
}

static bool is_lone_return(struct kho_text content, size_t at)
{
    return content.ptr[at] == '\r' && (at + 1 == content.len || content.ptr[at + 1] != '\n');
}

static bool check_characters(struct kho_text content, const char *file, struct kho_diags *diags)
{
    for (size_t at = 0; at < content.len;) {
        size_t before = at;
        uint32_t c = kho_utf8_next(content, &at);
        if (is_lone_return(content, before)) {
            kho_diag_error(diags, place_of(content, file, before),
                           "a carriage return alone ends no line; save the file with LF");
            return false;
        }
        if (is_forbidden(c)) {
            kho_diag_error(diags, place_of(content, file, before),
                           "control character U+%04" PRIX32 " in the file", c);
            return false;
        }
    }
    return true;
}

bool kho_yaml_text_check(struct kho_text content, const char *file, struct kho_diags *diags)
{
    if (kho_text_starts(content, KHO_TEXT("\xEF\xBB\xBF"))) {
        kho_diag_error(diags, (struct kho_pos){file, NULL, 1, 1},
                       "the file begins with a byte order mark; save it as UTF-8 without BOM");
        return false;
    }
    size_t valid = kho_utf8_check(content);
    if (valid < content.len) {
        kho_diag_error(diags, place_of(content, file, valid), "not valid UTF-8");
        return false;
    }
    return check_characters(content, file, diags);
}

int kho_yaml_text_tab_column(const char *text, int line)
{
    for (int i = 1; i < line; i++) {
        text = strchr(text, '\n');
        if (text == NULL)
            return 0;
        text++;
    }
    size_t spaces = strspn(text, " ");
    return text[spaces] == '\t' ? (int)spaces + 1 : 0;
}
