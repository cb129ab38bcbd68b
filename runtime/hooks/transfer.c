/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * transfer.c: reading and writing, whatever the descriptor is.
 *
 * O_NONBLOCK belongs to the open file description, which other processes share, so it stays as it
 * is.  Instead each descriptor is used in one of four ways, found out when it is first used:
 *
 *   NOWAIT  with RWF_NOWAIT, which concerns that call alone: pipes, and regular files to be read.
 *           What it says EAGAIN to, a pipe waits for; for a file it means that the data is not in
 *           memory, and the pool reads it from the disk.
 *   POLLED  once poll says that it is ready, where the kernel refuses RWF_NOWAIT: FIFOs, terminals,
 *           eventfds to be written.  Being writable promises little room (see gh__room), so no more
 *           than that is written at a time.
 *   DIRECT  at once, where a call never waits for a peer: files in memory, of /proc and /sys, and
 *           regular files to be written.  A write only copies into the page cache, which takes less
 *           time than handing it to another thread.
 *   POOLED  by the pool, where each call waits for the disk: O_DIRECT, O_SYNC, O_DSYNC.
 *
 * What is remembered of a descriptor may be stale, when it was closed and opened anew in a way that
 * went unseen.  Each way is right for every descriptor, only not equally fast, except that what is
 * remembered as a regular file is looked at again before anybody waits for the rest of a short read.
 */
#include <errno.h>
#include <limits.h>
#include <sys/ioctl.h>

#include "core/fdwait.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

/* What the pool reads or writes in one go, and what is read from memory before others may have a turn. */
#define STEP_BYTES ((size_t)1 << 20)

/* A terminal that says it is writable has room for this much, newlines made two characters each:
 * the kernel's buffers of a pseudo-terminal grow by 256 bytes. */
#define TERMINAL_ROOM 128

size_t gh__room(gh__fdkind_t kind) {
    switch (kind) {
    case GH__FD_PIPE: /* a slot of the ring is free, and a slot is a page */
    case GH__FD_SOCKET: /* a third of its buffer is free */ return PIPE_BUF;
    case GH__FD_TERMINAL: return TERMINAL_ROOM;
    default: return SIZE_MAX;
    }
}

static ssize_t call_kernel(const gh__transfer_t *transfer, int count, int flags) {
    flags |= transfer->flags;
    return transfer->writes
               ? libc_pwritev64v2(transfer->fd, transfer->parts, count, transfer->offset, flags)
               : libc_preadv64v2(transfer->fd, transfer->parts, count, transfer->offset, flags);
}

/* Its answer is final. */
ssize_t gh__transfer_blocking(gh__transfer_t *transfer) {
    transfer->final = true;
    return call_kernel(transfer, transfer->count, 0);
}

/* For at most `limit` bytes: the part in which they end is shortened for it. */
static ssize_t call_for(const gh__transfer_t *transfer, size_t limit, int flags) {
    if (transfer->left <= limit) return call_kernel(transfer, transfer->count, flags);
    struct iovec *part = transfer->parts;
    while (part->iov_len < limit) limit -= part++->iov_len;
    size_t whole = part->iov_len;
    part->iov_len = limit;
    ssize_t done = call_kernel(transfer, (int)(part - transfer->parts) + 1, flags);
    part->iov_len = whole;
    return done;
}

static void advance(gh__transfer_t *transfer, size_t done) {
    transfer->done += done;
    transfer->left -= done;
    if (transfer->offset >= 0) transfer->offset += (off64_t)done;
    while (transfer->count > 0 && done >= transfer->parts->iov_len) {
        done -= transfer->parts->iov_len;
        transfer->parts++;
        transfer->count--;
    }
    if (done == 0) return;
    transfer->parts->iov_base = (char *)transfer->parts->iov_base + done;
    transfer->parts->iov_len -= done;
}

/* ---- the ways ---- */

static intptr_t make_transfer(const intptr_t *arguments, void *memory) {
    struct iovec part = {memory, (size_t)arguments[2]};
    gh__transfer_t transfer = {.fd = (int)arguments[0],
                               .writes = arguments[1],
                               .offset = arguments[3],
                               .flags = (int)arguments[4],
                               .parts = &part};
    return call_kernel(&transfer, 1, 0);
}

typedef intptr_t caller_t(gh_task_t *task, const gh__call_t *call);

static ssize_t elsewhere(gh_task_t *task, gh__transfer_t *transfer, caller_t *caller) {
    while (transfer->parts->iov_len == 0) transfer->parts++, transfer->count--;
    size_t size = transfer->parts->iov_len < STEP_BYTES ? transfer->parts->iov_len : STEP_BYTES;
    void *buffer = transfer->parts->iov_base;
    gh__call_t call = {.name = transfer->call,
                       .make = make_transfer,
                       .arguments = {transfer->fd, transfer->writes, (intptr_t)size,
                                     transfer->offset, transfer->flags},
                       .size = size,
                       .in = transfer->writes ? buffer : NULL,
                       .out = transfer->writes ? NULL : buffer,
                       .counted = true};
    return caller(task, &call);
}

/* How long a child may take to execute its program, once it has let its parent go on. */
#define EXEC_NS UINT64_C(1000000000)

/*
 * A child of vfork lets its parent go on before it has closed what the program does not inherit.  The
 * end of one such pipe is how subprocess hears that the child has begun: to wait for it takes no time
 * to speak of, and nobody would know of the child if a cancel or a signal's handler ended that wait.
 */
static bool hears_of_exec(gh_task_t *task, const gh__transfer_t *transfer, gh__fdkind_t kind) {
    if (GH__LIKELY(!task->vforked) || transfer->writes || kind != GH__FD_PIPE) return false;
    task->vforked = false;
    return true;
}

static bool wait_for_exec(gh_task_t *task, gh__transfer_t *transfer) {
    gh__park_t how = {.on = GH__ON_FD,
                      .call = transfer->call,
                      .subject = transfer->fd,
                      .events = EPOLLIN,
                      .deadline = gh__deadline_after(EXEC_NS),
                      .deaf = true};
    int status = gh__park_fd(task, &how);
    if (status == UV_ETIMEDOUT) transfer->hears_of_exec = false; /* it may be another pipe's */
    bool signalled = task == task->outcome.host->main && gh__identity_signals_pending();
    if (status == UV_ETIMEDOUT && signalled) status = UV_EINTR;
    if (status >= 0 || status == UV_ETIMEDOUT) return true;
    gh__wait_failed(task, status);
    return false;
}

static bool wait_ready(gh_task_t *task, gh__transfer_t *transfer) {
    if (GH__UNLIKELY(transfer->hears_of_exec)) return wait_for_exec(task, transfer);
    return gh__wait_ready(task, transfer->call, transfer->fd, transfer->writes ? EPOLLOUT : EPOLLIN,
                          GH__NEVER);
}

/*
 * A terminal whose reads are timed (VTIME), or want more or less than one byte (VMIN), is ready by
 * rules that poll does not know.  The other side of a pseudo-terminal answers with the same
 * attributes, but they do not concern it.
 */
static bool has_timed_reads(int fd) {
    struct termios attributes;
    unsigned number;
    if (tcgetattr(fd, &attributes) < 0 || attributes.c_lflag & ICANON) return false;
    if (attributes.c_cc[VMIN] == 1 && attributes.c_cc[VTIME] == 0) return false;
    return libc_ioctl(fd, TIOCGPTN, &number) < 0;
}

static ssize_t polled(gh_task_t *task, gh__transfer_t *transfer, gh__fdkind_t kind) {
    bool timed = kind == GH__FD_TERMINAL && !transfer->writes && has_timed_reads(transfer->fd);
    if (timed && !gh__fd_is_nonblocking(task->outcome.host, transfer->fd))
        return elsewhere(task, transfer, gh__call_in_thread);
    while (!gh__ready_now(transfer->fd, transfer->writes ? POLLOUT : POLLIN)) {
        if (gh__fd_is_nonblocking(task->outcome.host, transfer->fd)) break;
        if (!wait_ready(task, transfer)) return -1;
    }
    size_t room = transfer->writes ? gh__room(kind) : SIZE_MAX;
    transfer->final = transfer->left <= room;
    return call_for(transfer, room, 0);
}

static ssize_t nowait(gh_task_t *task, gh__transfer_t *transfer, gh__fdkind_t kind) {
    for (;;) {
        ssize_t done = call_for(transfer, STEP_BYTES, RWF_NOWAIT);
        if (done >= 0 || errno != EAGAIN) return done;
        if (kind == GH__FD_REGULAR &&
            gh__fd_kind_now(task->outcome.host, transfer->fd) == GH__FD_REGULAR)
            return elsewhere(task, transfer, gh__call_in_pool);
        if (kind == GH__FD_REGULAR && transfer->done > 0) return -1;
        if (gh__fd_is_nonblocking(task->outcome.host, transfer->fd)) {
            errno = EAGAIN;
            return -1;
        }
        if (!wait_ready(task, transfer)) return -1;
    }
}

/* ---- choosing one ---- */

static gh__how_t first_guess(const gh__transfer_t *transfer, gh__fdkind_t kind) {
    if (kind != GH__FD_REGULAR) return GH__HOW_NOWAIT;
    int flags = libc_fcntl(transfer->fd, F_GETFL, NULL);
    if (flags & (transfer->writes ? O_DIRECT | O_DSYNC : O_DIRECT)) return GH__HOW_POOLED;
    return transfer->writes ? GH__HOW_DIRECT : GH__HOW_NOWAIT;
}

/* Polling is right for all, should there be no memory to remember what is best. */
static gh__how_t how_to(gh_host_t *host, const gh__transfer_t *transfer, gh__fdkind_t kind) {
    gh__fd_t *record = gh__fd_get(host, transfer->fd);
    if (record == NULL) return GH__HOW_POLLED;
    uint8_t *how = &record->how[transfer->writes];
    if (*how == GH__HOW_UNKNOWN) *how = (uint8_t)first_guess(transfer, kind);
    if (transfer->flags & (RWF_DSYNC | RWF_SYNC) && *how == GH__HOW_DIRECT) return GH__HOW_POOLED;
    return *how;
}

/* The kernel knows no RWF_NOWAIT here. */
static void refuse_nowait(gh_host_t *host, const gh__transfer_t *transfer) {
    bool waits = gh__fd_can_wait(host, transfer->fd);
    gh__fd_t *record = gh__fd_get(host, transfer->fd);
    if (record != NULL) record->how[transfer->writes] = waits ? GH__HOW_POLLED : GH__HOW_DIRECT;
}

static ssize_t step(gh_task_t *task, gh__transfer_t *transfer, gh__fdkind_t kind) {
    gh_host_t *host = task->outcome.host;
    gh__how_t how = how_to(host, transfer, kind);
    if (kind == GH__FD_REGULAR && !transfer->writes && how != GH__HOW_POOLED) gh__pause(task);
    if (how == GH__HOW_NOWAIT) {
        ssize_t done = nowait(task, transfer, kind);
        if (done >= 0 || errno != EOPNOTSUPP) return done;
        refuse_nowait(host, transfer);
        how = how_to(host, transfer, kind);
    }
    if (how == GH__HOW_POOLED) return elsewhere(task, transfer, gh__call_in_pool);
    if (how == GH__HOW_POLLED) return polled(task, transfer, kind);
    return gh__transfer_blocking(transfer);
}

/* ---- the whole of it ---- */

static ssize_t over_socket(const gh__transfer_t *transfer) {
    const struct iovec *part = transfer->parts;
    struct msghdr message = {.msg_iov = transfer->parts, .msg_iovlen = (size_t)transfer->count};
    if (transfer->count > 1)
        return transfer->writes ? hook_sendmsg(transfer->fd, &message, 0)
                                : hook_recvmsg(transfer->fd, &message, 0);
    return transfer->writes ? hook_send(transfer->fd, part->iov_base, part->iov_len, 0)
                            : hook_recv(transfer->fd, part->iov_base, part->iov_len, 0);
}

/*
 * What is read of a file comes to an end by itself, and modules are imported that way.  Nor is the end
 * of a pipe withheld, which is no stream that would go on for ever.
 */
static bool refused(gh_task_t *task, const gh__transfer_t *transfer, gh__fdkind_t kind) {
    if (GH__LIKELY(!gh__scope_tells(task)) || kind == GH__FD_REGULAR) return false;
    if (!transfer->writes && !(gh__ready_now(transfer->fd, POLLIN) & POLLIN)) return false;
    return gh__refused_on(task, transfer->fd);
}

/* A signal that came during a call of the kernel's is the main task's, and must not cut short what
 * another task writes. */
static bool goes_on_after_signal(const gh_task_t *task, gh__transfer_t *transfer) {
    if (errno != EINTR || task == task->outcome.host->main || task->armed) return false;
    transfer->final = false;
    return true;
}

/* As a blocking call does: it writes all; it reads what there is, but of a file as much as it can. */
static ssize_t in_steps(gh_task_t *task, gh__transfer_t *transfer, gh__fdkind_t kind) {
    bool goes_on = transfer->writes || kind == GH__FD_REGULAR;
    transfer->hears_of_exec = hears_of_exec(task, transfer, kind);
    if (!transfer->hears_of_exec && refused(task, transfer, kind)) return -1;
    do {
        ssize_t done = step(task, transfer, kind);
        if (done < 0 && transfer->done == 0) return -1;
        if (done < 0 && goes_on_after_signal(task, transfer)) continue;
        if (done <= 0) break;
        advance(transfer, (size_t)done);
    } while (goes_on && !transfer->final && transfer->left > 0);
    return (ssize_t)transfer->done;
}

ssize_t gh__transfer(gh_task_t *task, gh__transfer_t *transfer) {
    gh_host_t *host = task->outcome.host;
    gh__fdkind_t kind = gh__fd_kind(host, transfer->fd);
    bool fails = kind == GH__FD_UNKNOWN || (transfer->offset >= 0 && kind != GH__FD_REGULAR);
    if (fails || transfer->left == 0) return gh__transfer_blocking(transfer);
    if (kind != GH__FD_SOCKET) return in_steps(task, transfer, kind);
    ssize_t done = over_socket(transfer);
    if (done >= 0 || errno != ENOTSOCK) return done;
    return in_steps(task, transfer, gh__fd_kind_now(host, transfer->fd));
}
