/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * waiter.h: anything that wants to hear, once, that something happened.
 *
 * Each source (descriptor, deadline, address, outcome) links waiters into a list of its own and fires
 * them with a status: 0 or more, or a negative UV_E*.
 */
#ifndef GREENHOST_WAITER_H
#define GREENHOST_WAITER_H

#include "core/list.h"
#include "internal.h"

typedef struct gh__waiter_s gh__waiter_t;

/* `fire` runs on the loop thread, perhaps without the GIL, and must not run Python.  The waiter is
 * unlinked before it is fired. */
struct gh__waiter_s {
    gh__link_t link;
    void (*fire)(gh__waiter_t *waiter, int status);
};

static inline void gh__waiter_init(gh__waiter_t *waiter, void (*fire)(gh__waiter_t *, int)) {
    gh__list_init(&waiter->link);
    waiter->fire = fire;
}

/* Fires every waiter of the list that is there now; those that come meanwhile stay. */
static inline void gh__waiters_fire(gh__link_t *list, int status) {
    gh__link_t batch, *item;
    gh__list_init(&batch);
    gh__list_move(&batch, list);
    while ((item = gh__list_pop(&batch)) != NULL) {
        gh__waiter_t *waiter = GH__CONTAINER(item, gh__waiter_t, link);
        waiter->fire(waiter, status);
    }
}

#endif
