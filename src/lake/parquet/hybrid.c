/* Runs from eight equal values on; what stands between goes in groups of eight. */
#include "hybrid.h"

#include "thrift.h"

#define GROUP 8

/* How often the value at `at` stands there in a row, up to `most`. */
static size_t run_at(const uint32_t *values, size_t at, size_t count, size_t most)
{
    size_t n = 1;
    while (n < most && at + n < count && values[at + n] == values[at])
        n++;
    return n;
}

static void put_run(struct kho_buf *out, uint32_t value, size_t count, int width)
{
    thrift_varint(out, (uint64_t)count << 1);
    for (int bits = 0; bits < width; bits += 8)
        kho_buf_char(out, (char)(value >> bits));
}

static void put_groups(struct kho_buf *out, const uint32_t *values, size_t count, int width)
{
    size_t groups = (count + GROUP - 1) / GROUP;
    thrift_varint(out, ((uint64_t)groups << 1) | 1);
    size_t len = groups * (size_t)width;
    char *at = kho_buf_reserve(out, len);
    if (at == NULL)
        return;
    uint64_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < groups * GROUP; i++) {
        bits |= (uint64_t)(i < count ? values[i] : 0) << held;
        held += width;
        for (; held >= 8; held -= 8, bits >>= 8)
            *at++ = (char)bits;
    }
    out->len += len;
}

void hybrid_put(struct kho_buf *out, const uint32_t *values, size_t count, int width)
{
    size_t at = 0;
    while (at < count) {
        if (run_at(values, at, count, GROUP) == GROUP) {
            size_t run = run_at(values, at, count, SIZE_MAX);
            put_run(out, values[at], run, width);
            at += run;
            continue;
        }
        size_t start = at;
        do
            at += GROUP;
        while (at < count && run_at(values, at, count, GROUP) < GROUP);
        at = KHO_MIN(at, count);
        put_groups(out, values + start, at - start, width);
    }
}

int hybrid_width(uint32_t greatest)
{
    int width = 1;
    while (greatest >> width != 0)
        width++;
    return width;
}

static bool take_varint(struct kho_text *bytes, uint32_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 32 && bytes->len != 0; shift += 7) {
        uint32_t part = (unsigned char)*bytes->ptr++;
        bytes->len--;
        *value |= (part & 0x7F) << shift;
        if (part < 0x80)
            return shift < 28 || part < 0x10;
    }
    return false;
}

static bool take_run(struct kho_text *bytes, int width, uint32_t *values, size_t count)
{
    size_t len = ((size_t)width + 7) / 8;
    uint32_t value = 0;
    if (bytes->len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        value |= (uint32_t)(unsigned char)bytes->ptr[i] << (8 * i);
    bytes->ptr += len;
    bytes->len -= len;
    for (size_t i = 0; i < count; i++)
        values[i] = value;
    return value >> width == 0;
}

static bool take_groups(struct kho_text *bytes, size_t groups, int width, uint32_t *values,
                        size_t count)
{
    size_t len = groups * (size_t)width;
    if (bytes->len < len)
        return false;
    const unsigned char *at = (const unsigned char *)bytes->ptr;
    uint64_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < count; i++) {
        for (; held < width; held += 8)
            bits |= (uint64_t)*at++ << held;
        values[i] = (uint32_t)(bits & ((UINT64_C(1) << width) - 1));
        bits >>= width;
        held -= width;
    }
    bytes->ptr += len;
    bytes->len -= len;
    return true;
}

bool hybrid_take(struct kho_text *bytes, int width, uint32_t *values, size_t count)
{
    while (count != 0) {
        uint32_t header;
        KHO_TRY(take_varint(bytes, &header));
        size_t n = header >> 1;
        if (n == 0)
            return false;
        if ((header & 1) == 0) {
            n = KHO_MIN(n, count);
            KHO_TRY(take_run(bytes, width, values, n));
        } else {
            size_t groups = n;
            n = KHO_MIN(groups * GROUP, count);
            KHO_TRY(take_groups(bytes, groups, width, values, n));
        }
        values += n;
        count -= n;
    }
    return true;
}
