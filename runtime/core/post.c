/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * post.c: how any thread wakes the loop.  A list under a mutex, and one uv_async_t, which libuv
 * coalesces: a thousand posts between two turns are one wake-up.
 *
 * libuv's mutexes would be unlocked through the surface, which then looks into the parking lot; and
 * the lot takes a post back under a lock of its own.
 */
#include "core/post.h"
#include "core/list.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

static void on_async(uv_async_t *async) { gh__post_run(async->data); }

int gh__post_open(gh_host_t *host) {
    int error = uv_async_init(host->loop, &host->async, on_async);
    if (error < 0) return error;
    host->async.data = host;
    libc_pthread_mutex_lock(&host->post_lock);
    host->open = true;
    libc_pthread_mutex_unlock(&host->post_lock);
    gh__wake(host); /* for what was posted before there was a loop */
    return 0;
}

/* Those who wake it may be in any thread, and in a signal handler there, so no lock keeps the loop
 * from being closed under them. */
void gh__wake(gh_host_t *host) {
    host->wakers++;
    if (host->open) uv_async_send(&host->async);
    host->wakers--;
}

void gh__post_close(gh_host_t *host) {
    host->open = false;
    while (host->wakers > 0) libc_sched_yield();
}

void gh__post(gh_host_t *host, gh__post_t *post) {
    libc_pthread_mutex_lock(&host->post_lock);
    gh__list_append(&host->posts, &post->link);
    libc_pthread_mutex_unlock(&host->post_lock);
    gh__wake(host);
}

bool gh__post_unless_closed(gh_host_t *host, gh__post_t *post) {
    libc_pthread_mutex_lock(&host->post_lock);
    bool open = !host->closed;
    if (open) gh__list_append(&host->posts, &post->link);
    libc_pthread_mutex_unlock(&host->post_lock);
    if (open) gh__wake(host);
    return open;
}

void gh__post_cancel(gh_host_t *host, gh__post_t *post) {
    libc_pthread_mutex_lock(&host->post_lock);
    gh__list_remove(&post->link);
    libc_pthread_mutex_unlock(&host->post_lock);
}

bool gh__post_pending(gh_host_t *host) {
    libc_pthread_mutex_lock(&host->post_lock);
    bool pending = !gh__list_empty(&host->posts);
    libc_pthread_mutex_unlock(&host->post_lock);
    return pending;
}

static gh__post_t *take(gh_host_t *host) {
    libc_pthread_mutex_lock(&host->post_lock);
    gh__link_t *item = gh__list_pop(&host->posts);
    libc_pthread_mutex_unlock(&host->post_lock);
    return item ? GH__CONTAINER(item, gh__post_t, link) : NULL;
}

void gh__post_run(gh_host_t *host) {
    gh__post_t *post;
    while ((post = take(host)) != NULL) post->run(post);
}

void gh__posts_run(gh__link_t *list) {
    gh__link_t *item;
    while ((item = gh__list_pop(list)) != NULL) {
        gh__post_t *post = GH__CONTAINER(item, gh__post_t, link);
        post->run(post);
    }
}
