/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * portal.c: the trampoline between an async library and the greenlet that runs its task's code.
 *
 * The two sides exchange one message per switch, in the portal itself: results and exceptions never
 * travel through greenlet's own arguments, which would turn a GreenletExit into a return value.
 *
 * A step costs a pair of switches, and little else may be added to it: which portal the caller is
 * behind is a variable of the thread, which core/identity.c swaps with tasks, so that every task has
 * its own as well.
 */
#include "core/portal.h"
#include "core/frames.h"
#include "core/scope.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"

_Thread_local gh__portals_t gh__portals;

int gh__portal_open(void) { return PyType_Ready(&gh__PortalStateType); }

/* ---- messages ---- */

static void empty(gh__portal_t *portal) {
    portal->state = GH__PORTAL_EMPTY;
    for (int i = 0; i < 3; i++) Py_CLEAR(portal->message[i]);
}

/* Puts a value (stolen) into the portal, or the exception that is being raised. */
static void post(gh__portal_t *portal, PyObject *value, gh__portal_message_t state) {
    PyObject **message = portal->message;
    empty(portal);
    portal->state = state;
    if (value != NULL)
        message[0] = value;
    else
        PyErr_Fetch(&message[0], &message[1], &message[2]);
}

static PyObject *take_value(gh__portal_t *portal) {
    PyObject *value = portal->message[0];
    portal->message[0] = NULL;
    portal->state = GH__PORTAL_EMPTY;
    return value;
}

static PyObject *take_error(gh__portal_t *portal) {
    PyObject **message = portal->message;
    PyErr_Restore(message[0], message[1], message[2]);
    message[0] = message[1] = message[2] = NULL;
    portal->state = GH__PORTAL_EMPTY;
    return NULL;
}

/* ---- contexts ---- */

PyObject *gh__context(void) {
    PyThreadState *tstate = PyThreadState_Get();
    if (tstate->context == NULL) tstate->context = PyContext_New();
    return tstate->context;
}

PyObject *gh__context_exchange(PyObject *context) {
    PyThreadState *tstate = PyThreadState_Get();
    PyObject *old = tstate->context;
    tstate->context = context;
    tstate->context_ver++; /* context variables cache their values by it */
    return old;
}

/* ---- behind the portal ---- */

/* What the library has answered.  New reference, or NULL with its exception raised. */
static PyObject *take_answer(gh__portal_t *portal) {
    if (GH__LIKELY(portal->state == GH__PORTAL_VALUE)) return take_value(portal);
    if (portal->state == GH__PORTAL_ERROR) return take_error(portal);
    PyErr_SetString(PyExc_RuntimeError,
                    "a greenlet in await_() was switched to before what it waits for was done; let "
                    "the event loop resume it");
    return NULL;
}

PyObject *gh__portal_yield(gh__portal_t *portal, PyObject *yielded) {
    if (GH__UNLIKELY(!portal->stepping)) {
        Py_DECREF(yielded);
        PyErr_SetString(PyExc_RuntimeError,
                        "await_() can't wait here: the event loop no longer runs this task");
        return NULL;
    }
    post(portal, yielded, GH__PORTAL_YIELDED);
    Py_XSETREF(portal->waiting, gh__greenlet_current());
    return gh__greenlet_switch(portal->library) < 0 ? NULL : take_answer(portal);
}

/* Where to go on then, borrowed; NULL if the greenlet was ended in the middle, by nobody's step. */
static PyGreenlet *run_step(gh__portal_t *portal) {
    Py_INCREF(portal);
    gh__context_exchange(Py_NewRef(portal->context)); /* who is free has none */
    PyObject *result = NULL;
    PySendResult step = portal->run(portal, take_answer(portal), &result);
    post(portal, result,
         step == PYGEN_NEXT     ? GH__PORTAL_YIELDED
         : step == PYGEN_RETURN ? GH__PORTAL_RETURNED
                                : GH__PORTAL_RAISED);
    Py_XDECREF(gh__context_exchange(NULL));
    PyGreenlet *library = portal->stepping ? portal->library : NULL; /* the step owns the portal */
    Py_DECREF(portal);
    return library;
}

/* Runs one step after the other, of whatever portal makes it go on; ends where there is none. */
static PyObject *inner_main(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args)) {
    gh__frames_begin();
    while (gh__portals.current != NULL) {
        PyGreenlet *library = run_step(gh__portals.current);
        if (library == NULL || gh__greenlet_switch(library) < 0) break;
    }
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyMethodDef inner_main_def = {"portal", inner_main, METH_VARARGS, NULL};

/* ---- inner greenlets ---- */

/* The dictionary of the thread state owns it, so that they end with their thread. */
typedef struct gh__inners_s {
    size_t count;
    PyGreenlet *kept[GH__IDLE_GREENLETS];
} inners_t;

/* To throw it out, as greenlet does with one that is dropped, takes five times as long. */
static void end_inner(PyGreenlet *inner) {
    gh__portal_t *outer = gh__portals.current;
    PyGreenlet *self = gh__greenlet_current();
    gh__portals.current = NULL;
    if (gh__greenlet_set_parent(inner, self) < 0 || gh__greenlet_switch(inner) < 0) PyErr_Clear();
    gh__portals.current = outer;
    Py_DECREF(self);
    Py_DECREF(inner);
}

static void drop_inners(PyObject *capsule) {
    inners_t *inners = PyCapsule_GetPointer(capsule, NULL);
    if (gh__portals.free == inners) gh__portals.free = NULL;
    while (inners->count > 0) Py_DECREF(inners->kept[--inners->count]);
    PyMem_Free(inners);
}

/* Those of the running thread, NULL without an exception if they can't be had. */
static inners_t *make_inners(void) {
    PyObject *names = PyThreadState_GetDict();
    inners_t *inners = names ? PyMem_Calloc(1, sizeof *inners) : NULL;
    PyObject *capsule = inners ? PyCapsule_New(inners, NULL, drop_inners) : NULL;
    if (capsule == NULL) PyMem_Free(inners);
    bool kept = capsule != NULL && PyDict_SetItemString(names, "greenhost.portals", capsule) == 0;
    Py_XDECREF(capsule);
    PyErr_Clear();
    return kept ? (gh__portals.free = inners) : NULL;
}

static PyGreenlet *make_inner(void) {
    if (gh__greenlet_load() < 0) return NULL;
    gh__frames_open();
    PyObject *run = PyCFunction_New(&inner_main_def, NULL);
    PyGreenlet *inner = run ? gh__greenlet_new(run) : NULL;
    Py_XDECREF(run);
    return inner;
}

static int borrow_inner(gh__portal_t *portal) {
    inners_t *inners = gh__portals.free;
    bool kept = inners != NULL && inners->count > 0;
    portal->inner = kept ? inners->kept[--inners->count] : make_inner();
    return portal->inner == NULL ? -1 : 0;
}

/* One that the program holds is the same to it in the next step: SQLAlchemy's greenlets switch to the
 * one that made them. */
static void return_inner(gh__portal_t *portal) {
    if (!gh__greenlet_is_ours(portal->inner, 1)) return;
    inners_t *inners = gh__portals.free ? gh__portals.free : make_inners();
    PyGreenlet *inner = portal->inner;
    portal->inner = NULL;
    if (inners != NULL && inners->count < GH__IDLE_GREENLETS)
        inners->kept[inners->count++] = inner;
    else
        end_inner(inner);
}

/* ---- the library's side ---- */

/*
 * Greenlet keeps a context for each greenlet; one that waits has to have its task's, whichever that is
 * now.  But code behind the portal may be in the middle of a Context.run(), and then keeps what it has.
 */
static int give_context(gh__portal_t *portal, PyObject *context) {
    PyObject *inner = (PyObject *)portal->inner, *has = PyObject_GetAttrString(inner, "gr_context");
    if (has == NULL) return -1;
    bool ours = has == portal->context;
    Py_DECREF(has);
    return ours ? PyObject_SetAttrString(inner, "gr_context", context) : 0;
}

static int begin_step(gh__portal_t *portal) {
    PyObject *context = gh__context();
    if (context == NULL || (portal->inner == NULL && borrow_inner(portal) < 0)) return -1;
    Py_XSETREF(portal->library, gh__greenlet_current());
    if (context == portal->context) return 0;
    if (portal->waiting != NULL && give_context(portal, context) < 0) return -1;
    Py_XSETREF(portal->context, Py_NewRef(context));
    return 0;
}

static int go_on(gh__portal_t *portal) {
    PyObject *target = (PyObject *)portal->waiting;
    if (target == NULL) target = Py_NewRef(portal->inner);
    portal->waiting = NULL;
    int status = gh__greenlet_switch((PyGreenlet *)target);
    Py_DECREF(target);
    return status;
}

/* Scopes that are entered behind the portal are the task's during its steps: neither the library's own
 * waits are in them nor its other tasks. */
static int go_on_in_scope(gh__portal_t *portal) {
    gh_task_t *task = gh__current != NULL ? gh__current->running : NULL;
    if (task == NULL) return go_on(portal);
    PyObject *outer = Py_XNewRef(task->scope), *inner = (PyObject *)portal->scope;
    portal->scope = NULL;
    if (GH__UNLIKELY(inner != NULL)) gh__scope_activate(task, (gh__scope_t *)inner);
    int status = go_on(portal);
    if (GH__UNLIKELY((PyObject *)task->scope != outer)) {
        portal->scope = (gh__scope_t *)Py_XNewRef(task->scope);
        gh__scope_activate(task, (gh__scope_t *)outer);
    }
    Py_XDECREF(inner);
    Py_XDECREF(outer);
    return status;
}

/* Clears what belongs to the greenlets.  What still waits in them is thrown out of there, if this
 * was the last that knew of them. */
void gh__portal_abandon(gh__portal_t *portal) {
    portal->done = true;
    Py_CLEAR(portal->waiting);
    Py_CLEAR(portal->inner);
    Py_CLEAR(portal->library);
    Py_CLEAR(portal->context);
    Py_CLEAR(portal->scope);
}

static PySendResult read_message(gh__portal_t *portal, PyObject **result) {
    gh__portal_message_t state = portal->state;
    if (portal->waiting == NULL) return_inner(portal);
    if (state != GH__PORTAL_YIELDED) gh__portal_abandon(portal);
    *result = state == GH__PORTAL_RAISED ? take_error(portal) : take_value(portal);
    return state == GH__PORTAL_YIELDED    ? PYGEN_NEXT
           : state == GH__PORTAL_RETURNED ? PYGEN_RETURN
                                          : PYGEN_ERROR;
}

/* The switch has not come back from where it should: the inner greenlet is in the middle of something. */
static void fail_step(gh__portal_t *portal, int status) {
    if (status == 0)
        PyErr_SetString(PyExc_RuntimeError,
                        "a greenlet behind a portal switched to the event loop's; only await_() "
                        "may do that");
    gh__portal_abandon(portal);
}

static int check_step(const gh__portal_t *portal) {
    if (GH__LIKELY(!portal->stepping && !portal->done)) return 0;
    if (portal->stepping)
        PyErr_SetString(PyExc_ValueError, "coroutine already executing");
    else
        PyErr_SetString(PyExc_RuntimeError, "cannot reuse already awaited coroutine");
    return -1;
}

PySendResult gh__portal_step(gh__portal_t *portal, PyObject *value, PyObject **result) {
    *result = NULL;
    if (check_step(portal) < 0) return PYGEN_ERROR;
    gh__portal_t *outer = gh__portals.current; /* its own step keeps it */
    Py_INCREF(portal);
    portal->begun = portal->stepping = true;
    gh__portals.current = portal;
    post(portal, Py_XNewRef(value), value ? GH__PORTAL_VALUE : GH__PORTAL_ERROR);
    int status = begin_step(portal) < 0 ? -1 : go_on_in_scope(portal);
    gh__portals.current = outer;
    portal->stepping = false;
    PySendResult step = PYGEN_ERROR;
    if (status == 0 && portal->state >= GH__PORTAL_YIELDED)
        step = read_message(portal, result);
    else
        fail_step(portal, status);
    Py_DECREF(portal);
    return step;
}

/* ---- the object ---- */

gh__portal_t *gh__portal_new(gh__portal_run_t run, PyObject *target) {
    gh__portal_t *portal = PyObject_New(gh__portal_t, &gh__PortalStateType);
    if (portal == NULL) return NULL;
    memset((char *)portal + sizeof(PyObject), 0, sizeof *portal - sizeof(PyObject));
    portal->run = run;
    portal->target = Py_NewRef(target);
    return portal;
}

static void portal_dealloc(gh__portal_t *portal) {
    gh__portal_abandon(portal);
    empty(portal);
    Py_XDECREF(portal->target);
    PyObject_Free(portal);
}

PyTypeObject gh__PortalStateType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "greenhost.PortalState",
    .tp_basicsize = sizeof(gh__portal_t),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)portal_dealloc,
};
