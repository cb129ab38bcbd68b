/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * errors.c: the one place where the runtime's errors become Python exceptions.
 */
#include "internal.h"

PyObject *gh__Cancelled;

PyObject *gh__raise_os(int error) {
    errno = -error;
    return PyErr_SetFromErrno(PyExc_OSError);
}

PyObject *gh__raise_park(gh_task_t *task, int status) {
    if (status == UV_ECANCELED && task->cancel != NULL) {
        gh__cancel_raise(task);
        return NULL;
    }
    if (status == UV_ETIMEDOUT) {
        PyErr_SetString(PyExc_TimeoutError, "the timeout has passed");
        return NULL;
    }
    return gh__raise_os(status);
}

gh_host_t *gh__host_or_raise(void) {
    gh_host_t *host = gh__current;
    if (host != NULL && host->running != NULL) return host;
    PyErr_SetString(PyExc_RuntimeError,
                    host == NULL ? "this thread has no greenhost loop; call it from a task, on the "
                                   "thread that runs the program"
                                 : "the hub can't block; call it from a task");
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
