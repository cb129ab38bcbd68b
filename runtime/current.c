/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * current.c: the one mutable thing that is not reached through a host, because libc's functions
 * carry no context.  NULL on every thread but a loop thread, so that there the surface is libc.
 */
#include "current.h"
#include "internal.h"

_Thread_local gh_host_t *gh__current __attribute__((tls_model("initial-exec")));
