/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * watch.c: the watchdog, an OS thread that asks a preemptive task which has run for longer than
 * sys.getswitchinterval() to give way, and finds out which call it is that keeps one from doing so
 * (core/pin.c).
 *
 * It is started when a task for which it has something to do first runs beside another one, looks from
 * time to time whether the loop thread still is in the same turn, and goes to sleep when there was
 * nothing to see for a while; the next turn wakes it.  So a program that waits pays nothing, and a turn
 * costs one counter.
 *
 * It runs nothing of Python's and takes no lock.  What it reads of the host may be out of date; a
 * request that reaches the wrong task is taken back when the next one begins to run.
 */
#include "core/watch.h"
#include "core/deadline.h"
#include "core/offload.h"
#include "core/preempt.h"
#include "core/signal.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

/* So many looks without anything to see, and it sleeps. */
#define IDLE_LOOKS 20
#define STACK_BYTES (256 * 1024)
/* So often within the limit of a turn, and after so many limits it is told of though it is not over. */
#define LOOKS_IN_LIMIT 8
#define LIMITS_MEANWHILE 10

static void wait_until(gh__watch_t *watch, uint64_t deadline) {
    struct timespec time = gh__deadline_time(deadline);
    libc_sem_clockwait(&watch->wake, CLOCK_MONOTONIC, &time);
}

/* What it has seen. */
typedef struct sight_s {
    unsigned long long turns;
    uint64_t since;    /* when this turn was first seen */
    gh__share_t share; /* what the thread had had of the processors by then */
    bool told;         /* that it is not over after many limits */
    int idle;          /* how often there was nothing since */
} sight_t;

/* False when there is nothing more to see in this turn.  The time for which the thread would have run, had
 * other processes not been in its way, is nobody's fault here. */
static bool look_for_pin(gh_host_t *host, sight_t *sight, uint64_t now) {
    bool sighted = gh__pin_is_due(host);
    uint64_t limit = host->pin.limit * (sighted ? LIMITS_MEANWHILE : 1);
    if (limit == 0 || sight->told) return false;
    if (now - sight->since < limit || gh__pin_held(host, sight->since, sight->share) < limit)
        return true;
    if (sighted) {
        gh__pin_tell_meanwhile(host);
        sight->told = true;
    } else {
        gh__pin_sight(host, sight->turns, sight->since);
        gh__preempt_request(host);
    }
    return true;
}

static void look(gh_host_t *host, sight_t *sight) {
    unsigned long long turns = atomic_load(&host->watch.turns);
    uint64_t now = gh__now();
    if (turns != sight->turns) {
        *sight = (sight_t){.turns = turns, .since = now};
        if (host->pin.limit > 0) sight->share = gh__pin_share(host);
        if (gh__pin_steps(host)) gh__preempt_request(host);
        return;
    }
    bool runs = host->running != NULL, seen = runs && look_for_pin(host, sight, now);
    if (host->preemptible && now - sight->since >= gh__switch_interval()) gh__preempt_request(host);
    if (!seen && !host->preemptible) sight->idle++;
}

static uint64_t period(const gh_host_t *host) {
    return host->preemptible || host->pin.limit == 0 ? gh__switch_interval()
                                                     : host->pin.limit / LOOKS_IN_LIMIT;
}

/* Until the next turn: one that has begun meanwhile is either seen here, or sees that it must wake us.
 */
static void sleep_deeply(gh__watch_t *watch, sight_t *sight) {
    atomic_store(&watch->busy, false);
    if (atomic_load(&watch->turns) == sight->turns)
        libc_sem_wait(&watch->wake);
    else
        atomic_store(&watch->busy, true);
    sight->idle = 0;
}

static void *watch_main(void *argument) {
    gh_host_t *host = argument;
    gh__watch_t *watch = &host->watch;
    sight_t sight = {.since = gh__now()};
    while (!atomic_load(&watch->stop)) {
        look(host, &sight);
        if (sight.idle > IDLE_LOOKS)
            sleep_deeply(watch, &sight);
        else
            wait_until(watch, gh__deadline_after(period(host)));
    }
    return NULL;
}

/* It must not get the program's signals.  Where there is no thread to be had, tasks are not preempted
 * until there is. */
static void start(gh_host_t *host) {
    gh__watch_t *watch = &host->watch;
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sem_init(&watch->wake, 0, 0);
    atomic_store(&watch->stop, false);
    libc_pthread_sigmask(SIG_SETMASK, &all, &before);
    watch->started = pthread_create(&watch->thread, &attributes, watch_main, host) == 0;
    libc_pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    atomic_store(&watch->busy, watch->started);
    if (watch->started && host->pin.limit > 0) gh__signal_want(GH__NUDGE_SIGNAL);
}

/* Tasks, and the loop of a program, must have somebody to get in the way of. */
static void rouse(gh_host_t *host) {
    bool wanted = host->pin.limit > 0 ? host->task_count + host->guest > 1
                                      : host->preemptible && host->task_count > 1;
    if (!wanted) return;
    if (!host->watch.started)
        start(host);
    else if (!atomic_exchange(&host->watch.busy, true))
        libc_sem_post(&host->watch.wake);
}

void gh__watch_turn(gh_host_t *host) {
    atomic_fetch_add(&host->watch.turns, 1);
    if (GH__UNLIKELY(!atomic_load(&host->watch.busy))) rouse(host);
}

void gh__watch_after_fork(gh_host_t *host) {
    host->watch.started = false;
    atomic_store(&host->watch.busy, false);
}

void gh__watch_close(gh_host_t *host) {
    gh__watch_t *watch = &host->watch;
    if (!watch->started) return;
    atomic_store(&watch->stop, true);
    libc_sem_post(&watch->wake);
    libc_pthread_join(watch->thread, NULL);
    sem_destroy(&watch->wake);
    watch->started = false;
    if (host->pin.limit > 0) gh__signal_unwant(GH__NUDGE_SIGNAL);
}
