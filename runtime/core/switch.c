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
#include "core/identity.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/park.h"
#include "core/switch.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

/* The version that the C API in <greenlet/greenlet.h> came with, and the first for Python 3.11. */
#define OLDEST_GREENLET 2

static void save_error(PyObject *saved[3]) { PyErr_Fetch(&saved[0], &saved[1], &saved[2]); }

static void restore_error(PyObject *saved[3]) { PyErr_Restore(saved[0], saved[1], saved[2]); }

/* What was thrown rises from the call that parked, or from the next one if this may not fail. */
static void carry_thrown(gh_task_t *task) {
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
    host->running = task;
    gh__identity_swap(host, &task->identity);
    gh__identity_set_main(task->armed ? task->identity.ident : host->main->identity.ident);
    if (GH__UNLIKELY(task->armed)) gh__cancel_remind(task);
    if (task == host->main) {
        host->main_is_due = false;
        gh__identity_attend(host);
    } else if (GH__UNLIKELY(host->main_is_due)) {
        gh__preempt_request(host);
    }
}

static void leave(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    gh__identity_swap(host, &task->identity);
    gh__identity_set_main(host->main->identity.ident);
    host->running = NULL;
}

/*
 * Another task has switched to our parked greenlet, or thrown into it, behind the hub's back.  Then
 * that task gives way to this one, as a greenlet would, but it stays ready.  What it was running
 * then is taken to be the greenlet that the hub had resumed.
 */
static void take_over(gh_task_t *task, gh_task_t *other) {
    gh_host_t *host = task->outcome.host;
    gh__task_ready(other);
    Py_XSETREF(other->parked, (PyGreenlet *)Py_NewRef((PyObject *)host->resumed));
    leave(other);
    other->displaced = true;
    gh__unpark(task, 0);
    gh__list_remove(&task->ready);
    gh__task_move(task, GH__RUNNING);
    host->resumed = task->parked;
    Py_CLEAR(task->parked);
}

void gh__switch_to_hub(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    PyObject *pending[3];
    save_error(pending);
    Py_XSETREF(task->parked, PyGreenlet_GetCurrent());
    leave(task);
    PyObject *result = PyGreenlet_Switch(host->hub, host->empty_tuple, NULL);
    if (GH__UNLIKELY(host->running != NULL)) take_over(task, host->running);
    enter(task);
    if (result == NULL) carry_thrown(task);
    Py_XDECREF(result);
    restore_error(pending);
}

void gh__switch_to_task(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    PyGreenlet *greenlet = task->parked;
    task->parked = NULL;
    gh__task_move(task, GH__RUNNING);
    host->resumed = greenlet;
    if (GH__UNLIKELY(task->displaced)) { /* it goes on where nothing of ours will enter it */
        task->displaced = false;
        enter(task);
    }
    PyObject *result = PyGreenlet_Switch(greenlet, host->empty_tuple, NULL);
    if (result == NULL) PyErr_WriteUnraisable((PyObject *)task);
    Py_XDECREF(result);
    Py_DECREF(greenlet);
}

/* What a task's first greenlet runs. */
static PyObject *task_main(PyObject *self, PyObject *Py_UNUSED(args)) {
    gh_task_t *task = (gh_task_t *)self;
    enter(task);
    gh__task_run(task);
    leave(task);
    Py_RETURN_NONE;
}

static PyMethodDef task_main_def = {"task", (PyCFunction)task_main, METH_VARARGS, NULL};

int gh__switch_prepare(gh_task_t *task) {
    if (gh__switch_open(task->outcome.host) < 0) return -1;
    PyObject *run = PyCFunction_New(&task_main_def, (PyObject *)task);
    if (run == NULL) return -1;
    task->parked = PyGreenlet_New(run, task->outcome.host->hub);
    Py_DECREF(run);
    return task->parked == NULL ? -1 : 0;
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

/* The thread's first greenlet, which is the main task's: the program may be in one of its own. */
static PyGreenlet *first_greenlet(void) {
    PyGreenlet *greenlet = PyGreenlet_GetCurrent(), *parent;
    while (greenlet != NULL && (parent = PyGreenlet_GET_PARENT(greenlet)) != NULL)
        Py_SETREF(greenlet, parent);
    return greenlet;
}

static PyGreenlet *new_hub(gh_host_t *host) {
    PyObject *capsule = PyCapsule_New(host, NULL, NULL);
    PyObject *run = capsule ? PyCFunction_New(&hub_main_def, capsule) : NULL;
    PyGreenlet *parent = run ? first_greenlet() : NULL;
    PyGreenlet *hub = parent ? PyGreenlet_New(run, parent) : NULL;
    Py_XDECREF(parent);
    Py_XDECREF(run);
    Py_XDECREF(capsule);
    return hub;
}

static int start_hub(gh_host_t *host) {
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
    host->resumed = PyGreenlet_GET_PARENT(hub); /* the main task's */
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
    gh__identity_set_main(host->main->identity.ident);
    gh__identity_attend(host);
    return result;
}

int gh__switch_open(gh_host_t *host) {
    PyObject *pending[3];
    if (GH__LIKELY(host->hub != NULL)) return 0;
    save_error(pending);
    host->no_switch++;
    int result = gh__loop_open(host) < 0 ? gh__raise_failure() : load_and_start(host);
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
    if (GH__LIKELY(host->hub != NULL)) return true;
    PyEval_RestoreThread(host->tstate);
    int error = gh__loop_open(host);
    if (error == 0 && (error = gh__switch_open(host)) < 0) PyErr_Clear();
    PyEval_SaveThread();
    return error == 0;
}

/* The hub sees host->stopping, returns, and its parent, the main task, goes on here. */
void gh__switch_close(gh_host_t *host) {
    gh_task_t *task = host->main;
    if (host->hub == NULL) {
        host->running = NULL;
        return;
    }
    leave(task);
    PyObject *result = PyGreenlet_Switch(host->hub, host->empty_tuple, NULL);
    enter(task);
    if (result == NULL) PyErr_WriteUnraisable((PyObject *)host->hub);
    Py_XDECREF(result);
    host->running = NULL;
    Py_CLEAR(host->hub);
}

/* ---- greenlets inside a task ---- */

int gh__greenlet_load(void) {
    if (GH__LIKELY(_PyGreenlet_API != NULL)) return 0;
    return import_greenlet();
}

PyGreenlet *gh__greenlet_current(void) { return PyGreenlet_GetCurrent(); }

PyGreenlet *gh__greenlet_new(PyObject *run) { return PyGreenlet_New(run, NULL); }

int gh__greenlet_set_parent(PyGreenlet *greenlet, PyGreenlet *parent) {
    return PyGreenlet_SetParent(greenlet, parent);
}

int gh__greenlet_switch(PyGreenlet *greenlet) {
    PyObject *nothing = PyTuple_New(0);
    PyObject *result = nothing ? PyGreenlet_Switch(greenlet, nothing, NULL) : NULL;
    Py_XDECREF(nothing);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}
