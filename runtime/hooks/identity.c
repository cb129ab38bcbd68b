/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * identity.c: who am I?  CPython asks in one place, PyThread_get_thread_ident, and gets the task's
 * own identity there.  Any other caller gets the thread, since what it does with a pthread_t is
 * the C library's business.
 */
#include "hooks/hooks.h"

static void *volatile site; /* where PyThread_get_thread_ident goes on */
static volatile bool learning;

pthread_t hook_pthread_self(void *caller) {
    if (GH__UNLIKELY(learning)) site = caller;
    gh_host_t *host = gh__current;
    if (caller != site || host == NULL || host->running == NULL) return libc_pthread_self();
    return (pthread_t)host->running->identity.ident;
}

int gh__pthread_self_learn(void) {
    site = NULL;
    learning = true;
    PyThread_get_thread_ident();
    learning = false;
    return site == NULL ? UV_ENOSYS : 0;
}
