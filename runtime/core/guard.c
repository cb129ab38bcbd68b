/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * guard.c: a limit of our own for calls that have no way to say "don't block", such as accept.
 *
 * They are made once poll says that they won't block.  But between the two another process or
 * thread may take what poll saw, and the call would then hold up the loop for as long as it likes.
 * So the loop thread has a timer that sends it a signal, again and again, from just before such a
 * call until just after: robbed, it returns EINTR within the period, and the task waits once more.
 * Whoever shares the descriptor, and however it came to, nothing of theirs is touched.
 */
#include <errno.h>

#include "core/guard.h"
#include "core/offload.h"
#include "core/signal.h"
#include "host.h"
#include "internal.h"

#define PERIOD_NS 100000

/* Timers do not survive a fork: the child, whose thread has another number, makes one of its own. */
static bool have_timer(gh_host_t *host) {
    if (host->guard_tid == host->tid) return true;
    if (host->guard_tid == 0 && gh__signal_want(GH__NUDGE_SIGNAL) < 0) return false;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = GH__NUDGE_SIGNAL};
    event._sigev_un._tid = host->tid;
    host->guard_tid = -1;
    if (timer_create(CLOCK_MONOTONIC, &event, &host->guard) < 0) return false;
    host->guard_tid = host->tid;
    return true;
}

static void set(gh_host_t *host, long period) {
    struct timespec time = {.tv_nsec = period};
    struct itimerspec spec = {.it_interval = time, .it_value = time};
    int saved_errno = errno;
    if (have_timer(host)) timer_settime(host->guard, 0, &spec, NULL);
    errno = saved_errno;
}

void gh__guard_start(gh_host_t *host) { set(host, PERIOD_NS); }

void gh__guard_stop(gh_host_t *host) { set(host, 0); }

void gh__guard_close(gh_host_t *host) {
    if (host->guard_tid == host->tid) timer_delete(host->guard);
    if (host->guard_tid != 0) gh__signal_unwant(GH__NUDGE_SIGNAL);
    host->guard_tid = 0;
}
