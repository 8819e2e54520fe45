/* Arenas in blocks that double up to a limit; large allocations get a block of their own. */
#include <kho/core/arena.h>

#if defined(__SANITIZE_ADDRESS__)
#define EACH_ON_ITS_OWN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_ON_ITS_OWN 1
#endif
#endif
#ifndef EACH_ON_ITS_OWN
#define EACH_ON_ITS_OWN 0
#endif

#define FIRST_BLOCK_BYTES ((size_t)4096)
#define LAST_BLOCK_BYTES ((size_t)1 << 20)
#define ALIGNMENT ((size_t)16)

struct block {
    struct block *next;
    size_t size; /* of the bytes behind this header */
    size_t used;
    size_t touched; /* the bytes from here on are zero as they came; the header stays 16-aligned */
};

struct deferred {
    struct deferred *next;
    void (*release)(void *);
    void *object;
};

struct kho_arena {
    struct kho_arena *parent;
    struct kho_arena *first_child;
    struct kho_arena *next_sibling;
    struct kho_arena **link; /* what points at us among the siblings */
    struct block *blocks;    /* the current one first */
    struct deferred *deferred;
    size_t next_block_bytes;
};

static char *block_bytes(struct block *block)
{
    return (char *)(block + 1);
}

struct kho_arena *kho_arena_new(struct kho_arena *parent)
{
    struct kho_arena *arena = kho_malloc(sizeof(*arena));
    *arena = (struct kho_arena){.parent = parent, .next_block_bytes = FIRST_BLOCK_BYTES};
    if (parent != NULL) {
        arena->next_sibling = parent->first_child;
        arena->link = &parent->first_child;
        if (arena->next_sibling != NULL)
            arena->next_sibling->link = &arena->next_sibling;
        parent->first_child = arena;
    }
    return arena;
}

static void run_deferred(struct kho_arena *arena)
{
    while (arena->deferred != NULL) {
        struct deferred *deferred = arena->deferred;
        arena->deferred = deferred->next;
        deferred->release(deferred->object);
        free(deferred);
    }
}

static void free_children(struct kho_arena *arena)
{
    while (arena->first_child != NULL)
        kho_arena_free(arena->first_child);
}

static void free_blocks(struct block *block)
{
    while (block != NULL) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void kho_arena_free(struct kho_arena *arena)
{
    if (arena == NULL)
        return;
    run_deferred(arena);
    free_children(arena);
    free_blocks(arena->blocks);
    if (arena->link != NULL) {
        *arena->link = arena->next_sibling;
        if (arena->next_sibling != NULL)
            arena->next_sibling->link = arena->link;
    }
    free(arena);
}

void kho_arena_clear(struct kho_arena *arena)
{
    run_deferred(arena);
    free_children(arena);
    struct block *keep = EACH_ON_ITS_OWN ? NULL : arena->blocks;
    if (keep != NULL && keep->size <= LAST_BLOCK_BYTES) {
        free_blocks(keep->next);
        keep->next = NULL;
        keep->used = 0;
        arena->blocks = keep;
        return;
    }
    free_blocks(arena->blocks);
    arena->blocks = NULL;
}

/* Fresh pages come zeroed from the kernel: clearing them would only make them all resident. */
static struct block *add_block(struct kho_arena *arena, size_t bytes, bool zeroed)
{
    if (bytes > SIZE_MAX - sizeof(struct block))
        kho_out_of_memory(bytes);
    size_t whole = sizeof(struct block) + bytes;
    struct block *block = zeroed ? calloc(1, whole) : malloc(whole);
    if (block == NULL)
        kho_out_of_memory(bytes);
    *block = (struct block){.next = arena->blocks, .size = bytes, .touched = zeroed ? 0 : bytes};
    arena->blocks = block;
    return block;
}

static struct block *block_with_room(struct kho_arena *arena, size_t bytes, bool zeroed)
{
    struct block *block = arena->blocks;
    if (!EACH_ON_ITS_OWN && block != NULL && block->size - block->used >= bytes)
        return block;
    if (EACH_ON_ITS_OWN)
        return add_block(arena, bytes, zeroed);
    if (bytes > arena->next_block_bytes / 4 && block != NULL) {
        /* A large piece goes behind the current block, whose rest stays in use. */
        struct block *own = add_block(arena, bytes, zeroed);
        arena->blocks = own->next;
        own->next = arena->blocks->next;
        arena->blocks->next = own;
        return own;
    }
    size_t size = KHO_MAX(arena->next_block_bytes, bytes);
    arena->next_block_bytes = KHO_MIN(arena->next_block_bytes * 2, LAST_BLOCK_BYTES);
    return add_block(arena, size, zeroed);
}

char *kho_arena_bytes(struct kho_arena *arena, size_t bytes)
{
    struct block *block = block_with_room(arena, bytes, false);
    char *memory = block_bytes(block) + block->used;
    block->used += bytes;
    block->touched = KHO_MAX(block->touched, block->used);
    return memory;
}

void *kho_arena_alloc(struct kho_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGNMENT)
        kho_out_of_memory(bytes);
    struct block *block = arena->blocks;
    if (!EACH_ON_ITS_OWN && block != NULL) {
        size_t aligned = (block->used + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
        block->used = KHO_MIN(aligned, block->size);
    }
    size_t rounded = (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    block = block_with_room(arena, rounded, true);
    char *memory = block_bytes(block) + block->used;
    if (block->touched > block->used)
        memset(memory, 0, KHO_MIN(block->touched - block->used, rounded));
    block->used += rounded;
    block->touched = KHO_MAX(block->touched, block->used);
    return memory;
}

void *kho_arena_array(struct kho_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        kho_out_of_memory(SIZE_MAX);
    return kho_arena_alloc(arena, bytes);
}

void kho_arena_shrink(struct kho_arena *arena, const char *bytes, size_t size, size_t used)
{
    struct block *block = arena->blocks;
    if (block != NULL && bytes + size == block_bytes(block) + block->used && !EACH_ON_ITS_OWN)
        block->used -= size - used;
}

char *kho_arena_cstr(struct kho_arena *arena, struct kho_text text)
{
    char *copy = kho_arena_bytes(arena, text.len + 1);
    if (text.len != 0)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

struct kho_text kho_arena_text(struct kho_arena *arena, struct kho_text text)
{
    if (text.ptr == NULL)
        return text;
    return (struct kho_text){kho_arena_cstr(arena, text), text.len};
}

char *kho_arena_strdup(struct kho_arena *arena, const char *string)
{
    return kho_arena_cstr(arena, kho_text_of(string));
}

char *kho_arena_printf(struct kho_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *made = NULL;
    int len = vasprintf(&made, fmt, args);
    va_end(args);
    if (len < 0)
        kho_out_of_memory(0);
    char *copy = kho_arena_cstr(arena, (struct kho_text){made, (size_t)len});
    free(made);
    return copy;
}

void kho_arena_defer(struct kho_arena *arena, void (*release)(void *), void *object)
{
    struct deferred *deferred = kho_malloc(sizeof(*deferred));
    *deferred = (struct deferred){arena->deferred, release, object};
    arena->deferred = deferred;
}

size_t kho_arena_held_bytes(const struct kho_arena *arena)
{
    size_t held = 0;
    for (const struct block *block = arena->blocks; block != NULL; block = block->next)
        held += block->size + sizeof(*block);
    for (const struct kho_arena *child = arena->first_child; child != NULL;
         child = child->next_sibling)
        held += kho_arena_held_bytes(child);
    return held;
}

void *kho_arena_push(struct kho_arena *arena, void *items_pointer, size_t *count, size_t size)
{
    char **items = items_pointer;
    size_t n = *count;
    /* The room is the next power of two from 8 on, so it follows from the count. */
    if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
        char *grown = kho_arena_array(arena, n == 0 ? 8 : n * 2, size);
        if (n != 0)
            memcpy(grown, *items, n * size);
        *items = grown;
    }
    char *element = *items + n * size;
    memset(element, 0, size);
    *count = n + 1;
    return element;
}
