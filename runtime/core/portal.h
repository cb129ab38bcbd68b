/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * portal.h: a way out of synchronous code, into the async library that runs it.
 *
 * asyncio and Trio run a coroutine step by step: they send it a value, and it yields what it waits
 * for, which only works where every frame in between is a coroutine's.  A portal runs each step in
 * another greenlet instead, the `inner` one.  Whatever is called there, however deep and however
 * synchronous, can then end the step, by switching back to the greenlet that the library runs in, and
 * is switched to again when the library begins the next step.
 *
 * A coroutine that yields by itself leaves nothing on the inner greenlet's stack, which is then free
 * for the next step of any portal.  So a portal has one only during a step, and while it waits in the
 * middle of synchronous code.
 *
 * Everything here is called with the GIL, by any thread; a portal belongs to the thread that runs
 * its first step.
 */
#ifndef GREENHOST_PORTAL_H
#define GREENHOST_PORTAL_H

#include "internal.h"

typedef struct gh__portal_s gh__portal_t;

/* What a portal runs, as far as it goes by itself: gets the library's answer (stolen; NULL: an
 * exception is raised), and says as PyIter_Send() does what has come of it. */
typedef PySendResult (*gh__portal_run_t)(gh__portal_t *portal, PyObject *answer, PyObject **result);

typedef enum {
    GH__PORTAL_EMPTY,    /* `message` holds nothing */
    GH__PORTAL_VALUE,    /* for the inside: a value */
    GH__PORTAL_ERROR,    /* for the inside: an exception */
    GH__PORTAL_YIELDED,  /* for the library: what is to be waited for */
    GH__PORTAL_RETURNED, /* for the library: the result */
    GH__PORTAL_RAISED,   /* for the library: the exception that ended it */
} gh__portal_message_t;

/* Both sides own it: the library's, through the coroutine that it steps, and the stack of the inner
 * greenlet while it is there, which the garbage collector can't see.  So the coroutine must close it. */
struct gh__portal_s {
    PyObject_HEAD gh__portal_run_t run;
    PyObject *target;    /* the coroutine or function that runs behind it */
    PyObject *tasks[2];  /* who was running at the first step, of each library; borrowed */
    PyGreenlet *library; /* the greenlet that the last step came from */
    PyGreenlet *inner;   /* NULL between steps, unless it waits or the program has it */
    PyGreenlet *waiting; /* in gh__portal_yield: the inner one or one made by it; else NULL */
    PyObject *context;   /* the contextvars that the inner greenlet was last given */
    struct gh__scope_s
        *scope;           /* between steps, the innermost that was entered behind it; or NULL */
    PyObject *message[3]; /* a value, or an exception as PyErr_Fetch gives it */
    gh__portal_message_t state; /* what the message is */
    bool begun, stepping, done;
};

/* What each thread of Python's has of this, so each task. */
typedef struct {
    gh__portal_t *current; /* that the caller is behind, the innermost; borrowed, NULL for none */
    struct gh__inners_s *free; /* the inner greenlets that no portal has; NULL for none */
} gh__portals_t;

/* Those of who runs: core/identity.c swaps them with tasks. */
extern _Thread_local gh__portals_t gh__portals __attribute__((tls_model("initial-exec")));

extern PyTypeObject gh__PortalStateType;

/* 0, or -1 with an exception. */
int gh__portal_open(void);
/* A portal for `run` to do its work behind.  Borrows the target.  NULL with an exception. */
gh__portal_t *gh__portal_new(gh__portal_run_t run, PyObject *target);
/* Goes on behind the portal until something there yields or it ends.  value: what the library
 * sends, borrowed; NULL when it throws the exception that is being raised. */
PySendResult gh__portal_step(gh__portal_t *portal, PyObject *value, PyObject **result);
/* From behind the portal: ends the step with what is to be waited for (stolen).  The library's
 * answer, or NULL with the exception that it throws. */
PyObject *gh__portal_yield(gh__portal_t *portal, PyObject *yielded);
/* The library's side drops it: no step will come any more. */
void gh__portal_abandon(gh__portal_t *portal);
/* The contextvars context of the running greenlet, borrowed; makes one if it has none.  NULL with an
 * exception. */
PyObject *gh__context(void);
/* Gives the running greenlet another one (stolen, NULL for none).  What it was. */
PyObject *gh__context_exchange(PyObject *context);

#endif
