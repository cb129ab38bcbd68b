/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* fdwait.h: one watcher per descriptor, and what is known of each between calls. */
#ifndef GREENHOST_FDWAIT_H
#define GREENHOST_FDWAIT_H

#include <stdatomic.h>

#include "core/waiter.h"
#include "host.h"
#include "internal.h"

typedef struct gh__fdwait_s {
    gh__waiter_t waiter;
    int fd;
    uint32_t events; /* EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLRDHUP that it wants */
} gh__fdwait_t;

/* What the runtime remembers of a descriptor between calls.  A stale entry costs a wrong first
 * guess, never a wrong result: see hooks/transfer.c. */
typedef enum {
    GH__FD_UNKNOWN,
    GH__FD_SOCKET,
    GH__FD_PIPE,     /* or FIFO */
    GH__FD_TERMINAL, /* either side of one */
    GH__FD_STREAM,   /* anything else that can be polled */
    GH__FD_REGULAR,  /* regular file, directory or block device: never waits for a peer */
} gh__fdkind_t;

/* How to read or write it without blocking. */
typedef enum {
    GH__HOW_UNKNOWN,
    GH__HOW_NOWAIT, /* with RWF_NOWAIT */
    GH__HOW_POLLED, /* once poll says that it is ready */
    GH__HOW_DIRECT, /* it never blocks */
    GH__HOW_POOLED, /* it waits for a disk, in another thread */
} gh__how_t;

typedef struct gh__fd_s {
    gh__link_t waiters;
    uint32_t watched;       /* what our epoll instance watches it for; 0: nothing */
    uint8_t kind;           /* gh__fdkind_t */
    uint8_t how[2];         /* gh__how_t: to read it, to write it */
    uint8_t unlimited;      /* EPOLLIN: it has no SO_RCVTIMEO, EPOLLOUT: no SO_SNDTIMEO */
    uint8_t doubtful : 1;   /* it may have been closed unseen since it was watched */
    uint8_t is_tcp : 1;     /* a stream of bytes and nothing else, as far as `kind` is known */
    uint8_t eventful : 1;   /* more than bytes has come, such as their end, or an error */
    uint8_t drained : 1;    /* see gh__fd_drained */
    unsigned closed_unseen; /* the count when all this was learnt: see gh__fd_closed_unseen */
    unsigned blocking;      /* the count when it had no O_NONBLOCK: see gh__fd_flags_set; or 0 */
} gh__fd_t;

int gh__fdwait_open(gh_host_t *host);
void gh__fdwait_close(gh_host_t *host);
/* How many descriptors have been closed by those who could not tell a host. */
extern atomic_uint gh__fds_closed_unseen;
/* gh__fd_get where there is no record, or one that may be stale. */
gh__fd_t *gh__fd_learn(gh_host_t *host, int fd);
/* The record of a descriptor, made when missing; NULL when out of memory or fd < 0. */
static inline gh__fd_t *gh__fd_get(gh_host_t *host, int fd) {
    gh__fd_t *record = (size_t)fd < host->fd_capacity ? host->fds[fd] : NULL;
    unsigned count = atomic_load_explicit(&gh__fds_closed_unseen, memory_order_relaxed);
    return GH__LIKELY(record != NULL && record->closed_unseen == count) ? record
                                                                        : gh__fd_learn(host, fd);
}
/* Its kind, found with fstat on first use. */
gh__fdkind_t gh__fd_kind(gh_host_t *host, int fd);
/* The same, found with fstat in any case. */
gh__fdkind_t gh__fd_kind_now(gh_host_t *host, int fd);
/* Whether it can be watched at all.  What can't is always ready. */
bool gh__fd_can_wait(gh_host_t *host, int fd);
/* Links `wait` (fd and events filled in) and watches the descriptor.  UV_EPERM: it can't be watched
 * because it is always ready (a regular file).  UV_EBADF, UV_ENOMEM.  Fired with the ready EPOLL*
 * events, or UV_EBADF when the descriptor is closed meanwhile. */
int gh__fdwait_start(gh_host_t *host, gh__fdwait_t *wait);
void gh__fdwait_stop(gh_host_t *host, gh__fdwait_t *wait);
/* A descriptor is about to be closed or replaced: wake its waiters, forget all about it. */
void gh__fd_forget(gh_host_t *host, int fd);
void gh__fd_forget_range(gh_host_t *host, unsigned first, unsigned last);
/* The same from where no host can be told: another thread, a signal handler.  Any thread. */
void gh__fd_closed_unseen(void);
/*
 * A reader got less than it asked for, and so all there was: until an event comes there is nothing to
 * read.  That holds only for a TCP socket that is watched already, and of which no event has told
 * anything but that there are bytes: an end, an error or urgent data shows itself at the next call.
 */
void gh__fd_drained(gh_host_t *host, int fd);
bool gh__fd_is_drained(gh_host_t *host, int fd);
/* Whether the program made it non-blocking, and so wants its EAGAIN.  Asked anew only when the flags
 * of some descriptor have been set since: more than one may share them. */
bool gh__fd_is_nonblocking(gh_host_t *host, int fd);
/* A socket has just been accepted, and is like the one that listens. */
void gh__fd_accepted(gh_host_t *host, int listener, int fd, bool nonblocking);
/* The flags of some descriptor have been set.  Any thread. */
void gh__fd_flags_set(void);
int gh__fdwait_after_fork(gh_host_t *host);
/* What poll says of it right now, of POLLIN, of POLLOUT, or of errors; 0: not ready.  Preserves errno. */
short gh__ready_now(int fd, short events);

#endif
