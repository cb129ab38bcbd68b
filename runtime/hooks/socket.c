/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * socket.c: sockets.  Each call is tried with MSG_DONTWAIT, which concerns that call alone, and
 * never by setting O_NONBLOCK, which concerns everybody who has the socket.
 */
#include <errno.h>

#include "hooks/hooks.h"

ssize_t hook_recv(int fd, void *buffer, size_t size, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT) return libc_recv(fd, buffer, size, flags);
    for (;;) {
        ssize_t count = libc_recv(fd, buffer, size, flags | MSG_DONTWAIT);
        if (count >= 0 || errno != EAGAIN || gh__is_nonblocking(fd)) return count;
        if (!gh__wait_ready(task, "recv", fd, EPOLLIN, GH__NEVER)) return -1;
    }
}

ssize_t hook_send(int fd, const void *buffer, size_t size, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT) return libc_send(fd, buffer, size, flags);
    for (;;) {
        ssize_t count = libc_send(fd, buffer, size, flags | MSG_DONTWAIT);
        if (count >= 0 || errno != EAGAIN || gh__is_nonblocking(fd)) return count;
        if (!gh__wait_ready(task, "send", fd, EPOLLOUT, GH__NEVER)) return -1;
    }
}

ssize_t hook_recvmsg(int fd, struct msghdr *message, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT) return libc_recvmsg(fd, message, flags);
    for (;;) {
        ssize_t count = libc_recvmsg(fd, message, flags | MSG_DONTWAIT);
        if (count >= 0 || errno != EAGAIN || gh__is_nonblocking(fd)) return count;
        if (!gh__wait_ready(task, "recvmsg", fd, EPOLLIN, GH__NEVER)) return -1;
    }
}

ssize_t hook_sendmsg(int fd, const struct msghdr *message, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT) return libc_sendmsg(fd, message, flags);
    for (;;) {
        ssize_t count = libc_sendmsg(fd, message, flags | MSG_DONTWAIT);
        if (count >= 0 || errno != EAGAIN || gh__is_nonblocking(fd)) return count;
        if (!gh__wait_ready(task, "sendmsg", fd, EPOLLOUT, GH__NEVER)) return -1;
    }
}
