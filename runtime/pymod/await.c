/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * await.c: await_(x), which blocks the calling task until x is done.
 *
 * An outcome is waited for as it is.  A coroutine is driven by the caller: what it awaits in the end
 * it yields up to here, one thing after the other.  Outcomes are waited for; what belongs to asyncio
 * or to Trio goes through the portal of the task that they are running.
 */
#include "core/errors.h"
#include "core/portal.h"
#include "core/promise.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

/* ---- await outcome, in a coroutine ---- */

/* An iterator that yields the outcome itself to whoever drives the coroutine. */
typedef struct {
    PyObject_HEAD gh__outcome_t *outcome;
} waiting_t;

static int waiting_traverse(waiting_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->outcome);
    return 0;
}

static void waiting_dealloc(waiting_t *self) {
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->outcome);
    PyObject_GC_Del(self);
}

static PyObject *waiting_next(waiting_t *self) {
    if (!self->outcome->settled) return Py_NewRef(self->outcome);
    PyObject *value = gh__outcome_take(self->outcome);
    if (value == NULL) return NULL;
    _PyGen_SetStopIterationValue(value);
    Py_DECREF(value);
    return NULL;
}

static PyTypeObject waiting_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.Waiting",
    .tp_basicsize = sizeof(waiting_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)waiting_dealloc,
    .tp_traverse = (traverseproc)waiting_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)waiting_next,
};

static PyObject *throw_name, *cr_await_name;

int gh__await_open(void) {
    if (throw_name == NULL) throw_name = PyUnicode_InternFromString("throw");
    if (cr_await_name == NULL) cr_await_name = PyUnicode_InternFromString("cr_await");
    if (throw_name == NULL || cr_await_name == NULL) return -1;
    return PyType_Ready(&waiting_type);
}

/* Calls a function of one of our modules with one argument.  New reference, or NULL. */
static PyObject *call_ours(const char *module_name, const char *function, PyObject *argument) {
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *result = module ? PyObject_CallMethod(module, function, "O", argument) : NULL;
    Py_XDECREF(module);
    return result;
}

static PyObject *new_waiting(gh__outcome_t *outcome) {
    waiting_t *waiting = PyObject_GC_New(waiting_t, &waiting_type);
    if (waiting == NULL) return NULL;
    waiting->outcome = (gh__outcome_t *)Py_NewRef(outcome);
    PyObject_GC_Track(waiting);
    return (PyObject *)waiting;
}

/* Where asyncio or Trio runs a task, what is yielded is for that. */
PyObject *gh__outcome_iterator(gh__outcome_t *outcome) {
    PyObject *tasks[2] = {NULL, NULL};
    if (!outcome->settled && gh__async_tasks(tasks) < 0) return NULL;
    if (tasks[0] == NULL && tasks[1] == NULL) return new_waiting(outcome);
    return call_ours("greenhost.waits", "steps", (PyObject *)outcome);
}

/* ---- driving a coroutine ---- */

/* A generator made by types.coroutine(). */
static bool is_generator_coroutine(PyObject *awaitable) {
    if (!PyGen_CheckExact(awaitable)) return false;
    return ((PyGenObject *)awaitable)->gi_code->co_flags & CO_ITERABLE_COROUTINE;
}

PyObject *gh__await_iterator(PyObject *awaitable) {
    if (PyCoro_CheckExact(awaitable) || is_generator_coroutine(awaitable))
        return Py_NewRef(awaitable);
    const char *type = Py_TYPE(awaitable)->tp_name;
    PyAsyncMethods *methods = Py_TYPE(awaitable)->tp_as_async;
    if (methods == NULL || methods->am_await == NULL)
        return PyErr_Format(PyExc_TypeError,
                            "object %.100s can't be used in 'await' expression; await_() needs a "
                            "task, a promise, an operation or a coroutine",
                            type);
    PyObject *iterator = methods->am_await(awaitable);
    if (iterator == NULL || PyIter_Check(iterator)) return iterator;
    PyErr_Format(PyExc_TypeError, "%.100s.__await__() returned %.100s, which is no iterator", type,
                 Py_TYPE(iterator)->tp_name);
    Py_DECREF(iterator);
    return NULL;
}

/* gi_frame_state of one that has not, in CPython's own headers. */
#define FRAME_CREATED (-2)

static bool has_begun(PyObject *coroutine) {
    return ((PyCoroObject *)coroutine)->cr_frame_state != FRAME_CREATED;
}

/* A coroutine that waits in another task must not be resumed by this one. */
static int check_idle(PyObject *iterator) {
    if (!PyCoro_CheckExact(iterator) || !has_begun(iterator)) return 0;
    PyObject *awaited = PyObject_GetAttr(iterator, cr_await_name);
    Py_XDECREF(awaited);
    if (awaited == Py_None) return 0;
    if (awaited != NULL)
        PyErr_SetString(PyExc_RuntimeError, "the coroutine is being awaited already");
    return -1;
}

/* Throws the exception being raised into the iterator, which may catch it and go on. */
static PySendResult throw_into(PyObject *iterator, PyObject **result) {
    PyObject *error = gh__take_error(), *method;
    if (_PyObject_LookupAttr(iterator, throw_name, &method) == 0) { /* it can't catch anything */
        PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(error)), error,
                      PyException_GetTraceback(error));
        return PYGEN_ERROR;
    }
    *result = method ? PyObject_CallOneArg(method, error) : NULL;
    Py_XDECREF(method);
    Py_DECREF(error);
    if (*result != NULL) return PYGEN_NEXT;
    return _PyGen_FetchStopIterationValue(result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}

/* Waits for what the coroutine yielded (stolen).  What it must be sent then, or NULL with the
 * exception that it must get. */
static PyObject *wait_for(gh__portal_t *portal, PyObject *yielded) {
    PyObject *answer = NULL;
    if (PyObject_TypeCheck(yielded, &gh__OutcomeType)) {
        if (gh__outcome_join((gh__outcome_t *)yielded, GH__NEVER) >= 0) answer = Py_NewRef(Py_None);
    } else if (portal != NULL) {
        return gh__portal_yield(portal, yielded);
    } else {
        PyErr_Format(PyExc_RuntimeError,
                     "the coroutine awaits a %.100s, which needs the event loop it belongs to; run "
                     "it there, for example with asyncio.run()",
                     Py_TYPE(yielded)->tp_name);
    }
    Py_DECREF(yielded);
    return answer;
}

PySendResult gh__await_step(PyObject *iterator, PyObject *value, PyObject **result) {
    *result = NULL;
    if (GH__UNLIKELY(value == NULL)) return throw_into(iterator, result);
    PySendResult step = PyIter_Send(iterator, value, result);
    Py_DECREF(value);
    return step;
}

/* Runs an iterator to its end.  What it yields goes through the portal, if there is one. */
static PyObject *drive_to_end(PyObject *iterator, gh__portal_t *portal) {
    PyObject *result, *value = Py_NewRef(Py_None);
    for (;;) {
        PySendResult step = gh__await_step(iterator, value, &result);
        if (step != PYGEN_NEXT) return step == PYGEN_RETURN ? result : NULL;
        value = wait_for(portal, result);
    }
}

/* ---- in a task of asyncio or Trio ---- */

bool gh__portal_is_of(const gh__portal_t *portal, PyObject *const tasks[2]) {
    return portal->tasks[0] == tasks[0] && portal->tasks[1] == tasks[1];
}

/* A task of asyncio or Trio can't wait here.  The coroutine is closed, so that nothing is said of
 * one that was never awaited.  NULL, with a RuntimeError that says what to do. */
static PyObject *refuse(PyObject *awaitable) {
    PyObject *reason = call_ours("greenhost.portals", "missing", awaitable);
    PyObject *type, *value, *traceback, *closed = NULL;
    if (reason != NULL) PyErr_SetObject(PyExc_RuntimeError, reason);
    PyErr_Fetch(&type, &value, &traceback);
    if (PyCoro_CheckExact(awaitable)) closed = PyObject_CallMethod(awaitable, "close", NULL);
    Py_XDECREF(closed);
    PyErr_Restore(type, value, traceback);
    Py_XDECREF(reason);
    return NULL;
}

/* The portal to wait through.  1: it is needed and not there, 0, or -1 with an exception. */
static int find_portal(gh__portal_t **portal) {
    PyObject *tasks[2];
    if (gh__async_tasks(tasks) < 0) return -1;
    *portal = gh__portals.current;
    if (*portal != NULL && gh__portal_is_of(*portal, tasks)) return 0;
    *portal = NULL;
    return tasks[0] != NULL || tasks[1] != NULL;
}

static PyObject *drive(PyObject *awaitable, gh__portal_t *portal) {
    PyObject *iterator = gh__await_iterator(awaitable);
    if (iterator == NULL) return NULL;
    PyObject *result = NULL;
    Py_XINCREF(portal);
    if (check_idle(iterator) == 0) result = drive_to_end(iterator, portal);
    Py_XDECREF(portal);
    Py_DECREF(iterator);
    return result;
}

/* ---- await_() ---- */

static PyObject *join(gh__outcome_t *outcome) {
    return gh__outcome_join(outcome, GH__NEVER) < 0 ? NULL : gh__outcome_take(outcome);
}

/* In a plain task a coroutine may need an event loop from its first step on, so that must be known
 * before: while the program has imported neither library, it can't. */
static bool may_need_loop(void) {
    return gh__async_imported() && gh__current != NULL && gh__current->running != NULL;
}

PyObject *gh__await(PyObject *Py_UNUSED(module), PyObject *awaitable) {
    gh__portal_t *portal;
    bool is_outcome = PyObject_TypeCheck(awaitable, &gh__OutcomeType);
    if (is_outcome && ((gh__outcome_t *)awaitable)->settled)
        return gh__outcome_take((gh__outcome_t *)awaitable);
    int missing = find_portal(&portal);
    if (missing < 0) return NULL;
    if (portal != NULL) return drive(awaitable, portal);
    if (is_outcome) return join((gh__outcome_t *)awaitable);
    if (missing) return refuse(awaitable);
    return may_need_loop() ? call_ours("greenhost.loops", "wait", awaitable)
                           : drive(awaitable, NULL);
}

PyDoc_STRVAR(drive_doc,
             "drive(awaitable, /)\n--\n\n"
             "Do as await_() in a program that has imported neither asyncio nor Trio.\n\n"
             "Parks the calling task.");

static PyObject *drive_here(PyObject *Py_UNUSED(module), PyObject *awaitable) {
    return drive(awaitable, NULL);
}

PyDoc_STRVAR(current_context_doc, "current_context()\n--\n\n"
                                  "Return the contextvars.Context of the caller, itself.\n\n"
                                  "From any thread; never parks.");

static PyObject *current_context(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    return Py_XNewRef(gh__context());
}

PyDoc_STRVAR(await_in_doc, "await_in(context, awaitable, /)\n--\n\n"
                           "Call await_(awaitable) in a contextvars.Context that may be in use "
                           "elsewhere.\n\nParks as await_() does.");

static PyObject *await_in(PyObject *module, PyObject *args) {
    PyObject *context, *awaitable;
    if (!PyArg_ParseTuple(args, "OO:await_in", &context, &awaitable)) return NULL;
    if (!PyContext_CheckExact(context)) {
        PyErr_SetString(PyExc_TypeError, "await_in() needs a contextvars.Context first");
        return NULL;
    }
    PyObject *outer = gh__context_exchange(Py_NewRef(context));
    PyObject *result = gh__await(module, awaitable);
    Py_XDECREF(gh__context_exchange(outer));
    return result;
}

PyMethodDef gh__await_functions[] = {
    {"drive", drive_here, METH_O, drive_doc},
    {"current_context", current_context, METH_NOARGS, current_context_doc},
    {"await_in", await_in, METH_VARARGS, await_in_doc},
    {NULL},
};
