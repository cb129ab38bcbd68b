/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * any.c: waiting for any of several descriptors, which poll, select and epoll_wait are three ways
 * to ask for.
 *
 * The call is tried with no timeout.  If it has nothing to say, a waiter is linked to each of its
 * descriptors and the task parks; the first one to fire wakes it, and the call is tried again.  So
 * the answer is always the kernel's own, and a wake-up that was for somebody else costs one turn.
 *
 * One descriptor, by far the most common case, uses the task's own waiter and allocates nothing.
 *
 * Signal masks.  A task has no mask of its own: the thread's is everybody's.  What ppoll, pselect
 * and epoll_pwait ask for is had without touching it.  A signal that is blocked, and would not be
 * during the call, is waited for with a signalfd as one more descriptor, and then delivered with
 * the mask in force for an instant, so that it ends the call and runs its handler there.  A signal
 * that is not blocked, and would be during the call, is handled at once, as if another thread had
 * taken it, and does not end the call.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/park.h"
#include "core/task.h"
#include "core/waiter.h"
#include "hooks/hooks.h"
#include "internal.h"

typedef struct {
    gh__fdwait_t wait;
    gh_task_t *task;
    bool closed;
} entry_t;

typedef struct {
    gh_task_t *task;
    gh__any_t *any;
    size_t count;
    entry_t *entries; /* NULL for a single descriptor, which uses task->fdwait */
    uint64_t masked;  /* the signals that must not end the call */
    int signalfd;     /* ready when one that must end it is pending; -1 if there is none */
} waits_t;

static gh__fdwait_t *wait_at(const waits_t *waits, size_t i) {
    return waits->entries ? &waits->entries[i].wait : &waits->task->fdwait;
}

static void on_entry(gh__waiter_t *waiter, int status) {
    entry_t *entry = GH__CONTAINER(waiter, entry_t, wait.waiter);
    entry->closed = status == UV_EBADF;
    gh__unpark(entry->task, status);
}

static size_t count_descriptors(gh__any_t *any) {
    gh__fdwait_t unused;
    size_t cursor = 0, count = 0;
    while (any->next(any, &cursor, &unused)) count++;
    return count;
}

static int open_entries(waits_t *waits) {
    if (waits->count <= 1) return 0;
    waits->entries = calloc(waits->count, sizeof(*waits->entries));
    if (waits->entries == NULL) return -1;
    for (size_t i = 0; i < waits->count; i++) {
        waits->entries[i].task = waits->task;
        gh__waiter_init(&waits->entries[i].wait.waiter, on_entry);
    }
    return 0;
}

/* Puts the pending signals that the call's mask lets through into a descriptor. */
static int open_signals(waits_t *waits, const sigset_t *mask) {
    sigset_t blocked, awaited;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    sigemptyset(&awaited);
    for (int signum = 1; signum < NSIG; signum++) {
        if (sigismember(mask, signum) == 1) waits->masked |= UINT64_C(1) << (signum - 1);
        if (sigismember(mask, signum) == 0 && sigismember(&blocked, signum) == 1)
            sigaddset(&awaited, signum);
    }
    if (sigisemptyset(&awaited)) return 0;
    waits->signalfd = signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
    return waits->signalfd < 0 ? -1 : 0;
}

static void close_waits(waits_t *waits) {
    free(waits->entries);
    if (waits->signalfd < 0) return;
    gh__fd_forget(waits->task->outcome.host, waits->signalfd);
    libc_close(waits->signalfd);
}

static int open_waits(waits_t *waits) {
    if (waits->any->mask != NULL && open_signals(waits, waits->any->mask) < 0) return -1;
    waits->count = count_descriptors(waits->any) + (waits->signalfd >= 0);
    if (open_entries(waits) == 0) return 0;
    close_waits(waits);
    errno = ENOMEM;
    return -1;
}

/* Delivers the pending signals that the mask lets through.  True when a handler has run. */
static bool interrupted_under(const sigset_t *mask) {
    static const struct timespec at_once;
    return mask != NULL && libc_ppoll(NULL, 0, &at_once, mask) < 0;
}

/* A regular file refuses to be watched.  The call has said that it isn't ready for what is asked of
 * it, and that never changes. */
static int start(waits_t *waits) {
    gh_host_t *host = waits->task->outcome.host;
    size_t cursor = 0;
    for (size_t i = 0; i < waits->count; i++) {
        gh__fdwait_t *wait = wait_at(waits, i);
        if (!waits->any->next(waits->any, &cursor, wait)) {
            wait->fd = waits->signalfd;
            wait->events = EPOLLIN;
        }
        int error = gh__fdwait_start(host, wait);
        if (error < 0 && error != UV_EPERM) return error;
    }
    return 0;
}

static void stop(waits_t *waits) {
    for (size_t i = 0; i < waits->count; i++)
        gh__fdwait_stop(waits->task->outcome.host, wait_at(waits, i));
}

static gh__park_t describe(const waits_t *waits) {
    gh__park_t how = {.on = GH__ON_SLEEP,
                      .call = waits->any->call,
                      .deadline = waits->any->deadline,
                      .masked = waits->masked,
                      .deaf = waits->any->only_eintr && waits->task->armed};
    if (waits->count > 1) {
        how.on = GH__ON_FDS;
        how.subject = (intptr_t)waits->count;
    } else if (waits->count == 1) {
        how.on = GH__ON_FD;
        how.subject = waits->task->fdwait.fd;
        how.events = waits->task->fdwait.events;
    }
    return how;
}

/* Parks once.  A descriptor that can't be watched because it isn't open is for the call to tell. */
static int park(waits_t *waits) {
    int status = start(waits);
    gh__park_t how = describe(waits);
    if (status == 0)
        status = gh__park(waits->task, &how);
    else if (status == UV_EBADF)
        status = 0;
    stop(waits);
    return status;
}

/* A descriptor that was closed while the task waited for it, or -1.  Its number may be in use
 * again, so the call can't be asked about it any more. */
static int closed_one(const waits_t *waits, int status) {
    if (waits->entries == NULL) return status == UV_EBADF ? waits->task->fdwait.fd : -1;
    for (size_t i = 0; i < waits->count; i++)
        if (waits->entries[i].closed) return waits->entries[i].wait.fd;
    return -1;
}

/* What the call returns after one park; 0 to park again, with *over set when 0 is the answer. */
static int outcome(waits_t *waits, int status, bool *over) {
    gh__any_t *any = waits->any;
    int closed = closed_one(waits, status), result = any->attempt(any);
    if (closed >= 0) return any->closed(any, closed);
    if (result != 0) return result;
    if (status == UV_ETIMEDOUT) *over = true;
    if (status == UV_ETIMEDOUT || status >= 0) return 0;
    return gh__wait_failed(waits->task, status);
}

static int wait_for_answer(waits_t *waits) {
    int result;
    bool over = false;
    do {
        if (interrupted_under(waits->any->mask)) {
            errno = EINTR;
            return -1;
        }
        result = outcome(waits, park(waits), &over);
    } while (result == 0 && !over);
    return result;
}

/*
 * A program that asks again and again, with no timeout, spins; the others must come to run.  Being
 * cancelled is told here too, or such a loop could not be.
 */
static int give_way(gh_task_t *task, gh__any_t *any) {
    if (interrupted_under(any->mask)) {
        errno = EINTR;
        return -1;
    }
    gh__yield(task);
    return gh__cancel_pending(task) ? gh__wait_failed(task, UV_ECANCELED) : 0;
}

int gh__wait_any(gh_task_t *task, gh__any_t *any) {
    if (gh__refused(task)) return -1;
    int result = any->attempt(any);
    if (result != 0) return result;
    if (any->deadline == 0) return give_way(task, any);
    waits_t waits = {.task = task, .any = any, .signalfd = -1};
    if (open_waits(&waits) < 0) return -1;
    result = wait_for_answer(&waits);
    int saved_errno = errno;
    close_waits(&waits);
    errno = saved_errno;
    return result;
}

int gh__closed_is_error(gh__any_t *any, int fd) {
    (void)any, (void)fd;
    errno = EBADF;
    return -1;
}
