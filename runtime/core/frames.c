/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * frames.c: where the Python frames of tasks are.
 *
 * CPython keeps frames in chunks, and a greenlet begins with none.  The first call would map 16 KiB
 * for it and touch two pages, where most tasks that wait have a few frames of 100 to 200 bytes.  So a
 * worker begins with a small chunk of ours; what does not fit goes into CPython's own, as ever.
 *
 * How small is learnt from the program: a million tasks that each sleep in one frame get 256 bytes, and
 * every task for which that was not enough has those that begin later get twice as much, up to 1 KiB.
 *
 * A chunk that is empty is unmapped at once, so a loop that calls across the end of a chunk would map
 * and unmap one at each call.  A few are kept.
 *
 * All this goes through the allocator of arenas, the one that CPython and greenlet use for chunks.
 */
#include "core/frames.h"
#include "internal.h"

#define LEAST_BYTES 256             /* one or two frames */
#define MOST_BYTES 1024             /* about five */
#define CHUNK_BYTES ((size_t)16384) /* CPython's DATA_STACK_CHUNK_SIZE */
#define CHUNKS_KEPT 64

/* Guarded by the GIL, as arenas are. */
static struct {
    PyObjectArenaAllocator below; /* what was there before us */
    void *kept[CHUNKS_KEPT];
    size_t count;
    size_t first_bytes; /* what a worker begins with */
    bool open;
} frames = {.first_bytes = LEAST_BYTES};

/* A chunk goes on top of the caller's last one. */
static void learn(void) {
    const _PyStackChunk *full = PyThreadState_Get()->datastack_chunk;
    if (full != NULL && full->size == frames.first_bytes && full->size < MOST_BYTES)
        frames.first_bytes *= 2;
}

static void *allocate(void *context, size_t size) {
    (void)context;
    if (size != CHUNK_BYTES) return frames.below.alloc(frames.below.ctx, size);
    learn();
    if (frames.count > 0) return frames.kept[--frames.count];
    return frames.below.alloc(frames.below.ctx, size);
}

static void release(void *context, void *memory, size_t size) {
    (void)context;
    if (size <= MOST_BYTES)
        PyObject_Free(memory);
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
    size_t size = frames.first_bytes;
    _PyStackChunk *chunk = tstate->datastack_chunk == NULL ? PyObject_Malloc(size) : NULL;
    if (chunk == NULL) return;
    *chunk = (_PyStackChunk){.size = size};
    tstate->datastack_chunk = chunk;
    tstate->datastack_top = &chunk->data[1];
    tstate->datastack_limit = (PyObject **)((char *)chunk + size);
}
