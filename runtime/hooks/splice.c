/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * splice.c: from one descriptor to another inside the kernel.
 *
 * SPLICE_F_NONBLOCK concerns the pipes of one call.  Whatever else takes part has to be ready
 * before, and no more is asked for than surely fits there; to move less than was asked for is what
 * these calls may do at any time.
 */
#include <errno.h>
#include <limits.h>

#include "core/fdwait.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

/* ---- two descriptors, both of which have to be ready ---- */

typedef struct pair_s {
    const char *call;
    int from, to;
} pair_t;

/* A socket's own timeouts hold. */
static bool wait_one(gh_task_t *task, const char *call, int fd, uint32_t events) {
    gh_host_t *host = task->outcome.host;
    bool socket = gh__fd_kind(host, fd) == GH__FD_SOCKET;
    uint64_t deadline = socket ? gh__socket_deadline(host, fd, events) : GH__NEVER;
    return gh__wait_ready(task, call, fd, events, deadline);
}

/* Waits until both are ready: 1.  0: one is not, and is non-blocking.  -1: errno says why. */
static int wait_both(gh_task_t *task, const pair_t *pair) {
    if (gh__refused_on(task, pair->to)) return -1;
    for (;;) {
        bool writes = gh__ready_now(pair->from, POLLIN);
        if (writes && gh__ready_now(pair->to, POLLOUT)) return 1;
        int fd = writes ? pair->to : pair->from;
        if (gh__fd_is_nonblocking(task->outcome.host, fd)) return 0;
        if (!wait_one(task, pair->call, fd, writes ? EPOLLOUT : EPOLLIN)) return -1;
    }
}

/* ---- splice and tee: one of the two is a pipe, or both ---- */

typedef ssize_t attempt_t(const pair_t *pair, off64_t *offsets[2], size_t size, unsigned flags);

/* A pipe takes part of what it has no room for; other things would wait. */
static size_t limit(gh_task_t *task, int to, size_t size) {
    gh__fdkind_t kind = gh__fd_kind(task->outcome.host, to);
    size_t room = kind == GH__FD_PIPE ? SIZE_MAX : gh__room(kind);
    return size < room ? size : room;
}

static ssize_t move(gh_task_t *task, const pair_t *pair, attempt_t *attempt, off64_t *offsets[2],
                    size_t size, unsigned flags) {
    for (;;) {
        int ready = wait_both(task, pair);
        if (ready < 0) return -1;
        size_t most = limit(task, pair->to, size);
        ssize_t done = attempt(pair, offsets, most, flags | SPLICE_F_NONBLOCK);
        if (done >= 0 || errno != EAGAIN || ready == 0) return done;
    }
}

static ssize_t try_splice(const pair_t *pair, off64_t *offsets[2], size_t size, unsigned flags) {
    return libc_splice(pair->from, offsets[0], pair->to, offsets[1], size, flags);
}

static ssize_t try_tee(const pair_t *pair, off64_t *offsets[2], size_t size, unsigned flags) {
    (void)offsets;
    return libc_tee(pair->from, pair->to, size, flags);
}

ssize_t hook_splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
                    unsigned flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || size == 0 || flags & SPLICE_F_NONBLOCK)
        return libc_splice(from, from_offset, to, to_offset, size, flags);
    off64_t *offsets[2] = {from_offset, to_offset};
    return move(task, &(pair_t){"splice", from, to}, try_splice, offsets, size, flags);
}

ssize_t hook_tee(int from, int to, size_t size, unsigned flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || size == 0 || flags & SPLICE_F_NONBLOCK)
        return libc_tee(from, to, size, flags);
    return move(task, &(pair_t){"tee", from, to}, try_tee, NULL, size, flags);
}

/* ---- vmsplice: a pipe and memory ---- */

ssize_t hook_vmsplice(int fd, const struct iovec *parts, size_t count, unsigned flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || flags & SPLICE_F_NONBLOCK) return libc_vmsplice(fd, parts, count, flags);
    if (gh__refused_on(task, fd)) return -1;
    for (;;) {
        ssize_t done = libc_vmsplice(fd, parts, count, flags | SPLICE_F_NONBLOCK);
        if (done >= 0 || errno != EAGAIN) return done;
        int mode = libc_fcntl(fd, F_GETFL, NULL);
        if (mode & O_NONBLOCK) {
            errno = EAGAIN;
            return -1;
        }
        uint32_t events = (mode & O_ACCMODE) == O_RDONLY ? EPOLLIN : EPOLLOUT;
        if (!gh__wait_ready(task, "vmsplice", fd, events, GH__NEVER)) return -1;
    }
}

/* ---- from a file ---- */

static intptr_t make_sendfile(const intptr_t *arguments, void *memory) {
    return libc_sendfile((int)arguments[0], (int)arguments[1], memory, (size_t)arguments[2]);
}

/* From file to file the pool copies, all at once: both may have to wait for a disk. */
static ssize_t send_in_pool(gh_task_t *task, int to, int from, off64_t *offset, size_t size) {
    gh__call_t call = {.name = "sendfile",
                       .make = make_sendfile,
                       .arguments = {to, from, (intptr_t)size},
                       .in = offset,
                       .out = offset,
                       .size = offset ? sizeof(*offset) : 0};
    return gh__call_in_pool(task, &call);
}

/* To anything else the task does, as much at a time as there is room for. */
static ssize_t send_in_steps(gh_task_t *task, int to, int from, off64_t *offset, size_t size) {
    size_t room = gh__room(gh__fd_kind(task->outcome.host, to)), done = 0;
    while (done < size) {
        int ready = wait_both(task, &(pair_t){"sendfile", from, to});
        size_t left = size - done;
        ssize_t sent = ready < 0 ? -1 : libc_sendfile(to, from, offset, left < room ? left : room);
        if (sent < 0 && done == 0) return -1;
        if (sent <= 0) break;
        done += (size_t)sent;
    }
    return (ssize_t)done;
}

ssize_t hook_sendfile(int to, int from, off64_t *offset, size_t size) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || size == 0) return libc_sendfile(to, from, offset, size);
    if (gh__fd_kind(task->outcome.host, to) == GH__FD_REGULAR)
        return send_in_pool(task, to, from, offset, size);
    if (gh__fd_is_nonblocking(task->outcome.host, to)) return libc_sendfile(to, from, offset, size);
    return send_in_steps(task, to, from, offset, size);
}

ssize_t hook_sendfile64(int to, int from, off64_t *offset, size_t size) {
    return hook_sendfile(to, from, offset, size);
}

typedef struct offsets_s {
    off64_t from, to;
} offsets_t;

/* The last arguments say which of the offsets are there. */
static intptr_t make_copy(const intptr_t *arguments, void *memory) {
    offsets_t *offsets = memory;
    return libc_copy_file_range((int)arguments[0], arguments[4] ? &offsets->from : NULL,
                                (int)arguments[1], arguments[5] ? &offsets->to : NULL,
                                (size_t)arguments[2], (unsigned)arguments[3]);
}

ssize_t hook_copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset,
                             size_t size, unsigned flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_copy_file_range(from, from_offset, to, to_offset, size, flags);
    offsets_t offsets = {from_offset ? *from_offset : 0, to_offset ? *to_offset : 0};
    gh__call_t call = {
        .name = "copy_file_range",
        .make = make_copy,
        .arguments = {from, to, (intptr_t)size, flags, from_offset != NULL, to_offset != NULL},
        .in = &offsets,
        .out = &offsets,
        .size = sizeof(offsets)};
    ssize_t done = gh__call_in_pool(task, &call);
    if (from_offset != NULL) *from_offset = offsets.from;
    if (to_offset != NULL) *to_offset = offsets.to;
    return done;
}
