/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * lot.c: a parking lot by address, for semaphores and condition variables.
 *
 * A semaphore can be posted by any thread, which knows nothing but its address, so the lot is the
 * process's own and not a host's.  The idea is WebKit's, the Linux futex before it.
 *
 * Nothing is lost between looking and parking: the waiter enters the lot, then tries the semaphore
 * once more, then parks; the poster posts, then looks into the lot.  One of them sees the other.
 */
#include <stdatomic.h>

#include "hooks/hooks.h"
#include "internal.h"

#define BUCKETS 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gh__link_t buckets[BUCKETS];
static atomic_size_t waiting; /* zero spares the posters of a program that parks nobody the lock */

static gh__link_t *bucket_of(const void *address) {
    uint64_t hash = (uint64_t)(uintptr_t)address * UINT64_C(0x9E3779B97F4A7C15);
    gh__link_t *bucket = &buckets[hash >> 56];
    if (bucket->next == NULL) gh__list_init(bucket);
    return bucket;
}

void gh__lot_enter(gh_task_t *task, const void *address) {
    libc_pthread_mutex_lock(&lock);
    task->lot.address = address;
    task->lot.woken = false;
    gh__list_append(bucket_of(address), &task->lot.link);
    atomic_fetch_add(&waiting, 1);
    pthread_mutex_unlock(&lock);
}

static void take_out(gh_task_t *task) {
    gh__list_remove(&task->lot.link);
    atomic_fetch_sub(&waiting, 1);
}

bool gh__lot_leave(gh_task_t *task) {
    libc_pthread_mutex_lock(&lock);
    bool woken = task->lot.woken;
    if (!woken) take_out(task);
    pthread_mutex_unlock(&lock);
    return woken;
}

/* On the loop thread, in the hub: a task that was woken from another thread. */
static void on_woken(gh__post_t *post) {
    gh__lot_place_t *place = GH__CONTAINER(post, gh__lot_place_t, post);
    gh_task_t *task = GH__CONTAINER(place, gh_task_t, lot);
    place->posted = false;
    if (task->park.on == GH__ON_LOCK) gh__unpark(task, 0);
}

static void wake(gh_task_t *task) {
    take_out(task);
    task->lot.woken = true;
    if (gh__current == task->outcome.host) {
        gh__unpark(task, 0);
    } else if (!task->lot.posted) {
        task->lot.posted = true;
        task->lot.post.run = on_woken;
        gh__post(task->outcome.host, &task->lot.post);
    }
}

void gh__lot_wake(const void *address, int count) {
    if (atomic_load(&waiting) == 0) return;
    libc_pthread_mutex_lock(&lock);
    gh__link_t *bucket = bucket_of(address), *item = bucket->next;
    while (item != bucket && count > 0) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, lot.link);
        item = item->next;
        if (task->lot.address != address) continue;
        wake(task);
        count--;
    }
    pthread_mutex_unlock(&lock);
}

/* Of those who waited when the process forked, none exists in the child. */
void gh__lot_after_fork(void) {
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < BUCKETS; i++) gh__list_init(&buckets[i]);
    atomic_store(&waiting, 0);
}
