/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * internal.h: what every room of the runtime stands on.  What a room offers is in the header beside
 * its source.  Headers and sources include what they use; pymod and hooks know core, and core knows
 * of the surface only what is in hooks/libc.h.
 *
 * Conventions.  Everything runs on the loop thread unless its comment says "any thread".  "Without
 * the GIL" means that the caller must have released it; "with the GIL" that it must hold it; the
 * rest do not care and touch no Python object.  Errors are 0 or a negative UV_E*.
 */
#ifndef GREENHOST_INTERNAL_H
#define GREENHOST_INTERNAL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <greenlet/greenlet.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "greenhost.h"

#define GH__NEVER UINT64_MAX
#define GH__LIKELY(x) __builtin_expect(!!(x), 1)
#define GH__UNLIKELY(x) __builtin_expect(!!(x), 0)
/* Not inlined: what it needs of the stack would be in its caller's frame, and so in the copy that each
 * parked task has of its stack. */
#define GH__APART __attribute__((noinline))
#define GH__CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

typedef struct gh_task_s gh_task_t;

#endif
