/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * resolve.c: finds the real functions.  All at once, before main, or at the first call if a library's
 * own constructor is earlier: until then each pointer is to a function that does so.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "hooks/hooks.h"
#include "internal.h"

static void resolve(void);

#define FIRST(type, name, params, args)                                                            \
    static type first_##name params {                                                              \
        resolve();                                                                                 \
        return libc_##name args;                                                                   \
    }                                                                                              \
    type(*libc_##name) params = first_##name;
#define HOOK(family, type, name, params, args) FIRST(type, name, params, args)
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) FIRST(type, name, (void), ())
#define HOOK_NAKED(family, type, name) type (*libc_##name)(void);
#include "hooks/hooks.def"
#undef HOOK
#undef HOOK_VOID
#undef HOOK_CALLER
#undef HOOK_NAKED

static void *look_up(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        fprintf(stderr, "greenhost: this libc has no %s; glibc 2.36 or newer is needed\n", name);
        abort();
    }
    return function;
}

static void resolve(void) {
    /* POSIX makes a data pointer hold a function's address; ISO C alone has no cast for it. */
#define HOOK(family, type, name, params, args) *(void **)&libc_##name = look_up(#name);
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) *(void **)&libc_##name = look_up(#name);
#define HOOK_NAKED HOOK_CALLER
#include "hooks/hooks.def"
#undef HOOK
#undef HOOK_VOID
#undef HOOK_CALLER
#undef HOOK_NAKED
}

__attribute__((constructor(101))) static void on_load(void) { resolve(); }
