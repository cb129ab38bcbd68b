/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* park.h: the one primitive under everything that blocks. */
#ifndef GREENHOST_PARK_H
#define GREENHOST_PARK_H

#include "internal.h"

/* What a parked task waits on: for the repr, the dump and the all-stuck report. */
typedef enum {
    GH__ON_NOTHING,
    GH__ON_SLEEP,
    GH__ON_FD,       /* fd, events */
    GH__ON_FDS,      /* count */
    GH__ON_LOCK,     /* address */
    GH__ON_OUTCOME,  /* address of a gh__outcome_t */
    GH__ON_CHILD,    /* pid */
    GH__ON_CHILDREN, /* address of a gh__nursery_t */
    GH__ON_SIGNAL,
    GH__ON_POOL,   /* what */
    GH__ON_THREAD, /* what */
} gh__on_t;

typedef struct gh__park_s {
    const char *call;  /* the name of the call that waits, a literal */
    intptr_t subject;  /* fd, pid, address, count: see gh__on_t */
    uint64_t deadline; /* absolute ns, GH__NEVER for none; 0 is long past */
    uint32_t events;   /* EPOLL* for GH__ON_FD, and for a child that has a descriptor */
    gh__on_t on : 8;
    bool restarts : 1; /* a handler with SA_RESTART does not interrupt it */
    bool shielded : 1; /* no scope ends it */
    bool deaf : 1;     /* neither signals nor cancel end it */
    bool shared : 1;   /* another process could end it */
} gh__park_t;

/* With one task, and neither an operation, a watch nor a scope that wants the loop to turn, there is
 * nobody to give the time to: a call may as well block, as libc does. */
bool gh__alone(const gh_host_t *host);
/* The task that may park here, or NULL: then the call belongs to libc (rule 6).  Any thread. */
gh_task_t *gh__may_park(void);
/* The same, without the rule that a task with no other beside it may as well block. */
gh_task_t *gh__may_park_even_alone(void);
/* Parks until a source unparks it, its deadline passes, or it is interrupted.  Without the GIL.
 * Returns the source's status (0 or more, or UV_E*), UV_ETIMEDOUT, UV_EINTR for a signal,
 * UV_ECANCELED when what gh__cancel_decode or gh__cancel_raise know of must be raised.  Preserves
 * errno. */
int gh__park(gh_task_t *task, const gh__park_t *how);
/* The same with the GIL held. */
int gh__park_held(gh_task_t *task, const gh__park_t *how);
/* Gives the other ready tasks a turn.  Without and with the GIL. */
void gh__yield(gh_task_t *task);
void gh__yield_held(gh_task_t *task);
/* The same for one that has been made to, with the GIL: it goes on when those that wait have run. */
void gh__give_way(gh_task_t *task);
/* Before a call that takes its time and does not wait: the same again, of its own accord, if the loop is
 * late.  Without the GIL. */
void gh__pause(gh_task_t *task);
/* Wakes a parked task; harmless in any other state. */
void gh__unpark(gh_task_t *task, int status);
/* True when the address lies on the stack of the calling task, and so does not exist while it is
 * parked: what others write there while it waits must not be waited for by parking. */
bool gh__on_stack(gh_task_t *task, const void *address);
/* Parks until the descriptor, how->subject, has one of how->events; returns those it has, or as
 * gh__park. */
int gh__park_fd(gh_task_t *task, const gh__park_t *how);

#endif
