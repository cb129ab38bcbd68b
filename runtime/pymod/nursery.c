/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * nursery.c: the Python type Nursery, but for start(), which greenhost.nurseries adds.
 *
 * It is in C because it must not be interrupted: a signal's handler may raise at the first step of an
 * __exit__ in Python, and then nobody would wait for the children.
 */
#include "core/nursery.h"
#include "core/errors.h"
#include "core/park.h"
#include "core/scope.h"
#include "core/task.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

/* ---- coming ---- */

static PyObject *nursery_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Nursery", names)) return NULL;
    gh__nursery_t *self = (gh__nursery_t *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    gh__list_init(&self->children);
    self->scope = (gh__scope_t *)PyObject_CallNoArgs((PyObject *)&gh__ScopeType);
    if (self->scope == NULL) Py_CLEAR(self);
    return (PyObject *)self;
}

static PyObject *nursery_enter(gh__nursery_t *self, PyObject *Py_UNUSED(args)) {
    PyObject *tasks[2];
    if (gh__async_tasks(tasks) < 0) return NULL;
    if (tasks[0] != NULL || tasks[1] != NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "a task of asyncio or Trio can't wait for a nursery here; "
                        "use that library's own, or spawn a task that opens one");
        return NULL;
    }
    gh_host_t *host = gh__host_or_raise();
    PyObject *entered =
        host ? PyObject_CallMethod((PyObject *)self->scope, "__enter__", NULL) : NULL;
    if (entered == NULL) return NULL;
    Py_DECREF(entered);
    self->parent = (gh_task_t *)Py_NewRef((PyObject *)host->running);
    self->in_block = true;
    return Py_NewRef((PyObject *)self);
}

/* ---- children ---- */

static gh_host_t *check_open(const gh__nursery_t *self) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL || (self->parent != NULL && !self->closed)) return host;
    PyErr_SetString(PyExc_RuntimeError, "Nursery is closed to new arrivals");
    return NULL;
}

PyDoc_STRVAR(
    start_soon_doc,
    "start_soon(function, /, *args, name=None, preemptive=False)\n--\n\n"
    "Start function(*args) as a task of the nursery.\n\n"
    "It begins when the caller next parks, in a copy of the caller's contextvars. An exception\n"
    "that ends it cancels the others, and is raised at the end of the block; a Cancelled that\n"
    "Task.cancel() has raised in it is not.\n\n"
    "name: a string for people to read; by default task- and a number.\n"
    "preemptive: as for spawn().\n\n"
    "Raises RuntimeError once the block is left. On the loop's thread; never parks.");

static PyObject *start_soon(gh__nursery_t *self, PyObject *args, PyObject *kwargs) {
    gh_host_t *host = check_open(self);
    gh_task_t *task = host ? gh__spawn(host, args, kwargs, "|$Op:start_soon") : NULL;
    if (task == NULL) return NULL;
    gh__nursery_add(self, task);
    Py_DECREF(task);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(begin_start_doc, "_begin_start()\n--\n\n"
                              "Keep the nursery open until _end_start().\n\nNever parks.");

static PyObject *begin_start(gh__nursery_t *self, PyObject *Py_UNUSED(args)) {
    if (check_open(self) == NULL) return NULL;
    self->starting++;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(end_start_doc, "_end_start()\n--\n\nUndo _begin_start(), once.\n\nNever parks.");

static PyObject *end_start(gh__nursery_t *self, PyObject *Py_UNUSED(args)) {
    if (self->starting > 0) self->starting--;
    gh__nursery_check(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(move_doc, "_move_children(nursery, /)\n--\n\n"
                       "Give the children to another nursery, unless they are being cancelled.\n\n"
                       "Never parks.");

static PyObject *move_children(gh__nursery_t *self, PyObject *other) {
    if (!PyObject_TypeCheck(other, &gh__NurseryType))
        return PyErr_Format(PyExc_TypeError, "%R is no nursery", other);
    if (check_open((gh__nursery_t *)other) == NULL) return NULL;
    gh__nursery_move(self, (gh__nursery_t *)other);
    Py_RETURN_NONE;
}

/* ---- leaving ---- */

static void note_error(gh__nursery_t *self) {
    PyObject *error = gh__take_error();
    gh__nursery_fail(self, error);
    Py_DECREF(error);
}

/* One cancellation is enough: the children have it too.  But Ctrl-C, and Task.cancel(), are heard. */
static void wait_for_children(gh__nursery_t *self) {
    gh__park_t how = {.on = GH__ON_CHILDREN,
                      .call = "open_nursery",
                      .subject = (intptr_t)self,
                      .deadline = GH__NEVER};
    self->waiting = true;
    while (!self->closed) {
        if (gh__park_failed(self->parent, gh__park_held(self->parent, &how)) == 0) continue;
        note_error(self);
        how.shielded = true;
    }
    self->waiting = false;
}

/* Waits until there are no children; where there are none anyway it is a checkpoint. */
static void end_block(gh__nursery_t *self, PyObject *error) {
    if (error != Py_None) gh__nursery_fail(self, error);
    self->in_block = false;
    gh__nursery_check(self);
    if (!self->closed) {
        wait_for_children(self);
        return;
    }
    gh__yield_held(self->parent);
    if (gh__check_interrupts(self->parent) < 0) note_error(self);
}

/* Everything that went wrong, as a group; NULL for nothing. */
static PyObject *collect(gh__nursery_t *self) {
    if (self->errors == NULL) return NULL;
    PyObject *group = PyObject_CallFunction(PyExc_BaseExceptionGroup, "sO",
                                            "exceptions in a nursery", self->errors);
    Py_CLEAR(self->errors);
    return group ? group : gh__take_error();
}

/* Where nothing failed, but the parent was cancelled, or ended since all are stuck, that is what is
 * raised (group: stolen). */
static PyObject *unwrap(const gh_host_t *host, PyObject *group) {
    PyObject *errors = PyObject_GetAttrString(group, "exceptions");
    PyObject *only = errors != NULL && PyTuple_Check(errors) && PyTuple_GET_SIZE(errors) == 1
                         ? PyTuple_GET_ITEM(errors, 0)
                         : NULL;
    if (errors == NULL) PyErr_Clear();
    if (only != NULL && (Py_IS_TYPE(only, (PyTypeObject *)gh__Cancelled) || only == host->stuck))
        Py_SETREF(group, Py_NewRef(only));
    Py_XDECREF(errors);
    return group;
}

/* By a task that is not the parent: a generator, say, that was closed elsewhere. */
static PyObject *left_elsewhere(gh__nursery_t *self) {
    gh__scope_cancel(self->scope);
    return PyErr_Format(PyExc_RuntimeError, "%R can only be left once, by the task that entered it",
                        (PyObject *)self);
}

static PyObject *nursery_exit(gh__nursery_t *self, PyObject *args) {
    PyObject *type, *error, *traceback;
    if (!PyArg_ParseTuple(args, "OOO:__exit__", &type, &error, &traceback)) return NULL;
    gh_task_t *task = gh__task_or_raise();
    if (task == NULL) return NULL;
    if (task != self->parent || !self->in_block) return left_elsewhere(self);
    end_block(self, error);
    PyObject *rest = gh__scope_leave(task, self->scope, collect(self));
    return gh__exit_with(error, rest ? unwrap(task->outcome.host, rest) : NULL);
}

/* ---- attributes ---- */

static PyObject *get_cancel_scope(gh__nursery_t *self, void *Py_UNUSED(closure)) {
    return Py_NewRef((PyObject *)self->scope);
}

static PyObject *get_parent_task(gh__nursery_t *self, void *Py_UNUSED(closure)) {
    return Py_NewRef(self->parent ? (PyObject *)self->parent : Py_None);
}

static PyObject *get_child_tasks(gh__nursery_t *self, void *Py_UNUSED(closure)) {
    PyObject *set = PyFrozenSet_New(NULL);
    for (gh__link_t *item = self->children.next; set != NULL && item != &self->children;
         item = item->next)
        if (PySet_Add(set, (PyObject *)GH__CONTAINER(item, gh_task_t, sibling)) < 0) Py_CLEAR(set);
    return set;
}

static PyGetSetDef nursery_getset[] = {
    {"cancel_scope", (getter)get_cancel_scope, NULL, "The CancelScope around it.", NULL},
    {"parent_task", (getter)get_parent_task, NULL, "The Task that opened it.", NULL},
    {"child_tasks", (getter)get_child_tasks, NULL, "A frozenset of its Tasks that are not done.",
     NULL},
    {NULL},
};

static PyMethodDef nursery_methods[] = {
    {"start_soon", (PyCFunction)(void (*)(void))start_soon, METH_VARARGS | METH_KEYWORDS,
     start_soon_doc},
    {"_begin_start", (PyCFunction)begin_start, METH_NOARGS, begin_start_doc},
    {"_end_start", (PyCFunction)end_start, METH_NOARGS, end_start_doc},
    {"_move_children", (PyCFunction)move_children, METH_O, move_doc},
    {"__enter__", (PyCFunction)nursery_enter, METH_NOARGS, "Enter the block, once."},
    {"__exit__", (PyCFunction)nursery_exit, METH_VARARGS, "Wait for the tasks, and leave it."},
    {NULL},
};

/* ---- the object ---- */

static int nursery_traverse(gh__nursery_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->scope);
    Py_VISIT(self->parent);
    Py_VISIT(self->errors);
    return 0;
}

static int nursery_clear(gh__nursery_t *self) {
    Py_CLEAR(self->parent);
    Py_CLEAR(self->errors);
    return 0;
}

static void nursery_dealloc(gh__nursery_t *self) {
    PyObject_GC_UnTrack(self);
    nursery_clear(self);
    Py_CLEAR(self->scope);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyDoc_STRVAR(nursery_doc, "What the Nursery of greenhost.nurseries is made of.");

PyTypeObject gh__NurseryType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.NurseryBase",
    .tp_basicsize = sizeof(gh__nursery_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = nursery_doc,
    .tp_new = nursery_new,
    .tp_dealloc = (destructor)nursery_dealloc,
    .tp_traverse = (traverseproc)nursery_traverse,
    .tp_clear = (inquiry)nursery_clear,
    .tp_methods = nursery_methods,
    .tp_getset = nursery_getset,
};
