/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * errors.c: the one place where the runtime's errors become Python exceptions, and the reverse.
 */
#include "pymod/pymod.h"

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

int gh__park_failed(gh_task_t *task, int status) {
    if (status >= 0) return 0;
    if (status == UV_EINTR) return PyErr_CheckSignals();
    if (status == UV_ECANCELED && task->cancel != NULL) return gh__cancel_raise(task);
    gh__raise_os(status);
    return -1;
}

gh_host_t *gh__host_or_raise(void) {
    gh_host_t *host = gh__current;
    const char *message = NULL;
    if (host == NULL)
        message = "this thread has no greenhost loop; call it from a task, on the thread that runs "
                  "the program";
    else if (PyThreadState_Get() != host->tstate)
        message = "greenhost's loop belongs to the main interpreter; call it there";
    else if (host->running == NULL)
        message = "no task is running here, but the loop itself; call it from a task";
    if (message == NULL) return host;
    PyErr_SetString(PyExc_RuntimeError, message);
    return NULL;
}

gh_task_t *gh__task_or_raise(void) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    if (host->no_switch == 0) return host->running;
    PyErr_SetString(PyExc_RuntimeError,
                    "this section must not block, because no other task may run meanwhile");
    return NULL;
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
