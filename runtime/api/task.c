/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * task.c: what a program does with a task that it has: waits for it, cancels it, lets go of it.
 */
#include "core/task.h"
#include "api/api.h"
#include "core/cancel.h"
#include "core/errors.h"
#include "core/loop.h"
#include "core/promise.h"
#include "current.h"
#include "host.h"
#include "internal.h"

bool gh__python_runs(void) { return Py_IsInitialized(); }

/* ---- references ---- */

/* Once Python is gone, so is what it counted. */
void gh_task_release(gh_task_t *task) {
    if (task == NULL || !gh__python_runs()) return;
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_DECREF(task);
    PyGILState_Release(gil);
}

gh_task_t *gh_task_hold(gh_task_t *task) {
    if (task == NULL || !gh__python_runs()) return task;
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_INCREF(task);
    PyGILState_Release(gil);
    return task;
}

PyObject *gh_task_object(gh_task_t *task) { return (PyObject *)task; }

/* ---- waiting ---- */

static int wait_in_task(gh_task_t *task, gh__outcome_t *outcome, uint64_t deadline) {
    int status = 0;
    while (!outcome->settled && status >= 0) {
        PyEval_RestoreThread(task->outcome.host->tstate);
        status = gh__outcome_wait(outcome, deadline);
        PyEval_SaveThread();
        if (!outcome->settled) status = gh__wait_status(task, status);
    }
    return outcome->settled ? 0 : status;
}

static int wait_in_thread(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->host->closed)
        return gh__refuse(UV_ESHUTDOWN, "the host has been closed, so it will never be done");
    PyGILState_STATE gil = PyGILState_Ensure();
    int status = gh__outcome_wait_thread(outcome, deadline);
    PyGILState_Release(gil);
    return status;
}

static int wait_without_gil(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->settled) return 0;
    if (gh__current == NULL) return wait_in_thread(outcome, deadline);
    gh_task_t *task = gh__caller();
    if (task == NULL) return UV_EPERM;
    if (outcome->host != task->outcome.host || outcome == &task->outcome)
        return gh__refuse(UV_EINVAL, "a task can't wait for itself, nor for another host's");
    return wait_in_task(task, outcome, deadline);
}

int gh__wait_outcome(gh__outcome_t *outcome, int64_t ms) {
    PyThreadState *left = gh__leave_gil();
    int status = wait_without_gil(outcome, gh__deadline_in(ms));
    gh__retake_gil(left);
    return status == UV_ETIMEDOUT ? gh__refuse(status, "it was not done in time") : status;
}

int gh_wait_task(gh_task_t *task, int64_t ms) {
    if (task == NULL || !gh__python_runs())
        return gh__refuse(UV_EINVAL, "there is no such task, or no Python any more");
    return gh__wait_outcome(&task->outcome, ms);
}

/* ---- cancelling ---- */

int gh__cancel_with(gh_task_t *task, PyObject *type, const char *message) {
    PyObject *error = PyObject_CallFunction(type, "s", message);
    int status = error ? gh__task_cancel(task, error) : UV_ENOMEM;
    PyErr_Clear();
    Py_XDECREF(error);
    gh__loop_kick(task->outcome.host);
    return status;
}

int gh_task_cancel(gh_task_t *task) {
    if (task == NULL || !gh__python_runs())
        return gh__refuse(UV_EINVAL, "there is no such task, or no Python any more");
    if (task->outcome.settled) return gh__refuse(UV_EALREADY, "the task is done");
    int error = gh__check_loop(task->outcome.host);
    if (error < 0) return error;
    PyGILState_STATE gil = PyGILState_Ensure();
    int status = gh__cancel_with(task, gh__Cancelled, "the program has cancelled the task");
    PyGILState_Release(gil);
    return status < 0 ? gh__refuse(status, "the task is done, or memory is short") : 0;
}
