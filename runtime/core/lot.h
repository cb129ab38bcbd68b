/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* lot.h: a parking lot by address. */
#ifndef GREENHOST_LOT_H
#define GREENHOST_LOT_H

#include "core/park.h"
#include "core/post.h"
#include "internal.h"

typedef struct gh__lot_place_s {
    gh__link_t link;
    const void *address;
    gh__post_t post;
    bool woken, posted;
} gh__lot_place_t;

/* Puts the task under the address.  Any wake from now on, from any thread, unparks it. */
void gh__lot_enter(gh_task_t *task, const void *address);
/* True when it was woken: a wake that it does not use must go to another waiter. */
bool gh__lot_leave(gh_task_t *task);
/* Parks until `attempt`, which must not block, gets the lock that is how->subject.  0, or as
 * gh__park; a wake that it did not need goes to another waiter.  Without the GIL. */
int gh__lot_acquire(gh_task_t *task, const gh__park_t *how, bool (*attempt)(void *lock));
/* Wakes up to `count` waiters of the address.  Any thread, and signal handlers. */
void gh__lot_wake(const void *address, int count);
/* In the hub: a signal handler could only ask that everybody looks again. */
void gh__lot_look_again(void);
/* The host is closing: no thread must find those of its tasks that are still parked. */
void gh__lot_close(gh_host_t *host);
void gh__lot_after_fork(void);

#endif
