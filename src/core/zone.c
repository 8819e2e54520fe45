/* Reads TZif files (RFC 8536) of the system's tzdata and answers for offsets. */
#include <kho/core/zone.h>

#include <kho/core/clock.h>
#include <kho/core/file.h>

#define ZONEINFO_DIR "/usr/share/zoneinfo"
#define LARGEST_FILE ((size_t)1 << 20)
#define HEADER_BYTES 44

struct kho_zone {
    const char *name;
    size_t count;     /* of transitions */
    int64_t *at;      /* seconds since 1970, ascending */
    int32_t *offsets; /* in force from at[i] on */
    int32_t first_offset;
};

struct header {
    uint32_t isutc, isstd, leap, time, type, chars;
};

static int64_t big_endian(const char *bytes, size_t size)
{
    uint64_t value = (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return (int64_t)value;
}

static bool read_header(struct kho_text content, size_t at, struct header *header)
{
    if (content.len < at + HEADER_BYTES || memcmp(content.ptr + at, "TZif", 4) != 0)
        return false;
    uint32_t *fields[] = {&header->isutc, &header->isstd, &header->leap,
                          &header->time,  &header->type,  &header->chars};
    for (size_t i = 0; i < KHO_COUNT(fields); i++) {
        int64_t value = big_endian(content.ptr + at + 20 + 4 * i, 4);
        if (value < 0 || value > (int64_t)LARGEST_FILE)
            return false;
        *fields[i] = (uint32_t)value;
    }
    return header->type != 0;
}

static size_t block_bytes(const struct header *header, size_t time_size)
{
    return header->time * (time_size + 1) + header->type * 6 + header->chars +
           header->leap * (time_size + 4) + header->isstd + header->isutc;
}

/* Fills the zone from the block of 64-bit times that stands behind the one of 32 bits. */
static bool read_zone(struct kho_arena *arena, struct kho_text content, struct kho_zone *zone)
{
    struct header first, header;
    if (!read_header(content, 0, &first) || content.ptr[4] < '2')
        return false;
    size_t second = HEADER_BYTES + block_bytes(&first, 4);
    if (!read_header(content, second, &header) ||
        content.len < second + HEADER_BYTES + block_bytes(&header, 8))
        return false;
    const char *times = content.ptr + second + HEADER_BYTES;
    const char *indexes = times + header.time * 8;
    const char *types = indexes + header.time;
    zone->count = header.time;
    zone->at = kho_arena_array(arena, header.time, sizeof(*zone->at));
    zone->offsets = kho_arena_array(arena, header.time, sizeof(*zone->offsets));
    zone->first_offset = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < header.time; i++) {
        unsigned char type = (unsigned char)indexes[i];
        if (type >= header.type)
            return false;
        zone->at[i] = big_endian(times + i * 8, 8);
        zone->offsets[i] = (int32_t)big_endian(types + type * 6, 4);
    }
    return true;
}

static bool is_zone_name(struct kho_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || strchr("_-+/", c) == NULL || c == '\0'))
            return false;
    }
    return name.len != 0;
}

bool kho_zone_load(struct kho_arena *arena, struct kho_text name, struct kho_zone **zone,
                   struct kho_err *err)
{
    struct kho_zone *made = kho_arena_alloc(arena, sizeof(*made));
    struct kho_text content;
    struct kho_err reason;
    made->name = kho_arena_cstr(arena, name);
    const char *path = kho_arena_printf(arena, ZONEINFO_DIR "/%s", made->name);
    if (!is_zone_name(name) || !kho_file_read(arena, path, LARGEST_FILE, &content, &reason) ||
        !read_zone(arena, content, made)) {
        kho_err_set(err, KHO_ERR_CONFIG, "unknown time zone '%s'", made->name);
        return kho_err_hint(err, "names stand under %s, e.g. Asia/Ho_Chi_Minh", ZONEINFO_DIR);
    }
    *zone = made;
    return true;
}

/* Returns the index of the first transition after `second`. */
static size_t transition_after(const struct kho_zone *zone, int64_t second)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t offset_at_second(const struct kho_zone *zone, int64_t second)
{
    size_t after = transition_after(zone, second);
    return after == 0 ? zone->first_offset : zone->offsets[after - 1];
}

static int64_t floor_seconds(int64_t us)
{
    int64_t seconds = us / KHO_US_PER_SECOND;
    return us % KHO_US_PER_SECOND < 0 ? seconds - 1 : seconds;
}

int32_t kho_zone_offset_at(const struct kho_zone *zone, int64_t instant_us)
{
    return zone != NULL ? offset_at_second(zone, floor_seconds(instant_us)) : 0;
}

int64_t kho_zone_local_to_utc(const struct kho_zone *zone, int64_t local_us)
{
    if (zone == NULL)
        return local_us;
    int64_t local = floor_seconds(local_us);
    /* The offset a day earlier is the one before any change near this time; if the instant that it
     * gives has another offset, the change lies between, and that offset holds unless it would
     * put the time back before the change (a gap). */
    int32_t before = offset_at_second(zone, local - 86400);
    int32_t there = offset_at_second(zone, local - before);
    int32_t offset = before;
    if (there != before && offset_at_second(zone, local - there) == there)
        offset = there;
    return local_us - offset * KHO_US_PER_SECOND;
}

/* No zone is further than a day from UTC. */
#define FURTHEST_SECONDS (26 * 3600)

int64_t kho_zone_reaches(const struct kho_zone *zone, int64_t local_us)
{
    if (zone == NULL)
        return local_us;
    int64_t local = floor_seconds(local_us);
    int64_t since = local - FURTHEST_SECONDS; /* clocks show less than `local` here */
    size_t next = transition_after(zone, since);
    int32_t offset = next == 0 ? zone->first_offset : zone->offsets[next - 1];
    while (next < zone->count && local - offset >= zone->at[next]) {
        since = zone->at[next];
        offset = zone->offsets[next++];
        if (since + offset >= local)
            break;
    }
    int64_t reached_us = local_us - offset * KHO_US_PER_SECOND;
    return KHO_MAX(since * KHO_US_PER_SECOND, reached_us);
}

const char *kho_zone_name(const struct kho_zone *zone)
{
    return zone != NULL ? zone->name : "UTC";
}
