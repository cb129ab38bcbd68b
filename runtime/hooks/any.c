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
 * The mask that ppoll, pselect and epoll_pwait are given is the task's meanwhile.  What was pending and
 * is let through by it ends the call at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/mask.h"
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

/* A regular file refuses to be watched.  The call has said that it isn't ready for what is asked of
 * it, and that never changes. */
static int start(waits_t *waits) {
    gh_host_t *host = waits->task->outcome.host;
    size_t cursor = 0;
    for (size_t i = 0; i < waits->count; i++) {
        gh__fdwait_t *wait = wait_at(waits, i);
        waits->any->next(waits->any, &cursor, wait);
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

static int wait_for_answer(gh_task_t *task, gh__any_t *any) {
    waits_t waits = {.task = task, .any = any, .count = count_descriptors(any)};
    int result;
    bool over = false;
    if (open_entries(&waits) < 0) return -1;
    do result = outcome(&waits, park(&waits), &over);
    while (result == 0 && !over);
    int saved_errno = errno;
    free(waits.entries);
    errno = saved_errno;
    return result;
}

/*
 * A program that asks again and again, with no timeout, spins; the others must come to run.  Being
 * cancelled is told here too, or such a loop could not be.
 */
static int give_way(gh_task_t *task) {
    gh__yield(task);
    return gh__cancel_pending(task) ? gh__wait_failed(task, UV_ECANCELED) : 0;
}

static int wait_or_give_way(gh_task_t *task, gh__any_t *any) {
    return any->deadline == 0 ? give_way(task) : wait_for_answer(task, any);
}

static int wait_under_mask(gh_task_t *task, gh__any_t *any) {
    sigset_t before;
    bool handled = gh__mask_exchange(task, any->mask, &before);
    int result = handled ? -1 : wait_or_give_way(task, any), error = handled ? EINTR : errno;
    gh__mask_exchange(task, &before, NULL);
    errno = error;
    return result;
}

int gh__wait_any(gh_task_t *task, gh__any_t *any) {
    if (gh__refused(task)) return -1;
    int result = any->attempt(any);
    if (result != 0) return result;
    return any->mask == NULL ? wait_or_give_way(task, any) : wait_under_mask(task, any);
}

int gh__closed_is_error(gh__any_t *any, int fd) {
    (void)any, (void)fd;
    errno = EBADF;
    return -1;
}
