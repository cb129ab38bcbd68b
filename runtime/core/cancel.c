/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * cancel.c: an exception for a task that is blocked in C.
 *
 * C code can only be told through errno.  A cancelled call returns EINTR, and CPython, as PEP 475
 * asks, then calls PyErr_CheckSignals, which runs the Python handler of a pending signal.  So the
 * exception is raised by such a handler, of a signal number that no program can use: 33, which
 * glibc keeps for itself.  PyErr_CheckSignals does so in the main thread alone; while the task has
 * its exception to come, CPython is told that this task is it.
 *
 * A C library that retries EINTR for ever gets a second answer, ECANCELED, and the exception rises
 * at the next bytecode.
 *
 * Where a scope has ended the wait, the exception is made only now, when the call is about to fail
 * with it: a call that succeeds after all leaves nothing behind that could rise outside the scope.
 */
#include <errno.h>

#include "core/cancel.h"
#include "core/errors.h"
#include "core/identity.h"
#include "core/park.h"
#include "core/preempt.h"
#include "core/scope.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"

/*
 * The import system takes locks in functions of their own, before the block that would release them;
 * what rose there would leave them locked.  Threads have no exceptions to fear, tasks are cancelled.
 */
static bool takes_lock_of_import(PyObject *frame) {
    if (!PyFrame_Check(frame)) return false;
    PyCodeObject *code = PyFrame_GetCode((PyFrameObject *)frame);
    bool takes =
        _PyUnicode_EqualToASCIIString(code->co_filename, "<frozen importlib._bootstrap>") &&
        (_PyUnicode_EqualToASCIIString(code->co_name, "_get_module_lock") ||
         _PyUnicode_EqualToASCIIString(code->co_name, "cb") ||
         _PyUnicode_EqualToASCIIString(code->co_name, "__enter__"));
    Py_DECREF(code);
    return takes;
}

static PyObject *on_interrupt(PyObject *Py_UNUSED(self), PyObject *args) {
    gh_host_t *host = gh__current;
    gh_task_t *task = host ? host->running : NULL;
    PyObject *number, *frame;
    if (!PyArg_UnpackTuple(args, "interrupt", 2, 2, &number, &frame)) return NULL;
    if (task == NULL || task->cancel == NULL || !task->armed) Py_RETURN_NONE;
    if (takes_lock_of_import(frame)) {
        gh__cancel_remind(task); /* at the bytecode after this one */
        Py_RETURN_NONE;
    }
    gh__cancel_raise(task);
    return NULL;
}

static PyMethodDef on_interrupt_def = {"interrupt", on_interrupt, METH_VARARGS, NULL};

/* signal.signal(33, on_interrupt), with our sigaction answering for the kernel. */
int gh__cancel_open(void) {
    PyObject *module = PyImport_ImportModule("_signal");
    PyObject *handler = module ? PyCFunction_New(&on_interrupt_def, NULL) : NULL;
    PyObject *old =
        handler ? PyObject_CallMethod(module, "signal", "iO", GH__INTERRUPT_SIGNAL, handler) : NULL;
    Py_XDECREF(old);
    Py_XDECREF(handler);
    Py_XDECREF(module);
    return old == NULL ? -1 : 0;
}

bool gh__cancel_pending(const gh_task_t *task) { return task->cancel != NULL && !task->armed; }

static PyObject *take(gh_task_t *task) {
    PyObject *error = task->cancel;
    task->cancel = NULL;
    task->armed = false;
    gh__identity_set_main(task->outcome.host->main_ident);
    return error;
}

PyObject *gh__cancel_take_scoped(gh_task_t *task) {
    return task->cancel != NULL && Py_IS_TYPE(task->cancel, (PyTypeObject *)gh__ScopeCancelled)
               ? take(task)
               : NULL;
}

int gh__cancel_raise(gh_task_t *task) {
    PyObject *error = task->cancel != NULL ? take(task) : gh__scope_error(task);
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_DECREF(error);
    return -1;
}

/* Where another task ran meanwhile, it may have answered our signal, with nothing. */
void gh__cancel_remind(gh_task_t *task) {
    gh__identity_set_main(task->identity.ident);
    PyErr_SetInterruptEx(GH__INTERRUPT_SIGNAL);
}

/* Without the GIL. */
static void owe(gh_task_t *task) {
    PyEval_RestoreThread(task->outcome.host->tstate);
    task->cancel = gh__scope_error(task);
    PyEval_SaveThread();
}

int gh__cancel_decode(gh_task_t *task, int status) {
    if (status != UV_ECANCELED || task->armed) return status;
    if (task->cancel == NULL) owe(task);
    task->armed = true;
    gh__cancel_remind(task);
    return UV_EINTR;
}

int gh__cancel_by_signal(gh_task_t *task) {
    PyEval_RestoreThread(task->outcome.host->tstate);
    int raised = PyErr_CheckSignals();
    if (raised < 0) Py_XSETREF(task->cancel, gh__take_error());
    gh__gil_release(task->outcome.host);
    return raised < 0 ? UV_ECANCELED : 0;
}

int gh__task_cancel(gh_task_t *task, PyObject *error) {
    if (task->state == GH__DONE || task->collapsed) return UV_EALREADY;
    Py_XSETREF(task->cancel, Py_NewRef(error));
    if (!task->park.deaf) gh__unpark(task, UV_ECANCELED);
    return 0;
}
