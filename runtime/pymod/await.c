/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * await.c: await_(x), which blocks the calling task until x is done.
 *
 * An outcome is waited for as it is.  A coroutine is driven by the caller: what it awaits in the end
 * are outcomes, which it yields up to here one after the other.
 */
#include "core/errors.h"
#include "core/promise.h"
#include "internal.h"
#include "pymod/pymod.h"

/* ---- await outcome, in a coroutine ---- */

/* An iterator that yields the outcome itself to whoever drives the coroutine. */
typedef struct {
    PyObject_HEAD gh__outcome_t *outcome;
} waiting_t;

static int waiting_traverse(waiting_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->outcome);
    return 0;
}

static void waiting_dealloc(waiting_t *self) {
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->outcome);
    PyObject_GC_Del(self);
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
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)waiting_dealloc,
    .tp_traverse = (traverseproc)waiting_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)waiting_next,
};

int gh__await_open(void) { return PyType_Ready(&waiting_type); }

PyObject *gh__outcome_iterator(gh__outcome_t *outcome) {
    waiting_t *waiting = PyObject_GC_New(waiting_t, &waiting_type);
    if (waiting == NULL) return NULL;
    waiting->outcome = (gh__outcome_t *)Py_NewRef(outcome);
    PyObject_GC_Track(waiting);
    return (PyObject *)waiting;
}

/* ---- await_() ---- */

/* A generator made by types.coroutine(). */
static bool is_generator_coroutine(PyObject *awaitable) {
    if (!PyGen_CheckExact(awaitable)) return false;
    return ((PyGenObject *)awaitable)->gi_code->co_flags & CO_ITERABLE_COROUTINE;
}

/* The iterator behind `await x`. */
static PyObject *iterator_of(PyObject *awaitable) {
    if (PyCoro_CheckExact(awaitable) || is_generator_coroutine(awaitable))
        return Py_NewRef(awaitable);
    const char *type = Py_TYPE(awaitable)->tp_name;
    PyAsyncMethods *methods = Py_TYPE(awaitable)->tp_as_async;
    if (methods == NULL || methods->am_await == NULL)
        return PyErr_Format(PyExc_TypeError,
                            "await_() needs an awaitable (a task, a promise, an operation or a "
                            "coroutine), not %.100s",
                            type);
    PyObject *iterator = methods->am_await(awaitable);
    if (iterator == NULL || PyIter_Check(iterator)) return iterator;
    PyErr_Format(PyExc_TypeError, "%.100s.__await__() returned %.100s, which is no iterator", type,
                 Py_TYPE(iterator)->tp_name);
    Py_DECREF(iterator);
    return NULL;
}

/* A coroutine that waits in another task must not be resumed by this one. */
static int check_idle(PyObject *iterator) {
    if (!PyCoro_CheckExact(iterator)) return 0;
    PyObject *awaited = PyObject_GetAttrString(iterator, "cr_await");
    Py_XDECREF(awaited);
    if (awaited == Py_None) return 0;
    if (awaited != NULL)
        PyErr_SetString(PyExc_RuntimeError, "the coroutine is being awaited already");
    return -1;
}

/* Throws the exception being raised into the iterator, which may catch it and go on. */
static PySendResult throw_into(PyObject *iterator, PyObject **result) {
    PyObject *error = gh__take_error();
    *result = PyObject_CallMethod(iterator, "throw", "O", error);
    Py_DECREF(error);
    if (*result != NULL) return PYGEN_NEXT;
    return _PyGen_FetchStopIterationValue(result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}

/* Waits for what the coroutine yielded.  0, or -1 with the exception that it must get. */
static int wait_for(PyObject *yielded) {
    if (PyObject_TypeCheck(yielded, &gh__OutcomeType))
        return gh__outcome_join((gh__outcome_t *)yielded, GH__NEVER) < 0 ? -1 : 0;
    PyErr_Format(PyExc_RuntimeError,
                 "the coroutine awaits a %.100s, which needs the event loop it belongs to; run it "
                 "there, for example with asyncio.run()",
                 Py_TYPE(yielded)->tp_name);
    return -1;
}

static PyObject *drive(PyObject *iterator) {
    PyObject *result = NULL;
    PySendResult step = PyIter_Send(iterator, Py_None, &result);
    while (step == PYGEN_NEXT) {
        int status = wait_for(result);
        Py_CLEAR(result);
        step =
            status == 0 ? PyIter_Send(iterator, Py_None, &result) : throw_into(iterator, &result);
    }
    return step == PYGEN_RETURN ? result : NULL;
}

PyObject *gh__await(PyObject *Py_UNUSED(module), PyObject *awaitable) {
    if (PyObject_TypeCheck(awaitable, &gh__OutcomeType)) {
        gh__outcome_t *outcome = (gh__outcome_t *)awaitable;
        return gh__outcome_join(outcome, GH__NEVER) < 0 ? NULL : gh__outcome_take(outcome);
    }
    PyObject *iterator = iterator_of(awaitable);
    if (iterator == NULL) return NULL;
    PyObject *result = check_idle(iterator) < 0 ? NULL : drive(iterator);
    Py_DECREF(iterator);
    return result;
}
