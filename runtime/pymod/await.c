/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * await.c: await_(x), which blocks the calling task until x is done.
 *
 * An outcome is waited for as it is.  A coroutine is driven by the calling task: what it awaits in
 * the end are outcomes, which it yields up to here one after the other.
 */
#include "pymod/pymod.h"

/* The iterator behind `await x`.  New reference, or NULL with a TypeError. */
static PyObject *iterator_of(PyObject *awaitable) {
    if (PyCoro_CheckExact(awaitable)) return Py_NewRef(awaitable);
    PyAsyncMethods *methods = Py_TYPE(awaitable)->tp_as_async;
    if (methods != NULL && methods->am_await != NULL) return methods->am_await(awaitable);
    PyErr_Format(
        PyExc_TypeError,
        "await_() needs an awaitable (a task, a promise, an operation or a coroutine), not "
        "%.100s",
        Py_TYPE(awaitable)->tp_name);
    return NULL;
}

/* Throws the exception being raised into the iterator, which may catch it and go on. */
static PySendResult throw_into(PyObject *iterator, PyObject **result) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL) PyException_SetTraceback(value, traceback);
    PyObject *method = PyObject_GetAttrString(iterator, "throw");
    if (method == NULL) {
        PyErr_Restore(type, value, traceback);
        return PYGEN_ERROR;
    }
    *result = PyObject_CallOneArg(method, value);
    Py_DECREF(method);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    if (*result != NULL) return PYGEN_NEXT;
    return _PyGen_FetchStopIterationValue(result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}

/* Waits for what the coroutine yielded.  0, or -1 with the exception that it must get. */
static int wait_for(PyObject *yielded) {
    if (PyObject_TypeCheck(yielded, &gh__OutcomeType))
        return gh__outcome_wait_or_raise((gh__outcome_t *)yielded, GH__NEVER);
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
        return gh__outcome_wait_or_raise(outcome, GH__NEVER) < 0 ? NULL : gh__outcome_take(outcome);
    }
    PyObject *iterator = iterator_of(awaitable);
    if (iterator == NULL) return NULL;
    PyObject *result = drive(iterator);
    Py_DECREF(iterator);
    return result;
}
