/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * switch.c: the one file that switches greenlets.
 *
 * The hub is a greenlet of its own, started once, before the first task, whose stack begins below
 * it: at the depth of the first spawn, however deep the main task is when it first parks.  The main
 * task is the thread's own greenlet: it comes first and ends last, as in any Python program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cancel.h"
#include "core/errors.h"
#include "core/frames.h"
#include "core/identity.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/mask.h"
#include "core/park.h"
#include "core/pin.h"
#include "core/preempt.h"
#include "core/store.h"
#include "core/switch.h"
#include "core/task.h"
#include "core/watch.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

/* The version that the C API in <greenlet/greenlet.h> came with, and the first for Python 3.11. */
#define OLDEST_GREENLET 2

static void save_error(PyObject *saved[3]) { PyErr_Fetch(&saved[0], &saved[1], &saved[2]); }

static void restore_error(PyObject *saved[3]) { PyErr_Restore(saved[0], saved[1], saved[2]); }

/* What was thrown rises from the call that parked, or from the next one if this may not fail. */
static GH__APART void carry_thrown(gh_task_t *task) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    Py_XSETREF(task->cancel, value);
    if (!task->park.deaf) task->status = UV_ECANCELED;
}

static void enter(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    if (GH__UNLIKELY(host->mask != task->mask)) gh__mask_enter(host, task->mask);
    host->running = task;
    host->preemptible = task->preemptive || host->threads > 0;
    if (GH__UNLIKELY(host->preempt)) gh__preempt_forget(host);
    gh__watch_turn(host);
    gh__identity_enter(host, &task->identity);
    gh__identity_set_main(task->armed ? task->identity.ident : host->main_ident);
    if (GH__UNLIKELY(task->armed)) gh__cancel_remind(task);
    if (task == host->main) {
        host->main_is_due = false;
        gh__identity_attend(host);
    } else if (GH__UNLIKELY(host->main_is_due)) {
        gh__preempt_request(host);
    }
}

static GH__APART void leave(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    if (GH__UNLIKELY(gh__pin_is_due(host))) gh__pin_tell(host);
    gh__identity_leave(host, &task->identity);
    gh__identity_set_main(host->main_ident);
    host->running = NULL;
    host->preemptible = false;
}

static void take_turn(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    gh__list_remove(&task->ready);
    gh__task_move(task, GH__RUNNING);
    if (host->interrupted == task) host->interrupted = NULL;
}

/*
 * Another task has switched to our parked greenlet, or thrown into it, behind the hub's back.  Then
 * that task gives way to this one, as a greenlet would, but it stays ready.  What it was running
 * then is taken to be the greenlet that was resumed last.
 */
static GH__APART void take_over(gh_task_t *task, gh_task_t *other) {
    gh_host_t *host = task->outcome.host;
    gh__task_ready(other);
    Py_XSETREF(other->parked, (PyGreenlet *)Py_NewRef((PyObject *)host->resumed));
    leave(other);
    other->displaced = true;
    gh__unpark(task, 0);
    take_turn(task);
    Py_SETREF(host->resumed, task->parked);
    task->parked = NULL;
}

/* The thread's first greenlet, which is the main task's: the program may be in one of its own. */
static PyGreenlet *first_greenlet(void) {
    PyGreenlet *greenlet = PyGreenlet_GetCurrent(), *parent;
    while (greenlet != NULL && (parent = PyGreenlet_GET_PARENT(greenlet)) != NULL)
        Py_SETREF(greenlet, parent);
    return greenlet;
}

/* ---- workers: the greenlets in which tasks begin ---- */

/* A task that has yet to begin has no greenlet: an idle worker will do, or a new one from the hub,
 * so that the stacks of all begin where the hub's ends. */
static bool has_greenlet(const gh_host_t *host, const gh_task_t *task) {
    return task->parked != NULL || host->worker_count > 0;
}

/* Has a ready task, which has a greenlet, run as soon as that is switched to.  Borrowed. */
static PyGreenlet *resume(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    host->switches++;
    take_turn(task);
    if (task->parked == NULL) {
        task->parked = host->workers[--host->worker_count];
        task->first = (PyGreenlet *)Py_NewRef((PyObject *)task->parked);
        host->beginning = task;
    }
    Py_XSETREF(host->resumed, task->parked);
    task->parked = NULL;
    if (GH__UNLIKELY(task->displaced)) { /* it goes on where nothing of ours will enter it */
        task->displaced = false;
        enter(task);
    }
    return host->resumed;
}

/*
 * From a task that has to wait, or a worker that has none: goes on where the next task does, and in
 * the hub where there is none.  What the switch back brings, NULL with what was thrown.
 */
static PyObject *switch_away(gh_host_t *host, PyGreenlet *self) {
    gh_task_t *next = gh__task_next(host);
    PyGreenlet *target = next != NULL && has_greenlet(host, next) ? resume(next) : host->hub;
    if (target == self) return Py_NewRef(host->empty_tuple);
    return PyGreenlet_Switch(target, host->empty_tuple, NULL);
}

void gh__switch_away(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    PyObject *pending[3];
    save_error(pending);
    Py_XSETREF(task->parked, PyGreenlet_GetCurrent());
    leave(task);
    PyObject *result = switch_away(host, task->parked);
    if (GH__UNLIKELY(host->running != NULL)) take_over(task, host->running);
    enter(task);
    if (result == NULL) carry_thrown(task);
    Py_XDECREF(result);
    restore_error(pending);
}

/* ---- tasks whose greenlets are mixed up ---- */

/* Says so to a task that has switched to another one's greenlet, where it goes on.  If it parked there
 * too, all that is known of its own greenlets is the first. */
static void blame(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    PyGreenlet *self = PyGreenlet_GetCurrent();
    if (self == host->resumed)
        Py_SETREF(host->resumed, task->first ? (PyGreenlet *)Py_NewRef((PyObject *)task->first)
                                             : first_greenlet());
    Py_XDECREF(self);
    Py_XSETREF(task->cancel, PyObject_CallFunction(PyExc_GreenletError, "s",
                                                   "cannot switch to a greenlet of another task"));
    task->armed = task->cancel != NULL;
    PyErr_Clear();
}

static void take_back(gh_task_t *task) {
    take_over(task, task->outcome.host->running);
    task->displaced = false;
    enter(task);
}

/* Where the task still waits, in a greenlet of its own, the wait is ended first: it has the task on its
 * stack.  The greenlet then ends, as a rule, and its parent goes on, here. */
void gh__switch_reclaim(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    blame(host->running);
    while (host->running != task && !task->displaced) {
        PyObject *result = PyGreenlet_Throw(task->parked, PyExc_GreenletExit, NULL, NULL);
        Py_XDECREF(result);
        PyErr_Clear();
    }
    if (host->running != task) take_back(task);
}

/* ---- workers, when their task has ended ---- */

static bool may_be_reused(const gh_host_t *host, PyGreenlet *worker) {
    Py_ssize_t ours = 2 + (host->resumed == worker); /* one is greenlet's own */
    if (host->hub == NULL) return false; /* a child of fork's has left it to its parent */
    return gh__greenlet_is_ours(worker, ours) && host->worker_count < GH__IDLE_GREENLETS;
}

/* Waits for another task.  False when the worker is to end. */
static bool wait_for_task(gh_host_t *host) {
    PyGreenlet *self = PyGreenlet_GetCurrent();
    bool reused = self != NULL && may_be_reused(host, self);
    if (reused) host->workers[host->worker_count++] = (PyGreenlet *)Py_NewRef((PyObject *)self);
    Py_XDECREF(self);
    PyObject *result = reused ? switch_away(host, self) : NULL;
    Py_XDECREF(result);
    return result != NULL;
}

static void run_task(gh_task_t *task) {
    enter(task);
    gh__task_run(task);
    Py_CLEAR(task->first);
    leave(task);
    gh__identity_drop(task->outcome.host, &task->identity);
    Py_DECREF(task);
}

/* What a worker runs: one task after the other. */
static PyObject *worker_main(PyObject *self, PyObject *Py_UNUSED(args)) {
    gh_host_t *host = PyCapsule_GetPointer(self, NULL);
    gh__frames_begin();
    do {
        gh_task_t *task = host->beginning;
        host->beginning = NULL;
        run_task(task);
    } while (wait_for_task(host));
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyMethodDef worker_main_def = {"task", (PyCFunction)worker_main, METH_VARARGS, NULL};

/* For a greenlet to call, with the host for its self.  New reference, or NULL. */
static PyObject *new_function(gh_host_t *host, PyMethodDef *definition) {
    PyObject *capsule = PyCapsule_New(host, NULL, NULL);
    PyObject *function = capsule ? PyCFunction_New(definition, capsule) : NULL;
    Py_XDECREF(capsule);
    return function;
}

/* CPython gives every greenlet a dictionary; one that needs it gets it anew. */
static bool add_worker(gh_host_t *host) {
    if (host->work == NULL) host->work = new_function(host, &worker_main_def);
    PyGreenlet *worker = host->work ? PyGreenlet_New(host->work, host->hub) : NULL;
    if (worker == NULL) return false;
    Py_CLEAR(worker->dict);
    host->workers[host->worker_count++] = worker;
    return true;
}

void gh__switch_to_task(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    if (!has_greenlet(host, task) && !add_worker(host)) {
        take_turn(task);
        run_task(task);
        return;
    }
    PyObject *result = PyGreenlet_Switch(resume(task), host->empty_tuple, NULL);
    if (result == NULL) PyErr_WriteUnraisable((PyObject *)host->hub);
    Py_XDECREF(result);
}

/* Each is told to end as it is dropped. */
static void end_workers(gh_host_t *host) {
    while (host->worker_count > 0) Py_DECREF(host->workers[--host->worker_count]);
}

/* The hub: lets whoever started it go on, then runs the loop, without the GIL, until the host closes.
 */
static PyObject *hub_main(PyObject *self, PyObject *args) {
    gh_host_t *host = PyCapsule_GetPointer(self, NULL);
    PyGreenlet *starter = (PyGreenlet *)PyTuple_GET_ITEM(args, 0);
    PyObject *result = PyGreenlet_Switch(starter, host->empty_tuple, NULL);
    if (result == NULL) return NULL;
    Py_DECREF(result);
    PyThreadState *tstate = PyEval_SaveThread();
    while (!host->stopping) uv_run(host->loop, UV_RUN_ONCE);
    PyEval_RestoreThread(tstate);
    Py_RETURN_NONE;
}

static PyMethodDef hub_main_def = {"hub", (PyCFunction)hub_main, METH_VARARGS, NULL};

static PyGreenlet *new_hub(gh_host_t *host) {
    PyGreenlet *parent = first_greenlet();
    PyObject *run = parent ? new_function(host, &hub_main_def) : NULL;
    PyGreenlet *hub = run ? PyGreenlet_New(run, parent) : NULL;
    Py_XDECREF(run);
    Py_XDECREF(parent);
    return hub;
}

/* Where the program turns the loop it does so in the thread's first greenlet. */
static int adopt_hub(gh_host_t *host) {
    host->hub = first_greenlet();
    host->resumed = (PyGreenlet *)Py_XNewRef((PyObject *)host->hub);
    return host->hub == NULL ? -1 : 0;
}

static int start_hub(gh_host_t *host) {
    gh__frames_open();
    gh__store_open();
    if (host->guest) return adopt_hub(host);
    PyGreenlet *hub = new_hub(host), *starter = hub ? PyGreenlet_GetCurrent() : NULL;
    PyObject *args = starter ? PyTuple_Pack(1, starter) : NULL;
    PyObject *result = args ? PyGreenlet_Switch(hub, args, NULL) : NULL;
    Py_XDECREF(args);
    Py_XDECREF(starter);
    if (result == NULL) {
        Py_XDECREF(hub);
        return -1;
    }
    Py_DECREF(result);
    host->hub = hub;
    host->resumed = (PyGreenlet *)Py_NewRef((PyObject *)PyGreenlet_GET_PARENT(hub)); /* main's */
    return 0;
}

/*
 * Imports greenlet from where it was found when we were built, not from sys.path, which a virtual
 * environment or -S may have emptied.  It goes into sys.modules: two copies of greenlet in one
 * process would move each other's stacks.
 */
static const char load_greenlet[] =
    "import sys\n"
    "if 'greenlet' not in sys.modules:\n"
    "    from _frozen_importlib import _load\n"
    "    from _frozen_importlib_external import spec_from_file_location\n"
    "    _load(spec_from_file_location('greenlet', directory + '/__init__.py',\n"
    "                                  submodule_search_locations=[directory]))\n";

static int import_greenlet(void) {
    PyObject *names = Py_BuildValue("{s:s,s:O}", "directory", GH_GREENLET_DIR, "__builtins__",
                                    PyEval_GetBuiltins());
    if (names == NULL) return -1;
    PyThreadState_EnterTracing(PyThreadState_Get()); /* a debugger would step into it */
    PyObject *done = PyRun_String(load_greenlet, Py_file_input, names, names);
    PyThreadState_LeaveTracing(PyThreadState_Get());
    Py_DECREF(names);
    if (done == NULL) return -1;
    Py_DECREF(done);
    PyGreenlet_Import();
    return _PyGreenlet_API == NULL ? -1 : 0;
}

/* The first number of the version that greenlet/__init__.py states; -1 without one. */
static int greenlet_version(void) {
    static const char statement[] = "\n__version__ = '";
    char text[4096];
    FILE *file = fopen(GH_GREENLET_DIR "/__init__.py", "re");
    if (file == NULL) return -1;
    text[libc_fread(text, 1, sizeof text - 1, file)] = '\0';
    libc_fclose(file);
    const char *found = strstr(text, statement);
    return found == NULL ? -1 : atoi(found + sizeof statement - 1);
}

/*
 * Greenlet and the C++ library under it take a tenth of the time that Python needs to start, and a
 * program without tasks does not need them: what can be told from outside is told now.
 */
int gh__switch_check(void) {
    int version = greenlet_version();
    if (version >= OLDEST_GREENLET) return 0;
    if (version < 0 && (errno == EMFILE || errno == ENFILE)) return 0; /* the loop will tell */
    if (version < 0)
        gh__fail(GH_EXIT_UNAVAILABLE,
                 "greenlet can't be loaded from %s; install Debian's "
                 "python3-greenlet (2.0 or newer)",
                 GH_GREENLET_DIR);
    else
        gh__fail(GH_EXIT_UNAVAILABLE,
                 "the greenlet package is too old; install version %d.0 or newer", OLDEST_GREENLET);
    return UV_ENOSYS;
}

/*
 * The import runs Python, where a handler of a signal could raise, or come this way itself.  The
 * handlers wait: for a moment nobody is the main thread, where alone they run.
 */
static int load_and_start(gh_host_t *host) {
    gh__identity_set_main(0);
    int result = import_greenlet();
    /* A finalizer that spawns may have been here meanwhile. */
    if (result == 0 && host->hub == NULL) result = start_hub(host);
    gh__identity_set_main(host->main_ident);
    gh__identity_attend(host);
    return result;
}

static bool is_open(const gh_host_t *host) {
    return host->hub != NULL && (host->running == NULL || host->running->identity.state != NULL);
}

/* The child of a fork has a hub, but its one task's thread state went with those of the threads. */
static int open_all(gh_host_t *host) {
    int result = 0;
    if (host->hub == NULL)
        result = gh__loop_open(host) < 0 ? gh__raise_failure(host) : load_and_start(host);
    gh__mask_learn(host);
    return result == 0 && !is_open(host) ? gh__identity_make(host, &host->running->identity)
                                         : result;
}

int gh__switch_open(gh_host_t *host) {
    PyObject *pending[3];
    if (GH__LIKELY(is_open(host))) return 0;
    save_error(pending);
    host->no_switch++;
    int result = open_all(host);
    host->no_switch--;
    if (result == 0) {
        restore_error(pending);
        return 0;
    }
    if (host->hub == NULL) gh__loop_close(host);
    for (int i = 0; i < 3; i++) Py_XDECREF(pending[i]);
    return UV_ENOMEM;
}

bool gh__switch_possible(gh_host_t *host) {
    if (GH__LIKELY(is_open(host))) return true;
    PyEval_RestoreThread(host->tstate);
    int error = gh__loop_open(host);
    if (error == 0 && (error = gh__switch_open(host)) < 0) PyErr_Clear();
    PyEval_SaveThread();
    return error == 0;
}

/* The hub sees host->stopping, returns, and its parent, the main task, goes on here. */
void gh__switch_close(gh_host_t *host) {
    gh_task_t *task = host->main;
    end_workers(host);
    if (host->hub != NULL && !host->guest) {
        leave(task);
        PyObject *result = PyGreenlet_Switch(host->hub, host->empty_tuple, NULL);
        enter(task);
        if (result == NULL) PyErr_WriteUnraisable((PyObject *)host->hub);
        Py_XDECREF(result);
        gh__identity_drop(host, &task->identity);
    }
    gh__identity_close(host);
    host->running = NULL;
    Py_CLEAR(host->resumed);
    Py_CLEAR(host->work);
    Py_CLEAR(host->hub);
}

/* ---- greenlets inside a task ---- */

int gh__greenlet_load(void) {
    if (GH__LIKELY(_PyGreenlet_API != NULL)) return 0;
    return import_greenlet();
}

PyGreenlet *gh__greenlet_current(void) { return PyGreenlet_GetCurrent(); }

PyGreenlet *gh__greenlet_new(PyObject *run) {
    PyGreenlet *parent = first_greenlet();
    PyGreenlet *greenlet = parent ? PyGreenlet_New(run, parent) : NULL;
    Py_XDECREF(parent);
    return greenlet;
}

int gh__greenlet_set_parent(PyGreenlet *greenlet, PyGreenlet *parent) {
    return PyGreenlet_SetParent(greenlet, parent);
}

bool gh__greenlet_is_ours(PyGreenlet *greenlet, Py_ssize_t references) {
    bool plain = greenlet->dict == NULL || PyDict_GET_SIZE(greenlet->dict) == 0;
    return plain && greenlet->weakreflist == NULL && Py_REFCNT(greenlet) == references;
}

int gh__greenlet_switch(PyGreenlet *greenlet) {
    PyObject *nothing = PyTuple_New(0);
    PyObject *result = nothing ? PyGreenlet_Switch(greenlet, nothing, NULL) : NULL;
    Py_XDECREF(nothing);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}
