/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * wait.c: waiting, for C code that runs in a task.
 */
#include <poll.h>
#include <sys/epoll.h>

#include "api/api.h"
#include "core/cancel.h"
#include "core/deadline.h"
#include "core/errors.h"
#include "core/fdwait.h"
#include "core/park.h"
#include "core/scope.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#define NS_PER_MS UINT64_C(1000000)

/* Once Python has ended, PyGILState_Check is true for everybody. */
PyThreadState *gh__leave_gil(void) {
    return gh__python_runs() && PyGILState_Check() ? PyEval_SaveThread() : NULL;
}

void gh__retake_gil(PyThreadState *left) {
    if (left != NULL) PyEval_RestoreThread(left);
}

uint64_t gh__deadline_in(int64_t ms) {
    if (ms < 0 || (uint64_t)ms > GH__NEVER / NS_PER_MS) return GH__NEVER;
    return gh__deadline_after((uint64_t)ms * NS_PER_MS);
}

gh_task_t *gh__caller(void) {
    gh__called_from = NULL; /* by the program, whoever called the surface last */
    gh_task_t *task = gh__may_park_even_alone();
    if (task != NULL && gh__switch_possible(task->outcome.host)) return task;
    gh__refuse(UV_EPERM,
               "only a task can wait, and only where others may run meanwhile; elsewhere use "
               "a callback");
    return NULL;
}

/* The exception that a handler raises is the task's, as if it had been cancelled with it. */
int gh__wait_status(gh_task_t *task, int status) {
    if (status == UV_EINTR) status = gh__cancel_by_signal(task);
    if (status == UV_ECANCELED)
        gh__refuse(status, "the task is to end; return, and its exception rises");
    return status;
}

PyObject *gh__raise_status(int status) {
    gh_host_t *host = gh__current;
    gh_task_t *task = host ? host->running : NULL;
    bool cancelled = task != NULL && (task->cancel != NULL || gh__scope_refuses(task));
    if (status != UV_ECANCELED || !cancelled) return gh__raise_os(status);
    gh__cancel_raise(task);
    return NULL;
}

static int sleep_until(gh_task_t *task, uint64_t deadline) {
    gh__park_t how = {.on = GH__ON_SLEEP, .call = "gh_sleep", .deadline = deadline};
    int status = 0;
    while (status >= 0) status = gh__wait_status(task, gh__park(task, &how));
    return status == UV_ETIMEDOUT ? 0 : status;
}

int gh_sleep(int64_t ms) {
    PyThreadState *left = gh__leave_gil();
    gh_task_t *task = gh__caller();
    int status = task ? sleep_until(task, gh__deadline_in(ms)) : UV_EPERM;
    gh__retake_gil(left);
    return status;
}

static uint32_t to_epoll(int events) {
    uint32_t wanted = 0;
    if (events & UV_READABLE) wanted |= EPOLLIN;
    if (events & UV_WRITABLE) wanted |= EPOLLOUT;
    return wanted;
}

/* Whoever waits for either hears of errors and of the end. */
static int from_epoll(int ready, int events) {
    int told = 0;
    if (ready & ~EPOLLOUT) told |= UV_READABLE;
    if (ready & ~EPOLLIN) told |= UV_WRITABLE;
    return told & events;
}

/* An edge can be stale, and one that is past is not told again: what poll says counts. */
static int wait_fd(gh_task_t *task, int fd, int events, uint64_t deadline) {
    uint32_t wanted = to_epoll(events);
    gh__park_t how = {.on = GH__ON_FD,
                      .call = "gh_wait_fd",
                      .subject = fd,
                      .events = wanted,
                      .deadline = deadline,
                      .restarts = true};
    for (;;) {
        short ready = gh__ready_now(fd, (short)wanted);
        if (ready & POLLNVAL) return UV_EBADF;
        if (ready != 0) return from_epoll(ready, events);
        int status = gh__wait_status(task, gh__park_fd(task, &how));
        if (status < 0) return status;
    }
}

int gh_wait_fd(int fd, int events, int64_t ms) {
    if (to_epoll(events) == 0)
        return gh__refuse(UV_EINVAL, "gh_wait_fd waits for UV_READABLE, UV_WRITABLE or both");
    PyThreadState *left = gh__leave_gil();
    gh_task_t *task = gh__caller();
    int status = task ? wait_fd(task, fd, events, gh__deadline_in(ms)) : UV_EPERM;
    gh__retake_gil(left);
    return status == UV_ETIMEDOUT ? gh__refuse(status, "it was not ready in time") : status;
}
