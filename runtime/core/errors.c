/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * errors.c: the one place where the runtime's errors become Python exceptions, and the reverse.
 */
#include "core/errors.h"
#include "host.h"
#include "internal.h"

PyObject *gh__Cancelled, *gh__ScopeCancelled, *gh__TooSlowError;

PyDoc_STRVAR(cancelled_doc,
             "Raised in a task by Task.cancel() and by cancel scopes, and by the result of a\n"
             "cancelled operation.\n\n"
             "scope: the CancelScope that raised it and will absorb it, else None.\n\n"
             "A BaseException, so that `except Exception` does not swallow it.");

PyDoc_STRVAR(too_slow_doc, "Raised by fail_after() and fail_at() when the time was not enough.");

int gh__errors_open(void) {
    static const char name[] = "greenhost.Cancelled";
    if (gh__ScopeCancelled != NULL) return 0;
    PyObject *attributes = Py_BuildValue("{s:O}", "scope", Py_None);
    if (attributes == NULL) return -1;
    gh__Cancelled = PyErr_NewExceptionWithDoc(name, cancelled_doc, PyExc_BaseException, attributes);
    Py_DECREF(attributes);
    if (gh__Cancelled == NULL) return -1;
    gh__ScopeCancelled = PyErr_NewExceptionWithDoc(name, cancelled_doc, gh__Cancelled, NULL);
    gh__TooSlowError =
        PyErr_NewExceptionWithDoc("greenhost.TooSlowError", too_slow_doc, PyExc_TimeoutError, NULL);
    return gh__ScopeCancelled == NULL || gh__TooSlowError == NULL ? -1 : 0;
}

int gh__raise_failure(gh_host_t *host) {
    gh__report(host, PyUnicode_FromFormat("greenhost: %s", gh_error_message()));
    PyObject *code = PyLong_FromLong(gh_error_exit_code());
    if (code != NULL) PyErr_SetObject(PyExc_SystemExit, code);
    Py_XDECREF(code);
    return -1;
}

int gh__fail_raised(const char *what) {
    bool told = PyErr_ExceptionMatches(PyExc_SystemExit);
    PyObject *error = gh__take_error();
    PyObject *text = PyUnicode_FromFormat("%s: %s: %S", what, Py_TYPE(error)->tp_name, error);
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;
    if (!told) gh__refuse(UV_ENOMEM, utf8 ? utf8 : what);
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(error);
    return UV_ENOMEM;
}

PyObject *gh__raise_os(int error) {
    if (error == UV_ENOMEM) return PyErr_NoMemory();
    errno = -error;
    return PyErr_SetFromErrno(PyExc_OSError);
}

PyObject *gh__take_error(void) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL) PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

PyObject *gh__traceback(const char *function, PyObject *argument) {
    PyObject *module = PyImport_ImportModule("traceback");
    PyObject *lines = module ? PyObject_CallMethod(module, function, "O", argument) : NULL;
    PyObject *empty = lines ? PyUnicode_FromString("") : NULL;
    PyObject *text = empty ? PyUnicode_Join(empty, lines) : NULL;
    Py_XDECREF(empty);
    Py_XDECREF(lines);
    Py_XDECREF(module);
    return text;
}

void gh__report(gh_host_t *host, PyObject *given) {
    PyObject *text = given ? PyObject_CallMethod(given, "rstrip", NULL) : NULL;
    const char *utf8 = text && host->config.report ? PyUnicode_AsUTF8(text) : NULL;
    if (utf8 != NULL)
        host->config.report(host->config.data, utf8);
    else if (text != NULL)
        PySys_FormatStderr("%U\n", text);
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(given);
}

static void flush(const char *name) {
    PyObject *file = PySys_GetObject(name);
    if (file == NULL || file == Py_None) return;
    PyObject *done = PyObject_CallMethod(file, "flush", NULL);
    if (done == NULL) PyErr_Clear();
    Py_XDECREF(done);
}

void gh__flush_standard_files(gh_host_t *host) {
    host->no_switch++;
    flush("stdout");
    flush("stderr");
    host->no_switch--;
}
