/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * poll.c: poll and ppoll.  Negative descriptors are passed over, and one that is listed twice is
 * waited for twice.  The POLL* bits that can be asked for are the EPOLL* bits of the same name.
 */
#include <errno.h>

#include "core/fdwait.h"
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

typedef struct {
    gh__any_t any;
    struct pollfd *fds;
    unsigned count; /* as wide as the kernel takes it */
} poll_t;

static int attempt(gh__any_t *any) {
    poll_t *call = (poll_t *)any;
    return libc_poll(call->fds, call->count, 0);
}

static bool next(gh__any_t *any, size_t *cursor, gh__fdwait_t *wait) {
    poll_t *call = (poll_t *)any;
    while (*cursor < call->count) {
        const struct pollfd *item = &call->fds[(*cursor)++];
        if (item->fd < 0) continue;
        wait->fd = item->fd;
        wait->events = (uint32_t)(item->events & ~POLLNVAL) & UINT16_MAX;
        return true;
    }
    return false;
}

/* Says POLLNVAL of the descriptor, beside what the call has found of the others. */
static int closed(gh__any_t *any, int fd) {
    poll_t *call = (poll_t *)any;
    int ready = 0;
    for (unsigned i = 0; i < call->count; i++) {
        if (call->fds[i].fd == fd) call->fds[i].revents = POLLNVAL;
        ready += call->fds[i].revents != 0;
    }
    return ready;
}

static int poll_until(gh_task_t *task, const char *name, struct pollfd *fds, nfds_t count,
                      uint64_t deadline, const sigset_t *mask) {
    poll_t call = {.any = {name, deadline, mask, attempt, next, closed, false},
                   .fds = fds,
                   .count = (unsigned)count};
    return gh__wait_any(task, &call.any);
}

int hook_poll(struct pollfd *fds, nfds_t count, int timeout) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_poll(fds, count, timeout);
    return poll_until(task, "poll", fds, count, gh__deadline_ms(timeout), NULL);
}

int hook_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
               const sigset_t *mask) {
    uint64_t deadline;
    gh_task_t *task = gh__may_park();
    if (task == NULL || !gh__deadline_timespec(timeout, &deadline))
        return libc_ppoll(fds, count, timeout, mask);
    return poll_until(task, "ppoll", fds, count, deadline, mask);
}

/* The fortified names are told the size of the array; libc's own say what is wrong, and abort. */
int hook___poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size) {
    if (size / sizeof(*fds) < count) return libc___poll_chk(fds, count, timeout, size);
    return hook_poll(fds, count, timeout);
}

int hook___ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                     const sigset_t *mask, size_t size) {
    if (size / sizeof(*fds) < count) return libc___ppoll_chk(fds, count, timeout, mask, size);
    return hook_ppoll(fds, count, timeout, mask);
}
