/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * pymod.h: the built-in module _greenhost, which checks arguments and is not clever.  Everything
 * here is called with the GIL.  A function that returns an object returns a new reference, or NULL
 * with an exception.
 */
#ifndef GREENHOST_PYMOD_H
#define GREENHOST_PYMOD_H

#include "core/portal.h"
#include "core/promise.h"
#include "core/scope.h"
#include "core/task.h"
#include "internal.h"

/* ---- from checks.c ---- */

/* The running host, in a task; or NULL with a RuntimeError.  Any thread. */
gh_host_t *gh__host_or_raise(void);
/* The running task, where it may park; or NULL with a RuntimeError.  Any thread. */
gh_task_t *gh__task_or_raise(void);
/* What a park that ended with this status means: 0 to park again, or -1 with an exception. */
int gh__park_failed(gh_task_t *task, int status);

/* ---- from module.c ---- */

/* Makes the module.  With the GIL. */
PyObject *PyInit__greenhost(void);
/* Makes the types ready.  0, or -1 with an exception. */
int gh__types_open(void);
extern PyTypeObject gh__OutcomeType, gh__PromiseType, gh__OperationType, gh__WatchType;

/* Makes a task of the arguments (function, *args), name=,
 * preemptive=.  New reference, or NULL. */
gh_task_t *gh__spawn(gh_host_t *host, PyObject *args, PyObject *kwargs, const char *format);
/* After a yield: raises what has interrupted the task, and is -1 then. */
int gh__check_interrupts(gh_task_t *task);

/* ---- from outcome.c ---- */

/* Seconds (None: for ever) to an absolute deadline.  0, or -1 with an exception. */
int gh__deadline_from_seconds(PyObject *seconds, uint64_t *deadline);
/* Parks the task, or blocks a thread that has no loop, until it is settled; runs signal handlers
 * meanwhile.  1 when it is settled, 0 when the time has passed, or -1 with an exception. */
int gh__outcome_join(gh__outcome_t *outcome, uint64_t deadline);
/* The slots that its subtypes call. */
int gh__outcome_traverse(gh__outcome_t *self, visitproc visit, void *arg);
int gh__outcome_clear(gh__outcome_t *self);
void gh__outcome_finalize(PyObject *self);
/* The last part of a dealloc: the object is untracked, and its own fields are dropped. */
void gh__outcome_free(gh__outcome_t *self);
/* "pending", "done", "failed" or "cancelled". */
const char *gh__outcome_word(const gh__outcome_t *self);

/* ---- from await.c ---- */

/* The iterator behind `await outcome`. */
PyObject *gh__outcome_iterator(gh__outcome_t *outcome);
/* await_(x): blocks the calling task until x is done. */
PyObject *gh__await(PyObject *module, PyObject *awaitable);
int gh__await_open(void);
/* The functions that greenhost.loops is made of. */
extern PyMethodDef gh__await_functions[];
/* The iterator behind `await x`. */
PyObject *gh__await_iterator(PyObject *awaitable);
/* PyIter_Send() that steals the value, or throws the exception that is raised where that is NULL. */
PySendResult gh__await_step(PyObject *iterator, PyObject *value, PyObject **result);

/* True when the portal is that of the innermost of the tasks that are running. */
bool gh__portal_is_of(const gh__portal_t *portal, PyObject *const tasks[2]);

/* ---- from threads.c ---- */

/* Learns how CPython starts a thread, and has faulthandler show threads and tasks, not the hub.  0, or -1 with
 * an exception. */
int gh__threads_open(void);
/* Makes the threads that are started on a loop thread tasks, from now on.  0, or -1 with an exception. */
int gh__threads_take(void);
/* _thread.start_new_thread as it is without us: start_os_thread(function, args, kwargs={}). */
PyObject *gh__start_os_thread(PyObject *module, PyObject *call);

/* ---- from portal.c ---- */

extern PyTypeObject gh__PortalType;
/* The coroutine (stolen) itself, or what is behind it if it is a Portal. */
PyObject *gh__portal_seen_through(PyObject *coroutine);
/* The functions that greenhost.portals wraps. */
extern PyMethodDef gh__portal_functions[];

/* ---- from scope.c ---- */

extern PyMethodDef gh__scope_functions[];
/* Leaves it with an error (stolen, NULL for none); what remains of that, or NULL. */
PyObject *gh__scope_leave(gh_task_t *task, gh__scope_t *scope, PyObject *error);
/* True, or what an __exit__ raises: `rest` (stolen) is what remains of the error. */
PyObject *gh__exit_with(PyObject *error, PyObject *rest);

/* ---- from nursery.c ---- */

extern PyTypeObject gh__NurseryType;

/* ---- from asynclibs.c ---- */

/* Whether the program has imported one of them.  After gh__async_tasks. */
bool gh__async_imported(void);
/* The running tasks of asyncio and of Trio, borrowed, NULL for none.  0, or -1 with an exception. */
int gh__async_tasks(PyObject *tasks[2]);
/* Makes an asyncio task run another coroutine from its next step on.  0, or -1 with an exception. */
int gh__asyncio_replace_coroutine(PyObject *task, PyObject *coroutine);

/* ---- from operation.c ---- */

/* The functions that start operations, which greenhost.ops wraps. */
extern PyMethodDef gh__operation_functions[];

#endif
