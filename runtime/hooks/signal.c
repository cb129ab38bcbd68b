/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * signal.c: installing handlers, so that ours are told too, and waiting for signals.
 *
 * To wait for signals that it has blocked, a task watches a descriptor which the kernel makes ready
 * when one of them is pending, and then takes it in the ordinary way.
 */
#include <errno.h>
#include <sys/signalfd.h>

#include "core/cancel.h"
#include "core/fdwait.h"
#include "core/park.h"
#include "core/signal.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

int hook_sigaction(int signum, const struct sigaction *action, struct sigaction *old) {
    return gh__signal_action(signum, action, old);
}

/* glibc's own calls its own sigaction.  BSD's meaning: system calls are restarted. */
sighandler_t hook_signal(int signum, sighandler_t handler) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    if (handler == SIG_ERR || sigaddset(&action.sa_mask, signum) < 0) {
        errno = EINVAL;
        return SIG_ERR;
    }
    return gh__signal_action(signum, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

static int take_pending(const sigset_t *set, siginfo_t *info) {
    static const struct timespec now = {0, 0};
    return libc_sigtimedwait(set, info, &now);
}

static int park_for(gh_task_t *task, const char *call, const sigset_t *set, siginfo_t *info,
                    uint64_t deadline) {
    int signum = -1, status = 0, fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return -errno;
    gh__park_t how = {
        .on = GH__ON_FD, .call = call, .subject = fd, .events = EPOLLIN, .deadline = deadline};
    while (signum < 0 && status >= 0) {
        status = gh__park_fd(task, &how);
        signum = take_pending(set, info);
    }
    gh__fd_forget(task->outcome.host, fd);
    libc_close(fd);
    return signum > 0 ? signum : status;
}

/* The number of a signal, or UV_E*. */
static int wait_for(gh_task_t *task, const char *call, const sigset_t *set, siginfo_t *info,
                    uint64_t deadline) {
    int signum = take_pending(set, info);
    if (signum > 0) return signum;
    return errno == EAGAIN ? park_for(task, call, set, info, deadline) : -errno;
}

int hook_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || (timeout != NULL && !gh__is_duration(timeout)))
        return libc_sigtimedwait(set, info, timeout);
    uint64_t deadline = timeout == NULL ? GH__NEVER : gh__deadline_relative(timeout);
    int signum = wait_for(task, "sigtimedwait", set, info, deadline);
    if (signum == UV_ETIMEDOUT) signum = UV_EAGAIN;
    return signum > 0 ? signum : gh__wait_failed(task, signum);
}

int hook_sigwaitinfo(const sigset_t *set, siginfo_t *info) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_sigwaitinfo(set, info);
    int signum = wait_for(task, "sigwaitinfo", set, info, GH__NEVER);
    return signum > 0 ? signum : gh__wait_failed(task, signum);
}

/* A handler does not end it, as in glibc; what cancels the task does. */
int hook_sigwait(const sigset_t *set, int *signum) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_sigwait(set, signum);
    int got;
    do got = wait_for(task, "sigwait", set, NULL, GH__NEVER);
    while (got == UV_EINTR);
    if (got < 0) return -gh__cancel_decode(task, got);
    *signum = got;
    return 0;
}

/* The mask is the thread's, so meanwhile it is every task's. */
int hook_sigsuspend(const sigset_t *mask) {
    gh_task_t *task = gh__may_park();
    sigset_t before;
    if (task == NULL) return libc_sigsuspend(mask);
    gh__park_t how = {.on = GH__ON_SIGNAL, .call = "sigsuspend", .deadline = GH__NEVER};
    task->sigwait.set = UINT64_MAX;
    gh__sigwait_start(task->outcome.host, &task->sigwait);
    pthread_sigmask(SIG_SETMASK, mask, &before);
    int status = gh__park(task, &how);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    gh__sigwait_stop(&task->sigwait);
    return gh__wait_failed(task, status < 0 ? status : UV_EINTR);
}
