/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * caller.c: who calls the surface, because some libraries can't be left in the middle of a call.
 *
 * gRPC lists what lies on the stacks of those who wait in it, for whichever of its threads polls, and
 * has one record of the call that a thread is in.  A parked task's stack is not there, and another
 * task of the same thread would be in two calls at once.  So what is called from there is libc's own:
 * it blocks.  The library is in files of its own, or, from the Python package index, in grpcio's.
 *
 * dladdr takes its time, so what it said of a return address is kept, with the answer as lowest bit.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

#include "hooks/hooks.h"
#include "internal.h"

_Thread_local const void *gh__called_from __attribute__((tls_model("initial-exec")));

static const char *const pinned[] = {"libgrpc.so", "libgpr.so", "libabsl_", "cygrpc."};

#define KNOWN_BITS 9
static atomic_uintptr_t known[1 << KNOWN_BITS];

static bool is_pinned(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    for (size_t i = 0; i < sizeof(pinned) / sizeof(*pinned); i++)
        if (strncmp(name, pinned[i], strlen(pinned[i])) == 0) return true;
    return false;
}

static uintptr_t look_up(const void *caller) {
    Dl_info info;
    bool found = dladdr(caller, &info) != 0 && info.dli_fname != NULL;
    return (uintptr_t)caller << 1 | (found && is_pinned(info.dli_fname));
}

bool gh__caller_is_pinned(void) {
    uint64_t hash = (uint64_t)(uintptr_t)gh__called_from * UINT64_C(0x9E3779B97F4A7C15);
    atomic_uintptr_t *place = &known[hash >> (64 - KNOWN_BITS)];
    uintptr_t answer = atomic_load_explicit(place, memory_order_relaxed);
    if (GH__UNLIKELY(answer >> 1 != (uintptr_t)gh__called_from)) {
        answer = look_up(gh__called_from);
        atomic_store_explicit(place, answer, memory_order_relaxed);
    }
    return answer & 1;
}
