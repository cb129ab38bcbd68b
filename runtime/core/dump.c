/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * dump.c: what every task is doing, in words; and the moment when none of them can go on.
 */
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/dump.h"
#include "core/errors.h"
#include "core/list.h"
#include "core/park.h"
#include "core/post.h"
#include "core/signal.h"
#include "core/task.h"
#include "host.h"
#include "internal.h"

static const char *events_word(uint32_t events) {
    if ((events & (EPOLLIN | EPOLLOUT)) == (EPOLLIN | EPOLLOUT)) return "readable or writable";
    return events & EPOLLOUT ? "writable" : "readable";
}

/* What a parked task waits on.  New reference. */
static PyObject *describe_park(const gh_task_t *task) {
    const gh__park_t *park = &task->park;
    switch (park->on) {
    case GH__ON_FD:
        return PyUnicode_FromFormat("%s, for descriptor %zd to be %s", park->call, park->subject,
                                    events_word(park->events));
    case GH__ON_FDS:
        return PyUnicode_FromFormat("%s, for one of %zd descriptors", park->call, park->subject);
    case GH__ON_LOCK:
        return PyUnicode_FromFormat("%s, for the lock at %p", park->call, (void *)park->subject);
    case GH__ON_OUTCOME:
        return PyUnicode_FromFormat("%s, for %R", park->call, (PyObject *)park->subject);
    case GH__ON_CHILD:
        return park->subject > 0
                   ? PyUnicode_FromFormat("%s, for process %zd", park->call, park->subject)
                   : PyUnicode_FromFormat("%s, for a child process", park->call);
    case GH__ON_CHILDREN: return PyUnicode_FromFormat("%s, for the tasks in it", park->call);
    case GH__ON_SIGNAL: return PyUnicode_FromFormat("%s, for a signal", park->call);
    case GH__ON_POOL: return PyUnicode_FromFormat("%s, on the thread pool", park->call);
    case GH__ON_THREAD: return PyUnicode_FromFormat("%s, on a thread of its own", park->call);
    default: return PyUnicode_FromString(park->call ? park->call : "nothing");
    }
}

/* Milliseconds that it has been parked. */
static long long parked_for(const gh_task_t *task) {
    return (long long)((gh__now() - task->since) / 1000000);
}

PyObject *gh__task_describe(gh_task_t *task) {
    const char *state = gh__state_name(task->state);
    PyObject *name = gh__task_name(task);
    if (name == NULL) return NULL;
    if (task->state != GH__PARKED) return PyUnicode_FromFormat("%U: %s", name, state);
    PyObject *park = describe_park(task);
    if (park == NULL) return NULL;
    PyObject *line =
        PyUnicode_FromFormat("%U: %s in %U, since %lld ms", name, state, park, parked_for(task));
    Py_DECREF(park);
    return line;
}

/* Its frame: the running one's own, or the one in which it parked.  New reference. */
PyObject *gh__task_frame(gh_task_t *task) {
    if (task->state == GH__RUNNING) return Py_XNewRef((PyObject *)PyEval_GetFrame());
    if (task->identity.state == NULL) return NULL;
    return (PyObject *)PyThreadState_GetFrame(task->identity.state);
}

PyObject *gh__task_stack(gh_task_t *task) {
    PyObject *frame = gh__task_frame(task);
    PyObject *text = frame ? gh__traceback("format_stack", frame) : PyUnicode_FromString("");
    Py_XDECREF(frame);
    return text;
}

/* The stack is left out where it can't be had. */
static PyObject *dump_one(gh_task_t *task) {
    PyObject *line = gh__task_describe(task), *stack = line ? gh__task_stack(task) : NULL;
    if (line != NULL && stack == NULL) PyErr_Clear();
    if (stack != NULL && PyUnicode_GET_LENGTH(stack) > 0) {
        Py_SETREF(line, PyUnicode_FromFormat("%U\n%U", line, stack));
    }
    Py_XDECREF(stack);
    return line;
}

void gh__dump(gh_host_t *host, const char *headline) {
    PyObject *text = PyUnicode_FromFormat("%s\n", headline);
    host->no_switch++; /* what is reported must not change meanwhile */
    for (gh__link_t *item = host->tasks.next; text != NULL && item != &host->tasks;
         item = item->next) {
        PyObject *one = dump_one(GH__CONTAINER(item, gh_task_t, all));
        if (one != NULL) Py_SETREF(text, PyUnicode_FromFormat("%U%U\n", text, one));
        Py_XDECREF(one);
    }
    gh__report(host, text);
    host->no_switch--;
}

/* ---- all stuck ---- */

/* Other OS threads could post a lock or settle a promise.  Idle ones of uv's pool could not.  Each
 * thread is a directory in there, which adds a link to it. */
static bool other_threads(const gh_host_t *host) {
    struct stat status;
    if (stat("/proc/self/task", &status) < 0) return true;
    return status.st_nlink > 2 + 1 + host->pool_threads + host->watch.started;
}

static bool timer_pending(void) {
    struct itimerval timer;
    return getitimer(ITIMER_REAL, &timer) == 0 &&
           (timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0);
}

/* A thread that is not there any more has posted all it would, so posts are looked at last. */
bool gh__all_stuck(gh_host_t *host) {
    return host->config.ends_stuck && host->hopeless == host->task_count &&
           host->deadlines.count == 0 && host->fd_waits == 0 && host->jobs == 0 &&
           host->operations == 0 && gh__list_empty(&host->sigwaits) && !gh__signal_could_wake() &&
           !timer_pending() && !other_threads(host) && !gh__post_pending(host);
}

/* Ctrl-C ends any program; only one that means to do something else then can be said to wait. */
static bool interrupt_is_awaited(void) {
    PyObject *module = PyImport_ImportModule("_signal");
    PyObject *usual = module ? PyObject_GetAttrString(module, "default_int_handler") : NULL;
    PyObject *now = module ? PyObject_CallMethod(module, "getsignal", "i", SIGINT) : NULL;
    bool awaited = now != NULL && now != usual && PyCallable_Check(now);
    PyErr_Clear();
    Py_XDECREF(now);
    Py_XDECREF(usual);
    Py_XDECREF(module);
    return awaited;
}

/* Python has run the program, joins threads and calls atexit functions.  Only `threading` notes it. */
static bool python_is_ending(gh_host_t *host) {
    PyObject *threading = PyImport_GetModule(host->threading_name);
    PyObject *ending = threading ? PyObject_GetAttrString(threading, "_SHUTTING_DOWN") : NULL;
    bool is_ending = ending == Py_True;
    PyErr_Clear();
    Py_XDECREF(ending);
    Py_XDECREF(threading);
    return is_ending;
}

/* Raises SystemExit in the main task; false where it can't be told, or was, and got stuck again.
 * Python drops what is raised while it ends, so then the code is left for the host's program. */
static bool end_main(gh_host_t *host) {
    if (host->stuck != NULL || host->main->park.deaf) return false;
    if (python_is_ending(host)) gh__fail(GH_EXIT_STUCK, "all tasks are stuck at exit");
    PyObject *code = PyLong_FromLong(GH_EXIT_STUCK);
    PyObject *error = code ? PyObject_CallOneArg(PyExc_SystemExit, code) : NULL;
    host->stuck = error;
    bool told = error != NULL && gh__task_cancel(host->main, error) == 0;
    Py_XDECREF(error);
    Py_XDECREF(code);
    return told;
}

bool gh__report_stuck(gh_host_t *host) {
    PyEval_RestoreThread(host->tstate);
    bool stuck = !interrupt_is_awaited();
    if (stuck) {
        gh__dump(host, "greenhost: all tasks are stuck: none is ready, and nothing outside could "
                       "wake one.  Each with what it waits on:");
        if (!end_main(host)) {
            gh__flush_standard_files(host);
            _exit(GH_EXIT_STUCK);
        }
    }
    PyEval_SaveThread();
    return stuck;
}
