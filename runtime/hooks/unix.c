/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * unix.c: a datagram to a Unix socket that has no room for it.  The sender's own descriptor stays
 * writable then, and no event tells when the receiver has made room: so the call is made again,
 * in its blocking form, on a thread, with a copy of the message.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/fdwait.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

/* The arguments of make_send, whose memory is the ancillary data, the address and the data. */
enum { FD, FLAGS, CONTROL_SIZE, ADDRESS_SIZE, DATA_SIZE };

static intptr_t make_send(const intptr_t *arguments, void *memory) {
    char *control = memory, *address = control + arguments[CONTROL_SIZE];
    struct iovec data = {address + arguments[ADDRESS_SIZE], (size_t)arguments[DATA_SIZE]};
    struct msghdr message = {.msg_name = address,
                             .msg_namelen = (socklen_t)arguments[ADDRESS_SIZE],
                             .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = (size_t)arguments[CONTROL_SIZE]};
    return libc_sendmsg((int)arguments[FD], &message, (int)arguments[FLAGS]);
}

static char *append(char *to, const void *from, size_t size) {
    if (size > 0) memcpy(to, from, size);
    return to + size;
}

static void pack(char *to, const struct msghdr *message) {
    to = append(to, message->msg_control, message->msg_controllen);
    to = append(to, message->msg_name, message->msg_namelen);
    for (size_t i = 0; i < message->msg_iovlen; i++)
        to = append(to, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
}

bool gh__is_unix_address(const struct sockaddr *address, socklen_t size) {
    return address != NULL && size >= sizeof(address->sa_family) && address->sa_family == AF_UNIX;
}

ssize_t gh__send_to_unix(gh_task_t *task, const char *name, int fd, const struct msghdr *message,
                         int flags) {
    if (gh__refused_on(task, fd)) return -1;
    ssize_t sent = libc_sendmsg(fd, message, flags | MSG_DONTWAIT);
    if (sent >= 0 || errno != EAGAIN || gh__fd_is_nonblocking(task->outcome.host, fd)) return sent;
    size_t control = message->msg_controllen, data = gh__message_length(message);
    size_t size = control + message->msg_namelen + data;
    char *packed = malloc(size);
    if (packed == NULL) return -1;
    pack(packed, message);
    gh__call_t call = {
        .name = name,
        .make = make_send,
        .arguments = {fd, flags, (intptr_t)control, message->msg_namelen, (intptr_t)data},
        .size = size,
        .in = packed};
    sent = gh__call_in_thread(task, &call);
    free(packed);
    return sent;
}
