/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* watch.h: a thread that sees to it that no task runs for too long, or tells of it. */
#ifndef GREENHOST_WATCH_H
#define GREENHOST_WATCH_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "internal.h"

typedef struct gh__watch_s {
    pthread_t thread;
    sem_t wake;
    bool started;
    atomic_bool stop;
    atomic_bool busy;    /* it looks at the clock; else it sleeps until it is woken */
    atomic_ullong turns; /* how many times a task was switched to */
} gh__watch_t;

/* A task begins to run, or the running one is no longer the only one. */
void gh__watch_turn(gh_host_t *host);
/* In the child of a fork, where the thread is gone. */
void gh__watch_after_fork(gh_host_t *host);
/* Ends the thread and waits for it. */
void gh__watch_close(gh_host_t *host);

#endif
