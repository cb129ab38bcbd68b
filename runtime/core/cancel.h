/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* cancel.h: an exception that rises in a task from the very call it is blocked in. */
#ifndef GREENHOST_CANCEL_H
#define GREENHOST_CANCEL_H

#include "internal.h"

/* Makes `error` (borrowed) rise in the task, where it is parked or when it next parks.  With the
 * GIL.  UV_EALREADY when it is done. */
int gh__task_cancel(gh_task_t *task, PyObject *error);
/* Turns a park's UV_ECANCELED into what C code can be told: UV_EINTR once, with CPython's signal
 * check set to raise, and UV_ECANCELED from then on.  Other statuses pass. */
int gh__cancel_decode(gh_task_t *task, int status);
/* Raises what the task owes, or else what a scope makes it owe, with the GIL.  Always -1. */
int gh__cancel_raise(gh_task_t *task);
/* Takes what the task owes, if a scope made it so: new reference, or NULL.  With the GIL. */
PyObject *gh__cancel_take_scoped(gh_task_t *task);
/* For a call that has no EINTR to return: runs the Python handlers of the signals that have arrived,
 * here and now.  0, or UV_ECANCELED when one raised: the task owes its exception, as if it had been
 * cancelled with it.  Without the GIL. */
int gh__cancel_by_signal(gh_task_t *task);
/* True when the task owes an exception and CPython has not been told yet. */
bool gh__cancel_pending(const gh_task_t *task);
/* The number that no program can use, and the handler of which raises. */
#define GH__INTERRUPT_SIGNAL 33
/* The task, whose exception is due, runs again: CPython is reminded of it. */
void gh__cancel_remind(gh_task_t *task);
/* Installs the handler that raises it, once Python is there.  0, or -1 with an exception. */
int gh__cancel_open(void);

#endif
