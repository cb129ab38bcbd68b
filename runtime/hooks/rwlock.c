/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * rwlock.c: locks for readers and writers.  To libc all tasks are one thread: it would refuse a task
 * what another one has for writing, as a deadlock, and wait for ever, with all of them, for what
 * another one reads.  Trying knows no owner, so that who waits does so in the lot, tries, and is woken
 * by each unlock, in whatever thread.
 */
#include <errno.h>
#include <limits.h>

#include "core/deadline.h"
#include "core/lot.h"
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

static bool try_to_read(void *lock) { return pthread_rwlock_tryrdlock(lock) == 0; }

static bool try_to_write(void *lock) { return pthread_rwlock_trywrlock(lock) == 0; }

/* One on the stack of the task goes with it, and one that processes share is unlocked elsewhere. */
static gh_task_t *may_wait(const pthread_rwlock_t *lock) {
    gh_task_t *task = gh__may_park();
    return task == NULL || lock->__data.__shared || gh__on_stack(task, lock) ? NULL : task;
}

static gh_task_t *may_wait_until(const pthread_rwlock_t *lock, clockid_t clock,
                                 const struct timespec *time) {
    bool valid = (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) && gh__is_time(time);
    return valid ? may_wait(lock) : NULL;
}

/* It may not return EINTR. */
static int wait_for(gh_task_t *task, pthread_rwlock_t *lock, bool (*attempt)(void *lock),
                    const char *call, uint64_t deadline) {
    gh__park_t how = {.on = GH__ON_LOCK,
                      .call = call,
                      .subject = (intptr_t)lock,
                      .deadline = deadline,
                      .deaf = true};
    return -gh__lot_acquire(task, &how, attempt);
}

int hook_pthread_rwlock_rdlock(pthread_rwlock_t *lock) {
    gh_task_t *task = may_wait(lock);
    if (task == NULL) return libc_pthread_rwlock_rdlock(lock);
    return wait_for(task, lock, try_to_read, "pthread_rwlock_rdlock", GH__NEVER);
}

int hook_pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
    gh_task_t *task = may_wait(lock);
    if (task == NULL) return libc_pthread_rwlock_wrlock(lock);
    return wait_for(task, lock, try_to_write, "pthread_rwlock_wrlock", GH__NEVER);
}

int hook_pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
                                    const struct timespec *time) {
    gh_task_t *task = may_wait_until(lock, clock, time);
    if (task == NULL) return libc_pthread_rwlock_clockrdlock(lock, clock, time);
    uint64_t deadline = gh__deadline_absolute(clock, time);
    return wait_for(task, lock, try_to_read, "pthread_rwlock_clockrdlock", deadline);
}

int hook_pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
                                    const struct timespec *time) {
    gh_task_t *task = may_wait_until(lock, clock, time);
    if (task == NULL) return libc_pthread_rwlock_clockwrlock(lock, clock, time);
    uint64_t deadline = gh__deadline_absolute(clock, time);
    return wait_for(task, lock, try_to_write, "pthread_rwlock_clockwrlock", deadline);
}

int hook_pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *time) {
    return hook_pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, time);
}

int hook_pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *time) {
    return hook_pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, time);
}

int hook_pthread_rwlock_unlock(pthread_rwlock_t *lock) {
    int result = libc_pthread_rwlock_unlock(lock);
    gh__lot_wake(lock, INT_MAX);
    return result;
}
