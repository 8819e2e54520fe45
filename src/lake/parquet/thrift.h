/*
 * Writes structs of the Thrift compact protocol (thrift/doc/specs/thrift-compact-protocol.md), as
 * Parquet's headers and footers are laid out. Fields go in ascending order of their ids.
 */
#ifndef LAKE_PARQUET_THRIFT_H
#define LAKE_PARQUET_THRIFT_H

#include <kho/core/buf.h>

enum thrift_type {
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_BYTE = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12
};

#define THRIFT_DEPTH_MAX 8

struct thrift {
    struct kho_buf *out;
    int depth;
    int last_id[THRIFT_DEPTH_MAX];
};

/* Begins the outermost struct, to be ended by thrift_end(). */
void thrift_begin(struct thrift *thrift, struct kho_buf *out);

void thrift_i16(struct thrift *thrift, int id, int64_t value);
void thrift_i32(struct thrift *thrift, int id, int64_t value);
void thrift_i64(struct thrift *thrift, int id, int64_t value);
void thrift_bool(struct thrift *thrift, int id, bool value);
void thrift_text(struct thrift *thrift, int id, struct kho_text value);

/* Begins a struct as a field, ended by thrift_end(). */
void thrift_struct(struct thrift *thrift, int id);
void thrift_end(struct thrift *thrift);
/* A union whose field `id` is an empty struct, as a field. */
void thrift_union(struct thrift *thrift, int id, int member);

/* Begins a list of `count` elements, which follow by the functions below. */
void thrift_list(struct thrift *thrift, int id, enum thrift_type type, size_t count);
void thrift_item_i32(struct thrift *thrift, int64_t value); /* any integer */
void thrift_item_bool(struct thrift *thrift, bool value);
void thrift_item_text(struct thrift *thrift, struct kho_text value);
void thrift_item_struct(struct thrift *thrift); /* ended by thrift_end() */

/* An unsigned number in groups of seven bits, lowest first. */
void thrift_varint(struct kho_buf *out, uint64_t value);

#endif
