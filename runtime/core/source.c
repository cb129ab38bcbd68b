/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * source.c: the kinds of operation that the loop itself announces: a deadline, a descriptor that is
 * ready, a child that has ended, a signal.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "core/deadline.h"
#include "core/errors.h"
#include "core/fdwait.h"
#include "core/operation.h"
#include "core/signal.h"
#include "core/waiter.h"
#include "hooks/libc.h"
#include "internal.h"

static PyObject *none(gh__source_t *Py_UNUSED(source)) { Py_RETURN_NONE; }

/* ---- sleep ---- */

static void on_deadline(gh__deadline_t *deadline) {
    gh__source_fire(GH__CONTAINER(deadline, gh__source_t, deadline), 0);
}

static int start_sleep(gh__source_t *source) {
    gh__deadline_init(&source->deadline, on_deadline);
    return gh__deadline_start(source->host, &source->deadline, source->deadline.when);
}

static void stop_sleep(gh__source_t *source) { gh__deadline_stop(source->host, &source->deadline); }

const gh__source_kind_t gh__source_sleep = {"sleep", start_sleep, stop_sleep, none};

/* ---- a descriptor that is ready ---- */

static bool is_ready(const gh__fdwait_t *wait) {
    return gh__ready_now(wait->fd, wait->events & EPOLLOUT ? POLLOUT : POLLIN);
}

/* Fires where it is ready now, else is told when it may be: an edge can be stale by then, and one
 * that is past is not told again. */
static int watch(gh__source_t *source) {
    int error = gh__fdwait_start(source->host, &source->fdwait);
    if (error < 0 && error != UV_EPERM) return error;
    if (error == 0 && !is_ready(&source->fdwait)) return 0;
    gh__source_fire(source, 0);
    return 0;
}

static void on_fd(gh__waiter_t *waiter, int status) {
    gh__source_t *source = GH__CONTAINER(waiter, gh__source_t, fdwait.waiter);
    if (status >= 0) status = watch(source);
    if (status < 0) gh__source_fire(source, status);
}

static int start_fd(gh__source_t *source, int fd, uint32_t events) {
    gh__waiter_init(&source->fdwait.waiter, on_fd);
    source->fdwait.fd = fd;
    source->fdwait.events = events;
    return watch(source);
}

static int start_readable(gh__source_t *source) {
    return start_fd(source, source->subject, EPOLLIN);
}

static int start_writable(gh__source_t *source) {
    return start_fd(source, source->subject, EPOLLOUT);
}

static void stop_fd(gh__source_t *source) { gh__fdwait_stop(source->host, &source->fdwait); }

const gh__source_kind_t gh__source_readable = {"readable", start_readable, stop_fd, none};
const gh__source_kind_t gh__source_writable = {"writable", start_writable, stop_fd, none};

/* ---- a child that has ended ---- */

static int is_child(pid_t pid) {
    siginfo_t info;
    return libc_waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ? -errno : 0;
}

static void close_pidfd(gh__source_t *source) {
    gh__fd_forget(source->host, source->fdwait.fd);
    libc_close(source->fdwait.fd);
}

static int start_process(gh__source_t *source) {
    int error = is_child(source->subject);
    if (error < 0) return error;
    int fd = pidfd_open(source->subject, 0);
    if (fd < 0) return -errno;
    error = start_fd(source, fd, EPOLLIN);
    if (error < 0) close_pidfd(source);
    return error;
}

static void stop_process(gh__source_t *source) {
    stop_fd(source);
    close_pidfd(source);
}

/* The child is reaped here and not before: an operation that nobody wanted leaves it alone. */
static PyObject *exit_code(gh__source_t *source) {
    int status;
    pid_t pid = libc_waitpid(source->subject, &status, WNOHANG);
    if (pid < 0) return gh__raise_os(-errno);
    return PyLong_FromLong(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
}

const gh__source_kind_t gh__source_process = {"wait_process", start_process, stop_process,
                                              exit_code};

/* ---- a signal ---- */

static void on_signal(gh__waiter_t *waiter, int signum) {
    gh__source_fire(GH__CONTAINER(waiter, gh__source_t, sigwait.waiter), signum);
}

static int start_signal(gh__source_t *source) {
    int error = gh__signal_want(source->subject);
    if (error < 0) return error;
    gh__waiter_init(&source->sigwait.waiter, on_signal);
    source->sigwait.set = UINT64_C(1) << (source->subject - 1);
    gh__sigwait_start(source->host, &source->sigwait);
    return 0;
}

static void stop_signal(gh__source_t *source) {
    gh__sigwait_stop(&source->sigwait);
    gh__signal_unwant(source->subject);
}

static PyObject *signal_number(gh__source_t *source) { return PyLong_FromLong(source->status); }

const gh__source_kind_t gh__source_signal = {"signal", start_signal, stop_signal, signal_number};
