/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * nursery.h: tasks that belong to a block of code, which is left when they are all done.  What the
 * core has of it: who belongs, and what becomes of a child that ends.  Everything here is on the loop
 * thread, with the GIL.
 */
#ifndef GREENHOST_NURSERY_H
#define GREENHOST_NURSERY_H

#include "core/list.h"
#include "core/scope.h"
#include "internal.h"

/* Owned by Python's reference count, and by each of its children. */
typedef struct gh__nursery_s {
    PyObject_HEAD gh__scope_t *scope; /* its own, around the block and the children */
    gh_task_t *parent;                /* who runs the block; NULL before that is entered */
    gh__link_t children;              /* gh_task_t.sibling of those that are not done */
    PyObject *errors;                 /* a list of what it will raise; NULL for nothing */
    size_t starting;                  /* calls of start() that may still bring a child */
    bool in_block;                    /* the parent is in it, before its end */
    bool waiting;                     /* the parent is parked at its end */
    bool closed;                      /* nobody can come any more */
} gh__nursery_t;

/* Makes a new task a child, in the nursery's scope. */
void gh__nursery_add(gh__nursery_t *nursery, gh_task_t *task);
/* Notes an exception and cancels the rest. */
void gh__nursery_fail(gh__nursery_t *nursery, PyObject *error);
/* A child is done, with an error or NULL. */
void gh__nursery_child_done(gh_task_t *task, PyObject *error);
/* Closes it and wakes the parent if there is nothing left to wait for. */
void gh__nursery_check(gh__nursery_t *nursery);
/* Moves all children and what they are in to another nursery; none where they are being cancelled. */
void gh__nursery_move(gh__nursery_t *from, gh__nursery_t *to);

#endif
