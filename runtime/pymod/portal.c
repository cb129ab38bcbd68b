/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * portal.c: the Python type Portal, which an async library takes for a task's coroutine.
 *
 * It has a coroutine's methods and shows the attributes of the coroutine behind it, so that what
 * looks into tasks (a debugger, a repr, Trio's own checks) sees the program and not us.
 */
#include "core/portal.h"
#include "core/errors.h"
#include "internal.h"
#include "pymod/pymod.h"

typedef struct {
    PyObject_HEAD gh__portal_t *portal;
    PyObject *weakrefs;
} face_t;

/* ---- what runs behind it ---- */

static PySendResult run_coroutine(gh__portal_t *portal, PyObject *answer, PyObject **result) {
    return gh__await_step(portal->target, answer, result);
}

static PySendResult run_function(gh__portal_t *portal, PyObject *answer, PyObject **result) {
    if (answer == NULL) return PYGEN_ERROR; /* thrown into before it has begun */
    Py_DECREF(answer);
    *result = PyObject_CallNoArgs(portal->target);
    return *result == NULL ? PYGEN_ERROR : PYGEN_RETURN;
}

static PyObject *new_face(gh__portal_run_t run, PyObject *target) {
    face_t *face = PyObject_GC_New(face_t, &gh__PortalType);
    if (face == NULL) return NULL;
    face->weakrefs = NULL;
    face->portal = gh__portal_new(run, target);
    PyObject_GC_Track(face);
    if (face->portal == NULL) Py_CLEAR(face);
    return (PyObject *)face;
}

/* ---- a step ---- */

/* Keeps the exception that is being thrown, if one is. */
static void note_tasks(gh__portal_t *portal) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (gh__async_tasks(portal->tasks) < 0) PyErr_Clear();
    PyErr_Restore(type, value, traceback);
}

/* The first step is the first time that the portal's own task is sure to be the one that runs. */
static PySendResult step(face_t *self, PyObject *value, PyObject **result) {
    gh__portal_t *portal = self->portal;
    if (GH__UNLIKELY(!portal->begun)) note_tasks(portal);
    return gh__portal_step(portal, value, result);
}

/* As a method returns it: the end is a StopIteration. */
static PyObject *as_method(PySendResult status, PyObject *result) {
    if (status == PYGEN_RETURN) {
        _PyGen_SetStopIterationValue(result);
        Py_CLEAR(result);
    }
    return result;
}

PyDoc_STRVAR(send_doc, "send(value, /)\n--\n\nGo on with a value; return what is awaited next.");

static PyObject *send_value(face_t *self, PyObject *value) {
    PyObject *result;
    PySendResult status = step(self, value, &result);
    return as_method(status, result);
}

static PyObject *iternext(face_t *self) { return send_value(self, Py_None); }

/* Raises what the arguments of throw() say: an exception, or a type with a value and a traceback. */
static int raise_arguments(PyObject *args) {
    PyObject *type, *value = Py_None, *traceback = Py_None;
    if (!PyArg_ParseTuple(args, "O|OO:throw", &type, &value, &traceback)) return -1;
    if (PyExceptionInstance_Check(type)) {
        PyErr_Restore(Py_NewRef(PyExceptionInstance_Class(type)), Py_NewRef(type),
                      PyException_GetTraceback(type));
        return 0;
    }
    if (!PyExceptionClass_Check(type)) {
        PyErr_Format(PyExc_TypeError, "throw() needs an exception, not %.100s",
                     Py_TYPE(type)->tp_name);
        return -1;
    }
    PyErr_Restore(Py_NewRef(type), value == Py_None ? NULL : Py_NewRef(value),
                  traceback == Py_None ? NULL : Py_NewRef(traceback));
    return 0;
}

PyDoc_STRVAR(throw_doc, "throw(type, value=None, traceback=None, /)\n--\n\n"
                        "Go on with an exception; return what is awaited next.");

static PyObject *throw_error(face_t *self, PyObject *args) {
    PyObject *result;
    if (raise_arguments(args) < 0) return NULL;
    PySendResult status = step(self, NULL, &result);
    return as_method(status, result);
}

/* ---- the end ---- */

/* Nothing of it is on any stack. */
static PyObject *close_target(gh__portal_t *portal) {
    PyObject *target = portal->target;
    gh__portal_abandon(portal);
    if (portal->run == run_coroutine && PyObject_HasAttrString(target, "close"))
        return PyObject_CallMethod(target, "close", NULL);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(close_doc, "close()\n--\n\nEnd it with a GeneratorExit where it waits.");

static PyObject *close_face(face_t *self, PyObject *Py_UNUSED(args)) {
    gh__portal_t *portal = self->portal;
    PyObject *result;
    if (portal->done) Py_RETURN_NONE;
    if (portal->waiting == NULL) return close_target(portal);
    PyErr_SetNone(PyExc_GeneratorExit);
    PySendResult status = gh__portal_step(portal, NULL, &result);
    Py_XDECREF(result);
    if (status == PYGEN_RETURN) Py_RETURN_NONE;
    if (status == PYGEN_NEXT) {
        PyErr_SetString(PyExc_RuntimeError, "coroutine ignored GeneratorExit");
        return NULL;
    }
    if (!PyErr_ExceptionMatches(PyExc_GeneratorExit)) return NULL;
    PyErr_Clear();
    Py_RETURN_NONE;
}

/* A task that is dropped in the middle: its `finally` blocks run, as a coroutine's do. */
static void face_finalize(PyObject *object) {
    face_t *self = (face_t *)object;
    PyObject *type, *value, *traceback;
    if (self->portal == NULL || self->portal->waiting == NULL) return;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *closed = close_face(self, NULL);
    if (closed == NULL) PyErr_WriteUnraisable(object);
    Py_XDECREF(closed);
    PyErr_Restore(type, value, traceback);
}

/* Where a stack has the portal too, what that keeps is no part of a cycle that could be collected. */
static int face_traverse(face_t *self, visitproc visit, void *arg) {
    if (self->portal == NULL || Py_REFCNT(self->portal) > 1) return 0;
    Py_VISIT(self->portal->target);
    Py_VISIT(self->portal->context);
    return 0;
}

static void face_dealloc(face_t *self) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)self) < 0) return;
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    if (self->portal != NULL) gh__portal_abandon(self->portal);
    Py_XDECREF(self->portal);
    PyObject_GC_Del(self);
}

/* ---- what it shows ---- */

PyObject *gh__portal_seen_through(PyObject *coroutine) {
    if (Py_IS_TYPE(coroutine, &gh__PortalType))
        Py_SETREF(coroutine, Py_NewRef(((face_t *)coroutine)->portal->target));
    return coroutine;
}

static PyObject *get_of_target(face_t *self, void *name) {
    return PyObject_GetAttrString(self->portal->target, name);
}

static PyObject *face_repr(face_t *self) {
    return PyUnicode_FromFormat("<Portal of %R>", self->portal->target);
}

static PyMethodDef face_methods[] = {
    {"send", (PyCFunction)send_value, METH_O, send_doc},
    {"throw", (PyCFunction)throw_error, METH_VARARGS, throw_doc},
    {"close", (PyCFunction)close_face, METH_NOARGS, close_doc},
    {NULL},
};

#define OF_TARGET(name)                                                                            \
    { name, (getter)get_of_target, NULL, "The coroutine's own " name ".", name }

static PyGetSetDef face_getset[] = {
    OF_TARGET("cr_await"),     OF_TARGET("cr_code"),    OF_TARGET("cr_frame"),
    OF_TARGET("cr_origin"),    OF_TARGET("cr_running"), OF_TARGET("cr_suspended"),
    OF_TARGET("__qualname__"), OF_TARGET("__name__"),   {NULL},
};

static PyAsyncMethods face_async = {
    .am_await = PyObject_SelfIter,
    .am_send = (sendfunc)step,
};

PyDoc_STRVAR(face_doc, "A coroutine or a function that runs behind a portal: it may use await_().");

PyTypeObject gh__PortalType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Portal",
    .tp_basicsize = sizeof(face_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = face_doc,
    .tp_repr = (reprfunc)face_repr,
    .tp_dealloc = (destructor)face_dealloc,
    .tp_traverse = (traverseproc)face_traverse,
    .tp_finalize = face_finalize,
    .tp_weaklistoffset = offsetof(face_t, weakrefs),
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)iternext,
    .tp_as_async = &face_async,
    .tp_methods = face_methods,
    .tp_getset = face_getset,
};

/* ---- functions of the module ---- */

PyDoc_STRVAR(open_portal_doc, "open_portal(awaitable, /)\n--\n\n"
                              "Return a Portal, to be awaited in its place.\n\n"
                              "From any thread; never parks.");

/* What a library would step: a coroutine of whatever type as it is. */
static PyObject *steps_of(PyObject *awaitable) {
    bool steps = PyCoro_CheckExact(awaitable) || (PyObject_HasAttrString(awaitable, "send") &&
                                                  PyObject_HasAttrString(awaitable, "throw"));
    return steps ? Py_NewRef(awaitable) : gh__await_iterator(awaitable);
}

static PyObject *open_portal(PyObject *Py_UNUSED(module), PyObject *awaitable) {
    PyObject *iterator = steps_of(awaitable);
    PyObject *face = iterator ? new_face(run_coroutine, iterator) : NULL;
    Py_XDECREF(iterator);
    return face;
}

PyDoc_STRVAR(open_portal_sync_doc, "open_portal_sync(function, /)\n--\n\n"
                                   "Return a Portal that calls function() once it is awaited.\n\n"
                                   "From any thread; never parks.");

static PyObject *open_portal_sync(PyObject *Py_UNUSED(module), PyObject *function) {
    return new_face(run_function, function);
}

PyDoc_STRVAR(in_portal_doc, "in_portal()\n--\n\n"
                            "Return whether await_() can wait in the running async task.\n\n"
                            "From any thread; never parks.");

static PyObject *in_portal(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    PyObject *tasks[2];
    gh__portal_t *portal = gh__portals.current;
    if (portal == NULL) Py_RETURN_FALSE;
    if (gh__async_tasks(tasks) < 0) return NULL;
    return PyBool_FromLong(gh__portal_is_of(portal, tasks));
}

PyDoc_STRVAR(async_tasks_doc,
             "async_tasks()\n--\n\n"
             "Return the tasks of asyncio and of Trio that are running here, or None for each.\n\n"
             "From any thread; never parks.");

static PyObject *async_tasks(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    PyObject *tasks[2];
    if (gh__async_tasks(tasks) < 0) return NULL;
    return PyTuple_Pack(2, tasks[0] ? tasks[0] : Py_None, tasks[1] ? tasks[1] : Py_None);
}

PyDoc_STRVAR(replace_coroutine_doc, "replace_coroutine(task, coroutine, /)\n--\n\n"
                                    "Make an asyncio task run another coroutine from its next "
                                    "step on.\n\nFrom any thread; never parks.");

static PyObject *replace_coroutine(PyObject *Py_UNUSED(module), PyObject *args) {
    PyObject *task, *coroutine;
    if (!PyArg_ParseTuple(args, "OO:replace_coroutine", &task, &coroutine)) return NULL;
    if (gh__asyncio_replace_coroutine(task, coroutine) < 0) return NULL;
    Py_RETURN_NONE;
}

PyMethodDef gh__portal_functions[] = {
    {"open_portal", open_portal, METH_O, open_portal_doc},
    {"open_portal_sync", open_portal_sync, METH_O, open_portal_sync_doc},
    {"in_portal", in_portal, METH_NOARGS, in_portal_doc},
    {"async_tasks", async_tasks, METH_NOARGS, async_tasks_doc},
    {"replace_coroutine", replace_coroutine, METH_VARARGS, replace_coroutine_doc},
    {NULL},
};
