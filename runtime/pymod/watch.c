/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * watch.c: the Python type Watch, which calls a function once an outcome is settled.
 *
 * It is how an outcome reaches an event loop of asyncio or Trio: the function wakes that.  A thread
 * that settles calls it there and then.  On the loop's own thread it may be the hub or a task that is
 * ending that settles, where no Python can run: there the function gets a task, made by the hub.
 */
#include "core/chore.h"
#include "core/promise.h"
#include "core/task.h"
#include "core/waiter.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

typedef struct {
    PyObject_HEAD gh__waiter_t waiter; /* in outcome->threads, which the GIL guards */
    gh__chore_t chore;
    gh__outcome_t *outcome;
    PyObject *function;
    bool counted; /* in host->watches */
} watch_t;

/* While there are some, the main task does not block in libc: the hub has to have its turn. */
static void count(watch_t *self, bool counted) {
    if (self->counted != counted) self->outcome->host->watches += counted ? 1 : -1;
    self->counted = counted;
}

static void call_in_task(gh__chore_t *chore) {
    watch_t *self = GH__CONTAINER(chore, watch_t, chore);
    gh_host_t *host = self->outcome->host;
    gh__spawn_t how = {.function = self->function, .args = host->empty_tuple};
    gh_task_t *task = gh__task_spawn(host, &how);
    if (task == NULL) PyErr_WriteUnraisable(self->function);
    Py_XDECREF(task);
    count(self, false);
    Py_DECREF(self);
}

static void call_here(watch_t *self) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *result = PyObject_CallNoArgs(self->function);
    if (result == NULL) PyErr_WriteUnraisable(self->function);
    Py_XDECREF(result);
    PyErr_Restore(type, value, traceback);
    Py_DECREF(self);
}

static void on_settled(gh__waiter_t *waiter, int status) {
    watch_t *self = GH__CONTAINER(waiter, watch_t, waiter);
    (void)status;
    Py_INCREF(self);
    if (gh__current == self->outcome->host)
        gh__chore_add(self->outcome->host, &self->chore, call_in_task);
    else
        call_here(self);
}

PyDoc_STRVAR(watch_doc,
             "Watch(outcome, function, /)\n--\n\n"
             "Call function() once the outcome is settled, unless this is dropped first.\n\n"
             "From any thread; never parks.");

static PyObject *watch_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs)) {
    PyObject *outcome, *function;
    if (!PyArg_ParseTuple(args, "O!O:Watch", &gh__OutcomeType, &outcome, &function)) return NULL;
    watch_t *self = (watch_t *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    gh__waiter_init(&self->waiter, on_settled);
    self->outcome = (gh__outcome_t *)Py_NewRef(outcome);
    self->function = Py_NewRef(function);
    count(self, gh__current == self->outcome->host);
    if (self->outcome->settled)
        on_settled(&self->waiter, 0);
    else
        gh__list_append(&self->outcome->threads, &self->waiter.link);
    return (PyObject *)self;
}

static int watch_traverse(watch_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->outcome);
    Py_VISIT(self->function);
    return 0;
}

static void watch_dealloc(watch_t *self) {
    PyObject_GC_UnTrack(self);
    gh__list_remove(&self->waiter.link);
    count(self, false);
    Py_XDECREF(self->outcome);
    Py_XDECREF(self->function);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject gh__WatchType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Watch",
    .tp_basicsize = sizeof(watch_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = watch_doc,
    .tp_new = watch_new,
    .tp_dealloc = (destructor)watch_dealloc,
    .tp_traverse = (traverseproc)watch_traverse,
};
