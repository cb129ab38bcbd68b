/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * outcome.c: the Python type Outcome, the base of everything one can wait for.
 */
#include <math.h>

#include "core/deadline.h"
#include "core/errors.h"
#include "core/promise.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

#define NS_PER_SECOND 1e9

int gh__deadline_from_seconds(PyObject *seconds, uint64_t *deadline) {
    *deadline = GH__NEVER;
    if (seconds == NULL || seconds == Py_None) return 0;
    double value = PyFloat_AsDouble(seconds);
    if (value == -1.0 && PyErr_Occurred()) return -1;
    if (isnan(value)) {
        PyErr_SetString(PyExc_ValueError, "NaN is no time; give a number of seconds");
        return -1;
    }
    if (value >= (double)GH__NEVER / NS_PER_SECOND) return 0;
    *deadline = gh__deadline_after(value <= 0 ? 0 : (uint64_t)(value * NS_PER_SECOND));
    return 0;
}

/* ---- waiting ---- */

static int join_in_thread(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->host->closed) {
        PyErr_SetString(PyExc_RuntimeError, "the loop has ended, so it will never be done");
        return -1;
    }
    int status = gh__outcome_wait_thread(outcome, deadline);
    if (status == UV_ENOMEM) PyErr_NoMemory();
    return status == 0 ? 1 : status == UV_ETIMEDOUT ? 0 : -1;
}

static int check_waiter(gh_task_t *task, gh__outcome_t *outcome) {
    const char *message = NULL;
    if (outcome->host != task->outcome.host)
        message = "it belongs to the loop of another thread; wait for it there";
    else if (outcome == &task->outcome)
        message = "a task can't wait for itself";
    else if (Py_IS_TYPE(outcome, &gh__TaskType) && ((gh_task_t *)outcome)->collapsed)
        message = "the task is the parent process's; only the one that forked goes on here";
    if (message == NULL) return 0;
    PyErr_SetString(PyExc_RuntimeError, message);
    return -1;
}

int gh__outcome_join(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->settled) return 1;
    if (gh__current == NULL) return join_in_thread(outcome, deadline);
    gh_task_t *task = gh__task_or_raise();
    if (task == NULL || check_waiter(task, outcome) < 0) return -1;
    for (;;) {
        int status = gh__outcome_wait(outcome, deadline);
        if (outcome->settled) return 1;
        if (status == UV_ETIMEDOUT) return 0;
        if (gh__park_failed(task, status) < 0) return -1;
    }
}

/* ---- methods ---- */

static int parse_timeout(PyObject *args, PyObject *kwargs, const char *format, uint64_t *deadline) {
    static char *names[] = {"timeout", NULL};
    PyObject *timeout = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &timeout)) return -1;
    return gh__deadline_from_seconds(timeout, deadline);
}

/* As gh__outcome_join, but time that has passed is a TimeoutError.  0 or -1. */
static int join_or_raise(gh__outcome_t *self, PyObject *args, PyObject *kwargs,
                         const char *format) {
    uint64_t deadline;
    if (parse_timeout(args, kwargs, format, &deadline) < 0) return -1;
    int settled = gh__outcome_join(self, deadline);
    if (settled == 0) PyErr_Format(PyExc_TimeoutError, "%R was not done in time", (PyObject *)self);
    return settled > 0 ? 0 : -1;
}

PyDoc_STRVAR(done_doc, "done()\n--\n\n"
                       "Return whether there is a result or an exception.\n\n"
                       "From any thread; never parks.");

static PyObject *outcome_done(gh__outcome_t *self, PyObject *Py_UNUSED(args)) {
    return PyBool_FromLong(self->settled);
}

PyDoc_STRVAR(
    result_doc,
    "result(timeout=None)\n--\n\n"
    "Wait until it is done; return its value or raise its exception.\n\n"
    "timeout: seconds to wait at most, None for as long as it takes; with 0 the tasks that are\n"
    "ready have their turn first.\n\n"
    "Raises TimeoutError when the time has passed, and Cancelled when the calling task is\n"
    "cancelled meanwhile. Parks the calling task; blocks a thread that has no loop.");

static PyObject *outcome_result(gh__outcome_t *self, PyObject *args, PyObject *kwargs) {
    if (join_or_raise(self, args, kwargs, "|O:result") < 0) return NULL;
    return gh__outcome_take(self);
}

PyDoc_STRVAR(
    exception_doc,
    "exception(timeout=None)\n--\n\n"
    "Wait as result() does; return the exception, or None where there is a value.\n\n"
    "timeout: seconds, as for result(). Raises TimeoutError and Cancelled as result() does."
    "\nParks the calling task; blocks a thread that has no loop.");

static PyObject *outcome_exception(gh__outcome_t *self, PyObject *args, PyObject *kwargs) {
    if (join_or_raise(self, args, kwargs, "|O:exception") < 0) return NULL;
    gh__outcome_see(self);
    return Py_NewRef(self->error ? self->error : Py_None);
}

PyDoc_STRVAR(
    join_doc,
    "join(timeout=None)\n--\n\n"
    "Wait until it is done, and return whether it is. Its exception stays for result().\n\n"
    "timeout: seconds, as for result(); returns False when they have passed. Raises Cancelled\n"
    "when the calling task is cancelled meanwhile. Parks the calling task; blocks a thread that\n"
    "has no loop.");

static PyObject *outcome_join(gh__outcome_t *self, PyObject *args, PyObject *kwargs) {
    uint64_t deadline;
    if (parse_timeout(args, kwargs, "|O:join", &deadline) < 0) return NULL;
    int settled = gh__outcome_join(self, deadline);
    return settled < 0 ? NULL : PyBool_FromLong(settled);
}

static PyAsyncMethods outcome_async = {.am_await = (unaryfunc)gh__outcome_iterator};

static PyMethodDef outcome_methods[] = {
    {"done", (PyCFunction)outcome_done, METH_NOARGS, done_doc},
    {"result", (PyCFunction)(void (*)(void))outcome_result, METH_VARARGS | METH_KEYWORDS,
     result_doc},
    {"exception", (PyCFunction)(void (*)(void))outcome_exception, METH_VARARGS | METH_KEYWORDS,
     exception_doc},
    {"join", (PyCFunction)(void (*)(void))outcome_join, METH_VARARGS | METH_KEYWORDS, join_doc},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "Task[int] and the like."},
    {NULL},
};

/* ---- slots ---- */

const char *gh__outcome_word(const gh__outcome_t *self) {
    if (!self->settled) return "pending";
    if (self->error == NULL) return "done";
    return PyErr_GivenExceptionMatches(self->error, gh__Cancelled) ? "cancelled" : "failed";
}

static PyObject *outcome_repr(gh__outcome_t *self) {
    const char *name = Py_TYPE(self)->tp_name, *dot = strrchr(name, '.');
    return PyUnicode_FromFormat("<%s at %p: %s>", dot ? dot + 1 : name, self,
                                gh__outcome_word(self));
}

int gh__outcome_traverse(gh__outcome_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->value);
    Py_VISIT(self->error);
    Py_VISIT(self->traceback);
    return 0;
}

int gh__outcome_clear(gh__outcome_t *self) {
    Py_CLEAR(self->value);
    Py_CLEAR(self->error);
    Py_CLEAR(self->traceback);
    return 0;
}

/* While Python ends there is no module traceback any more, but Python can still print. */
static void print_unseen(gh__outcome_t *self) {
    PySys_FormatStderr("greenhost: the exception of %R was never retrieved:\n", (PyObject *)self);
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(self->error)), Py_NewRef(self->error),
                  Py_XNewRef(self->traceback));
    PyErr_PrintEx(0);
}

static void report_unseen(gh__outcome_t *self) {
    PyObject *error = gh__traceback("format_exception", self->error), *text = NULL;
    if (error != NULL)
        text = PyUnicode_FromFormat("greenhost: the exception of %R was never retrieved:\n%U",
                                    (PyObject *)self, error);
    gh__report(self->host, text);
    Py_XDECREF(error);
}

/* An error that nobody has seen must not vanish with the object that held it. */
void gh__outcome_finalize(PyObject *object) {
    gh__outcome_t *self = (gh__outcome_t *)object;
    if (!self->unseen || self->host->silent) return;
    self->host->silent = self->host->brief;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (self->host->config.report == NULL)
        print_unseen(self);
    else
        report_unseen(self);
    gh__outcome_see(self);
    PyErr_Restore(type, value, traceback);
}

void gh__outcome_free(gh__outcome_t *self) {
    if (self->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    gh__outcome_clear(self);
    if (self->host != NULL) gh__host_drop(self->host);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void outcome_dealloc(gh__outcome_t *self) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)self) < 0) return;
    PyObject_GC_UnTrack(self);
    gh__outcome_free(self);
}

PyDoc_STRVAR(outcome_doc, "Something that will have a result or an exception: the base of Task,\n"
                          "Promise and Operation.");

PyTypeObject gh__OutcomeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Outcome",
    .tp_basicsize = sizeof(gh__outcome_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = outcome_doc,
    .tp_repr = (reprfunc)outcome_repr,
    .tp_dealloc = (destructor)outcome_dealloc,
    .tp_finalize = gh__outcome_finalize,
    .tp_traverse = (traverseproc)gh__outcome_traverse,
    .tp_clear = (inquiry)gh__outcome_clear,
    .tp_weaklistoffset = offsetof(gh__outcome_t, weakrefs),
    .tp_as_async = &outcome_async,
    .tp_methods = outcome_methods,
};
