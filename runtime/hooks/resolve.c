/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * resolve.c: finds the real functions.  Once, before main, or at the first call if a library's own
 * constructor is earlier: looking one up lazily inside the hook of a lock would recurse.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "hooks/hooks.h"
#include "internal.h"

bool gh__hooks_resolved;

#define HOOK(family, type, name, params, args) type(*libc_##name) params;
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) type (*libc_##name)(void);
#define HOOK_NAKED HOOK_CALLER
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

void gh__hooks_resolve(void) {
    if (gh__hooks_resolved) return;
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
    gh__hooks_resolved = true;
}

__attribute__((constructor(101))) static void on_load(void) { gh__hooks_resolve(); }
