/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * errors.c: the one place where the runtime's errors become Python exceptions, and the reverse.
 */
#include "core/errors.h"
#include "host.h"
#include "internal.h"

PyObject *gh__Cancelled;

PyDoc_STRVAR(cancelled_doc,
             "Raised in a task by Task.cancel(), and by the result of a cancelled operation.\n\n"
             "A BaseException, so that `except Exception` does not swallow it.");

int gh__errors_open(void) {
    if (gh__Cancelled == NULL)
        gh__Cancelled = PyErr_NewExceptionWithDoc("greenhost.Cancelled", cancelled_doc,
                                                  PyExc_BaseException, NULL);
    return gh__Cancelled == NULL ? -1 : 0;
}

int gh__raise_failure(void) {
    PySys_FormatStderr("greenhost: %s\n", gh_error_message());
    PyObject *code = PyLong_FromLong(gh_error_exit_code());
    if (code != NULL) PyErr_SetObject(PyExc_SystemExit, code);
    Py_XDECREF(code);
    return -1;
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
