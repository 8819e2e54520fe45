/* The two ways in which kho ends without returning: a mistake of ours, and no memory. */
#include <kho/core/base.h>

void kho_bug(const char *file, int line, const char *condition)
{
    fprintf(stderr, "kho: bug: %s:%d: %s\n", file, line, condition);
    abort();
}

void kho_out_of_memory(size_t bytes)
{
    fprintf(stderr, "kho: error: out of memory, asking for %zu bytes\n", bytes);
    _exit(1);
}

void *kho_malloc(size_t bytes)
{
    void *memory = malloc(bytes != 0 ? bytes : 1);
    if (memory == NULL)
        kho_out_of_memory(bytes);
    return memory;
}

void *kho_realloc(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes != 0 ? bytes : 1);
    if (memory == NULL)
        kho_out_of_memory(bytes);
    return memory;
}
