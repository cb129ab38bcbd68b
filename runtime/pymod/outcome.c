/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * outcome.c: Outcome, the base of everything one can wait for, and Promise.
 */
#include <math.h>

#include "pymod/pymod.h"

/* Seconds as Python gives them, None for ever, to an absolute deadline.  -1 with an exception. */
int gh__deadline_from_seconds(PyObject *seconds, uint64_t *deadline) {
    *deadline = GH__NEVER;
    if (seconds == NULL || seconds == Py_None) return 0;
    double value = PyFloat_AsDouble(seconds);
    if (value == -1.0 && PyErr_Occurred()) return -1;
    if (isnan(value)) {
        PyErr_SetString(PyExc_ValueError, "a timeout can't be NaN; give seconds, or None for ever");
        return -1;
    }
    if (value < 1.8e10) *deadline = gh__deadline_after(value <= 0 ? 0 : (uint64_t)(value * 1e9));
    return 0;
}

int gh__outcome_wait_or_raise(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->settled) return 0;
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return -1;
    if (outcome->host != host) {
        PyErr_SetString(PyExc_RuntimeError, "it belongs to the loop of another thread");
        return -1;
    }
    if ((gh__outcome_t *)host->running == outcome) {
        PyErr_SetString(PyExc_RuntimeError, "a task can't wait for itself");
        return -1;
    }
    for (;;) {
        int status = gh__outcome_wait(outcome, deadline);
        if (outcome->settled) return 0;
        if (status == UV_EINTR && PyErr_CheckSignals() == 0) continue;
        if (status == UV_EINTR) return -1;
        if (status < 0) {
            gh__raise_park(host->running, status);
            return -1;
        }
    }
}

PyDoc_STRVAR(done_doc, "done()\n--\n\nTrue once there is a result or an exception.");

static PyObject *outcome_done(gh__outcome_t *self, PyObject *Py_UNUSED(args)) {
    return PyBool_FromLong(self->settled);
}

static int parse_timeout(PyObject *args, PyObject *kwargs, const char *format, uint64_t *deadline) {
    static char *names[] = {"timeout", NULL};
    PyObject *timeout = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &timeout)) return -1;
    return gh__deadline_from_seconds(timeout, deadline);
}

PyDoc_STRVAR(
    result_doc,
    "result(timeout=None)\n--\n\n"
    "Block until it is settled, for at most `timeout` seconds; then return its value or\n"
    "raise its exception.  TimeoutError when the time has passed.  Parks the calling task.");

static PyObject *outcome_result(gh__outcome_t *self, PyObject *args, PyObject *kwargs) {
    uint64_t deadline;
    if (parse_timeout(args, kwargs, "|O:result", &deadline) < 0) return NULL;
    if (gh__outcome_wait_or_raise(self, deadline) < 0) return NULL;
    return gh__outcome_take(self);
}

PyDoc_STRVAR(exception_doc,
             "exception(timeout=None)\n--\n\n"
             "As result(), but return the exception, or None where there is a value.");

static PyObject *outcome_exception(gh__outcome_t *self, PyObject *args, PyObject *kwargs) {
    uint64_t deadline;
    if (parse_timeout(args, kwargs, "|O:exception", &deadline) < 0) return NULL;
    if (gh__outcome_wait_or_raise(self, deadline) < 0) return NULL;
    self->retrieved = true;
    return Py_NewRef(self->error ? self->error : Py_None);
}

PyDoc_STRVAR(join_doc,
             "join(timeout=None)\n--\n\n"
             "Block until it is settled, for at most `timeout` seconds, and return whether it is.\n"
             "Its exception, if any, stays for result().  Parks the calling task.");

static PyObject *outcome_join(gh__outcome_t *self, PyObject *args, PyObject *kwargs) {
    uint64_t deadline;
    if (parse_timeout(args, kwargs, "|O:join", &deadline) < 0) return NULL;
    if (gh__outcome_wait_or_raise(self, deadline) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_TimeoutError) || self->settled) return NULL;
        PyErr_Clear();
    }
    return PyBool_FromLong(self->settled);
}

/* await outcome: an iterator that yields the outcome itself to whoever drives the coroutine. */
typedef struct {
    PyObject_HEAD gh__outcome_t *outcome;
} waiting_t;

static void waiting_dealloc(waiting_t *self) {
    Py_XDECREF(self->outcome);
    PyObject_Free(self);
}

static PyObject *waiting_next(waiting_t *self) {
    if (!self->outcome->settled) return Py_NewRef(self->outcome);
    PyObject *value = gh__outcome_take(self->outcome);
    if (value == NULL) return NULL;
    _PyGen_SetStopIterationValue(value);
    Py_DECREF(value);
    return NULL;
}

static PyTypeObject waiting_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Waiting",
    .tp_basicsize = sizeof(waiting_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)waiting_dealloc,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)waiting_next,
};

static PyObject *outcome_await(gh__outcome_t *self) {
    if (PyType_Ready(&waiting_type) < 0) return NULL;
    waiting_t *waiting = PyObject_New(waiting_t, &waiting_type);
    if (waiting != NULL) waiting->outcome = (gh__outcome_t *)Py_NewRef(self);
    return (PyObject *)waiting;
}

static PyAsyncMethods outcome_async = {.am_await = (unaryfunc)outcome_await};

int gh__outcome_traverse(gh__outcome_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->value);
    Py_VISIT(self->error);
    return 0;
}

int gh__outcome_clear(gh__outcome_t *self) {
    Py_CLEAR(self->value);
    Py_CLEAR(self->error);
    return 0;
}

/* An error that nobody has seen must not vanish with the object that held it. */
void gh__outcome_report_unseen(gh__outcome_t *self) {
    if (self->error == NULL || self->retrieved) return;
    if (PyErr_GivenExceptionMatches(self->error, gh__Cancelled) ||
        PyErr_GivenExceptionMatches(self->error, PyExc_SystemExit))
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PySys_FormatStderr("greenhost: the exception of %R was never retrieved:\n", (PyObject *)self);
    PyErr_SetObject((PyObject *)Py_TYPE(self->error), self->error);
    PyErr_PrintEx(0);
    PyErr_Restore(type, value, traceback);
}

static void outcome_dealloc(gh__outcome_t *self) {
    PyObject_GC_UnTrack(self);
    gh__outcome_report_unseen(self);
    if (self->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    gh__outcome_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef outcome_methods[] = {
    {"done", (PyCFunction)outcome_done, METH_NOARGS, done_doc},
    {"result", (PyCFunction)(void (*)(void))outcome_result, METH_VARARGS | METH_KEYWORDS,
     result_doc},
    {"exception", (PyCFunction)(void (*)(void))outcome_exception, METH_VARARGS | METH_KEYWORDS,
     exception_doc},
    {"join", (PyCFunction)(void (*)(void))outcome_join, METH_VARARGS | METH_KEYWORDS, join_doc},
    {NULL},
};

PyDoc_STRVAR(outcome_doc, "Something that will have a result or an exception.");

PyTypeObject gh__OutcomeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Outcome",
    .tp_basicsize = sizeof(gh__outcome_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
                Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = outcome_doc,
    .tp_dealloc = (destructor)outcome_dealloc,
    .tp_traverse = (traverseproc)gh__outcome_traverse,
    .tp_clear = (inquiry)gh__outcome_clear,
    .tp_weaklistoffset = offsetof(gh__outcome_t, weakrefs),
    .tp_as_async = &outcome_async,
    .tp_methods = outcome_methods,
};

/* ---- Promise ---- */

static PyObject *promise_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Promise", names)) return NULL;
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    gh__outcome_t *self = (gh__outcome_t *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    self->host = host;
    gh__list_init(&self->waiters);
    return (PyObject *)self;
}

static PyObject *settle(gh__outcome_t *self, PyObject *value, PyObject *error) {
    if (gh__outcome_settle(self, value, error) == 0) Py_RETURN_NONE;
    PyErr_SetString(PyExc_RuntimeError, "the promise is settled already; settle it once");
    return NULL;
}

PyDoc_STRVAR(
    set_result_doc,
    "set_result(value)\n--\n\n"
    "Settle it with a value and wake whoever waits.  From any thread, once: a second time\n"
    "is a RuntimeError.  Does not block.");

static PyObject *promise_set_result(gh__outcome_t *self, PyObject *value) {
    return settle(self, value, NULL);
}

PyDoc_STRVAR(
    set_exception_doc,
    "set_exception(error)\n--\n\n"
    "Settle it with an exception instance, which result() raises.  From any thread, once.");

static PyObject *promise_set_exception(gh__outcome_t *self, PyObject *error) {
    if (PyExceptionInstance_Check(error)) return settle(self, NULL, error);
    PyErr_Format(PyExc_TypeError, "set_exception() needs an exception instance, not %.100s",
                 Py_TYPE(error)->tp_name);
    return NULL;
}

static PyMethodDef promise_methods[] = {
    {"set_result", (PyCFunction)promise_set_result, METH_O, set_result_doc},
    {"set_exception", (PyCFunction)promise_set_exception, METH_O, set_exception_doc},
    {NULL},
};

PyDoc_STRVAR(promise_doc,
             "Promise()\n--\n\n"
             "A result to come: made in a task, settled from any thread, waited for with\n"
             "await_(promise), promise.result() or, in a coroutine, await promise.");

PyTypeObject gh__PromiseType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Promise",
    .tp_base = &gh__OutcomeType,
    .tp_basicsize = sizeof(gh__outcome_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = promise_doc,
    .tp_new = promise_new,
    .tp_dealloc = (destructor)outcome_dealloc,
    .tp_traverse = (traverseproc)gh__outcome_traverse,
    .tp_clear = (inquiry)gh__outcome_clear,
    .tp_methods = promise_methods,
};
