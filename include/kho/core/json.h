/*
 * Writes JSON (RFC 8259) into a buffer. Commas are put by the writer; invalid UTF-8 becomes U+FFFD.
 * Objects and arrays nest up to 64 levels. `name` is NULL inside arrays and for the top value.
 */
#ifndef KHO_CORE_JSON_H
#define KHO_CORE_JSON_H

#include <kho/core/buf.h>
#include <kho/core/text.h>

struct kho_json {
    struct kho_buf *out;
    int depth;
    int indent;          /* spaces a level; 0 = one line */
    bool has_member[65]; /* whether a value stands before at each depth */
};

void kho_json_init(struct kho_json *json, struct kho_buf *out, int indent);
void kho_json_object(struct kho_json *json, const char *name);
void kho_json_object_end(struct kho_json *json);
void kho_json_array(struct kho_json *json, const char *name);
void kho_json_array_end(struct kho_json *json);
/* A NULL text or string is written as null. */
void kho_json_text(struct kho_json *json, const char *name, struct kho_text value);
void kho_json_string(struct kho_json *json, const char *name, const char *value);
void kho_json_int(struct kho_json *json, const char *name, int64_t value);
/* Three digits behind the point: seconds. */
void kho_json_seconds(struct kho_json *json, const char *name, double seconds);
void kho_json_bool(struct kho_json *json, const char *name, bool value);
void kho_json_null(struct kho_json *json, const char *name);
/* Appends the text of a value that is JSON already. */
void kho_json_raw(struct kho_json *json, const char *name, struct kho_text value);

#endif
