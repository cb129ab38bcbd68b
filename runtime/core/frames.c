/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * frames.c: where the Python frames of tasks are.
 *
 * CPython keeps frames in chunks, and a greenlet begins with none.  The first call would map 16 KiB
 * for it and touch two pages, where most tasks that wait have a few frames of 200 bytes.  So a worker
 * begins with a small chunk of ours; what does not fit goes into CPython's own, as ever.
 *
 * A chunk that is empty is unmapped at once, so a loop that calls across the end of a chunk would map
 * and unmap one at each call.  A few are kept.
 *
 * All this goes through the allocator of arenas, the one that CPython and greenlet use for chunks.
 */
#include "core/frames.h"
#include "internal.h"

#define FIRST_BYTES 1024            /* about five frames */
#define CHUNK_BYTES ((size_t)16384) /* CPython's DATA_STACK_CHUNK_SIZE */
#define CHUNKS_KEPT 64

/* Guarded by the GIL, as arenas are. */
static struct {
    PyObjectArenaAllocator below; /* what was there before us */
    void *kept[CHUNKS_KEPT];
    size_t count;
    bool open;
} frames;

static void *allocate(void *context, size_t size) {
    (void)context;
    if (size == CHUNK_BYTES && frames.count > 0) return frames.kept[--frames.count];
    return frames.below.alloc(frames.below.ctx, size);
}

static void release(void *context, void *memory, size_t size) {
    (void)context;
    if (size == FIRST_BYTES)
        free(memory);
    else if (size == CHUNK_BYTES && frames.count < CHUNKS_KEPT)
        frames.kept[frames.count++] = memory;
    else
        frames.below.free(frames.below.ctx, memory, size);
}

void gh__frames_open(void) {
    PyObjectArenaAllocator ours = {.alloc = allocate, .free = release};
    if (frames.open) return;
    frames.open = true;
    PyObject_GetArenaAllocator(&frames.below);
    PyObject_SetArenaAllocator(&ours);
}

/* The first slot stays empty, so that the chunk is never taken for one that can go: as CPython does
 * with the first chunk of a thread. */
void gh__frames_begin(void) {
    PyThreadState *tstate = PyThreadState_Get();
    _PyStackChunk *chunk = tstate->datastack_chunk == NULL ? malloc(FIRST_BYTES) : NULL;
    if (chunk == NULL) return;
    *chunk = (_PyStackChunk){.size = FIRST_BYTES};
    tstate->datastack_chunk = chunk;
    tstate->datastack_top = &chunk->data[1];
    tstate->datastack_limit = (PyObject **)((char *)chunk + FIRST_BYTES);
}
