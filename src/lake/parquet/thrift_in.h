/*
 * Reads structs of the Thrift compact protocol from bytes of a stranger. After the first thing that
 * is wrong everything reads as nothing, and `bad` says so: to be asked once, at the end.
 */
#ifndef LAKE_PARQUET_THRIFT_IN_H
#define LAKE_PARQUET_THRIFT_IN_H

#include <kho/core/text.h>

#include "thrift.h"

struct thrift_in {
    const char *at;
    const char *end;
    int depth; /* of structs and lists that are passed over */
    bool bad;
};

struct thrift_field {
    int id; /* 0 before the first */
    int type;
};

/* Moves on to the next field of a struct; false at its end. The caller reads the field's value by
 * the function that fits `field->type`, or passes over it. */
bool thrift_next(struct thrift_in *in, struct thrift_field *field);
void thrift_pass(struct thrift_in *in, int type);

/* The value of a field; what has another type is passed over and bad. */
int64_t thrift_take_int(struct thrift_in *in, int type);
bool thrift_take_bool(struct thrift_in *in, int type);
struct kho_text thrift_take_text(struct thrift_in *in, int type);
/* Whether the value is a struct, whose fields come next. */
bool thrift_take_struct(struct thrift_in *in, int type);
/* The number of elements, each of type `wanted`, that come next; at most `most`. */
size_t thrift_take_list(struct thrift_in *in, int type, int wanted, size_t most);

#endif
