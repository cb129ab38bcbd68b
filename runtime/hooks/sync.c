/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * sync.c: waiting for what was written to reach the disk, which uv's pool does.
 */
#include <sys/mman.h>

#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

static intptr_t make_fsync(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_fsync((int)arguments[0]);
}

static intptr_t make_fdatasync(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_fdatasync((int)arguments[0]);
}

static intptr_t make_syncfs(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_syncfs((int)arguments[0]);
}

static intptr_t make_sync_file_range(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_sync_file_range((int)arguments[0], arguments[1], arguments[2],
                                (unsigned)arguments[3]);
}

static intptr_t make_sync(const intptr_t *arguments, void *memory) {
    (void)arguments, (void)memory;
    libc_sync();
    return 0;
}

static intptr_t make_msync(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_msync((void *)arguments[0], (size_t)arguments[1], (int)arguments[2]);
}

int hook_fsync(int fd) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_fsync(fd);
    gh__call_t call = {.name = "fsync", .make = make_fsync, .arguments = {fd}};
    return (int)gh__call_in_pool(task, &call);
}

int hook_fdatasync(int fd) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_fdatasync(fd);
    gh__call_t call = {.name = "fdatasync", .make = make_fdatasync, .arguments = {fd}};
    return (int)gh__call_in_pool(task, &call);
}

int hook_syncfs(int fd) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_syncfs(fd);
    gh__call_t call = {.name = "syncfs", .make = make_syncfs, .arguments = {fd}};
    return (int)gh__call_in_pool(task, &call);
}

int hook_sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_sync_file_range(fd, offset, size, flags);
    gh__call_t call = {.name = "sync_file_range",
                       .make = make_sync_file_range,
                       .arguments = {fd, offset, size, flags}};
    return (int)gh__call_in_pool(task, &call);
}

void hook_sync(void) {
    gh_task_t *task = gh__may_park();
    gh__call_t call = {.name = "sync", .make = make_sync};
    if (task == NULL || gh__call_in_pool(task, &call) < 0) libc_sync();
}

/* The memory is a mapping of a file, and so not on the stack of a task. */
int hook_msync(void *address, size_t size, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || !(flags & MS_SYNC)) return libc_msync(address, size, flags);
    gh__call_t call = {.name = "msync",
                       .make = make_msync,
                       .arguments = {(intptr_t)address, (intptr_t)size, flags}};
    return (int)gh__call_in_pool(task, &call);
}
