/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * lot.c: a parking lot by address, for semaphores, condition variables and mutexes.
 *
 * A semaphore can be posted by any thread, which knows nothing but its address, so the lot is the
 * process's own and not a host's.  The idea is WebKit's, the Linux futex before it.
 *
 * Nothing is lost between looking and parking: the waiter enters the lot, then tries the lock once
 * more, then parks; the poster posts, then looks into the lot.  One of them sees the other.
 *
 * A handler of a signal may post too, and then may have interrupted the lot itself.  It only asks
 * the hub to send every waiter to look again, which all of them bear.
 */
#include <limits.h>
#include <stdatomic.h>

#include "core/list.h"
#include "core/lot.h"
#include "core/park.h"
#include "core/post.h"
#include "core/signal.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#define BUCKET_BITS 10
#define BUCKETS (1 << BUCKET_BITS)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gh__link_t buckets[BUCKETS];
static atomic_size_t waiting; /* zero spares the posters of a program that parks nobody the lock */
static atomic_bool look_again;

static gh__link_t *bucket_of(const void *address) {
    uint64_t hash = (uint64_t)(uintptr_t)address * UINT64_C(0x9E3779B97F4A7C15);
    gh__link_t *bucket = &buckets[hash >> (64 - BUCKET_BITS)];
    if (bucket->next == NULL) gh__list_init(bucket);
    return bucket;
}

static void take_out(gh_task_t *task) {
    gh__list_remove(&task->lot.link);
    atomic_fetch_sub(&waiting, 1);
}

/* Who was woken, but found the lock taken again, keeps its place before the others. */
static void enter(gh_task_t *task, const void *address, bool again) {
    libc_pthread_mutex_lock(&lock);
    gh__link_t *bucket = bucket_of(address);
    task->lot.address = address;
    task->lot.woken = false;
    gh__list_append(again ? bucket->next : bucket, &task->lot.link);
    atomic_fetch_add(&waiting, 1);
    libc_pthread_mutex_unlock(&lock);
}

void gh__lot_enter(gh_task_t *task, const void *address) { enter(task, address, false); }

bool gh__lot_leave(gh_task_t *task) {
    libc_pthread_mutex_lock(&lock);
    bool woken = task->lot.woken;
    if (!woken) take_out(task);
    if (task->lot.posted) gh__post_cancel(task->outcome.host, &task->lot.post);
    task->lot.posted = false;
    libc_pthread_mutex_unlock(&lock);
    return woken;
}

int gh__lot_acquire(gh_task_t *task, const gh__park_t *how, bool (*attempt)(void *lock)) {
    void *subject = (void *)how->subject;
    bool got = attempt(subject), woken = false;
    int status = 0;
    while (!got && status >= 0) {
        enter(task, subject, woken);
        got = attempt(subject);
        if (!got) status = gh__park(task, how);
        woken = gh__lot_leave(task);
        if (woken && (got || status < 0)) gh__lot_wake(subject, 1);
    }
    return got ? 0 : status;
}

/* On the loop thread, in the hub: a task that was woken from another thread, and has not left. */
static void on_woken(gh__post_t *post) {
    gh__lot_place_t *place = GH__CONTAINER(post, gh__lot_place_t, post);
    gh__unpark(GH__CONTAINER(place, gh_task_t, lot), 0);
}

static void wake(gh_task_t *task) {
    take_out(task);
    task->lot.woken = true;
    if (gh__current == task->outcome.host) {
        gh__unpark(task, 0);
    } else {
        task->lot.posted = true;
        task->lot.post.run = on_woken;
        gh__post(task->outcome.host, &task->lot.post);
    }
}

/* Those of the bucket that wait for the address, or all of them for NULL. */
static void wake_in(gh__link_t *bucket, const void *address, int count) {
    gh__link_t *item = bucket->next;
    while (item != bucket && count > 0) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, lot.link);
        item = item->next;
        if (address != NULL && task->lot.address != address) continue;
        wake(task);
        count--;
    }
}

void gh__lot_wake(const void *address, int count) {
    if (atomic_load(&waiting) == 0) return;
    if (gh__signal_handling()) {
        atomic_store(&look_again, true);
        gh__signal_wake_hub();
        return;
    }
    libc_pthread_mutex_lock(&lock);
    wake_in(bucket_of(address), address, count);
    libc_pthread_mutex_unlock(&lock);
}

void gh__lot_look_again(void) {
    if (!atomic_exchange(&look_again, false)) return;
    libc_pthread_mutex_lock(&lock);
    for (int i = 0; i < BUCKETS; i++)
        if (buckets[i].next != NULL) wake_in(&buckets[i], NULL, INT_MAX);
    libc_pthread_mutex_unlock(&lock);
}

void gh__lot_close(gh_host_t *host) {
    libc_pthread_mutex_lock(&lock);
    for (gh__link_t *item = host->tasks.next; item != &host->tasks; item = item->next) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, all);
        if (!gh__list_empty(&task->lot.link)) take_out(task);
    }
    libc_pthread_mutex_unlock(&lock);
}

/* Of those who waited when the process forked, none exists in the child. */
void gh__lot_after_fork(void) {
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < BUCKETS; i++) gh__list_init(&buckets[i]);
    atomic_store(&waiting, 0);
}
