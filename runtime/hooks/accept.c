/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * accept.c: accept has no flag for "don't block", so poll is asked first, and the guard stands by
 * for the connection that somebody else takes in between.
 */
#include <errno.h>

#include "core/fdwait.h"
#include "core/guard.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

/* Accepts what is there.  What does not listen fails at once, whatever poll says of it. */
static int try_accept(gh_host_t *host, int fd, struct sockaddr *address, socklen_t *size,
                      int flags) {
    if (!gh__ready_now(fd, POLLIN) && gh__socket_option(fd, SO_ACCEPTCONN) > 0) {
        errno = EAGAIN;
        return -1;
    }
    gh__guard_start(host);
    int accepted = libc_accept4(fd, address, size, flags);
    gh__guard_stop(host);
    if (accepted >= 0) gh__fd_accepted(host, fd, accepted, flags & SOCK_NONBLOCK);
    return accepted;
}

/* EINTR is the guard's.  A signal of the program's has been noted, and ends the wait. */
static int accept_or_park(const char *call, int fd, struct sockaddr *address, socklen_t *size,
                          int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || gh__fd_is_nonblocking(task->outcome.host, fd))
        return libc_accept4(fd, address, size, flags);
    if (gh__refused(task)) return -1;
    gh_host_t *host = task->outcome.host;
    uint64_t deadline = 0;
    for (;;) {
        int accepted = try_accept(host, fd, address, size, flags);
        if (accepted >= 0 || (errno != EAGAIN && errno != EINTR)) return accepted;
        if (deadline == 0) deadline = gh__socket_deadline(host, fd, EPOLLIN);
        if (!gh__wait_ready(task, call, fd, EPOLLIN, deadline)) return -1;
    }
}

int hook_accept(int fd, struct sockaddr *address, socklen_t *size) {
    return accept_or_park("accept", fd, address, size, 0);
}

int hook_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags) {
    return accept_or_park("accept4", fd, address, size, flags);
}
