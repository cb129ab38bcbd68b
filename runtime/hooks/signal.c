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
#include "core/mask.h"
#include "core/park.h"
#include "core/signal.h"
#include "core/task.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
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

/* ---- masks ---- */

/* In a handler the kernel puts back what it changes, and the child of a vfork has a mask of its own. */
int hook_pthread_sigmask(int how, const sigset_t *set, sigset_t *old) {
    gh_host_t *host = gh__current;
    if (host == NULL || host->hub == NULL || set == NULL || gh__signal_handling() ||
        gh__in_vfork_child())
        return libc_pthread_sigmask(how, set, old);
    return gh__mask_change(host, how, set, old);
}

int hook_sigprocmask(int how, const sigset_t *set, sigset_t *old) {
    int error = hook_pthread_sigmask(how, set, old);
    if (error != 0) errno = error;
    return error == 0 ? 0 : -1;
}

int hook_sigpending(sigset_t *set) {
    int result = libc_sigpending(set);
    if (result == 0) set->__val[0] |= gh__mask_kept(gh__current->running);
    return result;
}

/* ---- waiting ---- */

static int take_pending(gh_task_t *task, const sigset_t *set, siginfo_t *info) {
    static const struct timespec now = {0, 0};
    int signum = gh__mask_take(task, set, info);
    return signum > 0 ? signum : libc_sigtimedwait(set, info, &now);
}

static int park_for(gh_task_t *task, const char *call, const sigset_t *set, siginfo_t *info,
                    uint64_t deadline) {
    int signum = -1, status = 0, fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return -errno;
    gh__park_t how = {
        .on = GH__ON_SIGNAL, .call = call, .subject = fd, .events = EPOLLIN, .deadline = deadline};
    while (signum < 0 && status >= 0) {
        status = gh__park_fd(task, &how);
        signum = take_pending(task, set, info);
    }
    gh__fd_forget(task->outcome.host, fd);
    libc_close(fd);
    return signum > 0 ? signum : status;
}

/* The number of a signal, or UV_E*. */
static int wait_for(gh_task_t *task, const char *call, const sigset_t *set, siginfo_t *info,
                    uint64_t deadline) {
    int signum = take_pending(task, set, info);
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

int hook_sigsuspend(const sigset_t *mask) {
    gh_task_t *task = gh__may_park();
    sigset_t before;
    if (task == NULL) return libc_sigsuspend(mask);
    gh__park_t how = {.on = GH__ON_SIGNAL, .call = "sigsuspend", .deadline = GH__NEVER};
    int status = gh__mask_exchange(task, mask, &before) ? UV_EINTR : 0;
    while (status == 0) status = gh__park(task, &how);
    gh__mask_exchange(task, &before, NULL);
    return gh__wait_failed(task, status);
}
