/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * module.c: C functions as a module of Python's.
 *
 * Such a function gets its arguments in C's words and runs without the GIL, in the task that calls it,
 * so that all it calls may park.  The words point into the arguments, which the caller holds meanwhile.
 */
#include "api/api.h"
#include "core/errors.h"
#include "current.h"
#include "host.h"
#include "internal.h"

/* More than that are not called with. */
#define MOST_ARGUMENTS 32

int gh_return(gh_call_t *call, gh_value_t value) {
    if (call == NULL) return gh__refuse(UV_EINVAL, "the call is NULL");
    gh_value_t copy;
    int error = gh__value_copy(&copy, &value);
    if (error < 0) return gh__refuse(error, "there is no memory for the result");
    gh__value_clear(&call->result);
    call->result = copy;
    return 0;
}

static PyObject *call_function(const gh_function_t *function, const gh_value_t *argv, size_t argc) {
    gh_call_t call = {.host = gh__current, .data = function->data, .argc = argc, .argv = argv};
    PyThreadState *left = PyEval_SaveThread();
    int status = function->function(&call);
    PyEval_RestoreThread(left);
    PyObject *result = NULL;
    if (status < 0)
        gh__raise_status(status);
    else if (call.result.kind == GH_ERROR)
        gh__raise_status((int)call.result.integer);
    else
        result = gh__value_to_python(&call.result);
    gh__value_clear(&call.result);
    return result;
}

static PyObject *on_call(PyObject *capsule, PyObject *args) {
    const gh_function_t *function = PyCapsule_GetPointer(capsule, NULL);
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    gh_value_t values[MOST_ARGUMENTS];
    if (count > MOST_ARGUMENTS || (function->argc >= 0 && count != function->argc))
        return PyErr_Format(PyExc_TypeError, "%s() takes %d argument%s, not %zd", function->name,
                            function->argc >= 0 ? function->argc : MOST_ARGUMENTS,
                            function->argc == 1 ? "" : "s", count);
    for (Py_ssize_t i = 0; i < count; i++)
        if (!gh__value_from_python(PyTuple_GET_ITEM(args, i), &values[i])) return NULL;
    return call_function(function, values, (size_t)count);
}

/* A PyMethodDef has to live as long as the function that is made of it: it is the capsule's context. */
static void drop_method(PyObject *capsule) { PyMem_Free(PyCapsule_GetContext(capsule)); }

static PyObject *function_new(const gh_function_t *function, PyObject *module_name) {
    PyMethodDef *method = PyMem_Calloc(1, sizeof(*method));
    if (method == NULL) return PyErr_NoMemory();
    *method = (PyMethodDef){function->name, on_call, METH_VARARGS, function->doc};
    PyObject *capsule = PyCapsule_New((void *)function, NULL, drop_method);
    if (capsule == NULL) {
        PyMem_Free(method);
        return NULL;
    }
    PyCapsule_SetContext(capsule, method);
    PyObject *callable = PyCFunction_NewEx(method, capsule, module_name);
    Py_DECREF(capsule);
    return callable;
}

static int fill(PyObject *module, const gh_function_t *functions) {
    PyObject *name = PyModule_GetNameObject(module);
    int result = name == NULL ? -1 : 0;
    for (; result == 0 && functions->name != NULL; functions++) {
        PyObject *callable = function_new(functions, name);
        result = callable ? PyModule_AddObjectRef(module, functions->name, callable) : -1;
        Py_XDECREF(callable);
    }
    Py_XDECREF(name);
    return result;
}

static int make(const char *name, const gh_function_t *functions) {
    PyObject *modules = PyImport_GetModuleDict();
    if (PyDict_GetItemString(modules, name) != NULL)
        return gh__refuse(UV_EEXIST, "there is a module of that name already");
    PyObject *module = PyModule_New(name);
    bool made = module != NULL && fill(module, functions) == 0 &&
                PyDict_SetItemString(modules, name, module) == 0;
    PyErr_Clear();
    Py_XDECREF(module);
    return made ? 0 : gh__refuse(UV_ENOMEM, "there is no memory for the module");
}

int gh_module(gh_host_t *host, const char *name, const gh_function_t *functions) {
    int error = gh__check_loop(host);
    if (error < 0) return error;
    if (name == NULL || functions == NULL)
        return gh__refuse(UV_EINVAL, "a module needs a name and a table of functions");
    PyGILState_STATE gil = PyGILState_Ensure();
    error = make(name, functions);
    PyGILState_Release(gil);
    return error;
}
