/* The compact protocol, written. */
#include "thrift.h"

void thrift_varint(struct kho_buf *out, uint64_t value)
{
    while (value >= 0x80) {
        kho_buf_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    kho_buf_char(out, (char)value);
}

static void put_zigzag(struct kho_buf *out, int64_t value)
{
    thrift_varint(out, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void put_field(struct thrift *thrift, int id, int type)
{
    int delta = id - thrift->last_id[thrift->depth];
    KHO_BUG_IF(delta <= 0);
    if (delta < 16)
        kho_buf_char(thrift->out, (char)((delta << 4) | type));
    else {
        kho_buf_char(thrift->out, (char)type);
        put_zigzag(thrift->out, id);
    }
    thrift->last_id[thrift->depth] = id;
}

static void enter(struct thrift *thrift)
{
    KHO_BUG_IF(++thrift->depth == THRIFT_DEPTH_MAX);
    thrift->last_id[thrift->depth] = 0;
}

void thrift_begin(struct thrift *thrift, struct kho_buf *out)
{
    *thrift = (struct thrift){.out = out};
}

void thrift_i16(struct thrift *thrift, int id, int64_t value)
{
    put_field(thrift, id, THRIFT_I16);
    put_zigzag(thrift->out, value);
}

void thrift_i32(struct thrift *thrift, int id, int64_t value)
{
    put_field(thrift, id, THRIFT_I32);
    put_zigzag(thrift->out, value);
}

void thrift_i64(struct thrift *thrift, int id, int64_t value)
{
    put_field(thrift, id, THRIFT_I64);
    put_zigzag(thrift->out, value);
}

void thrift_bool(struct thrift *thrift, int id, bool value)
{
    put_field(thrift, id, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void thrift_text(struct thrift *thrift, int id, struct kho_text value)
{
    put_field(thrift, id, THRIFT_BINARY);
    thrift_item_text(thrift, value);
}

void thrift_struct(struct thrift *thrift, int id)
{
    put_field(thrift, id, THRIFT_STRUCT);
    enter(thrift);
}

void thrift_end(struct thrift *thrift)
{
    kho_buf_char(thrift->out, '\0');
    thrift->depth--;
}

void thrift_union(struct thrift *thrift, int id, int member)
{
    thrift_struct(thrift, id);
    thrift_struct(thrift, member);
    thrift_end(thrift);
    thrift_end(thrift);
}

void thrift_list(struct thrift *thrift, int id, enum thrift_type type, size_t count)
{
    put_field(thrift, id, THRIFT_LIST);
    if (count < 15)
        kho_buf_char(thrift->out, (char)((count << 4) | type));
    else {
        kho_buf_char(thrift->out, (char)(0xF0 | type));
        thrift_varint(thrift->out, count);
    }
}

void thrift_item_i32(struct thrift *thrift, int64_t value)
{
    put_zigzag(thrift->out, value);
}

void thrift_item_bool(struct thrift *thrift, bool value)
{
    kho_buf_char(thrift->out, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void thrift_item_text(struct thrift *thrift, struct kho_text value)
{
    thrift_varint(thrift->out, value.len);
    kho_buf_text(thrift->out, value);
}

void thrift_item_struct(struct thrift *thrift)
{
    enter(thrift);
}
