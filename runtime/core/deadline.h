/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* deadline.h: one heap of absolute, monotonic nanoseconds; core/deadline.c tells how the loop hears. */
#ifndef GREENHOST_DEADLINE_H
#define GREENHOST_DEADLINE_H

#include <time.h>

#include "internal.h"

#define GH__NS_PER_SECOND UINT64_C(1000000000)

typedef struct gh__deadline_s {
    uint64_t when;
    size_t slot; /* its place in the heap, or GH__NO_SLOT */
    /* As a waiter's: on the loop thread, perhaps without the GIL. */
    void (*fire)(struct gh__deadline_s *deadline);
} gh__deadline_t;

#define GH__NO_SLOT SIZE_MAX

typedef struct gh__heap_s {
    gh__deadline_t **items;
    size_t count, capacity;
    uint64_t armed; /* what the timerfd is set to, GH__NEVER if nothing */
    int timerfd;
} gh__heap_t;

static inline void gh__deadline_init(gh__deadline_t *deadline, void (*fire)(gh__deadline_t *)) {
    deadline->slot = GH__NO_SLOT;
    deadline->fire = fire;
}

uint64_t gh__now(void); /* CLOCK_MONOTONIC in nanoseconds, never cached.  Any thread. */
/* `now + ns`, saturating at GH__NEVER. */
uint64_t gh__deadline_after(uint64_t ns);
struct timespec gh__deadline_time(uint64_t when); /* as libc wants it; not for GH__NEVER */
int gh__deadlines_open(gh_host_t *host);
void gh__deadlines_close(gh_host_t *host);
/* UV_ENOMEM when the heap cannot grow.  The deadline's memory stays the caller's. */
int gh__deadline_start(gh_host_t *host, gh__deadline_t *deadline, uint64_t when);
void gh__deadline_stop(gh_host_t *host, gh__deadline_t *deadline); /* harmless when not started */
void gh__deadlines_fire(gh_host_t *host);                          /* fires all that are due */
void gh__deadlines_arm(gh_host_t *host); /* before the loop polls: sets the timerfd */

#endif
