/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * promise.c: the Python type Promise, an outcome that the program settles itself.
 */
#include "core/promise.h"
#include "internal.h"
#include "pymod/pymod.h"

static PyObject *promise_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Promise", names)) return NULL;
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    gh__outcome_t *self = (gh__outcome_t *)type->tp_alloc(type, 0);
    if (self != NULL) gh__outcome_init(self, host);
    return (PyObject *)self;
}

static PyObject *settle(gh__outcome_t *self, PyObject *value, PyObject *error) {
    if (gh__outcome_settle(self, value, error) == 0) Py_RETURN_NONE;
    PyErr_SetString(PyExc_RuntimeError, "the promise is settled already; settle it once");
    return NULL;
}

PyDoc_STRVAR(set_result_doc,
             "set_result(value, /)\n--\n\n"
             "Settle it with a value and wake all that wait.\n\n"
             "From any thread; never parks. Raises RuntimeError when it is settled already.");

static PyObject *set_result(gh__outcome_t *self, PyObject *value) {
    return settle(self, value, NULL);
}

PyDoc_STRVAR(set_exception_doc,
             "set_exception(error, /)\n--\n\n"
             "Settle it with an exception instance, which result() raises, and wake all that\n"
             "wait.\n\n"
             "From any thread; never parks. Raises RuntimeError when it is settled already.");

static PyObject *set_exception(gh__outcome_t *self, PyObject *error) {
    if (PyExceptionInstance_Check(error)) return settle(self, NULL, error);
    PyErr_Format(PyExc_TypeError, "set_exception() needs an exception instance, not %.100s",
                 Py_TYPE(error)->tp_name);
    return NULL;
}

static PyMethodDef promise_methods[] = {
    {"set_result", (PyCFunction)set_result, METH_O, set_result_doc},
    {"set_exception", (PyCFunction)set_exception, METH_O, set_exception_doc},
    {NULL},
};

PyDoc_STRVAR(promise_doc,
             "Promise()\n--\n\n"
             "A result to come: made in a task, settled once from any thread, and waited for with\n"
             "await_(promise), promise.result() or, in a coroutine, await promise.");

PyTypeObject gh__PromiseType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Promise",
    .tp_base = &gh__OutcomeType,
    .tp_basicsize = sizeof(gh__outcome_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = promise_doc,
    .tp_new = promise_new,
    .tp_traverse = (traverseproc)gh__outcome_traverse,
    .tp_clear = (inquiry)gh__outcome_clear,
    .tp_methods = promise_methods,
};
