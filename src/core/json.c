/* The JSON writer. */
#include <kho/core/json.h>

#include <kho/core/utf8.h>

#define DEEPEST 64

void kho_json_init(struct kho_json *json, struct kho_buf *out, int indent)
{
    *json = (struct kho_json){.out = out, .indent = indent};
}

static void new_line(struct kho_json *json)
{
    if (json->indent == 0)
        return;
    kho_buf_char(json->out, '\n');
    for (int i = 0; i < json->depth * json->indent; i++)
        kho_buf_char(json->out, ' ');
}

static void escape(struct kho_buf *out, unsigned char c)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c == '"' || c == '\\')
        kho_buf_printf(out, "\\%c", c);
    else if (c < sizeof(letters) && letters[c] != 0)
        kho_buf_printf(out, "\\%c", letters[c]);
    else
        kho_buf_printf(out, "\\u%04x", c);
}

static void quoted(struct kho_buf *out, struct kho_text text)
{
    kho_buf_char(out, '"');
    while (text.len != 0) {
        size_t valid = kho_utf8_check(text);
        size_t run = 0;
        for (size_t i = 0; i < valid; i++) {
            unsigned char c = (unsigned char)text.ptr[i];
            if (c >= 0x20 && c != '"' && c != '\\')
                continue;
            kho_buf_append(out, text.ptr + run, i - run);
            escape(out, c);
            run = i + 1;
        }
        kho_buf_append(out, text.ptr + run, valid - run);
        size_t bad = valid < text.len ? 1 : 0;
        if (bad != 0)
            kho_buf_puts(out, "\xEF\xBF\xBD");
        text.ptr += valid + bad;
        text.len -= valid + bad;
    }
    kho_buf_char(out, '"');
}

static void begin(struct kho_json *json, const char *name)
{
    if (json->has_member[json->depth])
        kho_buf_char(json->out, ',');
    if (json->depth != 0)
        new_line(json);
    json->has_member[json->depth] = true;
    if (name != NULL) {
        quoted(json->out, kho_text_of(name));
        kho_buf_puts(json->out, json->indent != 0 ? ": " : ":");
    }
}

static void open_level(struct kho_json *json, const char *name, char bracket)
{
    begin(json, name);
    kho_buf_char(json->out, bracket);
    json->depth++;
    KHO_BUG_IF(json->depth > DEEPEST);
    json->has_member[json->depth] = false;
}

static void close_level(struct kho_json *json, char bracket)
{
    KHO_BUG_IF(json->depth == 0);
    bool empty = !json->has_member[json->depth];
    json->depth--;
    if (!empty)
        new_line(json);
    kho_buf_char(json->out, bracket);
}

void kho_json_object(struct kho_json *json, const char *name)
{
    open_level(json, name, '{');
}

void kho_json_object_end(struct kho_json *json)
{
    close_level(json, '}');
}

void kho_json_array(struct kho_json *json, const char *name)
{
    open_level(json, name, '[');
}

void kho_json_array_end(struct kho_json *json)
{
    close_level(json, ']');
}

void kho_json_text(struct kho_json *json, const char *name, struct kho_text value)
{
    begin(json, name);
    if (value.ptr == NULL)
        kho_buf_puts(json->out, "null");
    else
        quoted(json->out, value);
}

void kho_json_string(struct kho_json *json, const char *name, const char *value)
{
    kho_json_text(json, name, kho_text_of(value));
}

void kho_json_int(struct kho_json *json, const char *name, int64_t value)
{
    begin(json, name);
    kho_buf_printf(json->out, "%" PRId64, value);
}

void kho_json_seconds(struct kho_json *json, const char *name, double seconds)
{
    begin(json, name);
    kho_buf_printf(json->out, "%.3f", seconds);
}

void kho_json_bool(struct kho_json *json, const char *name, bool value)
{
    begin(json, name);
    kho_buf_puts(json->out, value ? "true" : "false");
}

void kho_json_null(struct kho_json *json, const char *name)
{
    kho_json_text(json, name, KHO_TEXT_NULL);
}

void kho_json_raw(struct kho_json *json, const char *name, struct kho_text value)
{
    begin(json, name);
    kho_buf_text(json->out, value);
}
