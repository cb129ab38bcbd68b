/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * mutex.c: mutexes, where tasks differ from threads.  To libc all tasks are one thread.  When one
 * of them parks while it holds a mutex, another that locks it would wait for its own thread for
 * ever, or, where the mutex is recursive, walk in.
 *
 * So a mutex whose owner is the loop thread is waited for in the lot.  One that another thread has
 * is libc's affair: that thread is running, and soon done with it.
 *
 * A plain mutex is never locked twice by the task that has it.  A recursive one is, so the host
 * remembers whose it is.  A task holds few at a time, and the latest is the first to go.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/gil.h"
#include "core/lot.h"
#include "core/park.h"
#include "core/preempt.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

typedef struct gh__held_s {
    const void *mutex;
    gh_task_t *task;
} gh__held_t;

/* ---- recursive mutexes, and those that check for errors ---- */

static bool counts_owner(const pthread_mutex_t *mutex) {
    int type = mutex->__data.__kind & 3;
    return type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK;
}

/* Held once: this lock was the first, or the unlock to come is the last. */
static bool is_outermost(const pthread_mutex_t *mutex) { return mutex->__data.__count <= 1; }

static gh__held_t *find(gh_host_t *host, const pthread_mutex_t *mutex) {
    for (size_t i = host->held_count; i-- > 0;)
        if (host->held[i].mutex == mutex) return &host->held[i];
    return NULL;
}

/* NULL when out of memory: then the mutex is not known, and stays libc's affair. */
static gh__held_t *add(gh_host_t *host) {
    if (host->held_count == host->held_capacity) {
        size_t capacity = host->held_capacity ? 2 * host->held_capacity : 16;
        gh__held_t *held = realloc(host->held, capacity * sizeof(*held));
        if (held == NULL) return NULL;
        host->held = held;
        host->held_capacity = capacity;
    }
    return &host->held[host->held_count++];
}

static int remember(gh_host_t *host, const pthread_mutex_t *mutex, int result) {
    if (GH__LIKELY(result != 0 || !counts_owner(mutex)) || !is_outermost(mutex)) return result;
    gh__held_t *held = find(host, mutex);
    if (held == NULL) held = add(host);
    if (held != NULL) *held = (gh__held_t){.mutex = mutex, .task = host->running};
    return result;
}

static void forget(gh_host_t *host, const pthread_mutex_t *mutex) {
    gh__held_t *held = find(host, mutex);
    if (held != NULL) *held = host->held[--host->held_count];
}

/* ---- waiting for another task ---- */

/* No other thread writes our number there, so what is read without the lock is exact. */
static bool is_anothers(gh_host_t *host, const pthread_mutex_t *mutex) {
    if (GH__LIKELY(mutex->__data.__owner != host->tid)) return false;
    if (!counts_owner(mutex)) return true;
    const gh__held_t *held = find(host, mutex);
    return held != NULL && held->task != host->running;
}

static bool is_open(void *mutex) { return !is_anothers(gh__current, mutex); }

static int park_for(gh_host_t *host, pthread_mutex_t *mutex, const char *call, uint64_t deadline) {
    gh__park_t how = {.on = GH__ON_LOCK,
                      .call = call,
                      .subject = (intptr_t)mutex,
                      .deadline = deadline,
                      .deaf = true};
    gh_task_t *task = gh__may_park_even_alone();
    if (task == NULL) return 0;
    host->mutex_waits++;
    int status = gh__lot_acquire(task, &how, is_open);
    host->mutex_waits--;
    return -status;
}

/* Even where the caller has the GIL: it gives it up here, since what else it could do is hang. */
static int wait_for_owner(gh_host_t *host, pthread_mutex_t *mutex, const char *call,
                          uint64_t deadline) {
    if (GH__LIKELY(!is_anothers(host, mutex))) return 0;
    bool has_gil = _PyThreadState_UncheckedGet() == host->tstate;
    if (has_gil) gh__gil_release(host);
    int error = park_for(host, mutex, call, deadline);
    if (has_gil) PyEval_RestoreThread(host->tstate);
    return error;
}

/* ---- the calls ---- */

/* CPython locks the GIL's mutex where a task can be made to give way: see core/preempt.c. */
static int lock_gil(gh_host_t *host, pthread_mutex_t *mutex) {
    gh__gil_asked();
    if (host != NULL && GH__UNLIKELY(host->preempt) && gh__preempt_wanted(host))
        gh__preempted(host);
    return libc_pthread_mutex_lock(mutex);
}

int hook_pthread_mutex_lock(pthread_mutex_t *mutex) {
    gh_host_t *host = gh__current;
    if (mutex == gh__gil_mutex) return lock_gil(host, mutex);
    if (host == NULL) return libc_pthread_mutex_lock(mutex);
    wait_for_owner(host, mutex, "pthread_mutex_lock", GH__NEVER);
    return remember(host, mutex, libc_pthread_mutex_lock(mutex));
}

int hook_pthread_mutex_trylock(pthread_mutex_t *mutex) {
    gh_host_t *host = gh__current;
    if (host == NULL) return libc_pthread_mutex_trylock(mutex);
    if (is_anothers(host, mutex)) return EBUSY;
    return remember(host, mutex, libc_pthread_mutex_trylock(mutex));
}

/* What libc would refuse counts as passed: libc, which is asked next, says what is wrong. */
static uint64_t deadline_of(clockid_t clock, const struct timespec *time) {
    return gh__is_time(time) ? gh__deadline_absolute(clock, time) : 0;
}

int hook_pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *time) {
    gh_host_t *host = gh__current;
    if (host == NULL) return libc_pthread_mutex_timedlock(mutex, time);
    wait_for_owner(host, mutex, "pthread_mutex_timedlock", deadline_of(CLOCK_REALTIME, time));
    if (is_anothers(host, mutex)) return ETIMEDOUT;
    return remember(host, mutex, libc_pthread_mutex_timedlock(mutex, time));
}

int hook_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                 const struct timespec *time) {
    gh_host_t *host = gh__current;
    if (host == NULL) return libc_pthread_mutex_clocklock(mutex, clock, time);
    wait_for_owner(host, mutex, "pthread_mutex_clocklock", deadline_of(clock, time));
    if (is_anothers(host, mutex)) return ETIMEDOUT;
    return remember(host, mutex, libc_pthread_mutex_clocklock(mutex, clock, time));
}

/* A mutex that the loop thread has is unlocked by the loop thread. */
static int unlock(gh_host_t *host, pthread_mutex_t *mutex) {
    if (!is_outermost(mutex)) return libc_pthread_mutex_unlock(mutex);
    if (counts_owner(mutex)) forget(host, mutex);
    int result = libc_pthread_mutex_unlock(mutex);
    if (host->mutex_waits > 0) gh__lot_wake(mutex, 1);
    return result;
}

/* take_gil drops all requests, and ours was not for the sake of a thread that has the GIL now. */
static int unlock_gil(gh_host_t *host, pthread_mutex_t *mutex) {
    gh__gil_settled();
    if (host != NULL && GH__UNLIKELY(host->preempt)) gh__preempt_request(host);
    return libc_pthread_mutex_unlock(mutex);
}

int hook_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    gh_host_t *host = gh__current;
    if (mutex == gh__gil_mutex) return unlock_gil(host, mutex);
    if (host == NULL) return libc_pthread_mutex_unlock(mutex);
    if (GH__LIKELY(host->held_count + host->mutex_waits == 0))
        return libc_pthread_mutex_unlock(mutex);
    return unlock(host, mutex);
}
