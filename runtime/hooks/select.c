/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * select.c: select and pselect.  The sets are read and written as words, and only as many as `count`
 * covers: a program may pass larger ones than fd_set, and the macros for that abort on them.
 *
 * The kernel empties the sets of a call that finds nothing.  So the call is tried on copies, and
 * the program's own are written once there is an answer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

#define BITS (8 * sizeof(unsigned long))
#define SETS 3

typedef struct {
    gh__any_t any;
    int count;
    size_t words;              /* of each set */
    unsigned long *sets[SETS]; /* the program's: readable, writable, exceptional; some NULL */
    unsigned long *copies;     /* SETS times `words` */
} select_t;

static const uint32_t events_of[SETS] = {EPOLLIN, EPOLLOUT, EPOLLPRI};

static unsigned long *copy_of(const select_t *call, size_t set) {
    return call->sets[set] ? call->copies + set * call->words : NULL;
}

static void answer(const select_t *call) {
    for (size_t set = 0; set < SETS; set++)
        if (call->sets[set] != NULL)
            memcpy(call->sets[set], copy_of(call, set), call->words * sizeof(unsigned long));
}

static int attempt(gh__any_t *any) {
    select_t *call = (select_t *)any;
    struct timeval none = {0, 0};
    for (size_t set = 0; set < SETS; set++)
        if (call->sets[set] != NULL)
            memcpy(copy_of(call, set), call->sets[set], call->words * sizeof(unsigned long));
    return libc_select(call->count, (fd_set *)copy_of(call, 0), (fd_set *)copy_of(call, 1),
                       (fd_set *)copy_of(call, 2), &none);
}

static uint32_t events_at(const select_t *call, size_t fd) {
    uint32_t events = 0;
    for (size_t set = 0; set < SETS; set++)
        if (call->sets[set] != NULL && call->sets[set][fd / BITS] >> fd % BITS & 1)
            events |= events_of[set];
    return events;
}

static bool next(gh__any_t *any, size_t *cursor, gh__fdwait_t *wait) {
    select_t *call = (select_t *)any;
    while (*cursor < (size_t)call->count) {
        size_t fd = (*cursor)++;
        wait->fd = (int)fd;
        wait->events = events_at(call, fd);
        if (wait->events != 0) return true;
    }
    return false;
}

static int select_until(gh_task_t *task, select_t *call) {
    unsigned long on_stack[SETS * FD_SETSIZE / BITS];
    call->any.attempt = attempt;
    call->any.next = next;
    call->any.closed = gh__closed_is_error;
    call->words = ((size_t)call->count + BITS - 1) / BITS;
    call->copies = on_stack;
    if (call->count > FD_SETSIZE) call->copies = malloc(SETS * call->words * sizeof(unsigned long));
    if (call->copies == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int result = gh__wait_any(task, &call->any);
    if (result >= 0) answer(call);
    if (call->copies != on_stack) free(call->copies);
    return result;
}

/* As on Linux, what is left of the timeout is written back. */
static void tell_left(struct timeval *timeout, uint64_t deadline) {
    if (timeout == NULL || deadline == 0 || deadline == GH__NEVER) return;
    uint64_t now = gh__now(), us = deadline > now ? (deadline - now) / 1000 : 0;
    timeout->tv_sec = (time_t)(us / 1000000);
    timeout->tv_usec = (suseconds_t)(us % 1000000);
}

/* The microseconds may be more than a second's. */
static bool deadline_of(const struct timeval *timeout, uint64_t *deadline) {
    if (timeout == NULL) return gh__deadline_timespec(NULL, deadline);
    if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return false;
    struct timespec exact = {.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000,
                             .tv_nsec = timeout->tv_usec % 1000000 * 1000};
    return gh__deadline_timespec(&exact, deadline);
}

int hook_select(int count, fd_set *readable, fd_set *writable, fd_set *exceptional,
                struct timeval *timeout) {
    uint64_t deadline;
    gh_task_t *task = gh__may_park();
    if (task == NULL || count < 0 || !deadline_of(timeout, &deadline))
        return libc_select(count, readable, writable, exceptional, timeout);
    select_t call = {.any = {.call = "select", .deadline = deadline},
                     .count = count,
                     .sets = {(unsigned long *)readable, (unsigned long *)writable,
                              (unsigned long *)exceptional}};
    int result = select_until(task, &call);
    tell_left(timeout, deadline);
    return result;
}

int hook_pselect(int count, fd_set *readable, fd_set *writable, fd_set *exceptional,
                 const struct timespec *timeout, const sigset_t *mask) {
    uint64_t deadline;
    gh_task_t *task = gh__may_park();
    if (task == NULL || count < 0 || !gh__deadline_timespec(timeout, &deadline))
        return libc_pselect(count, readable, writable, exceptional, timeout, mask);
    select_t call = {.any = {.call = "pselect", .deadline = deadline, .mask = mask},
                     .count = count,
                     .sets = {(unsigned long *)readable, (unsigned long *)writable,
                              (unsigned long *)exceptional}};
    return select_until(task, &call);
}
