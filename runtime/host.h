/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * host.h: the host, as the runtime itself sees it.  host.c opens and closes one.
 */
#ifndef GREENHOST_HOST_H
#define GREENHOST_HOST_H

#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

#include "core/deadline.h"
#include "core/identity.h"
#include "core/list.h"
#include "core/pin.h"
#include "core/switch.h"
#include "core/watch.h"
#include "internal.h"

struct gh_host_s {
    uv_loop_t *loop; /* its own, below, or one that the program made */
    uv_loop_t own_loop;
    bool
        guest; /* the program turns the loop: there is no main task, and the hub is whoever turns it */
    uv_check_t check;
    uv_prepare_t prepare;
    uv_idle_t idle;
    uv_async_t async;
    uv_poll_t epoll_watch;
    PyThreadState *tstate;
    unsigned long thread; /* the loop thread's own identity */
    pid_t tid;            /* and its kernel number */

    PyGreenlet *hub;
    PyGreenlet *resumed;                     /* the greenlet that a task was last resumed in */
    PyGreenlet *workers[GH__IDLE_GREENLETS]; /* those that wait for tasks to begin */
    size_t worker_count;
    PyObject *work;                    /* what they all call; NULL before the first */
    PyThreadState *spares[GH__SPARES]; /* without a task, and in no list of CPython's */
    size_t spare_count;
    gh_task_t *beginning; /* what the worker that is being switched to is to run */
    uint64_t turn_ends;   /* when the loop should turn again, ns */
    gh_task_t *running;   /* NULL: the hub */
    gh_task_t *main;
    unsigned long main_ident; /* of who is Python's main thread: the main task, or the hub */
    gh__link_t ready, batch;  /* those whose turn is next, and those whose turn is now */
    gh__link_t preempted;     /* those that have been made to give way: one has a turn at a time */
    gh__link_t tasks;
    struct gh_task_s *interrupted; /* a cooperative task that has given way to threads, or NULL */
    size_t task_count;
    size_t threads; /* tasks that were started as threads */
    uint64_t spawned;
    atomic_bool open;  /* the loop is */
    atomic_int wakers; /* threads and signal handlers that are waking it: core/post.c */
    bool stopping;
    gh__watch_t watch;
    gh__pin_t pin;
    int no_switch;             /* > 0: nobody may park */
    volatile bool preempt;     /* the running task is asked to give way */
    volatile bool preemptible; /* and may be asked to: it is preemptive, or there are threads */
    bool in_surface;           /* it gives up the GIL in the surface: not now */
    volatile bool main_is_due; /* a signal's handler waits for the main task to run */
    const void *stuck; /* the SystemExit that the all-stuck report has raised; only ever compared */

    gh__heap_t deadlines;

    int epfd;
    struct gh__fd_s **fds;
    size_t fd_capacity;
    size_t fd_waits; /* under way */

    timer_t guard;   /* core/guard.c */
    pid_t guard_tid; /* the thread it is for: 0 before its first use, -1 if there is none */

    pthread_mutex_t post_lock;
    gh__link_t posts;

    gh__link_t sigwaits;
    uint64_t mask;           /* what the kernel blocks for the thread: a set, bit signum - 1 */
    uint64_t program_mask;   /* what it did outside of tasks, where the program turns the loop */
    size_t blocking[64];     /* tasks that block a signal */
    gh__link_t kept;         /* signals for one task: core/mask.c */
    struct gh__held_s *held; /* the recursive mutexes that its tasks have */
    size_t held_count, held_capacity;
    pid_t *killed; /* children that are as good as dead: hooks/kill.c */
    size_t killed_count, killed_capacity;
    size_t mutex_waits; /* tasks that wait for a mutex of another's */
    char *stack_end;    /* above the last byte of the loop thread's stack, NULL until asked */

    size_t pool_threads; /* of uv's pool, once it is started */
    size_t jobs;         /* offloaded calls under way */
    gh__link_t sources;  /* operations under way that are nobody's park */
    size_t operations;   /* how many there are */
    size_t watches;      /* outcomes that an event loop of Python's waits for */
    size_t hopeless;     /* tasks that only another task or a thread could wake */
    bool orphan; /* the child of a fork whose main task is not the thread's first greenlet */

    gh__link_t chores;     /* what needs the GIL: gh__chore_add */
    atomic_size_t holders; /* of this memory: the program, the open loop, each of its outcomes */
    atomic_bool closed;    /* there is no loop any more; outcomes may live on */
    size_t unseen;         /* outcomes that failed, and nobody has asked how */
    bool brief;            /* the next of them that is told of is the last */
    bool silent;           /* none is told of any more */

    gh_config_t config;  /* the program's */
    gh__link_t finished; /* gh__post_t: callbacks of the program's, for the end of this turn */
    gh__link_t emptied;  /* gh__waiter_t, fired when the last task but the main one is done */
    size_t callbacks;    /* how many of these keep the program's loop going: gh__loop_keep */
    bool refuses;        /* gh_spawn does: a shutdown has begun */
    uint64_t switches, since_switch; /* resumed tasks; how many when `went_on` was counted */
    unsigned went_on;                /* calls that need not wait, in one turn of a task */
    void *streams;                   /* tree of gh__stream_t: core/stream.c */
    PyObject *embed;                 /* the module of api/embed.py, NULL before it is needed */

    PyObject *on_exit; /* what atexit calls */
    PyObject *empty_tuple;
    PyObject *threading_name, *del_name; /* "threading" and "__del__", interned */
};

/* Copies a struct of the program's, which may be an older and shorter one, or NULL for one of zeros.
 * UV_EINVAL after gh__fail. */
int gh__take_struct(void *own, size_t size, const void *given);
/* Fills in what gh_error_message and gh_error_exit_code tell. */
void gh__fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same in one: returns `error`. */
int gh__refuse(int error, const char *message);
/* And for what can't be used as it is here: UV_ENOSYS. */
int gh__unusable(const char *message);
/* 0 where a function of the interface may go on with this host: it is open, and for the second this
 * is its loop's thread.  Else a UV_E* after gh__fail.  Any thread. */
int gh__check_open(const gh_host_t *host);
int gh__check_loop(const gh_host_t *host);

/* Keeps the host's memory (not the host) until as many drops.  Any thread.  Returns it. */
gh_host_t *gh__host_hold(gh_host_t *host);
void gh__host_drop(gh_host_t *host);

/* Tasks, besides the main one. */
size_t gh__others(const gh_host_t *host);
/* Wakes what waits, reports what is left, ends the hub, closes the loop.  With the GIL. */
void gh__host_close(gh_host_t *host);

#endif
