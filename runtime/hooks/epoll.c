/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * epoll.c: epoll_wait and its kin.  An epoll descriptor is itself readable when it has events, so
 * it is one descriptor to wait for, however many it watches.
 *
 * Who calls it is an event loop, and those that are written in C bear EINTR alone: libuv and libev
 * abort at anything else.  One that has been told EINTR and waits again, without a bytecode in
 * between, is cancelled at the next bytecode that it runs.
 */
#include "core/fdwait.h"
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

typedef struct {
    gh__any_t any;
    int epfd, size;
    struct epoll_event *events;
} epoll_t;

static int attempt(gh__any_t *any) {
    epoll_t *call = (epoll_t *)any;
    return libc_epoll_wait(call->epfd, call->events, call->size, 0);
}

static bool next(gh__any_t *any, size_t *cursor, gh__fdwait_t *wait) {
    epoll_t *call = (epoll_t *)any;
    wait->fd = call->epfd;
    wait->events = EPOLLIN;
    return (*cursor)++ == 0;
}

static int wait_until(gh_task_t *task, const char *name, int epfd, struct epoll_event *events,
                      int size, uint64_t deadline, const sigset_t *mask) {
    epoll_t call = {.any = {name, deadline, mask, attempt, next, gh__closed_is_error, true},
                    .epfd = epfd,
                    .size = size,
                    .events = events};
    return gh__wait_any(task, &call.any);
}

int hook_epoll_wait(int epfd, struct epoll_event *events, int size, int timeout) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_epoll_wait(epfd, events, size, timeout);
    return wait_until(task, "epoll_wait", epfd, events, size, gh__deadline_ms(timeout), NULL);
}

int hook_epoll_pwait(int epfd, struct epoll_event *events, int size, int timeout,
                     const sigset_t *mask) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_epoll_pwait(epfd, events, size, timeout, mask);
    return wait_until(task, "epoll_pwait", epfd, events, size, gh__deadline_ms(timeout), mask);
}

int hook_epoll_pwait2(int epfd, struct epoll_event *events, int size,
                      const struct timespec *timeout, const sigset_t *mask) {
    uint64_t deadline;
    gh_task_t *task = gh__may_park();
    if (task == NULL || !gh__deadline_timespec(timeout, &deadline))
        return libc_epoll_pwait2(epfd, events, size, timeout, mask);
    return wait_until(task, "epoll_pwait2", epfd, events, size, deadline, mask);
}
