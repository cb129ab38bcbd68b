/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * watch.c: the watchdog, an OS thread that asks a preemptive task which has run for longer than
 * sys.getswitchinterval() to give way.
 *
 * It is started when such a task first runs beside another one, looks once per interval whether the
 * loop thread still is in the same turn, and goes to sleep when there was nothing to see for a while;
 * the next turn wakes it.  So a program that waits pays nothing, and a turn costs one counter.
 *
 * It runs nothing of Python's and takes no lock.  What it reads of the host may be out of date; a
 * request that reaches the wrong task is taken back when the next one begins to run.
 */
#include "core/watch.h"
#include "core/deadline.h"
#include "core/preempt.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

/* So many looks without anything to see, and it sleeps. */
#define IDLE_LOOKS 20
#define STACK_BYTES (256 * 1024)

static void wait_until(gh__watch_t *watch, uint64_t deadline) {
    struct timespec time = gh__deadline_time(deadline);
    libc_sem_clockwait(&watch->wake, CLOCK_MONOTONIC, &time);
}

/* What it has seen. */
typedef struct sight_s {
    unsigned long long turns;
    uint64_t since; /* when this turn was first seen */
    int idle;       /* how often there was nothing since */
} sight_t;

static void look(gh_host_t *host, sight_t *sight) {
    unsigned long long turns = atomic_load(&host->watch.turns);
    uint64_t now = gh__now();
    if (turns != sight->turns) {
        *sight = (sight_t){.turns = turns, .since = now};
    } else if (!host->preemptible) {
        sight->idle++;
    } else if (now - sight->since >= gh__switch_interval()) {
        gh__preempt_request(host);
    }
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
            wait_until(watch, gh__deadline_after(gh__switch_interval()));
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
    pthread_sigmask(SIG_SETMASK, &all, &before);
    watch->started = pthread_create(&watch->thread, &attributes, watch_main, host) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    atomic_store(&watch->busy, watch->started);
}

static void rouse(gh_host_t *host) {
    if (host->task_count < 2 || !host->preemptible) return;
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
}
