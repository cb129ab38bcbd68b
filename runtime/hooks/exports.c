/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * exports.c: the names that programs call.  Each function carries its libc name as an assembler
 * label, so that no header's macro, attribute or variadic prototype gets in the way; on the
 * architectures we support a variadic call passes its arguments as a plain one does.
 *
 * A call that succeeds leaves errno as it found it, whatever was tried on the way.  Some depend on
 * it: OpenSSL clears errno, reads, and takes an end of file with EAGAIN for no end of file.
 */
#include <errno.h>

#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

#define ENTER() gh__called_from = __builtin_return_address(0)

/* The one question that a program pays for where no task calls: it can't park there, so libc may as well
 * be called at once. */
static inline bool in_task(void) {
    const gh_host_t *host = gh__current;
    return host != NULL && host->running != NULL;
}

static inline bool is_success(intptr_t result) { return result >= 0; }

/* Other types have no one value that says so: errno is left alone. */
static inline bool is_unknown(intptr_t result) { return (void)result, false; }

#define SUCCEEDED(result)                                                                          \
    _Generic((result), int                                                                         \
             : is_success, long                                                                    \
             : is_success, default                                                                 \
             : is_unknown)((intptr_t)(result))

#define HOOK(family, type, name, params, args)                                                     \
    EXPORT(type, name, params, args, if (GH__LIKELY(!in_task())) return libc_##name args;)
#define HOOK_ANY(family, type, name, params, args) EXPORT(type, name, params, args, )
#define EXPORT(type, name, params, args, SHORT_CUT)                                                \
    GH_EXPORT type gh__export_##name params __asm__(#name);                                        \
    type gh__export_##name params {                                                                \
        SHORT_CUT                                                                                  \
        ENTER();                                                                                   \
        int errno_before = errno;                                                                  \
        type returned = hook_##name args;                                                          \
        if (SUCCEEDED(returned)) errno = errno_before;                                             \
        return returned;                                                                           \
    }
#define HOOK_VOID(family, type, name, params, args)                                                \
    GH_EXPORT type gh__export_##name params __asm__(#name);                                        \
    type gh__export_##name params {                                                                \
        ENTER();                                                                                   \
        hook_##name args;                                                                          \
    }
#define HOOK_CALLER(family, type, name)                                                            \
    GH_EXPORT type gh__export_##name(void) __asm__(#name);                                         \
    type gh__export_##name(void) {                                                                 \
        ENTER();                                                                                   \
        return hook_##name(gh__called_from);                                                       \
    }
#define HOOK_NAKED(family, type, name)
#include "hooks/hooks.def"
