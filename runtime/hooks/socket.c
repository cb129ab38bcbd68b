/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * socket.c: receiving and sending.  Each call is tried with MSG_DONTWAIT, which concerns that call
 * alone, and never by setting O_NONBLOCK, which concerns everybody who has the socket.
 *
 * All of them are an *exchange*: something that is tried again, with the socket becoming ready in
 * between, until enough is done.  Enough is one byte or message for most that receive, everything
 * for those that send.  What was done when an error, a signal or a time limit ends it is what the
 * call returns, as in the kernel.
 */
#include <errno.h>
#include <stdatomic.h>

#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

typedef struct exchange_s exchange_t;

struct exchange_s {
    gh_task_t *task;
    const char *call;
    ssize_t (*once)(exchange_t *exchange); /* bytes or messages, or -1 with errno */
    int fd, flags;
    uint32_t events;
    uint64_t deadline;   /* 0 until it has had to wait */
    size_t done, target; /* bytes or messages */

    union {
        struct { /* recv, recvfrom, send, sendto */
            char *buffer;
            size_t size;
            struct sockaddr *address;
            socklen_t address_size, *address_room;
        };
        struct {
            struct msghdr message;   /* recvmsg, sendmsg: as the caller gave it */
            struct msghdr *received; /* recvmsg: where the caller looks for what came */
        };
        struct { /* recvmmsg */
            struct mmsghdr *messages;
            size_t room;
            uint64_t until;
        };
    };
};

/* ---- options ---- */

/* Once the program has set a time limit on some socket, every socket is asked each time it blocks:
 * it may have other descriptors than the one that the limit was set through. */
static atomic_bool limits_in_use;

int hook_setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
    if (level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO))
        atomic_store(&limits_in_use, true);
    return libc_setsockopt(fd, level, option, value, size);
}

int gh__socket_option(int fd, int option) {
    int value;
    socklen_t size = sizeof(value);
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

/* Zero means none. */
static struct timeval ask_limit(int fd, uint32_t events) {
    struct timeval limit = {0, 0};
    socklen_t size = sizeof(limit);
    getsockopt(fd, SOL_SOCKET, events & EPOLLIN ? SO_RCVTIMEO : SO_SNDTIMEO, &limit, &size);
    return limit;
}

uint64_t gh__socket_deadline(gh_host_t *host, int fd, uint32_t events) {
    gh__fd_t *record = gh__fd_get(host, fd);
    if (record != NULL && record->unlimited & events && !atomic_load(&limits_in_use))
        return GH__NEVER;
    int saved_errno = errno;
    struct timeval limit = ask_limit(fd, events);
    errno = saved_errno;
    if (limit.tv_sec == 0 && limit.tv_usec == 0) {
        if (record != NULL) record->unlimited |= (uint8_t)events;
        return GH__NEVER;
    }
    return gh__deadline_relative(
        &(struct timespec){.tv_sec = limit.tv_sec, .tv_nsec = limit.tv_usec * 1000});
}

/* ---- the exchange ---- */

/* The program's own O_NONBLOCK wants the EAGAIN. */
static bool wait_for_more(exchange_t *exchange) {
    int fd = exchange->fd;
    if (gh__fd_is_nonblocking(exchange->task->outcome.host, fd)) return false;
    if (exchange->deadline == 0)
        exchange->deadline =
            gh__socket_deadline(exchange->task->outcome.host, fd, exchange->events);
    return gh__wait_ready(exchange->task, exchange->call, fd, exchange->events, exchange->deadline);
}

/* What there was to receive has been received, so the kernel could only say EAGAIN. */
static bool is_drained(const exchange_t *exchange) {
    return exchange->events == EPOLLIN &&
           gh__fd_is_drained(exchange->task->outcome.host, exchange->fd);
}

static ssize_t attempt(exchange_t *exchange) {
    if (!is_drained(exchange)) return exchange->once(exchange);
    errno = EAGAIN;
    return -1;
}

/* A socket tells of an error once.  If something was done it is for the next call to hear. */
static ssize_t run(exchange_t *exchange) {
    exchange->flags |= MSG_DONTWAIT;
    if (gh__refused_on(exchange->task, exchange->fd)) return -1;
    for (;;) {
        ssize_t count = attempt(exchange);
        if (count > 0) exchange->done += (size_t)count;
        if (count == 0 || exchange->done >= exchange->target) return (ssize_t)exchange->done;
        if (count < 0 && (errno != EAGAIN || !wait_for_more(exchange)))
            return exchange->done > 0 ? (ssize_t)exchange->done : -1;
        if (exchange->done > 0 && gh__ready_now(exchange->fd, 0) & POLLERR)
            return (ssize_t)exchange->done;
    }
}

/* ---- receiving ---- */

/* Neither waits in the kernel: what is not there is EAGAIN or EINVAL at once. */
#define NEVER_WAITS (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)

/* MSG_WAITALL means something for streams, and there not while peeking. */
static size_t enough(int fd, size_t size, int flags) {
    if ((flags & (MSG_WAITALL | MSG_PEEK)) != MSG_WAITALL) return 1;
    return gh__socket_option(fd, SO_TYPE) == SOCK_STREAM ? size : 1;
}

static ssize_t receive_once(exchange_t *exchange) {
    size_t size = exchange->size - exchange->done;
    ssize_t count = libc_recvfrom(exchange->fd, exchange->buffer + exchange->done, size,
                                  exchange->flags, exchange->address, exchange->address_room);
    if (count > 0 && (size_t)count < size && !(exchange->flags & (MSG_PEEK | MSG_TRUNC)))
        gh__fd_drained(exchange->task->outcome.host, exchange->fd);
    return count;
}

static ssize_t receive(const char *call, int fd, void *buffer, size_t size, int flags,
                       struct sockaddr *address, socklen_t *room) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & NEVER_WAITS)
        return libc_recvfrom(fd, buffer, size, flags, address, room);
    return run(&(exchange_t){.task = task,
                             .call = call,
                             .once = receive_once,
                             .fd = fd,
                             .flags = flags,
                             .events = EPOLLIN,
                             .target = enough(fd, size, flags),
                             .buffer = buffer,
                             .size = size,
                             .address = address,
                             .address_room = room});
}

ssize_t hook_recv(int fd, void *buffer, size_t size, int flags) {
    return receive("recv", fd, buffer, size, flags, NULL, NULL);
}

ssize_t hook_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *address,
                      socklen_t *room) {
    return receive("recvfrom", fd, buffer, size, flags, address, room);
}

/* The fortified ones end the program where the buffer is too small, as libc's do. */
ssize_t hook___recv_chk(int fd, void *buffer, size_t size, size_t room, int flags) {
    if (size > room) return libc___recv_chk(fd, buffer, size, room, flags);
    return hook_recv(fd, buffer, size, flags);
}

ssize_t hook___recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
                            struct sockaddr *address, socklen_t *address_room) {
    if (size > room)
        return libc___recvfrom_chk(fd, buffer, size, room, flags, address, address_room);
    return hook_recvfrom(fd, buffer, size, flags, address, address_room);
}

/*
 * What is left of a message once so many bytes are done.  A part that was cut goes alone, in
 * `cut`, so that the caller's array, which may be long or read-only, need not be copied.
 */
static struct msghdr rest_of(const exchange_t *exchange, struct iovec *cut) {
    struct msghdr rest = exchange->message;
    size_t skip = exchange->done;
    for (; rest.msg_iovlen > 0 && skip > 0 && skip >= rest.msg_iov->iov_len; rest.msg_iovlen--)
        skip -= rest.msg_iov++->iov_len;
    if (skip == 0) return rest;
    cut->iov_base = (char *)rest.msg_iov->iov_base + skip;
    cut->iov_len = rest.msg_iov->iov_len - skip;
    rest.msg_iov = cut;
    rest.msg_iovlen = 1;
    return rest;
}

size_t gh__message_length(const struct msghdr *message) {
    size_t length = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++) length += message->msg_iov[i].iov_len;
    return length;
}

static bool brings_descriptors(struct msghdr *message) {
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item))
        if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS) return true;
    return false;
}

/* Descriptors are never glued to others: what brought some is enough. */
static ssize_t receive_message_once(exchange_t *exchange) {
    struct iovec cut;
    struct msghdr rest = rest_of(exchange, &cut), *received = exchange->received;
    ssize_t count = libc_recvmsg(exchange->fd, &rest, exchange->flags);
    if (count < 0) return count;
    received->msg_namelen = rest.msg_namelen;
    received->msg_controllen = rest.msg_controllen;
    received->msg_flags = rest.msg_flags;
    if (brings_descriptors(&rest)) exchange->target = 0;
    return count;
}

ssize_t hook_recvmsg(int fd, struct msghdr *message, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & NEVER_WAITS) return libc_recvmsg(fd, message, flags);
    return run(&(exchange_t){.task = task,
                             .call = "recvmsg",
                             .once = receive_message_once,
                             .fd = fd,
                             .flags = flags,
                             .events = EPOLLIN,
                             .target = enough(fd, gh__message_length(message), flags),
                             .message = *message,
                             .received = message});
}

/* As in the kernel, the time is looked at only when something has come, and SO_RCVTIMEO limits the
 * wait for each message. */
static ssize_t receive_batch_once(exchange_t *exchange) {
    size_t left = exchange->room - exchange->done;
    int count = libc_recvmmsg(exchange->fd, exchange->messages + exchange->done, (unsigned)left,
                              exchange->flags, NULL);
    if (count <= 0) return count;
    exchange->deadline = 0;
    if (gh__now() >= exchange->until) exchange->target = 0;
    return count;
}

int hook_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *limit) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & NEVER_WAITS || (limit != NULL && !gh__is_duration(limit)))
        return libc_recvmmsg(fd, messages, count, flags, limit);
    exchange_t exchange = {.task = task,
                           .call = "recvmmsg",
                           .once = receive_batch_once,
                           .fd = fd,
                           .flags = flags,
                           .events = EPOLLIN,
                           .target = flags & MSG_WAITFORONE ? 1 : count,
                           .room = count,
                           .messages = messages,
                           .until = limit != NULL ? gh__deadline_relative(limit) : GH__NEVER};
    int received = (int)run(&exchange);
    if (received > 0 && limit != NULL) *limit = gh__time_left(exchange.until);
    return received;
}

/* ---- sending ---- */

/* Where the peer went away after some of it was sent, no signal is due before the next call. */
static int sending_flags(const exchange_t *exchange) {
    return exchange->done > 0 ? exchange->flags | MSG_NOSIGNAL : exchange->flags;
}

static ssize_t send_once(exchange_t *exchange) {
    return libc_sendto(exchange->fd, exchange->buffer + exchange->done,
                       exchange->size - exchange->done, sending_flags(exchange), exchange->address,
                       exchange->address_size);
}

static ssize_t send_all(const char *call, int fd, const void *buffer, size_t size, int flags,
                        const struct sockaddr *address, socklen_t address_size) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT)
        return libc_sendto(fd, buffer, size, flags, address, address_size);
    if (gh__is_unix_address(address, address_size)) {
        struct iovec data = {(void *)buffer, size};
        struct msghdr message = {.msg_name = (void *)address,
                                 .msg_namelen = address_size,
                                 .msg_iov = &data,
                                 .msg_iovlen = 1};
        return gh__send_to_unix(task, call, fd, &message, flags);
    }
    return run(&(exchange_t){.task = task,
                             .call = call,
                             .once = send_once,
                             .fd = fd,
                             .flags = flags,
                             .events = EPOLLOUT,
                             .target = size,
                             .buffer = (char *)buffer,
                             .size = size,
                             .address = (struct sockaddr *)address,
                             .address_size = address_size});
}

ssize_t hook_send(int fd, const void *buffer, size_t size, int flags) {
    return send_all("send", fd, buffer, size, flags, NULL, 0);
}

ssize_t hook_sendto(int fd, const void *buffer, size_t size, int flags,
                    const struct sockaddr *address, socklen_t address_size) {
    return send_all("sendto", fd, buffer, size, flags, address, address_size);
}

/* Ancillary data goes with the first byte, and must not go twice. */
static ssize_t send_message_once(exchange_t *exchange) {
    struct iovec cut;
    struct msghdr rest = rest_of(exchange, &cut);
    if (exchange->done > 0) rest.msg_controllen = 0;
    return libc_sendmsg(exchange->fd, &rest, sending_flags(exchange));
}

static ssize_t send_message(gh_task_t *task, const char *call, int fd, const struct msghdr *message,
                            int flags) {
    if (gh__is_unix_address(message->msg_name, message->msg_namelen))
        return gh__send_to_unix(task, call, fd, message, flags);
    return run(&(exchange_t){.task = task,
                             .call = call,
                             .once = send_message_once,
                             .fd = fd,
                             .flags = flags,
                             .events = EPOLLOUT,
                             .target = gh__message_length(message),
                             .message = *message});
}

ssize_t hook_sendmsg(int fd, const struct msghdr *message, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT) return libc_sendmsg(fd, message, flags);
    return send_message(task, "sendmsg", fd, message, flags);
}

/* One after the other, since a message that was cut must be finished before the next. */
int hook_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & MSG_DONTWAIT) return libc_sendmmsg(fd, messages, count, flags);
    unsigned sent = 0;
    while (sent < count && sent < UIO_MAXIOV) {
        struct mmsghdr *item = &messages[sent];
        ssize_t size = send_message(task, "sendmmsg", fd, &item->msg_hdr, flags);
        if (size < 0) return sent > 0 ? (int)sent : -1;
        sent++;
        item->msg_len = (unsigned)size;
        if (item->msg_len < gh__message_length(&item->msg_hdr)) break;
    }
    return (int)sent;
}
