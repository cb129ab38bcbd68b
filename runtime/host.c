/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * host.c: a host's life.  Opening makes the main task and learns about the interpreter; the loop and
 * the hub come with the first other task (core/loop.c, core/switch.c).  Closing goes from the inside
 * out: tasks, signals, hub, operations, loop.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cancel.h"
#include "core/chore.h"
#include "core/deadline.h"
#include "core/dump.h"
#include "core/errors.h"
#include "core/identity.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/lot.h"
#include "core/operation.h"
#include "core/ownfds.h"
#include "core/post.h"
#include "core/promise.h"
#include "core/scope.h"
#include "core/signal.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

/* How long tasks that are cancelled at exit may take for their finally blocks. */
#define EXIT_GRACE_NS UINT64_C(2000000000)

static _Thread_local char failure[256];
static _Thread_local int failure_code;

const char *gh_error_message(void) { return failure; }

int gh_error_exit_code(void) { return failure_code; }

const char *gh_version(void) { return GH_VERSION; }

void gh__fail(int exit_code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof(failure), format, arguments);
    va_end(arguments);
    failure_code = exit_code;
}

gh_host_t *gh__host_hold(gh_host_t *host) {
    host->holders++;
    return host;
}

void gh__host_drop(gh_host_t *host) {
    if (--host->holders > 0) return;
    free(host->held);
    free(host->killed);
    free(host);
}

/* ---- fork ---- */

/*
 * A fork leaves the thread that called it, and of its tasks the one that did.  If that is not the
 * loop thread, the child has no host: the surface is libc's there.
 */
static void after_fork(void) {
    gh_host_t *host = gh__current;
    gh__own_fds_after_fork();
    gh__lot_after_fork();
    gh__signal_after_fork();
    if (host == NULL) return;
    if (host->running == NULL) {
        gh__current = NULL;
        return;
    }
    host->tid = gettid();
    host->jobs = host->pool_threads = host->held_count = host->mutex_waits = 0;
    host->wakers = host->killed_count = 0;
    gh__list_init(&host->posts);
    gh__list_clear(&host->sigwaits);
    gh__heap_t *heap = &host->deadlines;
    for (size_t i = 0; i < heap->count; i++) heap->items[i]->slot = GH__NO_SLOT;
    heap->count = 0;
    gh__task_after_fork(host);
    if (uv_mutex_init(&host->post_lock) < 0 || gh__loop_after_fork(host) < 0) {
        gh__current = NULL;
        return;
    }
    gh__signal_open(host);
    gh__sources_after_fork(host);
    gh__scope_after_fork(host);
}

/* ---- opening ---- */

static PyObject *on_python_exit(PyObject *self, PyObject *Py_UNUSED(args)) {
    gh__host_close(PyCapsule_GetPointer(self, NULL));
    Py_RETURN_NONE;
}

static PyMethodDef on_python_exit_def = {"close", on_python_exit, METH_NOARGS, NULL};

/* The first to be registered is the last to run. */
static int register_exit(gh_host_t *host) {
    PyObject *capsule = PyCapsule_New(host, NULL, NULL);
    PyObject *handler = capsule ? PyCFunction_New(&on_python_exit_def, capsule) : NULL;
    PyObject *atexit = handler ? PyImport_ImportModule("atexit") : NULL;
    PyObject *done = atexit ? PyObject_CallMethod(atexit, "register", "O", handler) : NULL;
    Py_XDECREF(done);
    Py_XDECREF(atexit);
    Py_XDECREF(handler);
    Py_XDECREF(capsule);
    return done == NULL ? -1 : 0;
}

static int open_python(gh_host_t *host) {
    gh__current = host;
    if (gh__types_open() < 0 || gh__cancel_open() < 0 || gh__task_adopt_main(host) < 0 ||
        register_exit(host) < 0) {
        PyErr_Print();
        gh__fail(GH_EXIT_OSERR, "the main task can't be made; see the error above");
        return UV_ENOMEM;
    }
    gh__signal_open(host);
    return 0;
}

static int open_host(gh_host_t *host) {
    static bool fork_handled;
    gh__list_init(&host->ready);
    gh__list_init(&host->batch);
    gh__list_init(&host->tasks);
    gh__list_init(&host->chores);
    gh__list_init(&host->sources);
    gh__list_init(&host->posts);
    gh__list_init(&host->sigwaits);
    host->loop = &host->own_loop;
    host->epfd = host->deadlines.timerfd = -1;
    host->tstate = PyThreadState_Get();
    host->tid = gettid();
    host->empty_tuple = PyTuple_New(0);
    host->threading_name = PyUnicode_InternFromString("threading");
    if (host->empty_tuple == NULL || host->threading_name == NULL) return UV_ENOMEM;
    if (gh__identity_open(host) < 0) {
        gh__fail(
            GH_EXIT_UNAVAILABLE,
            "this libpython does not call the executable's pthread_self; use Debian's python3.11");
        return UV_ENOSYS;
    }
    if (!fork_handled && pthread_atfork(NULL, NULL, after_fork) != 0) return UV_ENOMEM;
    fork_handled = true;
    int error = gh__switch_check();
    if (error < 0 || (error = uv_mutex_init(&host->post_lock)) < 0) return error;
    return open_python(host);
}

int gh_open(gh_host_t **out) {
    gh__fail(0, "%s", "");
    if (gh__current != NULL) {
        gh__fail(GH_EXIT_OSERR, "this thread has a host already; use that one");
        return UV_EBUSY;
    }
    gh_host_t *host = calloc(1, sizeof(*host));
    if (host == NULL) {
        gh__fail(GH_EXIT_OSERR, "no memory for the host; free some and try again");
        return UV_ENOMEM;
    }
    host->holders = 1;
    int error = open_host(host);
    if (error < 0) {
        if (failure_code == 0)
            gh__fail(GH_EXIT_OSERR, "the host can't be made: %s; free memory and try again",
                     uv_strerror(error));
        /* The process is about to end with an exit code of ours: nothing is undone for it. */
        gh__current = NULL;
        return error;
    }
    *out = host;
    return 0;
}

/* ---- closing ---- */

static void report_left(PyObject *left) {
    Py_ssize_t count = PyList_GET_SIZE(left);
    PySys_FormatStderr(
        "greenhost: %zd task%s still alive at exit; join or cancel before the end:\n", count,
        count == 1 ? " was" : "s were");
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *line = gh__task_describe((gh_task_t *)PyList_GET_ITEM(left, i));
        if (line != NULL) PySys_FormatStderr("  %U\n", line);
        if (line == NULL) PyErr_Clear();
        Py_XDECREF(line);
    }
}

/* What it raises then is nobody's business.  Each has an exception of its own, which tells its story. */
static void cancel_at_exit(gh_task_t *task) {
    PyObject *error = PyObject_CallFunction(gh__Cancelled, "s", "the program is ending");
    gh__outcome_see(&task->outcome);
    if (error != NULL) gh__task_cancel(task, error);
    Py_XDECREF(error);
}

/* They get a last chance to run their finally blocks. */
static void end_tasks(PyObject *left) {
    uint64_t deadline = gh__deadline_after(EXIT_GRACE_NS);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(left); i++)
        cancel_at_exit((gh_task_t *)PyList_GET_ITEM(left, i));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(left); i++)
        if (gh__outcome_wait((gh__outcome_t *)PyList_GET_ITEM(left, i), deadline) < 0) break;
    PyErr_Clear();
}

/* Whoever ends a program with Ctrl-C wants to know what was wrong, perhaps, but not a thousand times. */
static void be_brief_if_interrupted(gh_host_t *host) {
    host->brief = PySys_GetObject("last_type") == PyExc_KeyboardInterrupt;
    if (host->brief && host->unseen > 1)
        PySys_FormatStderr("greenhost: %zu exceptions were never retrieved; one of them:\n",
                           host->unseen);
}

static void end_all_tasks(gh_host_t *host) {
    PyObject *left = gh__task_list(host, host->main);
    if (left != NULL && PyList_GET_SIZE(left) > 0) {
        report_left(left);
        end_tasks(left);
    }
    Py_XDECREF(left);
}

void gh__host_close(gh_host_t *host) {
    if (gh__current != host || host->running != host->main || host->orphan) return;
    end_all_tasks(host);
    be_brief_if_interrupted(host);
    gh__signal_close(host);
    gh__lot_close(host);
    host->no_switch++;
    host->stopping = true;
    gh__switch_close(host);
    gh__sources_close(host);
    gh__current = NULL;
    host->closed = true;
    int error = gh__loop_close(host);
    gh__post_run(host);
    gh__chores_run(host);
    Py_CLEAR(host->empty_tuple);
    Py_CLEAR(host->threading_name);
    Py_CLEAR(host->main);
    /* A call that was abandoned may still be in uv's pool, and needs the loop's memory. */
    if (error < 0) return;
    uv_mutex_destroy(&host->post_lock);
    gh__host_drop(host);
}
