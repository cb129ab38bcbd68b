/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * gil.c: the GIL, which is kept while nobody else could want it.
 *
 * To give it away and take it back costs three mutexes and two condition variables, and each call that
 * waits does so twice.  So PyEval_SaveThread and PyEval_RestoreThread are ours: as long as one thread
 * alone has ever asked for the GIL, they only say that it is released.  Whoever looks finds no current
 * thread state, as ever, but the lock stays taken.
 *
 * To ask for it is to lock its mutex, through a function that is ours.  A second thread that does so
 * ends this for good, and gives the GIL away in the place of the thread that keeps it; so does that
 * thread itself, where it asks in another way.  Nothing is lost between keeping it and being asked: one
 * says that it is kept, then looks whether it is shared; the other says that it is shared, then looks
 * whether it is kept.  One of them sees the other.
 *
 * A library which calls libpython's own two functions, as the shared libpython does itself, may be
 * mixed with one that calls these: libpython's take the GIL by asking for it.
 */
#include <stdatomic.h>

#define Py_BUILD_CORE 1
#include "core/gil.h"
#include "hooks/libc.h"
#include "internal.h"

#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>

const void *const gh__gil_mutex = &_PyRuntime.ceval.gil.mutex;

/* Its address says who we are. */
static _Thread_local char me __attribute__((tls_model("initial-exec")));

static _Atomic(const char *) owner;   /* the thread that asked first, NULL before */
static atomic_bool shared;            /* another one has asked since */
static _Atomic(PyThreadState *) kept; /* who is said to have released it, NULL for nobody */

/* In which this thread has released the GIL, NULL while it has it: a task is told from what runs in
 * another interpreter, which has no place for tasks. */
static _Thread_local const PyThreadState *released __attribute__((tls_model("initial-exec")));

bool gh__gil_released_in(const PyThreadState *tstate) { return released == tstate; }

/* take_gil and drop_gil both end here; before, it may be taken by somebody of whom it is not said yet. */
void gh__gil_settled(void) {
    struct _gil_runtime_state *gil = &_PyRuntime.ceval.gil;
    bool taken = _Py_atomic_load_relaxed(&gil->locked);
    released = taken ? NULL : (PyThreadState *)_Py_atomic_load_relaxed(&gil->last_holder);
}

static bool is_mine(void) { return atomic_load_explicit(&owner, memory_order_relaxed) == &me; }

/* True for the one who ends the keeping. */
static bool end(PyThreadState *tstate) {
    return atomic_compare_exchange_strong(&kept, &tstate, NULL);
}

static void set_current(PyThreadState *tstate) {
    _Py_atomic_store_relaxed(&_PyRuntime.gilstate.tstate_current, (uintptr_t)tstate);
}

static void give_away(void) {
    struct _gil_runtime_state *gil = &_PyRuntime.ceval.gil;
    libc_pthread_mutex_lock(&gil->mutex);
    _Py_atomic_store_relaxed(&gil->locked, 0);
    libc_pthread_cond_signal(&gil->cond);
    libc_pthread_mutex_unlock(&gil->mutex);
}

void gh__gil_asked(void) {
    const char *nobody = NULL;
    if (!is_mine() && !atomic_compare_exchange_strong(&owner, &nobody, &me))
        atomic_store(&shared, true);
    PyThreadState *tstate = atomic_load(&kept);
    if (tstate != NULL && end(tstate)) give_away();
}

/* What happened meanwhile is noticed when the GIL is taken. */
static void attend(PyThreadState *tstate) {
    struct _ceval_state *ceval = &tstate->interp->ceval;
    bool pending = _Py_atomic_load_relaxed(&_PyRuntime.ceval.signals_pending) ||
                   _Py_atomic_load_relaxed(&ceval->pending.calls_to_do);
    if (GH__UNLIKELY(pending) && PyThread_get_thread_ident() == _PyRuntime.main_thread)
        _Py_atomic_store_relaxed(&ceval->eval_breaker, 1);
}

/* Weak, so that they give way to libpython's own in a program that has linked that statically. */

__attribute__((weak)) PyThreadState *PyEval_SaveThread(void) {
    PyThreadState *tstate = PyThreadState_Get();
    if (is_mine() && !atomic_load_explicit(&shared, memory_order_relaxed)) {
        set_current(NULL);
        atomic_store(&kept, tstate);
        released = tstate;
        if (GH__LIKELY(!atomic_load(&shared)) || !end(tstate)) return tstate;
        set_current(tstate);
    }
    PyEval_ReleaseThread(tstate);
    return tstate;
}

__attribute__((weak)) void PyEval_RestoreThread(PyThreadState *tstate) {
    if (GH__UNLIKELY(!is_mine() || !end(tstate))) {
        PyEval_AcquireThread(tstate);
        return;
    }
    set_current(tstate);
    released = NULL;
    attend(tstate);
}
