/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * exports.c: the names that programs call.  Each function carries its libc name as an assembler
 * label, so that no header's macro, attribute or variadic prototype gets in the way; on the
 * architectures we support a variadic call passes its arguments as a plain one does.
 */
#include "hooks/hooks.h"

#define RESOLVE()                                                                                  \
    if (GH__UNLIKELY(!gh__hooks_resolved)) gh__hooks_resolve()

#define HOOK(family, type, name, params, args)                                                     \
    GH_EXPORT type gh__export_##name params __asm__(#name);                                        \
    type gh__export_##name params {                                                                \
        RESOLVE();                                                                                 \
        return hook_##name args;                                                                   \
    }
#define HOOK_CALLER(family, type, name)                                                            \
    GH_EXPORT type gh__export_##name(void) __asm__(#name);                                         \
    type gh__export_##name(void) {                                                                 \
        RESOLVE();                                                                                 \
        return hook_##name(__builtin_return_address(0));                                           \
    }
#define HOOK_NAKED(family, type, name)
#include "hooks/hooks.def"
