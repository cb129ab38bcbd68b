/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * wait.c: what the families of the surface share: waiting for a descriptor, and telling C about it.
 */
#include <errno.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/park.h"
#include "core/scope.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

int gh__wait_failed(gh_task_t *task, int status) {
    errno = -gh__cancel_decode(task, status);
    return -1;
}

static bool refused(gh_task_t *task, bool goes_on) {
    if (GH__UNLIKELY(goes_on)) gh__yield(task);
    return gh__scope_tells(task) && gh__wait_failed(task, UV_ECANCELED) < 0;
}

bool gh__refused(gh_task_t *task) { return refused(task, gh__goes_on(task->outcome.host)); }

bool gh__refused_on(gh_task_t *task, int fd) {
    gh_host_t *host = task->outcome.host;
    bool goes_on = gh__goes_on(host);
    if (GH__LIKELY(!goes_on && !gh__scope_tells(task))) return false;
    return !gh__fd_is_nonblocking(host, fd) && refused(task, goes_on);
}

bool gh__wait_ready(gh_task_t *task, const char *call, int fd, uint32_t events, uint64_t deadline) {
    gh__park_t how = {.on = GH__ON_FD,
                      .call = call,
                      .subject = fd,
                      .events = events,
                      .deadline = deadline,
                      .restarts = deadline == GH__NEVER};
    int status = gh__park_fd(task, &how);
    if (status >= 0) return true;
    if (status == UV_ETIMEDOUT)
        errno = EAGAIN;
    else
        gh__wait_failed(task, status);
    return false;
}

bool gh__is_time(const struct timespec *time) {
    return time->tv_nsec >= 0 && time->tv_nsec < (long)GH__NS_PER_SECOND;
}

bool gh__is_duration(const struct timespec *time) { return time->tv_sec >= 0 && gh__is_time(time); }

static uint64_t to_ns(const struct timespec *time) {
    if (time->tv_sec < 0) return 0;
    if ((uint64_t)time->tv_sec >= GH__NEVER / GH__NS_PER_SECOND) return GH__NEVER;
    return (uint64_t)time->tv_sec * GH__NS_PER_SECOND + (uint64_t)time->tv_nsec;
}

uint64_t gh__deadline_relative(const struct timespec *time) {
    return gh__deadline_after(to_ns(time));
}

struct timespec gh__time_left(uint64_t deadline) {
    uint64_t now = gh__now(), ns = deadline > now ? deadline - now : 0;
    return (struct timespec){.tv_sec = (time_t)(ns / GH__NS_PER_SECOND),
                             .tv_nsec = (long)(ns % GH__NS_PER_SECOND)};
}

/* Other clocks can be set, so the difference to their present time is what counts. */
uint64_t gh__deadline_absolute(clockid_t clock, const struct timespec *time) {
    struct timespec now;
    uint64_t when = to_ns(time);
    if (clock == CLOCK_MONOTONIC) return when;
    if (clock_gettime(clock, &now) < 0) return 0;
    uint64_t reached = to_ns(&now);
    return when <= reached ? 0 : gh__deadline_after(when - reached);
}

uint64_t gh__deadline_ms(int timeout) {
    if (timeout < 0) return GH__NEVER;
    return timeout == 0 ? 0 : gh__deadline_after((uint64_t)timeout * 1000000);
}

bool gh__deadline_timespec(const struct timespec *timeout, uint64_t *deadline) {
    *deadline = GH__NEVER;
    if (timeout == NULL) return true;
    if (!gh__is_duration(timeout)) return false;
    bool none = timeout->tv_sec == 0 && timeout->tv_nsec == 0;
    *deadline = none ? 0 : gh__deadline_relative(timeout);
    return true;
}
