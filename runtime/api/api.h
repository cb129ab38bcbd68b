/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * api.h: what the files behind greenhost.h share.  Each function of that header may be called with the
 * GIL or without, so what is here says which it needs.
 */
#ifndef GREENHOST_API_H
#define GREENHOST_API_H

#include "core/promise.h"
#include "internal.h"

/* ---- from value.c: with the GIL ---- */

/* New reference, or NULL with an exception; an OSError for GH_ERROR. */
PyObject *gh__value_to_python(const gh_value_t *value);
/* What it points to lives as long as the object.  False with an exception for a string that is no
 * UTF-8. */
bool gh__value_from_python(PyObject *object, gh_value_t *value);
/* Makes a tuple of values.  New reference, or NULL with an exception. */
PyObject *gh__values_to_python(const gh_value_t *values, size_t count);
/* Copies what a value points to; an object gets a reference.  0 or UV_ENOMEM.  Without an object,
 * without the GIL too, as for the next. */
int gh__value_copy(gh_value_t *copy, const gh_value_t *value);
void gh__value_clear(gh_value_t *copy);

/* ---- from embed.c: with the GIL ---- */

/* A function of embed.py.  New reference, or NULL with an exception. */
PyObject *gh__embed_get(gh_host_t *host, const char *function);

/* ---- from wait.c: without the GIL ---- */

/* The task that calls, or NULL after gh__fail; the error is UV_EPERM then. */
gh_task_t *gh__caller(void);
/* Milliseconds to an absolute deadline; negative: never. */
uint64_t gh__deadline_in(int64_t ms);
/* What a wait that is to go on makes of a park's status: 0 after a signal's handlers have run. */
int gh__wait_status(gh_task_t *task, int status);
/* Raises what a function of C's has failed with: an OSError, or the exception that the task is
 * cancelled with.  NULL.  With the GIL. */
PyObject *gh__raise_status(int status);
/* Gives the GIL up if the calling thread has it, for gh__retake_gil, which takes it again then. */
PyThreadState *gh__leave_gil(void);
void gh__retake_gil(PyThreadState *left);

/* ---- from task.c ---- */

/* Waits as gh_wait_task.  With the GIL or without. */
int gh__wait_outcome(gh__outcome_t *outcome, int64_t ms);
/* Cancels a task with an exception of a type.  UV_EALREADY, UV_ENOMEM.  With the GIL. */
int gh__cancel_with(gh_task_t *task, PyObject *type, const char *message);
/* Whether Python runs, so that its GIL can be taken.  Any thread. */
bool gh__python_runs(void);

#endif
