/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * task.c: the states of a task, its birth and its end, and the queue of those that are ready.
 */
#include "core/task.h"
#include "core/cancel.h"
#include "core/chore.h"
#include "core/deadline.h"
#include "core/errors.h"
#include "core/identity.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/mask.h"
#include "core/nursery.h"
#include "core/park.h"
#include "core/post.h"
#include "core/promise.h"
#include "core/scope.h"
#include "core/switch.h"
#include "core/waiter.h"
#include "core/watch.h"
#include "host.h"
#include "internal.h"

/* As long as no more than this has passed since the loop turned, it can wait. */
#define TURN_NS 20000
/* As many calls in a row as need not wait leave a task its turn. */
#define IN_A_ROW 64
/* Who computes in calls looks at the clock at the first of so many; and is late so long after the loop should
 * have turned. */
#define LOOK_EVERY 8
#define LATE_NS 1000000

static const char *const state_names[] = {
    [GH__NEW] = "new",       [GH__READY] = "ready", [GH__RUNNING] = "running",
    [GH__PARKED] = "parked", [GH__DONE] = "done",
};

/* The arrows of the picture in task.h: allowed[from] is a set of states. */
static const unsigned allowed[] = {
    [GH__NEW] = 1u << GH__READY | 1u << GH__RUNNING,
    [GH__READY] = 1u << GH__RUNNING,
    [GH__RUNNING] = 1u << GH__PARKED | 1u << GH__READY | 1u << GH__DONE,
    [GH__PARKED] = 1u << GH__READY,
    [GH__DONE] = 0,
};

const char *gh__state_name(gh__state_t state) { return state_names[state]; }

void gh__task_move(gh_task_t *task, gh__state_t state) {
    if (GH__UNLIKELY(!(allowed[task->state] & 1u << state))) {
        fprintf(stderr, "greenhost: task %llu can't go from %s to %s; please report this\n",
                (unsigned long long)task->number, state_names[task->state], state_names[state]);
        abort();
    }
    task->state = state;
}

void gh__task_ready(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    gh__task_move(task, GH__READY);
    gh__list_append(&host->ready, &task->ready);
}

void gh__task_computes(gh_task_t *task) {
    gh__task_move(task, GH__READY);
    gh__list_append(&task->outcome.host->preempted, &task->ready);
}

void gh__task_preempted(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    gh__task_computes(task);
    if (!task->preemptive && host->interrupted == NULL) host->interrupted = task;
}

void gh__task_first(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    gh__list_remove(&task->ready);
    gh__list_append(host->ready.next, &task->ready);
}

static void on_task_waiter(gh__waiter_t *waiter, int status) {
    gh__unpark(GH__CONTAINER(waiter, gh_task_t, waiter), status);
}

static void on_task_deadline(gh__deadline_t *deadline) {
    gh__unpark(GH__CONTAINER(deadline, gh_task_t, deadline), UV_ETIMEDOUT);
}

/* A task's address is as unique as a pthread_t, which is an address too. */
static gh_task_t *task_new(gh_host_t *host) {
    gh_task_t *task = (gh_task_t *)gh__TaskType.tp_alloc(&gh__TaskType, 0);
    if (task == NULL) return NULL;
    gh__outcome_init(&task->outcome, host);
    gh__list_init(&task->ready);
    gh__list_init(&task->all);
    gh__list_init(&task->in_scope);
    gh__list_init(&task->sibling);
    gh__list_init(&task->lot.link);
    gh__list_init(&task->lot.post.link);
    gh__waiter_init(&task->waiter, on_task_waiter);
    gh__deadline_init(&task->deadline, on_task_deadline);
    task->identity.ident = (unsigned long)task;
    task->number = ++host->spawned;
    return task;
}

/* Most tasks are never asked, and it takes longer than anything else in making one. */
PyObject *gh__task_name(gh_task_t *task) {
    if (task->name == NULL)
        task->name = PyUnicode_FromFormat("task-%llu", (unsigned long long)task->number);
    return task->name;
}

static void enlist(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    gh__list_append(&host->tasks, &task->all);
    host->task_count++;
    host->threads += task->thread;
    gh__loop_keep(host);
}

gh_task_t *gh__task_spawn(gh_host_t *host, const gh__spawn_t *how) {
    gh_task_t *task = task_new(host);
    if (task == NULL) return NULL;
    task->function = Py_NewRef(how->function);
    task->args = Py_NewRef(how->args);
    task->name = Py_XNewRef(how->name);
    task->context = how->thread ? PyContext_New() : PyContext_CopyCurrent();
    task->thread = how->thread;
    task->preemptive = how->preemptive;
    if (task->context == NULL || gh__switch_open(host) < 0 ||
        gh__identity_make(host, &task->identity) < 0) {
        Py_DECREF(task);
        return NULL;
    }
    enlist(task);
    gh__mask_inherit(task);
    gh__task_ready(task);
    if (task->thread) host->preemptible = true;
    gh__watch_turn(host);
    return (gh_task_t *)Py_NewRef(task); /* the host's reference is dropped when it is done */
}

bool gh__task_is_other(const gh_task_t *task) { return task != task->outcome.host->main; }

PyObject *gh__task_list(gh_host_t *host, bool (*wanted)(const gh_task_t *)) {
    PyObject *list = PyList_New(0);
    for (gh__link_t *item = host->tasks.next; list != NULL && item != &host->tasks;
         item = item->next) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, all);
        if ((wanted == NULL || wanted(task)) && PyList_Append(list, (PyObject *)task) < 0)
            Py_CLEAR(list);
    }
    return list;
}

int gh__task_adopt_main(gh_host_t *host) {
    gh_task_t *task = task_new(host);
    if (task == NULL) return -1;
    task->identity.ident = host->thread;
    task->name = PyUnicode_FromString("main");
    if (task->name == NULL) {
        Py_DECREF(task);
        return -1;
    }
    enlist(task);
    gh__task_move(task, GH__RUNNING);
    host->main = task;
    host->main_ident = task->identity.ident;
    host->running = task;
    return 0;
}

/* The error is what C code made of our ECANCELED, and nothing of Python's ran since: the cancel is
 * the outcome. */
static GH__APART void raise_owed(gh_task_t *task) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    gh__cancel_raise(task);
    _PyErr_ChainExceptions(type, value, traceback);
}

static PyObject *call(gh_task_t *task) {
    if (gh__cancel_pending(task) && gh__cancel_raise(task) < 0) return NULL;
    if (PyContext_Enter(task->context) < 0) return NULL;
    PyObject *value = PyObject_Call(task->function, task->args, NULL);
    if (value == NULL && task->armed) raise_owed(task);
    if (PyContext_Exit(task->context) < 0) Py_CLEAR(value);
    return value;
}

/* `threading` keeps an entry for each foreign thread that asked who it is. */
static void forget_thread(gh_task_t *task) {
    PyObject *threading = PyImport_GetModule(task->outcome.host->threading_name);
    PyObject *active = threading ? PyObject_GetAttrString(threading, "_active") : NULL;
    PyObject *ident = active ? PyLong_FromUnsignedLong(task->identity.ident) : NULL;
    if (ident != NULL && PyDict_Check(active) && PyDict_GetItemWithError(active, ident) != NULL)
        PyDict_DelItem(active, ident);
    PyErr_Clear();
    Py_XDECREF(ident);
    Py_XDECREF(active);
    Py_XDECREF(threading);
}

/* C libraries clean up behind a thread without the GIL, which they may take meanwhile. */
static void end_specific(gh_task_t *task) {
    if (task->specific.count == 0) return;
    PyThreadState *tstate = PyEval_SaveThread();
    gh__specific_end(&task->specific);
    PyEval_RestoreThread(tstate);
}

/* What is left of a task once its function has returned: nobody but its joiners. */
static GH__APART void finish(gh_task_t *task, PyObject *value, PyObject *error) {
    gh_host_t *host = task->outcome.host;
    Py_CLEAR(task->function);
    Py_CLEAR(task->args);
    Py_CLEAR(task->context);
    if (task->known && !task->thread) forget_thread(task);
    gh__identity_clear(host);
    end_specific(task);
    gh__scope_activate(task, NULL);
    Py_CLEAR(task->cancel);
    task->armed = false;
    if (task->lot.posted) gh__post_cancel(host, &task->lot.post);
    gh__task_move(task, GH__DONE);
    gh__list_remove(&task->all);
    gh__mask_drop(task);
    host->task_count--;
    host->threads -= task->thread;
    gh__loop_keep(host);
    if (host->task_count == (host->main != NULL)) gh__waiters_fire(&host->emptied, 0);
    gh__outcome_settle(&task->outcome, value, error);
    if (task->nursery != NULL) gh__nursery_child_done(task, error);
}

void gh__task_run(gh_task_t *task) {
    PyObject *value = PyErr_Occurred() ? NULL : call(task);
    PyObject *error = value == NULL ? gh__take_error() : NULL;
    if (GH__UNLIKELY(task->outcome.host->running != task)) gh__switch_reclaim(task);
    finish(task, value, error);
    Py_XDECREF(value);
    Py_XDECREF(error);
}

bool gh__any_ready(const gh_host_t *host) {
    return !gh__list_empty(&host->ready) || !gh__list_empty(&host->batch) ||
           !gh__list_empty(&host->preempted);
}

/* How many calls that need not wait the running task has made without any switch, with this one. */
static unsigned count_call(gh_host_t *host) {
    if (host->since_switch != host->switches) host->went_on = 0;
    host->since_switch = host->switches;
    return ++host->went_on;
}

bool gh__goes_on(gh_host_t *host) { return count_call(host) % IN_A_ROW == 0; }

bool gh__is_late(gh_host_t *host) {
    return count_call(host) % LOOK_EVERY == 1 && gh__now() >= host->turn_ends + LATE_NS;
}

/* A cooperative task may be interrupted by threads, as it would be if they were of the system's, and for
 * the handler of a signal, by the main task alone.  No other cooperative one runs before it goes on. */
static gh_task_t *next_of_batch(const gh_host_t *host) {
    if (host->main_is_due) return host->main->state == GH__READY ? host->main : NULL;
    bool any = host->interrupted == NULL;
    for (gh__link_t *item = host->batch.next; item != &host->batch; item = item->next) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, ready);
        if (any || task->thread || task == host->interrupted) return task;
    }
    return NULL;
}

/*
 * Each task that is ready runs once before any of them runs again.  The loop need not turn in
 * between as long as that takes it less time than a turn would.  Once the host closes nobody has a
 * turn, where a call that can't park any more would block for as long as it likes.
 */
gh_task_t *gh__task_next(gh_host_t *host) {
    if (GH__UNLIKELY(host->stopping)) return NULL;
    gh_task_t *task = next_of_batch(host);
    if (task != NULL) return task;
    if (gh__list_empty(&host->ready) || host->main_is_due || gh__now() >= host->turn_ends)
        return NULL;
    gh__list_move(&host->batch, &host->ready);
    return next_of_batch(host);
}

/* Of those that compute one goes on in each turn, when those that have waited have run. */
static void run_batches(gh_host_t *host) {
    gh_task_t *task;
    gh__link_t *computing = gh__list_pop(&host->preempted);
    gh__list_move(&host->batch, &host->ready);
    if (computing != NULL) gh__list_append(&host->batch, computing);
    host->turn_ends = gh__now() + TURN_NS;
    while ((task = gh__task_next(host)) != NULL) gh__switch_to_task(task);
    gh__mask_leave(host);
}

void gh__run_ready(gh_host_t *host) {
    if (!gh__any_ready(host) && gh__list_empty(&host->chores)) return;
    bool held =
        _PyThreadState_UncheckedGet() == host->tstate; /* by a program that turns the loop */
    if (!held) PyEval_RestoreThread(host->tstate);
    gh__chores_run(host);
    run_batches(host);
    gh__chores_run(host);
    if (!held) PyEval_SaveThread();
}

/*
 * In the child of a fork only the caller exists, as with threads.  The others' greenlets are kept,
 * never to run: ending them would run their finally blocks, which belong to the parent.
 */
void gh__task_after_fork(gh_host_t *host) {
    gh__link_t *item;
    while ((item = gh__list_pop(&host->tasks)) != NULL) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, all);
        task->collapsed = task != host->running;
        task->identity.state =
            NULL; /* CPython frees them, as it does those of threads that are gone */
    }
    gh__list_init(&host->ready);
    gh__list_init(&host->batch);
    gh__list_init(&host->preempted);
    host->interrupted = NULL;
    host->main_is_due = false; /* what came for it has gone to the parent */
    host->task_count = host->threads = host->hopeless = 0;
    host->orphan = host->orphan || host->running != host->main;
    host->main = (gh_task_t *)Py_NewRef(host->running); /* what was main is never freed either */
    host->main_ident = host->main->identity.ident;
    host->main->lot.posted = false; /* whatever was posted is gone */
    gh__list_init(&host->main->lot.post.link);
    enlist(host->main);
    gh__mask_after_fork(host);
}
