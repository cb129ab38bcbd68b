/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* identity.h: a task is a thread to Python. */
#ifndef GREENHOST_IDENTITY_H
#define GREENHOST_IDENTITY_H

#include <pthread.h>

#include "core/portal.h"
#include "internal.h"

#define GH__SPARES 64 /* thread states kept for tasks to come */

typedef struct gh__identity_s {
    unsigned long ident;  /* what threading.get_ident() says */
    PyThreadState *state; /* what makes it a thread, while it doesn't run; NULL before the hub is */
    gh__portals_t portals; /* while it doesn't run */
} gh__identity_t;

/* Finds what it must know of this libpython.  With the GIL. */
int gh__identity_open(gh_host_t *host);
/* Gives a task, the running one or a new one, its thread state.  0, or -1 with an exception.  With the
 * GIL. */
int gh__identity_make(gh_host_t *host, gh__identity_t *identity);
/* Takes it back, if it is there: a few are kept for other tasks.  With the GIL. */
void gh__identity_drop(gh_host_t *host, gh__identity_t *identity);
/* Takes the hub, which has no frame, out of the list of threads, and puts what that returned back.  The same
 * task calls both.  With the GIL. */
PyThreadState *gh__identity_hide_hub(gh_host_t *host);
void gh__identity_show_hub(PyThreadState *hidden);
/* Frees those that are kept.  The host is stopping.  With the GIL. */
void gh__identity_close(gh_host_t *host);
/* Into the thread's state, and out of it.  The one task of a forked child has none to come from. */
void gh__identity_enter(gh_host_t *host, gh__identity_t *identity);
void gh__identity_leave(gh_host_t *host, gh__identity_t *identity);
/* Drops what the running task has there, as the end of a thread does.  With the GIL. */
void gh__identity_clear(gh_host_t *host);
/* Changes what _thread._count() says.  With the GIL. */
void gh__identity_count(gh_host_t *host, int change);
/* Makes CPython take `ident` for the main thread's, which alone runs signal handlers. */
void gh__identity_set_main(unsigned long ident);
/* Whether Python takes the calling thread for its main one.  With the GIL. */
bool gh__identity_is_main(void);
/* True when the address lies in CPython's own runtime state: the GIL's lock, which never parks. */
bool gh__identity_is_runtime(const void *address);
/* True for the key under which CPython keeps the thread state of the calling thread. */
bool gh__identity_is_key(pthread_key_t key);
/* True when a signal's Python handler has yet to run. */
bool gh__identity_signals_pending(void);
/* CPython's own lock of the list of thread states; around a fork, the second in the parent and in the
 * child.  Any thread. */
void gh__identity_lock_list(void);
void gh__identity_unlock_list(void);
/* True while there is more than one interpreter. */
bool gh__identity_subinterpreters(void);
/* Lets the running task see, at its next bytecode, what Python's main thread has to handle. */
void gh__identity_attend(gh_host_t *host);

#endif
