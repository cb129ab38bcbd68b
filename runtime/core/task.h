/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * task.h: a task, its states and the ready queue.
 *
 *              spawn            hub switches in
 *   (nothing) ------> READY ----------------------> RUNNING ------> DONE
 *                       ^                              |   returns
 *                       |   unpark         park        |
 *                       +------------ PARKED <---------+
 *                       ^                              |
 *                       +------------------------------+  yield
 *
 * gh__task_move checks every step against this picture.
 */
#ifndef GREENHOST_TASK_H
#define GREENHOST_TASK_H

#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/identity.h"
#include "core/list.h"
#include "core/lot.h"
#include "core/park.h"
#include "core/promise.h"
#include "core/scope.h"
#include "core/signal.h"
#include "core/specific.h"
#include "core/waiter.h"
#include "internal.h"

typedef enum { GH__NEW, GH__READY, GH__RUNNING, GH__PARKED, GH__DONE } gh__state_t;

struct gh_task_s {
    gh__outcome_t outcome; /* first: a Task is an outcome */
    int status;            /* how it was woken */
    gh__state_t state : 8;
    bool armed : 1;     /* CPython's signal check will raise `cancel` in this task */
    bool displaced : 1; /* a greenlet of another task was switched to from this one: switch.c */
    bool thread : 1;    /* started as a thread, through `_thread`: dropped at exit as a daemon is */
    bool preemptive : 1; /* gives way when it computes for long, as a thread does */
    bool service : 1;    /* the host's own: exit ends it without a word */
    bool collapsed : 1;  /* a fork has left it without a thread: it never runs again */
    bool known : 1;      /* somebody has asked for its identity, perhaps `threading` */
    bool vforked : 1;    /* and has not read from a pipe since */
    gh__link_t ready;    /* in host->ready while READY */
    gh__link_t all;      /* in host->tasks until DONE */
    PyGreenlet *parked;  /* the greenlet that parked, not always the task's first (rule 4) */
    PyGreenlet *first;   /* that it began in, until it is done; NULL for main */
    gh__identity_t identity;
    uint64_t mask;   /* the signals that it blocks: core/mask.c */
    gh__park_t park; /* valid while PARKED */
    uint64_t since;  /* when it parked, ns */
    gh__deadline_t deadline;
    union {                  /* what it waits for, besides that */
        gh__waiter_t waiter; /* in the lists of outcomes, and for jobs */
        gh__fdwait_t fdwait;
        gh__sigwait_t sigwait;
    };
    gh__lot_place_t lot;
    gh__specific_t specific;
    gh__scope_t *scope;  /* the innermost that it is in, NULL for none; owned */
    gh__link_t in_scope; /* in scope->tasks */
    const void *told_of; /* the scope of which it had a Cancelled last; only ever compared */
    struct gh__nursery_s *nursery; /* that it is a child of, NULL for none; owned */
    gh__link_t sibling;            /* in nursery->children */
    PyObject *cancel;              /* the exception it owes its task, NULL if none */
    uint64_t number;
    gh_result_t *result; /* one block, made by gh_task_result */
    PyObject *name;      /* NULL: a default one, made when it is asked for */
    PyObject *function, *args, *context;
};

/* With the collector's header: what is larger comes from malloc, and takes 40 bytes more. */
_Static_assert(sizeof(struct gh_task_s) <= 512 - 16, "a task is one of Python's small objects");

/* What to spawn.  All borrowed; name may be NULL. */
typedef struct gh__spawn_s {
    PyObject *function, *args, *name;
    bool thread; /* as a thread: in a context of its own, and dropped at exit */
    bool preemptive;
} gh__spawn_t;

/* A new READY task that will call function(*args), in a copy of the caller's context unless it is a
 * thread.  New reference, or NULL with an exception.  With the GIL. */
gh_task_t *gh__task_spawn(gh_host_t *host, const gh__spawn_t *how);
/* Makes the calling greenlet the main task.  With the GIL. */
int gh__task_adopt_main(gh_host_t *host);
/* A new list of the tasks that are not done and are wanted (NULL: all), the oldest first.  NULL with
 * an exception.  With the GIL. */
PyObject *gh__task_list(gh_host_t *host, bool (*wanted)(const gh_task_t *));
/* Wants all but the main task. */
bool gh__task_is_other(const gh_task_t *task);
/* Its name, for people to read.  Borrowed, or NULL with an exception.  With the GIL. */
PyObject *gh__task_name(gh_task_t *task);
void gh__task_move(gh_task_t *task, gh__state_t state);
void gh__task_ready(gh_task_t *task);     /* to the end of the ready queue */
void gh__task_first(gh_task_t *task);     /* a ready one to its front */
void gh__task_computes(gh_task_t *task);  /* to the end of the queue of those that compute */
void gh__task_preempted(gh_task_t *task); /* the same, in the middle of what it did */
/* True when the loop may not sleep, for there is a task to run. */
bool gh__any_ready(const gh_host_t *host);
/* To be asked at each call that may not have to wait: true each time that the running task has made so
 * many of them without any switch that it may be going on for ever. */
bool gh__goes_on(gh_host_t *host);
/* The same for calls that take their time: true when the loop has not turned for a millisecond. */
bool gh__is_late(gh_host_t *host);
/* Calls the task's function and settles it; in a worker.  What is being raised already is why it can't
 * begin, and its outcome.  With the GIL. */
void gh__task_run(gh_task_t *task);
/* The ready task whose turn it is, NULL when it is the loop's turn.  With the GIL. */
gh_task_t *gh__task_next(gh_host_t *host);
const char *gh__state_name(gh__state_t state);
/* Runs what is ready now, each once.  Takes and releases the GIL. */
void gh__run_ready(gh_host_t *host);
void gh__task_after_fork(gh_host_t *host);

/* What a task is in Python: pymod/task.c. */
extern PyTypeObject gh__TaskType;

#endif
