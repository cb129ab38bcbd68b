/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * operation.c: the Python type Operation, and the functions that start one of each kind.
 */
#include <stdlib.h>

#include "core/errors.h"
#include "core/operation.h"
#include "core/promise.h"
#include "core/switch.h"
#include "internal.h"
#include "pymod/pymod.h"

#define NO_SUBJECT (-1)

/* ---- starting ---- */

static gh__source_t *source_new(const gh__source_kind_t *kind, int subject) {
    gh__source_t *source = calloc(1, sizeof(*source));
    if (source == NULL) return (gh__source_t *)PyErr_NoMemory();
    source->kind = kind;
    source->subject = subject;
    return source;
}

/* An operation with its source, which start() must follow at once. */
static gh__operation_t *prepare(const gh__source_kind_t *kind, int subject) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL || gh__switch_open(host) < 0) return NULL;
    gh__source_t *source = source_new(kind, subject);
    if (source == NULL) return NULL;
    gh__operation_t *self = (gh__operation_t *)gh__OperationType.tp_alloc(&gh__OperationType, 0);
    if (self == NULL) {
        free(source);
        return NULL;
    }
    gh__outcome_init(&self->outcome, host);
    self->source = source;
    self->name = kind->name;
    self->subject = subject;
    return self;
}

static PyObject *start(gh__operation_t *self) {
    if (self == NULL) return NULL;
    int error = gh__source_start(self);
    if (error == 0) return (PyObject *)self;
    Py_DECREF(self);
    return gh__raise_os(error);
}

static PyObject *start_sleep(PyObject *Py_UNUSED(module), PyObject *seconds) {
    uint64_t deadline;
    if (gh__deadline_from_seconds(seconds, &deadline) < 0) return NULL;
    gh__operation_t *self = prepare(&gh__source_sleep, NO_SUBJECT);
    if (self != NULL) self->source->deadline.when = deadline;
    return start(self);
}

static PyObject *start_fd(const gh__source_kind_t *kind, PyObject *file) {
    int fd = PyObject_AsFileDescriptor(file);
    return fd < 0 ? NULL : start(prepare(kind, fd));
}

static PyObject *start_readable(PyObject *Py_UNUSED(module), PyObject *file) {
    return start_fd(&gh__source_readable, file);
}

static PyObject *start_writable(PyObject *Py_UNUSED(module), PyObject *file) {
    return start_fd(&gh__source_writable, file);
}

static PyObject *start_process(PyObject *Py_UNUSED(module), PyObject *argument) {
    int pid = _PyLong_AsInt(argument);
    if (pid == -1 && PyErr_Occurred()) return NULL;
    if (pid > 0) return start(prepare(&gh__source_process, pid));
    return PyErr_Format(PyExc_ValueError, "%d is no process; give the pid of a child", pid);
}

static PyObject *start_signal(PyObject *Py_UNUSED(module), PyObject *argument) {
    int signum = _PyLong_AsInt(argument);
    if (signum == -1 && PyErr_Occurred()) return NULL;
    gh__operation_t *self = prepare(&gh__source_signal, signum);
    if (self == NULL) return NULL;
    int error = gh__source_start(self);
    if (error == 0) return (PyObject *)self;
    Py_DECREF(self);
    if (error != UV_EINVAL) return gh__raise_os(error);
    return PyErr_Format(PyExc_ValueError, "signal %d can't be waited for", signum);
}

static PyObject *start_work(PyObject *Py_UNUSED(module), PyObject *args) {
    if (PyTuple_GET_SIZE(args) < 1 || !PyCallable_Check(PyTuple_GET_ITEM(args, 0))) {
        PyErr_SetString(PyExc_TypeError, "work() needs a callable as its first argument");
        return NULL;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    gh__operation_t *self = rest ? prepare(&gh__source_work, NO_SUBJECT) : NULL;
    if (self == NULL) {
        Py_XDECREF(rest);
        return NULL;
    }
    self->source->function = Py_NewRef(PyTuple_GET_ITEM(args, 0));
    self->source->args = rest;
    return start(self);
}

#define STARTER(signature, name) signature "\n--\n\nSee greenhost.ops." name "()."

PyMethodDef gh__operation_functions[] = {
    {"start_sleep", start_sleep, METH_O, STARTER("start_sleep(seconds, /)", "sleep")},
    {"start_readable", start_readable, METH_O, STARTER("start_readable(file, /)", "readable")},
    {"start_writable", start_writable, METH_O, STARTER("start_writable(file, /)", "writable")},
    {"start_process", start_process, METH_O, STARTER("start_process(pid, /)", "wait_process")},
    {"start_signal", start_signal, METH_O, STARTER("start_signal(signum, /)", "signal")},
    {"start_work", start_work, METH_VARARGS, STARTER("start_work(function, /, *args)", "work")},
    {NULL},
};

/* ---- the type ---- */

PyDoc_STRVAR(
    cancel_doc,
    "cancel()\n--\n\n"
    "Give the operation up: whoever waits for it, then or later, gets Cancelled.\n\n"
    "Returns False where it is done already. What a thread of the pool has begun goes on there,\n"
    "and its result is dropped. On the loop's thread; never parks.");

static PyObject *operation_cancel(gh__operation_t *self, PyObject *Py_UNUSED(args)) {
    if (self->outcome.settled) Py_RETURN_FALSE;
    if (gh__host_or_raise() == NULL) return NULL;
    PyObject *error = PyObject_CallFunction(gh__Cancelled, "s", "the operation was cancelled");
    if (error == NULL) return NULL;
    gh__source_abandon(self);
    gh__outcome_settle(&self->outcome, NULL, error);
    Py_DECREF(error);
    Py_RETURN_TRUE;
}

static PyObject *operation_repr(gh__operation_t *self) {
    const char *word = gh__outcome_word(&self->outcome);
    if (self->source != NULL && self->source->function != NULL)
        return PyUnicode_FromFormat("<Operation %s of %R: %s>", self->name, self->source->function,
                                    word);
    if (self->subject == NO_SUBJECT)
        return PyUnicode_FromFormat("<Operation %s: %s>", self->name, word);
    return PyUnicode_FromFormat("<Operation %s %d: %s>", self->name, self->subject, word);
}

static void operation_dealloc(gh__operation_t *self) {
    gh__source_abandon(self);
    if (PyObject_CallFinalizerFromDealloc((PyObject *)self) < 0) return;
    PyObject_GC_UnTrack(self);
    gh__outcome_free(&self->outcome);
}

static PyMethodDef operation_methods[] = {
    {"cancel", (PyCFunction)operation_cancel, METH_NOARGS, cancel_doc},
    {NULL},
};

PyDoc_STRVAR(operation_doc,
             "Something that the loop is doing, made by a function of greenhost.ops. It is under\n"
             "way until it is done, cancelled, or nobody refers to it any more. A task that waits\n"
             "for it can be cancelled without it.");

PyTypeObject gh__OperationType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Operation",
    .tp_base = &gh__OutcomeType,
    .tp_basicsize = sizeof(gh__operation_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = operation_doc,
    .tp_repr = (reprfunc)operation_repr,
    .tp_dealloc = (destructor)operation_dealloc,
    .tp_finalize = gh__outcome_finalize,
    .tp_traverse = (traverseproc)gh__outcome_traverse,
    .tp_clear = (inquiry)gh__outcome_clear,
    .tp_methods = operation_methods,
};
