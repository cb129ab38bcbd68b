/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * scope.h: cancel scopes, a tree of regions of code that can be cancelled as a whole.
 *
 *        called, or the parent cancelled and no shield between
 *   scope ---------------------------------------------------> effective
 *     |                                                           |
 *   parent, children        tasks: those for which it is the      v
 *                           innermost; they can't block any more while it is so
 *
 * A scope is cancelled for as long as it is entered, so a task in it is refused every wait, not only
 * the next one.  The state is in the scopes alone; a task gets an exception from it only when a call
 * is about to fail (core/cancel.c).  Everything here is on the loop thread.
 */
#ifndef GREENHOST_SCOPE_H
#define GREENHOST_SCOPE_H

#include "core/deadline.h"
#include "core/list.h"
#include "internal.h"

typedef enum { GH__SCOPE_FRESH, GH__SCOPE_ENTERED, GH__SCOPE_LEFT } gh__scope_state_t;

/* Owned by Python's reference count: each task owns its innermost scope, each scope its parent. */
typedef struct gh__scope_s {
    PyObject_HEAD gh_host_t *host; /* whose task has entered it; NULL: it is not in the tree */
    struct gh__scope_s *parent;    /* NULL for none */
    gh__link_t sibling;            /* in parent->children */
    gh__link_t children, tasks;
    gh__deadline_t deadline; /* in the heap while entered and not called */
    PyObject *twin;          /* does its work for what asyncio or Trio waits for; NULL elsewhere */
    double when;             /* the deadline as the program gave it, in seconds of gh__now */
    gh__scope_state_t state;
    bool shield;    /* cancellation from further out stops here */
    bool called;    /* it was asked for, or the deadline passed */
    bool caught;    /* leaving it has absorbed a Cancelled */
    bool effective; /* whoever is in it can't block */
    bool fails;     /* then it raises TooSlowError */
    bool abandoned; /* a scope around it was left before it */
} gh__scope_t;

/* What a scope is in Python: pymod/scope.c. */
extern PyTypeObject gh__ScopeType;

void gh__scope_init(gh__scope_t *scope);
/* Makes it the task's innermost.  0, or UV_ENOMEM.  With the GIL. */
int gh__scope_enter(gh_task_t *task, gh__scope_t *scope);
/* Takes it out of the tree, for good; what is still inside is cancelled.  With the GIL. */
void gh__scope_close(gh__scope_t *scope);
/* Puts the task under another scope, NULL for none.  With the GIL. */
void gh__scope_activate(gh_task_t *task, gh__scope_t *scope);
/* Moves a scope under another parent, NULL for none, with all that is in it.  With the GIL. */
void gh__scope_adopt(gh__scope_t *scope, gh__scope_t *parent);
/* Cancels it; again is harmless.  Runs no Python. */
void gh__scope_cancel(gh__scope_t *scope);
/* Seconds of gh__now; infinity for none.  0, or UV_ENOMEM. */
int gh__scope_set_deadline(gh__scope_t *scope, double when);
void gh__scope_set_shield(gh__scope_t *scope, bool shield);
/* Whether it is part of the tree: entered, and not by a task of asyncio or Trio without a portal. */
bool gh__scope_in_tree(const gh__scope_t *scope);
/* True when `scope` is `inner` or around it. */
bool gh__scope_encloses(const gh__scope_t *scope, const gh__scope_t *inner);
/* True when the cancellation that is in force comes from further out. */
bool gh__scope_inherits(const gh__scope_t *scope);
/* Whether the task may not block: one test for who is in no scope. */
bool gh__scope_refuses(const gh_task_t *task);
/* The same by the clock, for who has not gone through the loop: fires deadlines that are due. */
bool gh__scope_refuses_now(gh_task_t *task);
/* The same again for a call that would not have to wait, which fails only for who has not been told of
 * this cancellation yet: without it a stream of calls that succeed would go on for ever, while one
 * that cleans up has no reason to fail. */
bool gh__scope_tells(gh_task_t *task);
/* A new Cancelled for the task, which counts as told, or what was raised instead.  With the GIL. */
PyObject *gh__scope_error(gh_task_t *task);
/* In the child of a fork: the deadlines of those that the caller is in start anew. */
void gh__scope_after_fork(gh_host_t *host);

#endif
