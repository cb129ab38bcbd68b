/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * host.c: a host's life.  Opening makes the main task and learns about the interpreter; the loop and
 * the hub come with the first other task (core/loop.c, core/switch.c).  Closing goes from the inside
 * out: tasks, signals, hub, operations, loop.
 */
#include <pthread.h>
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
#include "core/store.h"
#include "core/stream.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"
#include "interp.h"
#include "pymod/pymod.h"

/* How long tasks that are cancelled at exit may take for their finally blocks. */
#define EXIT_GRACE_NS UINT64_C(2000000000)

#define DEFAULT_PIN_NS UINT64_C(100000000)

gh_host_t *gh__host_hold(gh_host_t *host) {
    atomic_fetch_add(&host->holders, 1);
    return host;
}

gh_host_t *gh_hold(gh_host_t *host) { return host ? gh__host_hold(host) : NULL; }

void gh_release(gh_host_t *host) {
    if (host != NULL) gh__host_drop(host);
}

gh_host_t *gh_current(void) { return gh__current; }

uv_loop_t *gh_loop(gh_host_t *host) { return host != NULL && host->open ? host->loop : NULL; }

void gh__host_drop(gh_host_t *host) {
    if (atomic_fetch_sub(&host->holders, 1) > 1) return;
    free(host->held);
    free(host->killed);
    free(host);
}

/* ---- fork ---- */

/* The host that is open, for a child that has none: whatever thread forked it. */
static gh_host_t *opened;

/* The surface is libc's there, and what is called with the parent's host fails. */
static void leave_host(void) {
    if (opened != NULL) opened->closed = true;
    gh__current = opened = NULL;
}

/*
 * A fork leaves the thread that called it, and of its tasks the one that did.  Where that is no task, the
 * child has no host.
 */
static void after_fork(void) {
    gh_host_t *host = gh__current;
    gh__identity_unlock_list();
    gh__own_fds_after_fork();
    gh__lot_after_fork();
    gh__signal_after_fork();
    if (host == NULL || host->running == NULL) {
        if (host != NULL && host->guest) gh__loop_after_fork(host);
        leave_host();
        return;
    }
    host->tid = gettid();
    gh__watch_after_fork(host);
    host->jobs = host->pool_threads = host->held_count = host->mutex_waits = 0;
    host->wakers = host->killed_count = 0;
    gh__list_init(&host->posts);
    gh__list_clear(&host->sigwaits);
    gh__heap_t *heap = &host->deadlines;
    for (size_t i = 0; i < heap->count; i++) heap->items[i]->slot = GH__NO_SLOT;
    heap->count = 0;
    gh__task_after_fork(host);
    host->post_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    if (gh__loop_after_fork(host) < 0) {
        leave_host();
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

/* Calls a function of Python's atexit with ours.  0, or -1 with an exception. */
static int tell_atexit(gh_host_t *host, const char *name) {
    PyObject *atexit = PyImport_ImportModule("atexit");
    PyObject *done = atexit ? PyObject_CallMethod(atexit, name, "O", host->on_exit) : NULL;
    Py_XDECREF(done);
    Py_XDECREF(atexit);
    return done == NULL ? -1 : 0;
}

/* The first to be registered is the last to run. */
static int register_exit(gh_host_t *host) {
    PyObject *capsule = PyCapsule_New(host, NULL, NULL);
    host->on_exit = capsule ? PyCFunction_New(&on_python_exit_def, capsule) : NULL;
    Py_XDECREF(capsule);
    return host->on_exit ? tell_atexit(host, "register") : -1;
}

/* Where the program turns the loop, the hub is there from the start, and no main task is. */
static int open_tasks(gh_host_t *host) {
    if (!host->guest) return gh__task_adopt_main(host);
    host->main_ident = host->thread;
    return gh__switch_open(host);
}

/* `threading` takes the thread that imports it for the main one, and that must not be a task. */
static int settle_main_thread(gh_host_t *host) {
    PyObject *threading = host->guest ? PyImport_ImportModule("threading") : NULL;
    Py_XDECREF(threading);
    return host->guest && threading == NULL ? -1 : 0;
}

static int open_threads(gh_host_t *host) {
    return host->config.threads_as_tasks ? gh__threads_take() : 0;
}

static int open_python(gh_host_t *host) {
    gh__current = host;
    if (gh__types_open() < 0 || gh__cancel_open() < 0 || settle_main_thread(host) < 0 ||
        open_tasks(host) < 0 || open_threads(host) < 0 || register_exit(host) < 0)
        return gh__fail_raised("Python can't be made ready for tasks");
    gh__signal_open(host);
    return 0;
}

/* Without Python, whose parts come later. */
static void init(gh_host_t *host) {
    gh__list_init(&host->ready);
    gh__list_init(&host->batch);
    gh__list_init(&host->preempted);
    gh__list_init(&host->tasks);
    gh__list_init(&host->chores);
    gh__list_init(&host->sources);
    gh__list_init(&host->posts);
    gh__list_init(&host->sigwaits);
    gh__list_init(&host->kept);
    gh__list_init(&host->finished);
    gh__list_init(&host->emptied);
    host->loop = host->guest ? host->config.loop : &host->own_loop;
    host->epfd = host->deadlines.timerfd = -1;
    host->tid = gettid();
}

/* What has to be true of this process, and is not of each. */
static int check_process(gh_host_t *host) {
    static bool fork_handled;
    const char *reason;
    if (!gh_surface_active(&reason)) return gh__unusable(reason);
    if (!gh__identity_is_main())
        return gh__refuse(UV_EPERM, "Python's main thread is another one; open the host there");
    if (gh__identity_open(host) < 0)
        return gh__unusable(
            "this libpython does not call our pthread_self; use Debian's python3.11");
    if (!fork_handled &&
        pthread_atfork(gh__identity_lock_list, gh__identity_unlock_list, after_fork) != 0)
        return UV_ENOMEM;
    fork_handled = true;
    return gh__switch_check();
}

static int open_host(gh_host_t *host) {
    host->tstate = PyThreadState_Get();
    host->empty_tuple = PyTuple_New(0);
    host->threading_name = PyUnicode_InternFromString("threading");
    host->del_name = PyUnicode_InternFromString("__del__");
    if (host->empty_tuple == NULL || host->threading_name == NULL || host->del_name == NULL)
        return UV_ENOMEM;
    int error = check_process(host);
    if (error == 0 && host->guest) error = gh__loop_open(host);
    return error < 0 ? error : open_python(host);
}

static void clear_python(gh_host_t *host) {
    Py_CLEAR(host->on_exit);
    Py_CLEAR(host->embed);
    Py_CLEAR(host->empty_tuple);
    Py_CLEAR(host->threading_name);
    Py_CLEAR(host->del_name);
    Py_CLEAR(host->main);
}

/* What has been opened of a host that can't be. */
static void undo(gh_host_t *host) {
    host->running = NULL;
    gh__current = NULL;
    host->closed = true;
    gh__loop_close(host);
    Py_CLEAR(host->hub);
    clear_python(host);
}

/* In a running interpreter, with the GIL. */
static int open_with_gil(gh_host_t *host) {
    if (gh__interp_join() < 0) return gh__fail_raised("the module _greenhost can't be made");
    int error = open_host(host);
    if (error < 0) undo(host);
    return error;
}

/* The GIL is left as it was found, and free where there was no Python. */
static int open_in_python(gh_host_t *host) {
    if (Py_IsInitialized()) {
        PyGILState_STATE gil = PyGILState_Ensure();
        int error = open_with_gil(host);
        PyGILState_Release(gil);
        return error;
    }
    int error = gh_python_open(host->config.python);
    if (error < 0) return error;
    error = open_with_gil(host);
    PyEval_SaveThread();
    return error;
}

static uint64_t pin_limit(uint64_t ms) {
    return ms == 0 ? DEFAULT_PIN_NS : ms < GH__NEVER / 1000000 ? ms * 1000000 : GH__NEVER;
}

static gh_host_t *host_new(const gh_config_t *config) {
    gh_host_t *host = calloc(1, sizeof(*host));
    if (host == NULL) return NULL;
    host->post_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    host->holders = 1;
    host->config = *config;
    if (config->pin != NULL) host->pin.limit = pin_limit(config->pin_ms);
    host->watch.turns = 1; /* none has been sighted */
    host->guest = config->loop != NULL;
    init(host);
    return host;
}

int gh_open(gh_host_t **out, const gh_config_t *given) {
    gh_config_t config;
    gh__fail(0, "%s", "");
    if (out == NULL) return gh__refuse(UV_EINVAL, "gh_open needs a place for the host");
    int error = gh__take_struct(&config, sizeof(config), given);
    if (error < 0) return error;
    if (gh__current != NULL)
        return gh__refuse(UV_EBUSY, "this thread has a host already; use that one");
    gh_host_t *host = host_new(&config);
    error = host ? open_in_python(host) : UV_ENOMEM;
    if (error == 0) {
        *out = opened = host;
        return 0;
    }
    if (gh_error_message()[0] == '\0' && error != UV_ECANCELED)
        gh__refuse(error, "there is no memory for the host; free some and try again");
    gh_release(host);
    return error;
}

/* ---- closing ---- */

static void report_left(gh_host_t *host, PyObject *left) {
    Py_ssize_t count = PyList_GET_SIZE(left);
    PyObject *text = PyUnicode_FromFormat(
        "greenhost: %zd task%s still alive at exit; join or cancel before the end:", count,
        count == 1 ? " was" : "s were");
    for (Py_ssize_t i = 0; text != NULL && i < count; i++) {
        PyObject *line = gh__task_describe((gh_task_t *)PyList_GET_ITEM(left, i));
        if (line != NULL) Py_SETREF(text, PyUnicode_FromFormat("%U\n  %U", text, line));
        Py_XDECREF(line);
    }
    gh__report(host, text);
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
        gh__report(host,
                   PyUnicode_FromFormat("greenhost: %zu exceptions were never retrieved; one of "
                                        "them:",
                                        host->unseen));
}

/* Those that were started as threads are dropped without a word, as daemons are. */
static bool is_left(const gh_task_t *task) {
    return gh__task_is_other(task) && !task->thread && !task->service;
}

static bool is_service(const gh_task_t *task) { return task->service; }

/* The event loops of the host's own, if the program has come to need them. */
static void end_services(gh_host_t *host) {
    PyObject *left = gh__task_list(host, is_service);
    bool any = left != NULL && PyList_GET_SIZE(left) > 0;
    PyObject *module = any ? PyImport_ImportModule("greenhost.loops") : NULL;
    PyObject *done = module ? PyObject_CallMethod(module, "close_all", NULL) : NULL;
    if (any && done == NULL) PyErr_Print();
    Py_XDECREF(done);
    Py_XDECREF(module);
    Py_XDECREF(left);
}

static void end_all_tasks(gh_host_t *host) {
    PyObject *left = gh__task_list(host, is_left);
    if (left != NULL && PyList_GET_SIZE(left) > 0) {
        report_left(host, left);
        if (!host->guest) end_tasks(left);
    }
    Py_XDECREF(left);
    end_services(host);
}

void gh__host_close(gh_host_t *host) {
    if (gh__current != host || host->running != host->main || host->orphan) return;
    end_all_tasks(host);
    be_brief_if_interrupted(host);
    gh__signal_close(host);
    gh__lot_close(host);
    host->no_switch++;
    host->stopping = true;
    gh__watch_close(host);
    gh__switch_close(host);
    gh__sources_close(host);
    gh__streams_forget(host);
    gh__store_empty();
    gh__current = opened = NULL;
    libc_pthread_mutex_lock(&host->post_lock);
    host->closed = true;
    libc_pthread_mutex_unlock(&host->post_lock);
    int error = gh__loop_close(host);
    gh__post_run(host);
    gh__chores_run(host);
    clear_python(host);
    /* A call that was abandoned may still be in uv's pool, and needs the loop's memory. */
    if (error < 0) gh__host_hold(host);
}

/* Besides the main task. */
size_t gh__others(const gh_host_t *host) { return host->task_count - (host->main != NULL); }

int gh_close(gh_host_t *host) {
    int error = gh__check_loop(host);
    if (error < 0) return error;
    if (host->running != host->main || host->orphan)
        return gh__refuse(UV_EBUSY,
                          "a task, or the host's own loop, can't close the host it runs in; "
                          "let the program do it");
    if (gh__others(host) > 0)
        return gh__refuse(UV_EBUSY, "tasks are left; wait for them, or end them with gh_shutdown");
    PyGILState_STATE gil = PyGILState_Ensure();
    if (tell_atexit(host, "unregister") < 0) PyErr_Clear();
    gh__host_close(host);
    PyGILState_Release(gil);
    return 0;
}
