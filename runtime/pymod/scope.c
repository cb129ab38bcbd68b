/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * scope.c: the Python type CancelScope, with Trio's meaning.
 */
#include <math.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/errors.h"
#include "core/scope.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

static double now_in_seconds(void) { return (double)gh__now() / (double)GH__NS_PER_SECOND; }

/* ---- attributes ---- */

static int parse_deadline(PyObject *value, double *when) {
    *when = PyFloat_AsDouble(value);
    if (*when == -1.0 && PyErr_Occurred()) return -1;
    if (!isnan(*when)) return 0;
    PyErr_SetString(PyExc_ValueError, "a deadline can't be NaN; math.inf means none");
    return -1;
}

static int parse_shield(PyObject *value, bool *shield) {
    *shield = value == Py_True;
    if (PyBool_Check(value)) return 0;
    PyErr_SetString(PyExc_TypeError, "shield must be a bool");
    return -1;
}

static int refuse_delete(PyObject *value) {
    if (value != NULL) return 0;
    PyErr_SetString(PyExc_TypeError, "attributes of a CancelScope can't be deleted");
    return -1;
}

/* One that is entered belongs to the tasks, so to their thread. */
static int check_thread(const gh__scope_t *self) {
    return !gh__scope_in_tree(self) || gh__host_or_raise() != NULL ? 0 : -1;
}

/* ---- in a task of asyncio or Trio ---- */

/* Calls a function of greenhost.twins.  0, or -1 with an exception. */
static int call_twins(const char *name, PyObject *twin, PyObject *argument) {
    PyObject *module = PyImport_ImportModule("greenhost.twins");
    PyObject *done = module ? PyObject_CallMethod(module, name, "OO", twin, argument) : NULL;
    Py_XDECREF(done);
    Py_XDECREF(module);
    return done == NULL ? -1 : 0;
}

/* True or false; -1 with an exception. */
static int ask_twin(const gh__scope_t *self, const char *attribute) {
    PyObject *value = PyObject_GetAttrString(self->twin, attribute);
    int truth = value ? PyObject_IsTrue(value) : -1;
    Py_XDECREF(value);
    return truth;
}

/* ---- attributes, once more ---- */

static PyObject *get_deadline(gh__scope_t *self, void *Py_UNUSED(closure)) {
    return PyFloat_FromDouble(self->when);
}

static int set_deadline(gh__scope_t *self, PyObject *value, void *Py_UNUSED(closure)) {
    double when;
    if (refuse_delete(value) < 0 || check_thread(self) < 0 || parse_deadline(value, &when) < 0)
        return -1;
    if (self->twin != NULL && call_twins("set_deadline", self->twin, value) < 0) return -1;
    if (gh__scope_set_deadline(self, when) == 0) return 0;
    PyErr_NoMemory();
    return -1;
}

static PyObject *get_shield(gh__scope_t *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(self->shield);
}

static int set_shield(gh__scope_t *self, PyObject *value, void *Py_UNUSED(closure)) {
    bool shield;
    if (refuse_delete(value) < 0 || check_thread(self) < 0 || parse_shield(value, &shield) < 0)
        return -1;
    if (self->twin != NULL && PyObject_SetAttrString(self->twin, "shield", value) < 0) return -1;
    gh__scope_set_shield(self, shield);
    return 0;
}

/* The loop looks at deadlines once a turn; whoever asks must not be told of an older state. */
static PyObject *get_cancel_called(gh__scope_t *self, void *Py_UNUSED(closure)) {
    if (check_thread(self) < 0) return NULL;
    int called = self->twin != NULL
                     ? ask_twin(self, "cancel_called")
                     : self->state != GH__SCOPE_LEFT && self->when <= now_in_seconds();
    if (called < 0) return NULL;
    if (called && !self->called) gh__scope_cancel(self);
    return PyBool_FromLong(self->called);
}

static PyObject *get_cancelled_caught(gh__scope_t *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(self->caught);
}

static PyGetSetDef scope_getset[] = {
    {"deadline", (getter)get_deadline, (setter)set_deadline,
     "When it cancels itself: seconds of current_time(), math.inf for never.", NULL},
    {"shield", (getter)get_shield, (setter)set_shield,
     "Whether cancellation from further out stops here.", NULL},
    {"cancel_called", (getter)get_cancel_called, NULL,
     "Whether cancel() was called, or the deadline has passed.", NULL},
    {"cancelled_caught", (getter)get_cancelled_caught, NULL,
     "Whether leaving it has absorbed a Cancelled.", NULL},
    {NULL},
};

/* ---- methods ---- */

PyDoc_STRVAR(cancel_doc,
             "cancel()\n--\n\n"
             "Cancel what is inside, now and for as long as it is inside.\n\n"
             "Every call in it that would block raises Cancelled. Once is enough. On the\n"
             "loop's thread, else RuntimeError; never parks.");

static PyObject *scope_cancel(gh__scope_t *self, PyObject *Py_UNUSED(args)) {
    if (check_thread(self) < 0) return NULL;
    gh__scope_cancel(self);
    if (self->twin != NULL) return PyObject_CallMethod(self->twin, "cancel", NULL);
    Py_RETURN_NONE;
}

/* ---- leaving ---- */

/* A RuntimeError in the place of `error` (stolen, NULL for none), which becomes its context. */
static PyObject *corrupted(PyObject *error, const char *format, PyObject *scope, PyObject *other) {
    PyErr_Format(PyExc_RuntimeError, format, scope, other);
    PyObject *result = gh__take_error();
    if (error != NULL) PyException_SetContext(result, error);
    return result;
}

/* Checks that it is the task's innermost, and puts the task under its parent.  Returns the error to
 * go on with (`error` is stolen); sets *over where the scope stays as it is. */
static PyObject *step_out(gh_task_t *task, gh__scope_t *self, PyObject *error, bool *over) {
    PyObject *inner = (PyObject *)task->scope;
    *over = false;
    if (task->scope == self) {
        gh__scope_activate(task, self->parent);
    } else if (self->abandoned) {
        /* Whoever left a scope around this one has raised the error already. */
    } else if (!gh__scope_encloses(self, task->scope)) {
        *over = true;
        error = corrupted(error, "%R is left in %R, which is not in it", (PyObject *)self,
                          (PyObject *)task);
    } else {
        error = corrupted(error,
                          "%R is left while %R, which was entered inside it, is not; scopes and "
                          "nurseries must be left in the opposite order, and not around the yield "
                          "of a generator that is no context manager",
                          (PyObject *)self, inner);
        gh__scope_activate(task, self->parent);
    }
    return error;
}

/* What a group is without the exceptions that scopes have raised: NULL where nothing remains. */
static PyObject *split(PyObject *group, bool *caught) {
    PyObject *pair = PyObject_CallMethod(group, "split", "O", gh__ScopeCancelled);
    if (pair == NULL) return gh__take_error();
    *caught = PyTuple_GET_ITEM(pair, 0) != Py_None;
    PyObject *rest = PyTuple_GET_ITEM(pair, 1);
    rest = rest == Py_None ? NULL : Py_NewRef(rest);
    Py_DECREF(pair);
    return rest;
}

/* What remains of the error (stolen) that leaves the scope. */
static PyObject *absorb(gh__scope_t *self, PyObject *error) {
    if (!self->effective || gh__scope_inherits(self)) return error;
    PyObject *rest = error;
    if (Py_IS_TYPE(error, (PyTypeObject *)gh__ScopeCancelled)) {
        self->caught = true;
        rest = NULL;
    } else if (PyObject_TypeCheck(error, (PyTypeObject *)PyExc_BaseExceptionGroup)) {
        bool caught = false;
        rest = split(error, &caught);
        if (!caught && rest != NULL) return error;
        self->caught = self->caught || caught;
    } else {
        return error;
    }
    Py_DECREF(error);
    return rest;
}

/* A time limit that has absorbed something, and lets nothing else pass, says so.  The Cancelled is a
 * means and not news, so it is no context. */
static PyObject *too_slow(void) {
    PyObject *error = PyObject_CallFunction(gh__TooSlowError, "s", "the time limit has passed");
    return error ? error : gh__take_error();
}

/* C code may have made an error of its own of a cancel, or ignored it; the cancel is what counts. */
static PyObject *collect_owed(gh_task_t *task, PyObject *error) {
    PyObject *owed = gh__cancel_take_scoped(task);
    if (owed == NULL) return error;
    if (error != NULL) PyException_SetContext(owed, error);
    return owed;
}

PyObject *gh__scope_leave(gh_task_t *task, gh__scope_t *self, PyObject *error) {
    if (self->state != GH__SCOPE_ENTERED)
        return corrupted(error, "%R was left already, or never entered, in %R", (PyObject *)self,
                         (PyObject *)task);
    bool over;
    error = step_out(task, self, collect_owed(task, error), &over);
    if (over) return error;
    if (error != NULL) error = absorb(self, error);
    if (task->told_of == self) task->told_of = NULL;
    gh__scope_close(self);
    return error == NULL && self->caught && self->fails ? too_slow() : error;
}

/* Another exception is raised as it is: the one being handled is no context of it. */
PyObject *gh__exit_with(PyObject *error, PyObject *rest) {
    if (rest == NULL) return PyBool_FromLong(error != Py_None);
    if (rest == error) {
        Py_DECREF(rest);
        Py_RETURN_FALSE;
    }
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(rest)), rest, PyException_GetTraceback(rest));
    return NULL;
}

/* What remains of the error (stolen, NULL for none) once the twin has been left with it. */
static PyObject *leave_twin(gh__scope_t *self, PyObject *error) {
    PyObject *value = error ? error : Py_None, *type = error ? (PyObject *)Py_TYPE(error) : Py_None;
    PyObject *exit = PyObject_CallMethod(self->twin, "__exit__", "OOO", type, value, Py_None);
    int absorbed = exit ? PyObject_IsTrue(exit) : -1;
    int called = absorbed < 0 ? -1 : ask_twin(self, "cancel_called");
    int caught = called < 0 ? -1 : ask_twin(self, "cancelled_caught");
    Py_XDECREF(exit);
    self->state = GH__SCOPE_LEFT;
    self->called = self->called || called > 0;
    self->caught = self->caught || caught > 0;
    Py_CLEAR(self->twin);
    if (caught >= 0 && !absorbed) return error;
    Py_XDECREF(error);
    if (caught < 0) return gh__take_error();
    return self->fails && self->caught ? too_slow() : NULL;
}

/* The portal behind which it was entered may have ended before it. */
static PyObject *leave_tree(gh_task_t *task, gh__scope_t *self, PyObject *error) {
    if (self->twin == NULL || gh__scope_encloses(self, task->scope))
        return gh__scope_leave(task, self, error);
    gh__scope_close(self);
    return error;
}

/* ---- with ---- */

/* The async task that is running has scopes of its own, for what its library waits for. */
static int enter_twin(gh__scope_t *self) {
    PyObject *module = PyImport_ImportModule("greenhost.twins");
    self->twin = module ? PyObject_CallMethod(module, "enter", "O", (PyObject *)self) : NULL;
    Py_XDECREF(module);
    if (self->twin == NULL) return -1;
    self->state = GH__SCOPE_ENTERED;
    return 0;
}

/* For what blocks the task, and the async library with it. */
static int enter_tree(gh__scope_t *self) {
    gh_host_t *host = gh__host_or_raise();
    /* From here on even a task that is alone parks, so there has to be a loop. */
    if (host == NULL || gh__switch_open(host) < 0) return -1;
    if (gh__scope_enter(host->running, self) == 0) return 0;
    PyErr_NoMemory();
    return -1;
}

static PyObject *scope_enter(gh__scope_t *self, PyObject *Py_UNUSED(args)) {
    PyObject *tasks[2];
    gh__portal_t *portal = gh__portals.current;
    if (self->state != GH__SCOPE_FRESH) {
        PyErr_SetString(PyExc_RuntimeError,
                        "each CancelScope may only be used for a single 'with' block");
        return NULL;
    }
    if (gh__async_tasks(tasks) < 0) return NULL;
    bool alone = tasks[0] == NULL && tasks[1] == NULL;
    bool steps = gh__current != NULL && portal != NULL && gh__portal_is_of(portal, tasks);
    if (!alone && enter_twin(self) < 0) return NULL;
    if ((!alone && !steps) || enter_tree(self) == 0) return Py_NewRef((PyObject *)self);
    PyObject *failure = gh__take_error();
    return gh__exit_with(Py_None, alone ? failure : leave_twin(self, failure));
}

static PyObject *scope_exit(gh__scope_t *self, PyObject *args) {
    PyObject *type, *error, *traceback;
    if (!PyArg_ParseTuple(args, "OOO:__exit__", &type, &error, &traceback)) return NULL;
    PyObject *rest = error == Py_None ? NULL : Py_NewRef(error);
    if (self->twin == NULL || gh__scope_in_tree(self)) {
        gh_host_t *host = gh__host_or_raise();
        if (host == NULL) return NULL;
        rest = leave_tree(host->running, self, rest);
    }
    if (self->twin != NULL) rest = leave_twin(self, rest);
    return gh__exit_with(error, rest);
}

static PyMethodDef scope_methods[] = {
    {"cancel", (PyCFunction)scope_cancel, METH_NOARGS, cancel_doc},
    {"__enter__", (PyCFunction)scope_enter, METH_NOARGS, "Enter the scope, once."},
    {"__exit__", (PyCFunction)scope_exit, METH_VARARGS, "Leave it, and absorb what it caused."},
    {NULL},
};

/* ---- the object ---- */

static PyObject *new_scope(PyTypeObject *type, PyObject *args, PyObject *kwargs,
                           const char *format) {
    static char *names[] = {"deadline", "shield", NULL};
    PyObject *deadline = NULL, *shield = Py_False;
    double when = INFINITY;
    bool shields;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &deadline, &shield) ||
        (deadline != NULL && parse_deadline(deadline, &when) < 0) ||
        parse_shield(shield, &shields) < 0)
        return NULL;
    gh__scope_t *self = (gh__scope_t *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    gh__scope_init(self);
    self->when = when;
    self->shield = shields;
    return (PyObject *)self;
}

static PyObject *scope_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    return new_scope(type, args, kwargs, "|$OO:CancelScope");
}

static int scope_traverse(gh__scope_t *self, visitproc visit, void *arg) {
    Py_VISIT(self->parent);
    Py_VISIT(self->twin);
    return 0;
}

/* Tasks and scopes inside would own it; but it may still have a parent and a deadline. */
static void scope_dealloc(gh__scope_t *self) {
    PyObject_GC_UnTrack(self);
    if (gh__scope_in_tree(self)) gh__scope_close(self);
    Py_CLEAR(self->twin);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *describe_deadline(const gh__scope_t *self) {
    double left = self->when - now_in_seconds();
    char text[80];
    if (isinf(self->when)) return PyUnicode_FromString("");
    snprintf(text, sizeof(text), ", deadline is %.2f seconds %s", fabs(left),
             left >= 0 ? "from now" : "ago");
    return PyUnicode_FromString(text);
}

static PyObject *scope_repr(gh__scope_t *self) {
    static const char *const words[] = {"unbound", "active", "exited"};
    PyObject *state = self->called ? PyUnicode_FromString(", cancelled") : describe_deadline(self);
    if (state == NULL) return NULL;
    PyObject *text =
        PyUnicode_FromFormat("<CancelScope at %p, %s%U>", self, words[self->state], state);
    Py_DECREF(state);
    return text;
}

PyDoc_STRVAR(scope_doc,
             "CancelScope(*, deadline=inf, shield=False)\n--\n\n"
             "Code that can be cancelled as a whole: what runs in its `with` block, and the tasks\n"
             "of the nurseries that are opened there.\n\n"
             "deadline: when it cancels itself, in seconds of current_time(). shield: whether\n"
             "cancellation from further out stops here. Both can be changed at any time.\n\n"
             "For one `with` block. Made on any thread, used on the loop's; never parks.");

PyTypeObject gh__ScopeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.CancelScope",
    .tp_basicsize = sizeof(gh__scope_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = scope_doc,
    .tp_new = scope_new,
    .tp_repr = (reprfunc)scope_repr,
    .tp_dealloc = (destructor)scope_dealloc,
    .tp_traverse = (traverseproc)scope_traverse,
    .tp_methods = scope_methods,
    .tp_getset = scope_getset,
};

/* ---- functions of the module ---- */

PyDoc_STRVAR(current_time_doc, "current_time()\n--\n\n"
                               "Return the time that deadlines are in: seconds of the monotonic "
                               "clock.\n\nFrom any thread; never parks.");

static PyObject *current_time(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    return PyFloat_FromDouble(now_in_seconds());
}

PyDoc_STRVAR(
    current_effective_deadline_doc,
    "current_effective_deadline()\n--\n\n"
    "Return the time when the running task will be cancelled by the scopes it is in: -inf\n"
    "when it is already, inf when there is none.\n\n"
    "On the loop's thread, else RuntimeError; never parks.");

static PyObject *current_effective_deadline(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(a)) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    double earliest = gh__scope_refuses(host->running) ? -INFINITY : INFINITY;
    for (gh__scope_t *scope = host->running->scope; scope != NULL; scope = scope->parent) {
        earliest = fmin(earliest, scope->when);
        if (scope->shield) break;
    }
    return PyFloat_FromDouble(earliest);
}

PyDoc_STRVAR(fail_at_doc,
             "fail_at(deadline, *, shield=False)\n--\n\n"
             "As move_on_at(), but the block raises TooSlowError, a TimeoutError, when it was\n"
             "cancelled.\n\nFrom any thread; never parks.");

/* An __exit__ in Python could be interrupted before its first step, and the scope stay entered. */
static PyObject *fail_at(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs) {
    PyObject *self = new_scope(&gh__ScopeType, args, kwargs, "O|$O:fail_at");
    if (self != NULL) ((gh__scope_t *)self)->fails = true;
    return self;
}

PyMethodDef gh__scope_functions[] = {
    {"fail_at", (PyCFunction)(void (*)(void))fail_at, METH_VARARGS | METH_KEYWORDS, fail_at_doc},
    {"current_time", current_time, METH_NOARGS, current_time_doc},
    {"current_effective_deadline", current_effective_deadline, METH_NOARGS,
     current_effective_deadline_doc},
    {NULL},
};
