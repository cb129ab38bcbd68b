/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * surface.c: whether the surface is one.  It is where the linker, which looks names up in the order in
 * which it was given the libraries, comes to our definitions before it comes to libc's.
 */
#include <dlfcn.h>

#include "hooks/hooks.h"
#include "internal.h"

static const char too_late[] = "the library was loaded after libc, as dlopen does, so calls go to "
                               "libc; link the program with it, "
                               "or start it with LD_PRELOAD=libgreenhost-surface.so";
static const char not_exported[] =
    "the program has the surface but does not export all of it; link it with -rdynamic, as "
    "pkg-config --libs greenhost-static says";

static bool comes_first(const char *name, const void *ours) {
    Dl_info info;
    void *found = dlsym(RTLD_DEFAULT, name);
    return found != NULL && dladdr(found, &info) != 0 && info.dli_fbase == ours;
}

/* How many of the surface's names do, and how many there are. */
static int count(int *all) {
    Dl_info own;
    int first = 0;
    *all = 0;
    if (dladdr((void *)&count, &own) == 0) return 0;
#define HOOK(family, type, name, params, args) HOOK_NAME(name)
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) HOOK_NAME(name)
#define HOOK_NAKED HOOK_CALLER
#define HOOK_NAME(name) first += comes_first(#name, own.dli_fbase), ++*all;
#include "hooks/hooks.def"
    return first;
}

bool gh_surface_active(const char **reason) {
    int all, first = count(&all);
    if (reason != NULL) *reason = first == all ? "" : first == 0 ? too_late : not_exported;
    return first == all;
}
