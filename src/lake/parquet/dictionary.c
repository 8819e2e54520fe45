/* A hash table with open addressing over the bytes of a dictionary page. */
#include "dictionary.h"

#include <kho/core/hash.h>

#define FIRST_ROOM 1024

static void release(void *object)
{
    struct dictionary *dictionary = object;
    kho_buf_release(&dictionary->values);
    free(dictionary->starts);
    free(dictionary->hashes);
    free(dictionary->slots);
}

static uint32_t n_slots(const struct dictionary *dictionary)
{
    return dictionary->room * 2;
}

static void put_slot(struct dictionary *dictionary, uint32_t number)
{
    uint32_t slot = dictionary->hashes[number] % n_slots(dictionary);
    while (dictionary->slots[slot] != 0)
        slot = (slot + 1) % n_slots(dictionary);
    dictionary->slots[slot] = number + 1;
}

/* Most columns of a district have few values: room comes as it is needed. */
static void make_room(struct dictionary *dictionary, uint32_t room)
{
    dictionary->room = room;
    dictionary->starts = kho_realloc(dictionary->starts, ((size_t)room + 1) * sizeof(uint32_t));
    dictionary->hashes = kho_realloc(dictionary->hashes, room * sizeof(uint32_t));
    dictionary->slots = kho_realloc(dictionary->slots, n_slots(dictionary) * sizeof(uint32_t));
    memset(dictionary->slots, 0, n_slots(dictionary) * sizeof(uint32_t));
    for (uint32_t i = 0; i < dictionary->count; i++)
        put_slot(dictionary, i);
}

void dictionary_init(struct dictionary *dictionary, const struct parquet_column *column,
                     struct kho_arena *arena)
{
    *dictionary = (struct dictionary){.column = column};
    kho_buf_init(&dictionary->values, DICTIONARY_MAX_BYTES);
    make_room(dictionary, FIRST_ROOM);
    dictionary->starts[0] = 0;
    kho_arena_defer(arena, release, dictionary);
}

void dictionary_clear(struct dictionary *dictionary)
{
    if (dictionary->count != 0)
        memset(dictionary->slots, 0, n_slots(dictionary) * sizeof(uint32_t));
    dictionary->count = 0;
    kho_buf_clear(&dictionary->values);
}

struct kho_text dictionary_entry(const struct dictionary *dictionary, uint32_t number)
{
    uint32_t start = dictionary->starts[number];
    return (struct kho_text){dictionary->values.data + start,
                             dictionary->starts[number + 1] - start};
}

void parquet_put_plain(struct kho_buf *out, const struct parquet_column *column,
                       const struct parquet_value *value)
{
    bool text = column->physical == PARQUET_BYTE_ARRAY;
    char *at = kho_buf_reserve(out, value->len + 4);
    if (at == NULL)
        return;
    if (text) {
        uint32_t len = (uint32_t)value->len;
        for (int i = 0; i < 4; i++)
            *at++ = (char)(len >> (8 * i));
        out->len += 4;
    }
    if (value->len != 0)
        memcpy(at, value->ptr, value->len);
    out->len += value->len;
}

static uint32_t hash_of(const struct parquet_column *column, const struct parquet_value *value)
{
    if (column->physical == PARQUET_INT32 || column->physical == PARQUET_INT64)
        return (uint32_t)(((uint64_t)value->number * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
    return (uint32_t)kho_hash_bytes(value->ptr, value->len, 0).low;
}

static bool is_entry(const struct dictionary *dictionary, uint32_t number,
                     const struct parquet_value *value)
{
    struct kho_text entry = dictionary_entry(dictionary, number);
    size_t skip = dictionary->column->physical == PARQUET_BYTE_ARRAY ? 4 : 0;
    return entry.len - skip == value->len &&
           (value->len == 0 || memcmp(entry.ptr + skip, value->ptr, value->len) == 0);
}

static bool add(struct dictionary *dictionary, const struct parquet_value *value, uint32_t hash)
{
    if (dictionary->count == DICTIONARY_MAX_ENTRIES ||
        dictionary->values.len + value->len + 4 > DICTIONARY_MAX_BYTES)
        return false;
    if (dictionary->count == dictionary->room)
        make_room(dictionary, dictionary->room * 2);
    parquet_put_plain(&dictionary->values, dictionary->column, value);
    dictionary->hashes[dictionary->count++] = hash;
    dictionary->starts[dictionary->count] = (uint32_t)dictionary->values.len;
    return true;
}

bool dictionary_number(struct dictionary *dictionary, const struct parquet_value *value,
                       uint32_t *number)
{
    uint32_t hash = hash_of(dictionary->column, value);
    uint32_t slot = hash % n_slots(dictionary);
    for (; dictionary->slots[slot] != 0; slot = (slot + 1) % n_slots(dictionary)) {
        *number = dictionary->slots[slot] - 1;
        if (dictionary->hashes[*number] == hash && is_entry(dictionary, *number, value))
            return true;
    }
    *number = dictionary->count;
    KHO_TRY(add(dictionary, value, hash));
    put_slot(dictionary, *number);
    return true;
}
