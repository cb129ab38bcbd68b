/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * lock.c: semaphores, which are what CPython makes its locks of, condition variables, and the end
 * of a thread.  Who waits for one of the first two parks in the lot, under its address.
 *
 * Three kinds of lock are libc's own affair even in a task.  CPython's runtime state has the lock of
 * the GIL, which is waited for by those who must have it to park.  A lock on the stack of the task
 * itself would be written to while that stack does not exist.  And a condition variable that
 * processes share can be signalled where our lot is not; a shared semaphore is waited for on a
 * thread.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "core/identity.h"
#include "core/lot.h"
#include "core/offload.h"
#include "core/park.h"
#include "core/preempt.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "hooks/hooks.h"
#include "internal.h"

/* Until when a call waits: for ever where `clock` is NO_CLOCK. */
typedef struct {
    clockid_t clock;
    struct timespec time;
} until_t;

#define NO_CLOCK ((clockid_t)-1)

static until_t until(clockid_t clock, const struct timespec *time) {
    return (until_t){.clock = clock, .time = *time};
}

static const until_t for_ever = {.clock = NO_CLOCK};

static uint64_t deadline_of(const until_t *until) {
    return until->clock == NO_CLOCK ? GH__NEVER : gh__deadline_absolute(until->clock, &until->time);
}

/* What libc would refuse is left to it. */
static bool valid(clockid_t clock, const struct timespec *time) {
    return (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) && gh__is_time(time);
}

static gh_task_t *may_wait(const void *lock) {
    gh_task_t *task = gh__may_park_even_alone();
    return task == NULL || gh__identity_is_runtime(lock) || gh__on_stack(task, lock) ? NULL : task;
}

/* ---- semaphores ---- */

/* glibc's second field of a semaphore says whether it is shared between processes. */
static bool semaphore_is_shared(const sem_t *semaphore) {
    const struct {
        uint64_t value_and_waiters;
        int shared;
    } *layout = (const void *)semaphore;
    return layout->shared != 0;
}

typedef struct {
    gh__job_t job;
    sem_t *semaphore;
    until_t until;
    int error;
} semaphore_job_t;

static int block_for_semaphore(sem_t *semaphore, const until_t *until) {
    return until->clock == NO_CLOCK ? libc_sem_wait(semaphore)
                                    : libc_sem_clockwait(semaphore, until->clock, &until->time);
}

static void wait_on_thread(gh__job_t *job) {
    semaphore_job_t *wait = GH__CONTAINER(job, semaphore_job_t, job);
    wait->error = block_for_semaphore(wait->semaphore, &wait->until) < 0 ? errno : 0;
}

static void drop_semaphore_job(gh__job_t *job) { free(GH__CONTAINER(job, semaphore_job_t, job)); }

/* Another process posts it, and knows nothing of our lot: so a thread waits in the task's place. */
static int wait_shared(gh_task_t *task, sem_t *semaphore, const char *call, const until_t *until) {
    semaphore_job_t *wait = calloc(1, sizeof(*wait));
    if (wait == NULL) return UV_ENOMEM;
    wait->job.work = wait_on_thread;
    wait->job.drop = drop_semaphore_job;
    wait->job.deaf = task->armed;
    wait->semaphore = semaphore;
    wait->until = *until;
    int status;
    do {
        status = gh__offload_thread(task, &wait->job, call);
        if (status == 0) status = -wait->error;
    } while (status == UV_EINTR && wait->job.interrupted == 0);
    if (status == UV_EINTR) status = wait->job.interrupted;
    free(wait);
    return status;
}

static bool try_semaphore(void *semaphore) { return sem_trywait(semaphore) == 0; }

/*
 * CPython takes some of its locks in a way that bears EINTR, by trying again, and nothing else.  So
 * a cancelled task hears EINTR once, and from then on it is deaf, until the exception is raised.
 */
static int wait_private(gh_task_t *task, sem_t *semaphore, const char *call, const until_t *until) {
    gh__park_t how = {.on = GH__ON_LOCK,
                      .call = call,
                      .subject = (intptr_t)semaphore,
                      .deadline = deadline_of(until),
                      .restarts = true,
                      .deaf = task->armed};
    return gh__lot_acquire(task, &how, try_semaphore);
}

/* Who was told that it can't wait would go on without the lock. */
static int wait_semaphore(gh_task_t *task, sem_t *semaphore, const char *call, until_t until) {
    if (try_semaphore(semaphore)) return 0;
    if (!gh__switch_possible(task->outcome.host)) return block_for_semaphore(semaphore, &until);
    int status = semaphore_is_shared(semaphore) ? wait_shared(task, semaphore, call, &until)
                                                : wait_private(task, semaphore, call, &until);
    return status < 0 ? gh__wait_failed(task, status) : 0;
}

int hook_sem_wait(sem_t *semaphore) {
    gh_task_t *task = may_wait(semaphore);
    if (task == NULL) return libc_sem_wait(semaphore);
    return wait_semaphore(task, semaphore, "sem_wait", for_ever);
}

int hook_sem_timedwait(sem_t *semaphore, const struct timespec *time) {
    gh_task_t *task = may_wait(semaphore);
    if (task == NULL || !valid(CLOCK_REALTIME, time)) return libc_sem_timedwait(semaphore, time);
    return wait_semaphore(task, semaphore, "sem_timedwait", until(CLOCK_REALTIME, time));
}

int hook_sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *time) {
    gh_task_t *task = may_wait(semaphore);
    if (task == NULL || !valid(clock, time)) return libc_sem_clockwait(semaphore, clock, time);
    return wait_semaphore(task, semaphore, "sem_clockwait", until(clock, time));
}

int hook_sem_post(sem_t *semaphore) {
    int result = libc_sem_post(semaphore);
    if (result == 0) gh__lot_wake(semaphore, 1);
    return result;
}

/* ---- condition variables ---- */

/* The two lowest bits of glibc's count of waiters are no count. */
#define CONDITION_SHARED 1u
#define CONDITION_MONOTONIC 2u

static clockid_t clock_of(const pthread_cond_t *condition) {
    return condition->__data.__wrefs & CONDITION_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static gh_task_t *may_wait_condition(const pthread_cond_t *condition, const void *mutex) {
    gh_task_t *task = may_wait(condition);
    if (task == NULL || gh__on_stack(task, mutex)) return NULL;
    return condition->__data.__wrefs & CONDITION_SHARED ? NULL : task;
}

static int block_for_condition(pthread_cond_t *condition, pthread_mutex_t *mutex,
                               const until_t *until) {
    return until->clock == NO_CLOCK
               ? libc_pthread_cond_wait(condition, mutex)
               : libc_pthread_cond_clockwait(condition, mutex, until->clock, &until->time);
}

/* It may not return EINTR, so neither a signal nor a cancel ends it: they are for the next call. */
static int wait_condition(gh_task_t *task, pthread_cond_t *condition, pthread_mutex_t *mutex,
                          const char *call, until_t until) {
    gh__park_t how = {.on = GH__ON_LOCK,
                      .call = call,
                      .subject = (intptr_t)condition,
                      .deadline = deadline_of(&until),
                      .deaf = true};
    if (!gh__switch_possible(task->outcome.host))
        return block_for_condition(condition, mutex, &until);
    gh__lot_enter(task, condition);
    int error = hook_pthread_mutex_unlock(mutex);
    int status = error == 0 ? gh__park(task, &how) : 0;
    bool woken = gh__lot_leave(task);
    if (error == 0) error = hook_pthread_mutex_lock(mutex);
    if (error != 0) return error;
    return status < 0 && !woken ? -status : 0;
}

/* Returns as if it had been woken. */
static int wait_briefly(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t limit) {
    struct timespec time = gh__deadline_time(limit);
    libc_pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &time);
    return 0;
}

int hook_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    gh_host_t *host = gh__current;
    uint64_t limit;
    if (host != NULL && gh__preempt_waits(host, condition, &limit))
        return wait_briefly(condition, mutex, limit);
    gh_task_t *task = may_wait_condition(condition, mutex);
    if (task == NULL) return libc_pthread_cond_wait(condition, mutex);
    return wait_condition(task, condition, mutex, "pthread_cond_wait", for_ever);
}

int hook_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                const struct timespec *time) {
    gh_task_t *task = may_wait_condition(condition, mutex);
    if (task == NULL || !valid(CLOCK_REALTIME, time))
        return libc_pthread_cond_timedwait(condition, mutex, time);
    until_t end = until(clock_of(condition), time);
    return wait_condition(task, condition, mutex, "pthread_cond_timedwait", end);
}

int hook_pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                                const struct timespec *time) {
    gh_task_t *task = may_wait_condition(condition, mutex);
    if (task == NULL || !valid(clock, time))
        return libc_pthread_cond_clockwait(condition, mutex, clock, time);
    return wait_condition(task, condition, mutex, "pthread_cond_clockwait", until(clock, time));
}

static void wake_condition(const pthread_cond_t *condition, int count) {
    if (!gh__identity_is_runtime(condition)) gh__lot_wake(condition, count);
}

int hook_pthread_cond_signal(pthread_cond_t *condition) {
    int result = libc_pthread_cond_signal(condition);
    wake_condition(condition, 1);
    return result;
}

int hook_pthread_cond_broadcast(pthread_cond_t *condition) {
    int result = libc_pthread_cond_broadcast(condition);
    wake_condition(condition, INT_MAX);
    return result;
}

/* ---- the end of a thread ---- */

typedef struct {
    gh__job_t job;
    pthread_t thread;
    until_t until;
    void *value;
    int error;
} join_job_t;

static void join_on_thread(gh__job_t *job) {
    join_job_t *join = GH__CONTAINER(job, join_job_t, job);
    const until_t *until = &join->until;
    join->error = until->clock == NO_CLOCK ? libc_pthread_join(join->thread, &join->value)
                                           : libc_pthread_clockjoin_np(join->thread, &join->value,
                                                                       until->clock, &until->time);
}

static void drop_join_job(gh__job_t *job) { free(GH__CONTAINER(job, join_job_t, job)); }

/* It may not return EINTR either. */
static int join_thread(gh_task_t *task, pthread_t thread, void **value, const char *call,
                       until_t until) {
    int error = pthread_tryjoin_np(thread, value);
    if (error != EBUSY) return error;
    join_job_t *join = calloc(1, sizeof(*join));
    if (join == NULL) return ENOMEM;
    join->job.work = join_on_thread;
    join->job.drop = drop_join_job;
    join->job.deaf = true;
    join->thread = thread;
    join->until = until;
    error = -gh__offload_thread(task, &join->job, call);
    if (error == 0) error = join->error;
    if (error == 0 && value != NULL) *value = join->value;
    free(join);
    return error;
}

/* A thread that joins itself is told so by libc. */
static gh_task_t *may_join(pthread_t thread) {
    return pthread_equal(thread, libc_pthread_self()) ? NULL : gh__may_park();
}

int hook_pthread_join(pthread_t thread, void **value) {
    gh_task_t *task = may_join(thread);
    if (task == NULL) return libc_pthread_join(thread, value);
    return join_thread(task, thread, value, "pthread_join", for_ever);
}

int hook_pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock,
                              const struct timespec *time) {
    gh_task_t *task = may_join(thread);
    if (task == NULL || !valid(clock, time))
        return libc_pthread_clockjoin_np(thread, value, clock, time);
    return join_thread(task, thread, value, "pthread_clockjoin_np", until(clock, time));
}

int hook_pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *time) {
    gh_task_t *task = may_join(thread);
    if (task == NULL || !valid(CLOCK_REALTIME, time))
        return libc_pthread_timedjoin_np(thread, value, time);
    return join_thread(task, thread, value, "pthread_timedjoin_np", until(CLOCK_REALTIME, time));
}
