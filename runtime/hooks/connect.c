/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * connect.c: the one place where O_NONBLOCK is set, for the microsecond of the call, since connect
 * has no flag of its own.  That the flag belongs to everybody who has the socket does no harm here:
 * an unconnected socket is of use to nobody yet.
 *
 * When the kernel says that the connection is made or has failed, connect is called again, as
 * often as need be.  That second call, and not SO_ERROR, is what puts the socket into the state
 * that a blocking connect leaves: connected for good (EISCONN from then on), or fit for another
 * attempt.  An interrupted connect goes on by itself, and a later one waits for it.
 */
#include <errno.h>

#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

static int try_connect(int fd, int flags, const struct sockaddr *address, socklen_t size) {
    if (libc_fcntl(fd, F_SETFL, (void *)(intptr_t)(flags | O_NONBLOCK)) < 0) return -1;
    int result = libc_connect(fd, address, size);
    int error = errno;
    libc_fcntl(fd, F_SETFL, (void *)(intptr_t)flags);
    errno = error;
    return result;
}

static intptr_t make_connect(const intptr_t *arguments, void *memory) {
    return libc_connect((int)arguments[0], memory, (socklen_t)arguments[1]);
}

/* A Unix socket whose listener has no room: no event tells when there is some. */
static int connect_on_thread(gh_task_t *task, int fd, const struct sockaddr *address,
                             socklen_t size) {
    gh__call_t call = {.name = "connect",
                       .make = make_connect,
                       .arguments = {fd, size},
                       .size = size,
                       .in = address};
    return (int)gh__call_in_thread(task, &call);
}

/* Only connections take time; connecting a datagram socket notes the address. */
static bool connects_at_once(int fd, socklen_t size) {
    int type = gh__socket_option(fd, SO_TYPE);
    return (type != SOCK_STREAM && type != SOCK_SEQPACKET) ||
           size > sizeof(struct sockaddr_storage);
}

int hook_connect(int fd, const struct sockaddr *address, socklen_t size) {
    gh_task_t *task = gh__may_park();
    int flags = task != NULL ? libc_fcntl(fd, F_GETFL, NULL) : -1;
    if (flags < 0 || flags & O_NONBLOCK || connects_at_once(fd, size))
        return libc_connect(fd, address, size);
    uint64_t deadline = 0;
    int first = 0; /* EINPROGRESS, or EALREADY where an earlier call has begun it */
    for (;;) {
        if (try_connect(fd, flags, address, size) == 0) return 0;
        if (errno == EAGAIN) return connect_on_thread(task, fd, address, size);
        if (errno == EISCONN && first != 0) return 0;
        if (errno != EINPROGRESS && errno != EALREADY) return -1;
        if (first == 0) {
            first = errno;
            deadline = gh__socket_deadline(task->outcome.host, fd, EPOLLOUT);
        }
        if (gh__wait_ready(task, "connect", fd, EPOLLOUT, deadline)) continue;
        if (errno == EAGAIN) errno = first;
        return -1;
    }
}
