/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * portal.h: a way out of synchronous code, into the async library that runs it.
 *
 * asyncio and Trio run a coroutine step by step: they send it a value, and it yields what it waits
 * for, which only works where every frame in between is a coroutine's.  A portal runs the coroutine
 * in a greenlet of its own instead, the `inner` one.  Whatever is called there, however deep and
 * however synchronous, can then end the step, by switching back to the greenlet that the library
 * runs in, and is switched to again when the library begins the next step.
 *
 * Everything here is called with the GIL, by any thread; a portal belongs to the thread that runs
 * its first step.
 */
#ifndef GREENHOST_PORTAL_H
#define GREENHOST_PORTAL_H

#include "internal.h"

typedef struct gh__portal_s gh__portal_t;

/* What runs behind a portal: gets the library's first answer (stolen; NULL: an exception is
 * raised), and returns its result or NULL with an exception. */
typedef PyObject *(*gh__portal_run_t)(gh__portal_t *portal, PyObject *first);

typedef enum {
    GH__PORTAL_EMPTY,    /* `message` holds nothing */
    GH__PORTAL_VALUE,    /* for the inside: a value */
    GH__PORTAL_ERROR,    /* for the inside: an exception */
    GH__PORTAL_YIELDED,  /* for the library: what is to be waited for */
    GH__PORTAL_RETURNED, /* for the library: the result */
    GH__PORTAL_RAISED,   /* for the library: the exception that ended it */
} gh__portal_message_t;

/* Both sides own it: the library's, through the coroutine that it steps, and the stack of the inner
 * greenlet, which the garbage collector can't see.  So the coroutine must close it. */
struct gh__portal_s {
    PyObject_HEAD gh__portal_run_t run;
    PyObject *target;           /* the coroutine or function that runs behind it */
    PyObject *tasks[2];         /* who was running at the first step, of each library; borrowed */
    PyGreenlet *library;        /* the greenlet that the last step came from */
    PyGreenlet *inner;          /* NULL before the first step and after the last */
    PyGreenlet *waiting;        /* where the step ended: the inner one or one made by it */
    PyObject *context;          /* the contextvars that the inner greenlet was last given */
    PyObject *message[3];       /* a value, or an exception as PyErr_Fetch gives it */
    gh__portal_message_t state; /* what the message is */
    bool stepping, done;
};

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
/* The portal that the caller is behind, the innermost if there are several; borrowed, or NULL. */
extern _Thread_local gh__portal_t *gh__portal_current __attribute__((tls_model("initial-exec")));
/* The library's side drops it: no step will come any more. */
void gh__portal_abandon(gh__portal_t *portal);

#endif
