/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * preempt.c: a task that computes gives way between two bytecodes, as a thread does.
 *
 * CPython's eval loop gives the GIL away when asked, and drop_gil's first act is to lock the GIL's
 * mutex, through a call of libc that is ours: there the task can be switched out, at a bytecode
 * boundary where any other thread might have run.  core/watch.c asks, for the sake of fairness;
 * core/signal.c does, for that of the main task, which has a handler to run.
 */
#define Py_BUILD_CORE 1
#include "core/preempt.h"
#include "core/deadline.h"
#include "core/park.h"
#include "core/pin.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#include <internal/pycore_frame.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>

static struct _ceval_state *ceval_of(gh_host_t *host) { return &host->tstate->interp->ceval; }

void gh__preempt_request(gh_host_t *host) {
    struct _ceval_state *ceval = ceval_of(host);
    host->preempt = true;
    _Py_atomic_store_relaxed(&ceval->gil_drop_request, 1);
    _Py_atomic_store_relaxed(&ceval->eval_breaker, 1);
}

/* A thread whose own request goes with ours makes another one soon. */
void gh__preempt_forget(gh_host_t *host) {
    host->preempt = false;
    _Py_atomic_store_relaxed(&ceval_of(host)->gil_drop_request, 0);
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

/* A __del__ method interrupts code that does not expect to be. */
static bool finalizing(gh_host_t *host) {
    const _PyInterpreterFrame *frame = host->tstate->cframe->current_frame;
    while (frame != NULL && frame->f_code->co_name != host->del_name) frame = frame->previous;
    return frame != NULL;
}

/* Here the eval loop has no thread state, and its call of C, which was too long, is over. */
static void tell_of_pin(gh_host_t *host) {
    PyThreadState_Swap(host->tstate);
    gh__pin_tell(host);
    PyThreadState_Swap(NULL);
}

/* True in drop_gil, and not in take_gil, which locks the same mutex before it holds the GIL. */
bool gh__preempt_wanted(gh_host_t *host) {
    gh_task_t *task = host->running;
    if (task == NULL || task->state != GH__RUNNING || host->no_switch > 0 || host->in_surface ||
        !has_gil(host, &_PyRuntime.ceval.gil))
        return false;
    if (GH__UNLIKELY(gh__pin_is_due(host)))
        tell_of_pin(host);
    else if (gh__pin_steps(host))
        gh__pin_step(host);
    /* The collector's lists of objects begin on the stack, where others would have things of theirs. */
    bool may = !host->tstate->interp->gc.collecting;
    bool main_first = host->main_is_due && task != host->main;
    if (may && (main_first || (host->preemptible && !finalizing(host)))) return true;
    if (!main_first) gh__preempt_forget(host);
    return false;
}

void gh__preempted(gh_host_t *host) {
    /* Left set, drop_gil would wait for another thread to take the GIL, and there may be none. */
    gh__preempt_forget(host);
    PyThreadState_Swap(host->tstate);
    gh__give_way(host->running);
    PyThreadState_Swap(NULL);
}

/*
 * Whoever was asked for the GIL waits in drop_gil until another thread has taken it.  But it may be us
 * who asked, and there may be no other thread; nor can a request be told for sure from one of ours that
 * has just been taken back.  The wait is only for fairness, and need not last.
 */
bool gh__preempt_waits(gh_host_t *host, const void *condition, uint64_t *until) {
    if (condition != &_PyRuntime.ceval.gil.switch_cond) return false;
    *until = host->preempt ? 0 : gh__deadline_after(gh__switch_interval());
    if (host->preempt) gh__preempt_request(host); /* drop_gil has taken it back */
    return true;
}

void gh__gil_release(gh_host_t *host) {
    host->in_surface = true;
    PyEval_SaveThread();
    host->in_surface = false;
}

uint64_t gh__switch_interval(void) { return UINT64_C(1000) * _PyRuntime.ceval.gil.interval; }
