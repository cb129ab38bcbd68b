/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* promise.h: something that will have a value. */
#ifndef GREENHOST_PROMISE_H
#define GREENHOST_PROMISE_H

#include "core/chore.h"
#include "core/list.h"
#include "core/post.h"
#include "internal.h"

/* Base of every awaitable object: Promise, Task, Operation.  Owned by Python's reference count. */
typedef struct gh__outcome_s {
    PyObject_HEAD gh_host_t *host; /* held: see gh__host_hold */
    gh__link_t waiters;            /* gh__waiter_t, fired once settled; loop thread only */
    gh__link_t threads;            /* the same for other threads, with the GIL */
    PyObject *value;               /* set when it succeeded */
    PyObject *error;               /* an exception instance, set when it failed */
    PyObject *traceback;           /* what the error came with */
    PyObject *weakrefs;
    union {
        gh__post_t post;   /* another thread has settled it */
        gh__chore_t chore; /* that has run, and its reference is to be dropped */
    };
    bool settled;
    bool seen;   /* somebody has asked for it, or nobody is to be told */
    bool unseen; /* it failed, and nobody has; host->unseen counts those */
} gh__outcome_t;

/* Makes a zeroed outcome one of the host's.  With the GIL. */
void gh__outcome_init(gh__outcome_t *outcome, gh_host_t *host);
/* Settles with a value or an error, exactly one not NULL; both are borrowed.  UV_EALREADY when it
 * is settled.  Any thread, with the GIL. */
int gh__outcome_settle(gh__outcome_t *outcome, PyObject *value, PyObject *error);
/* Notes that its error need not be told any more.  With the GIL. */
void gh__outcome_see(gh__outcome_t *outcome);
/* Parks the calling task until it is settled.  With the GIL.  0, UV_ETIMEDOUT, UV_EINTR,
 * UV_ECANCELED as gh__park. */
int gh__outcome_wait(gh__outcome_t *outcome, uint64_t deadline);
/* Blocks the calling thread, which has no loop, until it is settled.  With the GIL, which it gives
 * away meanwhile.  0, UV_ETIMEDOUT, UV_ENOMEM. */
int gh__outcome_wait_thread(gh__outcome_t *outcome, uint64_t deadline);
/* New reference to the value, or NULL with its error raised.  It must be settled.  With the GIL. */
PyObject *gh__outcome_take(gh__outcome_t *outcome);

#endif
