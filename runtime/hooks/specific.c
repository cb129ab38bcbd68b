/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * specific.c: pthread_getspecific and its kin, which answer a task from what is its own.  The main
 * task and the hub have what the thread has.
 */
#include "core/specific.h"
#include "core/identity.h"
#include "core/task.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

/* NULL where it is the thread's.  CPython's own key leads to the thread state that all tasks run in. */
static gh__specific_t *specific_of(pthread_key_t key) {
    gh_host_t *host = gh__current;
    if (host == NULL || host->running == NULL || host->running == host->main) return NULL;
    return gh__identity_is_key(key) ? NULL : &host->running->specific;
}

int hook_pthread_key_create(pthread_key_t *key, void (*destructor)(void *)) {
    int error = libc_pthread_key_create(key, destructor);
    if (error == 0) gh__key_created(*key, destructor);
    return error;
}

int hook_pthread_key_delete(pthread_key_t key) {
    gh__key_deleted(key);
    return libc_pthread_key_delete(key);
}

void *hook_pthread_getspecific(pthread_key_t key) {
    gh__specific_t *specific = specific_of(key);
    return specific == NULL ? libc_pthread_getspecific(key) : gh__specific_get(specific, key);
}

int hook_pthread_setspecific(pthread_key_t key, const void *value) {
    gh__specific_t *specific = specific_of(key);
    return specific == NULL ? libc_pthread_setspecific(key, value)
                            : gh__specific_set(specific, key, value);
}
