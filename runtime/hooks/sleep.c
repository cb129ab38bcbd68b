/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * sleep.c: sleeping is waiting for a deadline and nothing else.
 */
#include <errno.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

/* Parks until the deadline; 0, or the errno of what ended it before. */
static int sleep_until(gh_task_t *task, const char *call, uint64_t deadline) {
    gh__park_t how = {.on = GH__ON_SLEEP, .call = call, .deadline = deadline};
    for (;;) {
        int status = gh__park(task, &how);
        if (status == UV_ETIMEDOUT) return 0;
        if (status < 0) return -gh__cancel_decode(task, status);
    }
}

static void tell_left(struct timespec *left, uint64_t deadline) {
    if (left != NULL) *left = gh__time_left(deadline);
}

int hook_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                         struct timespec *left) {
    gh_task_t *task = gh__may_park();
    /* Time that a process or thread has computed does not pass while it sleeps here. */
    bool ours = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME ||
                clock == CLOCK_TAI;
    if (task == NULL || !ours || !gh__is_duration(time))
        return libc_clock_nanosleep(clock, flags, time, left);
    bool absolute = flags & TIMER_ABSTIME;
    uint64_t deadline = absolute ? gh__deadline_absolute(clock, time) : gh__deadline_relative(time);
    int error = sleep_until(task, "clock_nanosleep", deadline);
    if (error != 0 && !absolute) tell_left(left, deadline);
    return error;
}

int hook_nanosleep(const struct timespec *time, struct timespec *left) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || !gh__is_duration(time)) return libc_nanosleep(time, left);
    uint64_t deadline = gh__deadline_relative(time);
    int error = sleep_until(task, "nanosleep", deadline);
    if (error == 0) return 0;
    tell_left(left, deadline);
    errno = error;
    return -1;
}

int hook_usleep(useconds_t usec) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_usleep(usec);
    int error = sleep_until(task, "usleep", gh__deadline_after((uint64_t)usec * 1000));
    if (error != 0) errno = error;
    return error == 0 ? 0 : -1;
}

/* Returns the seconds that were left, rounded as glibc does. */
unsigned hook_sleep(unsigned seconds) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_sleep(seconds);
    uint64_t deadline = gh__deadline_after((uint64_t)seconds * GH__NS_PER_SECOND);
    struct timespec left = {0, 0};
    if (sleep_until(task, "sleep", deadline) != 0) tell_left(&left, deadline);
    return (unsigned)left.tv_sec + (left.tv_nsec >= (long)GH__NS_PER_SECOND / 2);
}

int hook_pause(void) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_pause();
    gh__park_t how = {.on = GH__ON_SIGNAL, .call = "pause", .deadline = GH__NEVER};
    int status;
    while ((status = gh__park(task, &how)) >= 0) continue;
    return gh__wait_failed(task, status);
}

int hook_sched_yield(void) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_sched_yield();
    gh__yield(task);
    return 0;
}
