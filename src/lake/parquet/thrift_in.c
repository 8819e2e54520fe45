/* The compact protocol, read. */
#include "thrift_in.h"

#define PASS_DEPTH_MAX 16

static void spoil(struct thrift_in *in)
{
    in->bad = true;
    in->at = in->end;
}

static unsigned take_byte(struct thrift_in *in)
{
    if (in->at == in->end) {
        in->bad = true;
        return 0;
    }
    return (unsigned char)*in->at++;
}

static uint64_t take_varint(struct thrift_in *in)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        unsigned part = take_byte(in);
        value |= (uint64_t)(part & 0x7F) << shift;
        if (part < 0x80)
            return in->bad ? 0 : value;
    }
    spoil(in);
    return 0;
}

static int64_t take_zigzag(struct thrift_in *in)
{
    uint64_t value = take_varint(in);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

bool thrift_next(struct thrift_in *in, struct thrift_field *field)
{
    unsigned header = take_byte(in);
    field->type = (int)(header & 0x0F);
    if (in->bad || field->type == 0)
        return false;
    int64_t id = header >> 4 != 0 ? field->id + (int64_t)(header >> 4) : take_zigzag(in);
    if (id <= field->id || id > INT16_MAX)
        spoil(in);
    field->id = (int)id;
    return !in->bad;
}

static void pass_bytes(struct thrift_in *in, uint64_t len)
{
    if (len > (uint64_t)(in->end - in->at))
        spoil(in);
    else
        in->at += len;
}

static void pass_list(struct thrift_in *in)
{
    unsigned header = take_byte(in);
    uint64_t count = header >> 4 == 15 ? take_varint(in) : header >> 4;
    int type = (int)(header & 0x0F);
    /* An element takes a byte at least. */
    if (count > (uint64_t)(in->end - in->at))
        spoil(in);
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        if (type == THRIFT_TRUE || type == THRIFT_FALSE)
            pass_bytes(in, 1);
        else
            thrift_pass(in, type);
    }
}

static void pass_struct(struct thrift_in *in)
{
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field))
        thrift_pass(in, field.type);
}

static void pass_nested(struct thrift_in *in, int type)
{
    if (++in->depth > PASS_DEPTH_MAX)
        spoil(in);
    else if (type == THRIFT_STRUCT)
        pass_struct(in);
    else
        pass_list(in);
    in->depth--;
}

void thrift_pass(struct thrift_in *in, int type)
{
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        break;
    case THRIFT_BYTE:
        pass_bytes(in, 1);
        break;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        (void)take_varint(in);
        break;
    case THRIFT_DOUBLE:
        pass_bytes(in, 8);
        break;
    case THRIFT_BINARY:
        pass_bytes(in, take_varint(in));
        break;
    case THRIFT_LIST:
    case THRIFT_SET:
    case THRIFT_STRUCT:
        pass_nested(in, type);
        break;
    default:
        spoil(in);
    }
}

int64_t thrift_take_int(struct thrift_in *in, int type)
{
    if (type != THRIFT_I16 && type != THRIFT_I32 && type != THRIFT_I64) {
        spoil(in);
        return 0;
    }
    return take_zigzag(in);
}

bool thrift_take_bool(struct thrift_in *in, int type)
{
    if (type != THRIFT_TRUE && type != THRIFT_FALSE)
        spoil(in);
    return type == THRIFT_TRUE;
}

struct kho_text thrift_take_text(struct thrift_in *in, int type)
{
    if (type != THRIFT_BINARY) {
        spoil(in);
        return KHO_TEXT("");
    }
    uint64_t len = take_varint(in);
    const char *start = in->at;
    pass_bytes(in, len);
    return in->bad ? KHO_TEXT("") : (struct kho_text){start, (size_t)len};
}

bool thrift_take_struct(struct thrift_in *in, int type)
{
    if (type != THRIFT_STRUCT)
        spoil(in);
    return type == THRIFT_STRUCT;
}

size_t thrift_take_list(struct thrift_in *in, int type, int wanted, size_t most)
{
    if (type != THRIFT_LIST) {
        spoil(in);
        return 0;
    }
    unsigned header = take_byte(in);
    uint64_t count = header >> 4 == 15 ? take_varint(in) : header >> 4;
    if ((int)(header & 0x0F) != wanted || count > most || count > (uint64_t)(in->end - in->at))
        spoil(in);
    return in->bad ? 0 : (size_t)count;
}
