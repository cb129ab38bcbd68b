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
#include "core/switch.h"
#include "internal.h"

_Thread_local gh__portal_t *gh__portal_current;

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

static PyObject *inner_main(PyObject *self, PyObject *Py_UNUSED(args)) {
    gh__portal_t *portal = (gh__portal_t *)self;
    PyObject *result = portal->run(portal, take_answer(portal));
    post(portal, result, result ? GH__PORTAL_RETURNED : GH__PORTAL_RAISED);
    Py_RETURN_NONE;
}

static PyMethodDef inner_main_def = {"portal", inner_main, METH_VARARGS, NULL};

/* ---- the library's side ---- */

static int make_inner(gh__portal_t *portal) {
    if (gh__greenlet_load() < 0) return -1;
    PyObject *run = PyCFunction_New(&inner_main_def, (PyObject *)portal);
    if (run == NULL) return -1;
    portal->library = gh__greenlet_current();
    portal->inner = gh__greenlet_new(run);
    portal->waiting = (PyGreenlet *)Py_XNewRef(portal->inner);
    Py_DECREF(run);
    return portal->inner == NULL ? -1 : 0;
}

/* The inner greenlet ends into its parent, which has to be the one that this step comes from. */
static int find_library(gh__portal_t *portal) {
    if (portal->inner == NULL) return make_inner(portal);
    PyGreenlet *greenlet = gh__greenlet_current();
    int result = greenlet == portal->library ? 0 : gh__greenlet_set_parent(portal->inner, greenlet);
    if (result == 0)
        Py_SETREF(portal->library, greenlet);
    else
        Py_DECREF(greenlet);
    return result;
}

/*
 * Greenlet keeps a context for each greenlet; ours has to have its task's, whichever that is now.
 * But code behind the portal may be in the middle of a Context.run(), and then keeps what it has.
 */
static int give_context(gh__portal_t *portal, PyObject *context) {
    PyObject *inner = (PyObject *)portal->inner, *has = PyObject_GetAttrString(inner, "gr_context");
    if (has == NULL) return -1;
    bool ours = has == (portal->context ? portal->context : Py_None);
    Py_DECREF(has);
    if (!ours) return 0;
    Py_XSETREF(portal->context, Py_XNewRef(context));
    return PyObject_SetAttrString(inner, "gr_context", context ? context : Py_None);
}

static int begin_step(gh__portal_t *portal) {
    PyObject *context = PyThreadState_Get()->context;
    if (find_library(portal) < 0) return -1;
    return context == portal->context ? 0 : give_context(portal, context);
}

/* Clears what belongs to the greenlets.  What still waits in them is thrown out of there, if this
 * was the last that knew of them. */
void gh__portal_abandon(gh__portal_t *portal) {
    portal->done = true;
    Py_CLEAR(portal->waiting);
    Py_CLEAR(portal->inner);
    Py_CLEAR(portal->library);
    Py_CLEAR(portal->context);
}

static PySendResult read_message(gh__portal_t *portal, PyObject **result) {
    switch (portal->state) {
    case GH__PORTAL_YIELDED: *result = take_value(portal); return PYGEN_NEXT;
    case GH__PORTAL_RETURNED:
        gh__portal_abandon(portal);
        *result = take_value(portal);
        return PYGEN_RETURN;
    case GH__PORTAL_RAISED:
        gh__portal_abandon(portal);
        take_error(portal);
        return PYGEN_ERROR;
    default:
        PyErr_SetString(PyExc_RuntimeError,
                        "a greenlet behind a portal switched to the event loop's; only await_() "
                        "may do that");
        return PYGEN_ERROR;
    }
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
    PySendResult step = PYGEN_ERROR;
    gh__portal_t *outer = gh__portal_current; /* its own step keeps it */
    Py_INCREF(portal);
    portal->stepping = true;
    gh__portal_current = portal;
    post(portal, Py_XNewRef(value), value ? GH__PORTAL_VALUE : GH__PORTAL_ERROR);
    int status = begin_step(portal) < 0 ? -1 : gh__greenlet_switch(portal->waiting);
    gh__portal_current = outer;
    portal->stepping = false;
    if (status == 0) step = read_message(portal, result);
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
