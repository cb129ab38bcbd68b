/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * c11.c: the threads of <threads.h>.  glibc's are its pthreads under other names, with the same
 * objects and other error codes; but it calls itself there, where no hook is seen.
 */
#include <errno.h>
#include <stdint.h>

#include "hooks/hooks.h"
#include "internal.h"

static pthread_cond_t *condition_of(cnd_t *condition) { return (pthread_cond_t *)condition; }

static pthread_mutex_t *mutex_of(mtx_t *mutex) { return (pthread_mutex_t *)mutex; }

static int outcome(int error) {
    switch (error) {
    case 0: return thrd_success;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    case EBUSY: return thrd_busy;
    default: return thrd_error;
    }
}

int hook_cnd_wait(cnd_t *condition, mtx_t *mutex) {
    return outcome(hook_pthread_cond_wait(condition_of(condition), mutex_of(mutex)));
}

int hook_cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *time) {
    return outcome(hook_pthread_cond_timedwait(condition_of(condition), mutex_of(mutex), time));
}

int hook_cnd_signal(cnd_t *condition) {
    return outcome(hook_pthread_cond_signal(condition_of(condition)));
}

int hook_cnd_broadcast(cnd_t *condition) {
    return outcome(hook_pthread_cond_broadcast(condition_of(condition)));
}

int hook_mtx_lock(mtx_t *mutex) { return outcome(hook_pthread_mutex_lock(mutex_of(mutex))); }

int hook_mtx_trylock(mtx_t *mutex) { return outcome(hook_pthread_mutex_trylock(mutex_of(mutex))); }

int hook_mtx_timedlock(mtx_t *mutex, const struct timespec *time) {
    return outcome(hook_pthread_mutex_timedlock(mutex_of(mutex), time));
}

int hook_mtx_unlock(mtx_t *mutex) { return outcome(hook_pthread_mutex_unlock(mutex_of(mutex))); }

int hook_thrd_join(thrd_t thread, int *result) {
    void *value = NULL;
    int error = hook_pthread_join(thread, &value);
    if (error == 0 && result != NULL) *result = (int)(intptr_t)value;
    return outcome(error);
}

/* A signal and an error have codes of their own here, which the standard leaves to libc. */
int hook_thrd_sleep(const struct timespec *time, struct timespec *left) {
    int error = hook_clock_nanosleep(CLOCK_REALTIME, 0, time, left);
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}

void hook_thrd_yield(void) { hook_sched_yield(); }

int hook_tss_create(tss_t *key, tss_dtor_t destructor) {
    return outcome(hook_pthread_key_create(key, destructor));
}

void hook_tss_delete(tss_t key) { hook_pthread_key_delete(key); }

void *hook_tss_get(tss_t key) { return hook_pthread_getspecific(key); }

int hook_tss_set(tss_t key, void *value) { return outcome(hook_pthread_setspecific(key, value)); }
