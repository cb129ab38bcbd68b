/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * filelock.c: locks on files.  Each has a command that does not wait; a lock that somebody else has
 * is waited for by a thread, because nothing announces that it is free.  All three kinds belong to
 * the process or to the open file description, so it does not matter which thread gets them.
 */
#include <errno.h>

#include "core/fdwait.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

static intptr_t make_flock(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_flock((int)arguments[0], (int)arguments[1]);
}

static intptr_t make_lockf(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_lockf((int)arguments[0], (int)arguments[1], arguments[2]);
}

static intptr_t make_fcntl(const intptr_t *arguments, void *memory) {
    return libc_fcntl((int)arguments[0], (int)arguments[1], memory);
}

/* How a lock that would have to wait is refused. */
static bool is_taken(int result) {
    return result == -1 && (errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK);
}

int hook_flock(int fd, int operation) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || operation & LOCK_NB) return libc_flock(fd, operation);
    int result = libc_flock(fd, operation | LOCK_NB);
    if (!is_taken(result)) return result;
    gh__call_t call = {.name = "flock", .make = make_flock, .arguments = {fd, operation}};
    return (int)gh__call_in_thread(task, &call);
}

int hook_lockf(int fd, int command, off64_t size) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || command != F_LOCK) return libc_lockf(fd, command, size);
    int result = libc_lockf(fd, F_TLOCK, size);
    if (!is_taken(result)) return result;
    gh__call_t call = {.name = "lockf", .make = make_lockf, .arguments = {fd, command, size}};
    return (int)gh__call_in_thread(task, &call);
}

int hook_lockf64(int fd, int command, off64_t size) { return hook_lockf(fd, command, size); }

static int lock_record(gh_task_t *task, int fd, int command, struct flock *lock) {
    int result = libc_fcntl(fd, command == F_SETLKW ? F_SETLK : F_OFD_SETLK, lock);
    if (!is_taken(result)) return result;
    gh__call_t call = {.name = "fcntl",
                       .make = make_fcntl,
                       .arguments = {fd, command},
                       .in = lock,
                       .size = sizeof(*lock)};
    return (int)gh__call_in_thread(task, &call);
}

/* O_DIRECT decides how a file is read and written, and can be changed. */
static int set_flags(int fd, void *flags) {
    gh_task_t *task = gh__may_park_even_alone();
    gh__fd_t *record = task ? gh__fd_get(task->outcome.host, fd) : NULL;
    if (record != NULL) record->how[0] = record->how[1] = GH__HOW_UNKNOWN;
    int result = libc_fcntl(fd, F_SETFL, flags);
    gh__fd_flags_set();
    return result;
}

int hook_fcntl(int fd, int command, void *argument) {
    if (command == F_SETFL) return set_flags(fd, argument);
    bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
    gh_task_t *task = waits ? gh__may_park() : NULL;
    return task ? lock_record(task, fd, command, argument) : libc_fcntl(fd, command, argument);
}

int hook_fcntl64(int fd, int command, void *argument) { return hook_fcntl(fd, command, argument); }
