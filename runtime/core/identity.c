/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * identity.c: makes a task a thread, as far as Python can see.
 *
 * With core/preempt.c it is all that knows the private layout of CPython 3.11: PyThreadState's fields
 * that belong to a thread, and who the main thread is; the GIL is that file's.
 *
 * Each task has a PyThreadState of its own in the interpreter's list, and the loop thread has one, in
 * which CPython runs.  Who runs has its contents there, who is parked has them in its own, with its
 * topmost frame.  So sys._current_frames(), faulthandler, PyThreadState_SetAsyncExc() and debuggers
 * find a thread for each task, where they look for threads.  Who runs has in its own what the hub has:
 * nothing.
 */
#include <errno.h>
#include <semaphore.h>

#define Py_BUILD_CORE 1
#include "core/identity.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>

#define SWAP(field)                                                                                \
    do {                                                                                           \
        __typeof__(state->field) own = state->field;                                               \
        state->field = tstate->field;                                                              \
        tstate->field = own;                                                                       \
    } while (0)

/* What a thread has of its own in its state and greenlet does not switch. */
static void swap(PyThreadState *tstate, PyThreadState *state) {
    SWAP(thread_id);
    SWAP(id);
    SWAP(dict);
    SWAP(async_exc);
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

/* ---- the list of thread states ---- */

/*
 * Any thread that makes itself known to Python (PyGILState_Ensure) locks the list of thread states,
 * without the GIL.  If the process forks at that moment, the child has the lock for ever, and waits for
 * it before it makes a new one.  So the list is locked while the process forks.
 */
void gh__identity_lock_list(void) {
    sem_t *list = (sem_t *)_PyRuntime.interpreters.mutex;
    while (list != NULL && libc_sem_wait(list) < 0 && errno == EINTR) continue;
}

void gh__identity_unlock_list(void) {
    sem_t *list = (sem_t *)_PyRuntime.interpreters.mutex;
    if (list != NULL) libc_sem_post(list);
}

static void enlist(PyThreadState *state) {
    struct pythreads *threads = &state->interp->threads;
    gh__identity_lock_list();
    state->id = ++threads->next_unique_id;
    state->prev = NULL;
    state->next = threads->head;
    if (state->next != NULL) state->next->prev = state;
    threads->head = state;
    gh__identity_unlock_list();
}

static void strike(PyThreadState *state) {
    gh__identity_lock_list();
    *(state->prev ? &state->prev->next : &state->interp->threads.head) = state->next;
    if (state->next != NULL) state->next->prev = state->prev;
    gh__identity_unlock_list();
}

/* Makes one that has been used a new thread's. */
static PyThreadState *take_spare(gh_host_t *host) {
    PyThreadState *state = host->spares[--host->spare_count];
    state->tracing = state->coroutine_origin_tracking_depth = 0;
    enlist(state);
    return state;
}

static void keep_spare(gh_host_t *host, PyThreadState *state) {
    strike(state);
    host->spares[host->spare_count++] = state;
}

PyThreadState *gh__identity_hide_hub(gh_host_t *host) {
    PyThreadState *state = host->running->identity.state;
    if (state != NULL) strike(state);
    return state;
}

void gh__identity_show_hub(PyThreadState *state) {
    if (state != NULL) enlist(state);
}

int gh__identity_make(gh_host_t *host, gh__identity_t *identity) {
    PyThreadState *state =
        host->spare_count > 0 ? take_spare(host) : PyThreadState_New(host->tstate->interp);
    if (state == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    bool runs = host->running != NULL && identity == &host->running->identity;
    state->thread_id = runs ? (unsigned long)host : identity->ident; /* the hub's, or its own */
    identity->state = state;
    return 0;
}

void gh__identity_drop(gh_host_t *host, gh__identity_t *identity) {
    PyThreadState *state = identity->state;
    if (state == NULL) return;
    identity->state = NULL;
    state->root_cframe.current_frame = NULL;
    PyThreadState_Clear(state);
    if (host->stopping || host->spare_count == GH__SPARES)
        PyThreadState_Delete(state);
    else
        keep_spare(host, state);
}

/* None of them is in the list any more. */
void gh__identity_close(gh_host_t *host) {
    while (host->spare_count > 0) PyMem_RawFree(host->spares[--host->spare_count]);
}

/* ---- in and out ---- */

/* The eval loop looks for an exception that another thread has sent only when it is told to. */
static void attend_exception(PyThreadState *tstate) {
    struct _ceval_state *ceval = &tstate->interp->ceval;
    ceval->pending.async_exc = 1;
    _Py_atomic_store_relaxed(&ceval->eval_breaker, 1);
}

/* What sys._current_exceptions() looks for: the exception that is being handled, or NULL. */
static PyObject *handled(const PyThreadState *tstate) {
    const _PyErr_StackItem *item = tstate->exc_info;
    while ((item->exc_value == NULL || item->exc_value == Py_None) && item->previous_item != NULL)
        item = item->previous_item;
    return item->exc_value;
}

void gh__identity_enter(gh_host_t *host, gh__identity_t *identity) {
    PyThreadState *tstate = host->tstate;
    gh__portals = identity->portals;
    if (identity->state == NULL) return;
    swap(tstate, identity->state);
    tstate->cframe->current_frame = identity->state->root_cframe.current_frame;
    identity->state->root_cframe.current_frame = NULL;
    Py_CLEAR(identity->state->exc_state.exc_value);
    if (GH__UNLIKELY(tstate->async_exc != NULL)) attend_exception(tstate);
}

/*
 * The hub's, which a task gives back when it leaves, is empty, so that nothing the hub runs can touch
 * a task's.  Nor does greenlet find a frame, of which it would make an object at every switch: to it, a
 * greenlet that waits is one that runs in another thread.
 */
void gh__identity_leave(gh_host_t *host, gh__identity_t *identity) {
    PyThreadState *tstate = host->tstate, *state = identity->state;
    identity->portals = gh__portals;
    gh__portals = (gh__portals_t){NULL, NULL};
    if (state == NULL) return;
    swap(tstate, state);
    state->root_cframe.current_frame = tstate->cframe->current_frame;
    tstate->cframe->current_frame = NULL;
    state->exc_state.exc_value = Py_XNewRef(handled(tstate));
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
    Py_CLEAR(tstate->async_exc);
    Py_CLEAR(tstate->async_gen_firstiter);
    Py_CLEAR(tstate->async_gen_finalizer);
    /* Last of all, whoever waits in `threading` for the end of this thread. */
    void (*on_delete)(void *) = tstate->on_delete;
    tstate->on_delete = NULL;
    if (on_delete != NULL) on_delete(tstate->on_delete_data);
    tstate->on_delete_data = NULL; /* that was its, and the thread state may be used again */
}

void gh__identity_count(gh_host_t *host, int change) {
    host->tstate->interp->threads.count += change;
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

/* CPython looks at these only when it takes the GIL, which a switch does not do. */
void gh__identity_attend(gh_host_t *host) {
    PyInterpreterState *interp = host->tstate->interp;
    if (_Py_atomic_load_relaxed(&_PyRuntime.ceval.signals_pending) ||
        _Py_atomic_load_relaxed(&interp->ceval.pending.calls_to_do))
        _Py_atomic_store_relaxed(&interp->ceval.eval_breaker, 1);
}

/* CPython asks for a thread's identity in one place; its call of pthread_self is learnt here. */
int gh__identity_open(gh_host_t *host) {
    host->thread = PyThread_get_thread_ident();
    return gh__pthread_self_learn();
}
