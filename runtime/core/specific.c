/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * specific.c: a task is a thread to C libraries too, in what they keep under pthread_setspecific.
 *
 * Some keep there what they are doing right now: confluent-kafka the call that its callbacks belong
 * to, OpenSSL the errors of the last call.  Were it the thread's, a task that parks would find it
 * changed by another when it goes on.
 *
 * The numbers of keys are libc's, and used again, so each has a count of its lives beside it: a
 * value that is left of an earlier life is no value.  A task has few, and searches them one by one.
 */
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/specific.h"

typedef struct gh__value_s {
    pthread_key_t key;
    unsigned life;
    const void *value; /* NULL: the place is free */
} gh__value_t;

typedef void (*destructor_t)(void *);

/* An odd life is one of a key that exists. */
static struct {
    atomic_uint life;
    _Atomic(destructor_t) destructor;
} keys[PTHREAD_KEYS_MAX];

static unsigned life_of(pthread_key_t key) {
    return key < PTHREAD_KEYS_MAX ? atomic_load(&keys[key].life) : 0;
}

void gh__key_created(pthread_key_t key, void (*destructor)(void *)) {
    atomic_store(&keys[key].destructor, destructor);
    atomic_fetch_add(&keys[key].life, 1);
}

void gh__key_deleted(pthread_key_t key) {
    if (life_of(key) % 2 == 1) atomic_fetch_add(&keys[key].life, 1);
}

static gh__value_t *find(const gh__specific_t *specific, pthread_key_t key) {
    unsigned life = life_of(key);
    for (size_t i = 0; i < specific->count; i++) {
        gh__value_t *value = &specific->values[i];
        if (value->key == key && value->life == life) return value;
    }
    return NULL;
}

/*
 * An allocator may keep its own state under a key, and ask for it in the middle of malloc and free:
 * what it finds here must be whole at each of those calls.
 */
static void exchange_values(gh__specific_t *specific, gh__value_t *values) {
    gh__value_t *old = specific->values;
    specific->values = values;
    free(old);
}

static bool grow(gh__specific_t *specific) {
    unsigned capacity = specific->capacity ? 2 * specific->capacity : 4;
    gh__value_t *values = malloc(capacity * sizeof(*values));
    if (values == NULL) return false;
    if (specific->count > 0) memcpy(values, specific->values, specific->count * sizeof(*values));
    specific->capacity = capacity;
    exchange_values(specific, values);
    return true;
}

/* A place that is free, or holds what no key leads to any more; NULL when out of memory. */
static gh__value_t *place(gh__specific_t *specific) {
    for (size_t i = 0; i < specific->count; i++) {
        gh__value_t *value = &specific->values[i];
        if (value->value == NULL || value->life != life_of(value->key)) return value;
    }
    if (specific->count == specific->capacity && !grow(specific)) return NULL;
    return &specific->values[specific->count++];
}

void *gh__specific_get(const gh__specific_t *specific, pthread_key_t key) {
    const gh__value_t *value = find(specific, key);
    return value == NULL ? NULL : (void *)value->value;
}

int gh__specific_set(gh__specific_t *specific, pthread_key_t key, const void *value) {
    unsigned life = life_of(key);
    if (life % 2 == 0) return EINVAL;
    gh__value_t *found = find(specific, key);
    if (found == NULL && value == NULL) return 0;
    if (found == NULL) found = place(specific);
    if (found == NULL) return ENOMEM;
    *found = (gh__value_t){.key = key, .life = life, .value = value};
    return 0;
}

/* Whether there was a destructor to call: it may have left another value. */
static bool destroy(gh__specific_t *specific, size_t index) {
    gh__value_t old = specific->values[index];
    specific->values[index].value = NULL;
    if (old.value == NULL || old.life != life_of(old.key)) return false;
    destructor_t destructor = atomic_load(&keys[old.key].destructor);
    if (destructor != NULL) destructor((void *)old.value);
    return destructor != NULL;
}

void gh__specific_end(gh__specific_t *specific) {
    bool again = true;
    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        again = false;
        for (size_t i = 0; i < specific->count; i++)
            if (destroy(specific, i)) again = true;
    }
    specific->count = specific->capacity = 0;
    exchange_values(specific, NULL);
}
