/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * store.c: memory that is soon asked for again.
 *
 * A task that receives has a buffer of the size that it asked for, mostly much too large, which CPython
 * cuts to what has come; and when it parks, greenlet takes memory for the copy of its stack.  Both are too
 * large for what malloc can do fast.  What is worse, a buffer that is cut leaves a gap elsewhere each time,
 * so that little by little every page of every buffer is touched, and no cache holds them.
 *
 * So blocks that the loop thread gives back are kept and given out again, the last one first, and one
 * that is cut to a small part is exchanged for one of that size.  They are malloc's own all the time:
 * whoever frees one in another way does no harm.
 *
 * All this goes through CPython's raw allocator, from which it has what is too large for its arenas.
 */
#include <malloc.h>
#include <string.h>

#include "core/store.h"
#include "current.h"
#include "internal.h"

#define LEAST_BYTES ((size_t)513)       /* less is for malloc's own cache, or in an arena */
#define MOST_BYTES ((size_t)120 * 1024) /* above, malloc maps memory */
#define CUT_BYTES ((size_t)4096)        /* what is cut to no more than this is exchanged */
#define KEPT_BYTES ((size_t)1 << 20)
#define LISTS 509 /* a prime, so that powers of two come into different ones */

typedef struct block_s {
    struct block_s *next;
    size_t size;
} block_t;

/* The loop thread's, but for what was there before us. */
static struct {
    PyMemAllocatorEx below;
    block_t *lists[LISTS];
    size_t bytes;
    bool open;
} store;

static bool is_kept(size_t size) {
    return size - LEAST_BYTES <= MOST_BYTES - LEAST_BYTES && gh__current != NULL;
}

/* As many bytes as malloc makes of so many, and of those again. */
static block_t **list_for(size_t size) { return &store.lists[(size + 23) / 16 % LISTS]; }

/* They may be of no use to anybody any more, so they all go at once. */
void gh__store_empty(void) {
    for (size_t i = 0; i < LISTS; i++) {
        block_t *block;
        while ((block = store.lists[i]) != NULL) {
            store.lists[i] = block->next;
            store.below.free(store.below.ctx, block);
        }
    }
    store.bytes = 0;
}

static void give(void *context, void *memory) {
    size_t size = malloc_usable_size(memory);
    if (!is_kept(size)) {
        store.below.free(context, memory);
        return;
    }
    if (store.bytes + size > KEPT_BYTES) gh__store_empty();
    block_t *block = memory, **list = list_for(size);
    *block = (block_t){*list, size};
    *list = block;
    store.bytes += size;
}

static void *take(void *context, size_t size) {
    block_t **list = list_for(size), *block = is_kept(size) ? *list : NULL;
    if (block == NULL || block->size - size >= 32) return store.below.malloc(context, size);
    *list = block->next;
    store.bytes -= block->size;
    return block;
}

static void *resize(void *context, void *memory, size_t size) {
    size_t before = malloc_usable_size(memory);
    if (!is_kept(before) || size > CUT_BYTES || size > before / 2)
        return store.below.realloc(context, memory, size);
    void *cut = take(context, size);
    if (cut == NULL) return memory;
    memcpy(cut, memory, size);
    give(context, memory);
    return cut;
}

/* The context is malloc's, none, so it doesn't matter if another thread sees half of this. */
void gh__store_open(void) {
    const char *name = _PyMem_GetCurrentAllocatorName();
    if (store.open || name == NULL || strcmp(name, "pymalloc") != 0) return;
    store.open = true;
    PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &store.below);
    PyMemAllocatorEx ours = store.below;
    ours.malloc = take;
    ours.free = give;
    ours.realloc = resize;
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &ours);
}
