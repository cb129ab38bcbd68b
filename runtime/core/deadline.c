/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * deadline.c: every timeout of every task, in one binary heap ordered by absolute time.
 *
 * The earliest one is set on a timerfd that our epoll instance watches, not on a uv_timer_t, whose
 * whole milliseconds would round a sleep of 200 µs away.  The timerfd is set at most once a turn,
 * just before the loop polls, and only when the earliest deadline has come nearer.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "core/deadline.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

uint64_t gh__now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * GH__NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t gh__deadline_after(uint64_t ns) {
    uint64_t now = gh__now();
    return ns >= GH__NEVER - now ? GH__NEVER : now + ns;
}

struct timespec gh__deadline_time(uint64_t when) {
    return (struct timespec){.tv_sec = (time_t)(when / GH__NS_PER_SECOND),
                             .tv_nsec = (long)(when % GH__NS_PER_SECOND)};
}

static void place(gh__heap_t *heap, gh__deadline_t *deadline, size_t slot) {
    heap->items[slot] = deadline;
    deadline->slot = slot;
}

static void sift_up(gh__heap_t *heap, gh__deadline_t *deadline, size_t slot) {
    while (slot > 0) {
        size_t parent = (slot - 1) / 2;
        if (heap->items[parent]->when <= deadline->when) break;
        place(heap, heap->items[parent], slot);
        slot = parent;
    }
    place(heap, deadline, slot);
}

static void sift_down(gh__heap_t *heap, gh__deadline_t *deadline, size_t slot) {
    for (;;) {
        size_t child = 2 * slot + 1;
        if (child >= heap->count) break;
        if (child + 1 < heap->count && heap->items[child + 1]->when < heap->items[child]->when)
            child++;
        if (deadline->when <= heap->items[child]->when) break;
        place(heap, heap->items[child], slot);
        slot = child;
    }
    place(heap, deadline, slot);
}

static int grow(gh__heap_t *heap) {
    size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
    gh__deadline_t **items = realloc(heap->items, capacity * sizeof(*items));
    if (items == NULL) return UV_ENOMEM;
    heap->items = items;
    heap->capacity = capacity;
    return 0;
}

int gh__deadline_start(gh_host_t *host, gh__deadline_t *deadline, uint64_t when) {
    gh__heap_t *heap = &host->deadlines;
    if (when == GH__NEVER) return 0;
    if (heap->count == heap->capacity) {
        int error = grow(heap);
        if (error < 0) return error;
    }
    deadline->when = when;
    sift_up(heap, deadline, heap->count++);
    return 0;
}

void gh__deadline_stop(gh_host_t *host, gh__deadline_t *deadline) {
    gh__heap_t *heap = &host->deadlines;
    size_t slot = deadline->slot;
    if (slot == GH__NO_SLOT) return;
    deadline->slot = GH__NO_SLOT;
    gh__deadline_t *last = heap->items[--heap->count];
    if (last == deadline) return;
    if (slot > 0 && heap->items[(slot - 1) / 2]->when > last->when)
        sift_up(heap, last, slot);
    else
        sift_down(heap, last, slot);
}

void gh__deadlines_fire(gh_host_t *host) {
    gh__heap_t *heap = &host->deadlines;
    /* The timer may be set for a deadline that has been stopped, and then goes off for nobody. */
    if (heap->count == 0 && heap->armed == GH__NEVER) return;
    uint64_t now = gh__now();
    while (heap->count > 0 && heap->items[0]->when <= now) {
        gh__deadline_t *due = heap->items[0];
        gh__deadline_stop(host, due);
        due->fire(due);
    }
    if (heap->armed <= now) heap->armed = GH__NEVER;
}

void gh__deadlines_arm(gh_host_t *host) {
    gh__heap_t *heap = &host->deadlines;
    if (heap->count == 0) return;
    uint64_t when = heap->items[0]->when;
    if (when >= heap->armed) return;
    struct itimerspec spec = {.it_value = gh__deadline_time(when)};
    /* A zero value would disarm it, and means a time long past. */
    if (when == 0) spec.it_value.tv_nsec = 1;
    if (timerfd_settime(heap->timerfd, TFD_TIMER_ABSTIME, &spec, NULL) == 0) heap->armed = when;
}

int gh__deadlines_open(gh_host_t *host) {
    gh__heap_t *heap = &host->deadlines;
    heap->armed = GH__NEVER;
    heap->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (heap->timerfd < 0) return -errno;
    /* Edge-triggered: each setting of the timer is one event, and it is never read. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = heap->timerfd};
    if (epoll_ctl(host->epfd, EPOLL_CTL_ADD, heap->timerfd, &event) < 0) return -errno;
    return 0;
}

void gh__deadlines_close(gh_host_t *host) {
    gh__heap_t *heap = &host->deadlines;
    if (heap->timerfd >= 0) libc_close(heap->timerfd);
    heap->timerfd = -1;
    free(heap->items);
    *heap = (gh__heap_t){.armed = GH__NEVER, .timerfd = -1};
}
