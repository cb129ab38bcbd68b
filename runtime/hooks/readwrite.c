/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * readwrite.c: the many names of reading and writing, which all become a transfer.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

/* The kernel moves no more in one call, and takes a larger size for this. */
#define LARGEST ((size_t)0x7ffff000)

/* ---- one buffer ---- */

static ssize_t one(gh_task_t *task, gh__transfer_t transfer, const void *buffer, size_t size) {
    struct iovec part = {(void *)buffer, size < LARGEST ? size : LARGEST};
    transfer.parts = &part;
    transfer.count = 1;
    transfer.left = part.iov_len;
    return gh__transfer(task, &transfer);
}

ssize_t hook_read(int fd, void *buffer, size_t size) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_read(fd, buffer, size);
    return one(task, (gh__transfer_t){.call = "read", .fd = fd, .offset = -1}, buffer, size);
}

ssize_t hook_write(int fd, const void *buffer, size_t size) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_write(fd, buffer, size);
    gh__transfer_t transfer = {.call = "write", .writes = true, .fd = fd, .offset = -1};
    return one(task, transfer, buffer, size);
}

/* A negative offset is an error here, and libc's to report. */
ssize_t hook_pread(int fd, void *buffer, size_t size, off64_t offset) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || offset < 0) return libc_pread(fd, buffer, size, offset);
    return one(task, (gh__transfer_t){.call = "pread", .fd = fd, .offset = offset}, buffer, size);
}

ssize_t hook_pwrite(int fd, const void *buffer, size_t size, off64_t offset) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || offset < 0) return libc_pwrite(fd, buffer, size, offset);
    gh__transfer_t transfer = {.call = "pwrite", .writes = true, .fd = fd, .offset = offset};
    return one(task, transfer, buffer, size);
}

ssize_t hook_pread64(int fd, void *buffer, size_t size, off64_t offset) {
    return hook_pread(fd, buffer, size, offset);
}

ssize_t hook_pwrite64(int fd, const void *buffer, size_t size, off64_t offset) {
    return hook_pwrite(fd, buffer, size, offset);
}

/* The fortified names: too small a buffer ends the program, with libc's message. */

ssize_t hook___read_chk(int fd, void *buffer, size_t size, size_t room) {
    if (size > room) return libc___read_chk(fd, buffer, size, room);
    return hook_read(fd, buffer, size);
}

ssize_t hook___pread_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room) {
    if (size > room) return libc___pread_chk(fd, buffer, size, offset, room);
    return hook_pread(fd, buffer, size, offset);
}

ssize_t hook___pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room) {
    return hook___pread_chk(fd, buffer, size, offset, room);
}

int hook_eventfd_read(int fd, uint64_t *value) {
    return hook_read(fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}

int hook_eventfd_write(int fd, uint64_t value) {
    return hook_write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}

/* ---- many buffers ---- */

/* Sizes whose sum is an error are the kernel's to report. */
static bool measure(gh__transfer_t *transfer) {
    if (transfer->count < 0 || transfer->count > IOV_MAX) return false;
    for (int i = 0; i < transfer->count; i++) {
        size_t size = transfer->parts[i].iov_len;
        if (size > LARGEST - transfer->left) return false;
        transfer->left += size;
    }
    return true;
}

/* Works on a copy of the caller's array, which is consumed. */
static ssize_t many(gh__transfer_t transfer, const struct iovec *parts) {
    gh_task_t *task = gh__may_park();
    transfer.parts = (struct iovec *)parts;
    if (task == NULL || transfer.flags & RWF_NOWAIT || !measure(&transfer))
        return gh__transfer_blocking(&transfer);
    struct iovec *copy = malloc((size_t)transfer.count * sizeof(*parts) + 1);
    if (copy == NULL) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(copy, parts, (size_t)transfer.count * sizeof(*parts));
    transfer.parts = copy;
    ssize_t done = gh__transfer(task, &transfer);
    free(copy);
    return done;
}

static ssize_t read_many(const char *call, int fd, const struct iovec *parts, int count,
                         off64_t offset, int flags) {
    gh__transfer_t transfer = {
        .call = call, .fd = fd, .count = count, .offset = offset, .flags = flags};
    return many(transfer, parts);
}

static ssize_t write_many(const char *call, int fd, const struct iovec *parts, int count,
                          off64_t offset, int flags) {
    gh__transfer_t transfer = {
        .call = call, .writes = true, .fd = fd, .count = count, .offset = offset, .flags = flags};
    return many(transfer, parts);
}

ssize_t hook_readv(int fd, const struct iovec *parts, int count) {
    return read_many("readv", fd, parts, count, -1, 0);
}

ssize_t hook_writev(int fd, const struct iovec *parts, int count) {
    return write_many("writev", fd, parts, count, -1, 0);
}

ssize_t hook_preadv(int fd, const struct iovec *parts, int count, off64_t offset) {
    if (offset < 0) return libc_preadv(fd, parts, count, offset);
    return read_many("preadv", fd, parts, count, offset, 0);
}

ssize_t hook_pwritev(int fd, const struct iovec *parts, int count, off64_t offset) {
    if (offset < 0) return libc_pwritev(fd, parts, count, offset);
    return write_many("pwritev", fd, parts, count, offset, 0);
}

ssize_t hook_preadv2(int fd, const struct iovec *parts, int count, off64_t offset, int flags) {
    return read_many("preadv2", fd, parts, count, offset, flags);
}

ssize_t hook_pwritev2(int fd, const struct iovec *parts, int count, off64_t offset, int flags) {
    return write_many("pwritev2", fd, parts, count, offset, flags);
}

ssize_t hook_preadv64(int fd, const struct iovec *parts, int count, off64_t offset) {
    return hook_preadv(fd, parts, count, offset);
}

ssize_t hook_pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    return hook_pwritev(fd, parts, count, offset);
}

ssize_t hook_preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags) {
    return hook_preadv2(fd, parts, count, offset, flags);
}

ssize_t hook_pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags) {
    return hook_pwritev2(fd, parts, count, offset, flags);
}
