/*
 * Arenas: memory that is freed together, in a tree (process > run > batch > scratch). An arena also
 * owns what lives outside memory (connections, files) through kho_arena_defer(), so that an early
 * return is always right: whoever frees the arena closes all.
 *
 * Allocation never fails: when memory is exhausted the process ends (kho_out_of_memory()).
 * Under AddressSanitizer each allocation is a malloc of its own, so that the tools see it.
 */
#ifndef KHO_CORE_ARENA_H
#define KHO_CORE_ARENA_H

#include <kho/core/base.h>
#include <kho/core/text.h>

struct kho_arena;

/* Makes an arena. With a parent it is freed at the latest with that parent. */
KHO_MUST_USE struct kho_arena *kho_arena_new(struct kho_arena *parent);

/* Runs the deferred calls, newest first, frees the children and all memory. NULL is allowed. */
void kho_arena_free(struct kho_arena *arena);

/* As kho_arena_free(), but the arena stays, empty, and keeps one block for reuse. */
void kho_arena_clear(struct kho_arena *arena);

/* Returns `bytes` zeroed bytes, aligned to 16. */
KHO_MUST_USE void *kho_arena_alloc(struct kho_arena *arena, size_t bytes);

/* Returns `bytes` bytes with undefined content and no alignment: for the bytes of texts. */
KHO_MUST_USE char *kho_arena_bytes(struct kho_arena *arena, size_t bytes);

/* Returns a zeroed array; `count * size` is checked for overflow. */
KHO_MUST_USE void *kho_arena_array(struct kho_arena *arena, size_t count, size_t size);

/* Gives back the tail of the newest kho_arena_bytes() allocation: it keeps its first `used` bytes.
 */
void kho_arena_shrink(struct kho_arena *arena, const char *bytes, size_t size, size_t used);

/* Copies into the arena; results are NUL-terminated. */
KHO_MUST_USE char *kho_arena_strdup(struct kho_arena *arena, const char *string);
KHO_MUST_USE struct kho_text kho_arena_text(struct kho_arena *arena, struct kho_text text);
KHO_MUST_USE char *kho_arena_cstr(struct kho_arena *arena, struct kho_text text);
KHO_MUST_USE char *kho_arena_printf(struct kho_arena *arena, const char *fmt, ...) KHO_PRINTF(2, 3);

/* Calls `release(object)` when the arena is freed or cleared. */
void kho_arena_defer(struct kho_arena *arena, void (*release)(void *), void *object);

/* Returns the bytes held from the system by this arena and its children. */
size_t kho_arena_held_bytes(const struct kho_arena *arena);

/* Appends to an array kept in an arena: grows `*items` (elements of `size` bytes, `*count` of them)
 * and returns the new, zeroed element. The old array is left to the arena. */
KHO_MUST_USE void *kho_arena_push(struct kho_arena *arena, void *items_pointer, size_t *count,
                                  size_t size);

#endif
