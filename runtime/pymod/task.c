/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * task.c: the Python type Task.
 */
#include <stdlib.h>

#include "core/cancel.h"
#include "core/dump.h"
#include "core/errors.h"
#include "core/task.h"
#include "internal.h"
#include "pymod/pymod.h"

static PyObject *task_repr(gh_task_t *self) {
    PyObject *line = gh__task_describe(self);
    if (line == NULL) return NULL;
    PyObject *text = PyUnicode_FromFormat("<Task %U>", line);
    Py_DECREF(line);
    return text;
}

PyDoc_STRVAR(
    cancel_doc,
    "cancel()\n--\n\n"
    "Raise Cancelled in the task: from the call that it is blocked in, in Python or in C, or\n"
    "from the next one that would block.\n\n"
    "Returns False where it is done already. On the loop's thread, else RuntimeError; never\n"
    "parks.");

static PyObject *task_cancel(gh_task_t *self, PyObject *Py_UNUSED(args)) {
    if (gh__host_or_raise() == NULL) return NULL;
    PyObject *error = PyObject_CallNoArgs(gh__Cancelled);
    if (error == NULL) return NULL;
    int status = gh__task_cancel(self, error);
    Py_DECREF(error);
    return PyBool_FromLong(status == 0);
}

static PyObject *get_state(gh_task_t *self, void *Py_UNUSED(closure)) {
    return PyUnicode_FromString(gh__state_name(self->state));
}

static PyObject *get_frame(gh_task_t *self, void *Py_UNUSED(closure)) {
    PyObject *frame = gh__task_frame(self);
    return frame ? frame : Py_NewRef(Py_None);
}

static PyObject *get_name(gh_task_t *self, void *Py_UNUSED(closure)) {
    return Py_XNewRef(gh__task_name(self));
}

static int set_name(gh_task_t *self, PyObject *name, void *Py_UNUSED(closure)) {
    if (name == NULL || !PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "a task's name is a string, and can't be deleted");
        return -1;
    }
    Py_XSETREF(self->name, Py_NewRef(name));
    return 0;
}

static PyObject *get_thread(gh_task_t *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(self->thread);
}

static PyObject *get_preemptive(gh_task_t *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(self->preemptive);
}

static PyObject *get_ident(gh_task_t *self, void *Py_UNUSED(closure)) {
    return PyLong_FromUnsignedLong(self->identity.ident);
}

static int task_traverse(gh_task_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->function);
    Py_VISIT(self->args);
    Py_VISIT(self->context);
    Py_VISIT(self->cancel);
    Py_VISIT(self->parked);
    Py_VISIT(self->first);
    return gh__outcome_traverse(&self->outcome, visit, arg);
}

static int task_clear(gh_task_t *self) {
    Py_CLEAR(self->function);
    Py_CLEAR(self->args);
    Py_CLEAR(self->context);
    Py_CLEAR(self->cancel);
    Py_CLEAR(self->parked);
    Py_CLEAR(self->first);
    return gh__outcome_clear(&self->outcome);
}

static void task_dealloc(gh_task_t *self) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)self) < 0) return;
    PyObject_GC_UnTrack(self);
    task_clear(self);
    Py_CLEAR(self->name);
    free(self->result);
    gh__identity_drop(self->outcome.host, &self->identity);
    gh__outcome_free(&self->outcome);
}

static PyMethodDef task_methods[] = {
    {"cancel", (PyCFunction)task_cancel, METH_NOARGS, cancel_doc},
    {NULL},
};

static PyGetSetDef task_getset[] = {
    {"name", (getter)get_name, (setter)set_name, "The task's name, for people to read.", NULL},
    {"state", (getter)get_state, NULL, "'ready', 'running', 'parked' or 'done'.", NULL},
    {"ident", (getter)get_ident, NULL, "What threading.get_ident() returns in the task.", NULL},
    {"thread", (getter)get_thread, NULL, "Whether it was started as a thread.", NULL},
    {"preemptive", (getter)get_preemptive, NULL, "Whether it gives way when it computes.", NULL},
    {"frame", (getter)get_frame, NULL, "Its topmost Python frame while parked, or None.", NULL},
    {NULL},
};

PyDoc_STRVAR(task_doc,
             "A function that runs by itself, made by spawn(). To Python it is a thread: it\n"
             "has a thread identity and threading.local variables of its own. An exception\n"
             "that ends it is its outcome, whichever it is, and is reported on standard\n"
             "error when nobody has retrieved it by the time the Task is dropped.");

PyTypeObject gh__TaskType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Task",
    .tp_base = &gh__OutcomeType,
    .tp_basicsize = sizeof(gh_task_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = task_doc,
    .tp_repr = (reprfunc)task_repr,
    .tp_dealloc = (destructor)task_dealloc,
    .tp_finalize = gh__outcome_finalize,
    .tp_traverse = (traverseproc)task_traverse,
    .tp_clear = (inquiry)task_clear,
    .tp_methods = task_methods,
    .tp_getset = task_getset,
};
