/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * promise.c: outcomes.  A task, a promise and an operation of the loop have one thing in common:
 * some day they have a value or an error, and whoever waits for it wants to be woken then.
 *
 * Two kinds wait.  Tasks are in a list that belongs to the loop thread, so another thread that
 * settles the outcome posts the news to it.  Other threads are in a list that the GIL guards, and
 * are woken directly: they must not depend on a loop that the main task may be keeping from turning.
 */
#include "core/promise.h"
#include "core/chore.h"
#include "core/deadline.h"
#include "core/errors.h"
#include "core/list.h"
#include "core/park.h"
#include "core/post.h"
#include "core/task.h"
#include "core/waiter.h"
#include "current.h"
#include "host.h"
#include "internal.h"

void gh__outcome_init(gh__outcome_t *outcome, gh_host_t *host) {
    outcome->host = gh__host_hold(host);
    gh__list_init(&outcome->waiters);
    gh__list_init(&outcome->threads);
    gh__list_init(&outcome->post.link);
}

static void release(gh__chore_t *chore) { Py_DECREF(GH__CONTAINER(chore, gh__outcome_t, chore)); }

static void on_posted(gh__post_t *post) {
    gh__outcome_t *outcome = GH__CONTAINER(post, gh__outcome_t, post);
    gh__waiters_fire(&outcome->waiters, 0);
    gh__chore_add(outcome->host, &outcome->chore, release);
}

/* The waiters belong to the loop thread; the outcome lives until the post has run. */
static void post(gh__outcome_t *outcome) {
    if (outcome->host->closed) return;
    Py_INCREF(outcome);
    outcome->post.run = on_posted;
    gh__post(outcome->host, &outcome->post);
}

/* A cancel and an exit were asked for: nobody needs to be told. */
static bool worth_telling(PyObject *error) {
    return error != NULL && !PyErr_GivenExceptionMatches(error, gh__Cancelled) &&
           !PyErr_GivenExceptionMatches(error, PyExc_SystemExit);
}

void gh__outcome_see(gh__outcome_t *outcome) {
    outcome->seen = true;
    outcome->host->unseen -= outcome->unseen;
    outcome->unseen = false;
}

int gh__outcome_settle(gh__outcome_t *outcome, PyObject *value, PyObject *error) {
    if (outcome->settled) return UV_EALREADY;
    outcome->settled = true;
    outcome->value = Py_XNewRef(value);
    outcome->error = Py_XNewRef(error);
    outcome->traceback = error ? PyException_GetTraceback(error) : NULL;
    outcome->unseen = !outcome->seen && worth_telling(error);
    outcome->host->unseen += outcome->unseen;
    gh__waiters_fire(&outcome->threads, 0);
    if (gh__current == outcome->host)
        gh__waiters_fire(&outcome->waiters, 0);
    else
        post(outcome);
    return 0;
}

int gh__outcome_wait(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->settled) return 0;
    gh_host_t *host = outcome->host;
    gh_task_t *task = host->running;
    gh__list_append(&outcome->waiters, &task->waiter.link);
    gh__park_t how = {
        .on = GH__ON_OUTCOME, .call = "join", .subject = (intptr_t)outcome, .deadline = deadline};
    int status = gh__park_held(task, &how);
    gh__list_remove(&task->waiter.link);
    return outcome->settled ? 0 : status;
}

/* A thread that waits; on its own stack, which is not a task's. */
typedef struct waiting_thread_s {
    gh__waiter_t waiter;
    PyThread_type_lock lock;
} waiting_thread_t;

static void on_thread_waiter(gh__waiter_t *waiter, int status) {
    (void)status;
    PyThread_release_lock(GH__CONTAINER(waiter, waiting_thread_t, waiter)->lock);
}

/* Takes the lock, which is taken already, as soon as it is released, or gives up. */
static void block(PyThread_type_lock lock, uint64_t deadline) {
    uint64_t now = gh__now(), us = deadline > now ? (deadline - now + 999) / 1000 : 0;
    PY_TIMEOUT_T timeout = us < PY_TIMEOUT_MAX ? (PY_TIMEOUT_T)us : -1;
    PyThreadState *tstate = PyEval_SaveThread();
    PyThread_acquire_lock_timed(lock, timeout, 0);
    PyEval_RestoreThread(tstate);
}

int gh__outcome_wait_thread(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->settled) return 0;
    waiting_thread_t self = {.lock = PyThread_allocate_lock()};
    if (self.lock == NULL) return UV_ENOMEM;
    gh__waiter_init(&self.waiter, on_thread_waiter);
    PyThread_acquire_lock(self.lock, NOWAIT_LOCK);
    gh__list_append(&outcome->threads, &self.waiter.link);
    block(self.lock, deadline);
    gh__list_remove(&self.waiter.link);
    PyThread_release_lock(self.lock);
    PyThread_free_lock(self.lock);
    return outcome->settled ? 0 : UV_ETIMEDOUT;
}

/*
 * Each time it is raised the error starts from the traceback that it came with.  Raising it as it
 * is would add the frames of one more waiter to it every time.
 */
PyObject *gh__outcome_take(gh__outcome_t *outcome) {
    gh__outcome_see(outcome);
    if (outcome->error == NULL) return Py_NewRef(outcome->value);
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(outcome->error)), Py_NewRef(outcome->error),
                  Py_XNewRef(outcome->traceback));
    return NULL;
}
