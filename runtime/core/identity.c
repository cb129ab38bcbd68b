/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * identity.c: makes a task a thread, as far as Python can see.
 *
 * This is the one file that knows the private layout of CPython 3.11: PyThreadState's fields that
 * belong to a thread, who the main thread is, and the GIL's lock.
 */
#define Py_BUILD_CORE 1
#include "core/identity.h"
#include "core/park.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>

void gh__identity_init(gh_host_t *host, gh__identity_t *identity, unsigned long ident) {
    *identity = (gh__identity_t){
        .ident = ident, .thread_id = ident, .id = host->tstate->interp->threads.next_unique_id++};
}

void gh__identity_init_main(gh_host_t *host, gh__identity_t *identity) {
    *identity = (gh__identity_t){.ident = host->thread, .thread_id = host->thread};
}

#define SWAP(field)                                                                                \
    do {                                                                                           \
        __typeof__(identity->field) own = identity->field;                                         \
        identity->field = tstate->field;                                                           \
        tstate->field = own;                                                                       \
    } while (0)

/* The hub's, which a task gives back when it leaves, is empty, so that nothing the hub runs can touch
 * a task's. */
void gh__identity_swap(gh_host_t *host, gh__identity_t *identity) {
    PyThreadState *tstate = host->tstate;
    SWAP(thread_id);
    SWAP(id);
    SWAP(dict);
    SWAP(async_gen_firstiter);
    SWAP(async_gen_finalizer);
    SWAP(coroutine_origin_tracking_depth);
    SWAP(c_profilefunc);
    SWAP(c_profileobj);
    SWAP(c_tracefunc);
    SWAP(c_traceobj);
    SWAP(tracing);
    SWAP(on_delete);
    SWAP(on_delete_data);
}

/*
 * Clears what a finished thread leaves behind, as PyThreadState_Clear does: still inside the task,
 * since the finalizers of its thread-locals may look at them, or block.
 */
void gh__identity_clear(gh_host_t *host) {
    PyThreadState *tstate = host->tstate;
    if (tstate->c_profilefunc != NULL) PyEval_SetProfile(NULL, NULL);
    if (tstate->c_tracefunc != NULL) PyEval_SetTrace(NULL, NULL);
    Py_CLEAR(tstate->dict);
    Py_CLEAR(tstate->async_gen_firstiter);
    Py_CLEAR(tstate->async_gen_finalizer);
    /* Last of all, whoever waits in `threading` for the end of this thread. */
    void (*on_delete)(void *) = tstate->on_delete;
    tstate->on_delete = NULL;
    if (on_delete != NULL) on_delete(tstate->on_delete_data);
}

void gh__identity_set_main(unsigned long ident) { _PyRuntime.main_thread = ident; }

bool gh__identity_is_main(void) { return PyThread_get_thread_ident() == _PyRuntime.main_thread; }

bool gh__identity_is_runtime(const void *address) {
    return (const char *)address >= (const char *)&_PyRuntime &&
           (const char *)address < (const char *)(&_PyRuntime + 1);
}

bool gh__identity_is_key(pthread_key_t key) {
    return key == (pthread_key_t)_PyRuntime.gilstate.autoTSSkey._key;
}

bool gh__identity_signals_pending(void) {
    return _Py_atomic_load_relaxed(&_PyRuntime.ceval.signals_pending);
}

bool gh__identity_subinterpreters(void) {
    PyInterpreterState *first = _PyRuntime.interpreters.head;
    return first != NULL && first->next != NULL;
}

/*
 * Preemption.  CPython's eval loop gives the GIL away when asked, and drop_gil's first act is to
 * lock the GIL's mutex, through a call of libc that is ours: there the task can be switched out,
 * at a bytecode boundary where any other thread might have run.
 */
void gh__preempt_request(gh_host_t *host) {
    struct _ceval_state *ceval = &host->tstate->interp->ceval;
    host->preempt = true;
    _Py_atomic_store_relaxed(&ceval->gil_drop_request, 1);
    _Py_atomic_store_relaxed(&ceval->eval_breaker, 1);
}

/* CPython looks at these only when it takes the GIL, which a switch does not do. */
void gh__identity_attend(gh_host_t *host) {
    PyInterpreterState *interp = host->tstate->interp;
    if (_Py_atomic_load_relaxed(&_PyRuntime.ceval.signals_pending) ||
        _Py_atomic_load_relaxed(&interp->ceval.pending.calls_to_do))
        _Py_atomic_store_relaxed(&interp->ceval.eval_breaker, 1);
}

/*
 * Whoever takes the GIL first says that it is taken, then by whom.  Between the two, with the mutex
 * locked, it would look as though we had it still.
 */
static bool has_gil(const gh_host_t *host, struct _gil_runtime_state *gil) {
    libc_pthread_mutex_lock(&gil->mutex);
    bool has = _Py_atomic_load_relaxed(&gil->locked) &&
               _Py_atomic_load_relaxed(&gil->last_holder) == (uintptr_t)host->tstate;
    libc_pthread_mutex_unlock(&gil->mutex);
    return has;
}

/* True in drop_gil, and not in take_gil, which locks the same mutex before it holds the GIL. */
bool gh__preempt_wanted(gh_host_t *host, const void *mutex) {
    struct _gil_runtime_state *gil = &_PyRuntime.ceval.gil;
    return mutex == &gil->mutex && host->running != NULL && host->no_switch == 0 &&
           has_gil(host, gil);
}

/* take_gil drops all requests, and this one was not for the sake of a thread that has the GIL now. */
void gh__preempt_renew(gh_host_t *host, const void *mutex) {
    if (mutex == &_PyRuntime.ceval.gil.mutex) gh__preempt_request(host);
}

/* Whoever was asked for the GIL waits in drop_gil until another thread has taken it; but it was us
 * who asked, and there may be no other thread. */
bool gh__preempt_skips(gh_host_t *host, const void *condition) {
    return host->preempt && condition == &_PyRuntime.ceval.gil.switch_cond;
}

void gh__preempted(gh_host_t *host) {
    host->preempt = false;
    /* Left set, drop_gil would wait for another thread to take the GIL, and there may be none. */
    _Py_atomic_store_relaxed(&host->tstate->interp->ceval.gil_drop_request, 0);
    PyThreadState_Swap(host->tstate);
    gh__yield_held(host->running);
    PyThreadState_Swap(NULL);
}

/* CPython asks for a thread's identity in one place; its call of pthread_self is learnt here. */
int gh__identity_open(gh_host_t *host) {
    host->thread = PyThread_get_thread_ident();
    return gh__pthread_self_learn();
}
