/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* specific.h: what C libraries keep per thread, under a key of libc's. */
#ifndef GREENHOST_SPECIFIC_H
#define GREENHOST_SPECIFIC_H

#include <pthread.h>

#include "internal.h"

typedef struct gh__specific_s {
    struct gh__value_s *values;
    unsigned count, capacity;
} gh__specific_t;

/* libc has made the key, or is about to delete it.  Any thread. */
void gh__key_created(pthread_key_t key, void (*destructor)(void *));
void gh__key_deleted(pthread_key_t key);
/* What the running task has under the key; NULL when it has nothing. */
void *gh__specific_get(const gh__specific_t *specific, pthread_key_t key);
/* Puts it there.  0, EINVAL when there is no such key, or ENOMEM. */
int gh__specific_set(gh__specific_t *specific, pthread_key_t key, const void *value);
/* Calls the keys' destructors, as at the end of a thread, and forgets it all.  In the task, without
 * the GIL; they may park. */
void gh__specific_end(gh__specific_t *specific);

#endif
