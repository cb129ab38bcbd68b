/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* identity.h: a task is a thread to Python. */
#ifndef GREENHOST_IDENTITY_H
#define GREENHOST_IDENTITY_H

#include <pthread.h>

#include "internal.h"

/* What CPython keeps per thread in PyThreadState and greenlet does not already switch: a task's own,
 * but while the task runs, when that is in the thread state, the hub's. */
typedef struct gh__identity_s {
    unsigned long ident; /* the task's, always */
    unsigned long thread_id;
    uint64_t id;
    PyObject *dict;
    PyObject *async_gen_firstiter, *async_gen_finalizer;
    PyObject *c_profileobj, *c_traceobj;
    Py_tracefunc c_profilefunc, c_tracefunc;
    int tracing, coroutine_origin_tracking_depth;
    void (*on_delete)(void *); /* how `threading` hears of the end of a thread */
    void *on_delete_data;
} gh__identity_t;

/* Finds what it must know of this libpython.  With the GIL. */
int gh__identity_open(gh_host_t *host);
/* Of a task that has yet to run. */
void gh__identity_init(gh_host_t *host, gh__identity_t *identity, unsigned long ident);
/* Of the main task, which runs: what the thread has is its own, and the hub has nothing. */
void gh__identity_init_main(gh_host_t *host, gh__identity_t *identity);
/* Exchanges it with what is in the thread state: once before the task runs, once after. */
void gh__identity_swap(gh_host_t *host, gh__identity_t *identity);
/* Drops what the running task has there, as the end of a thread does.  With the GIL. */
void gh__identity_clear(gh_host_t *host);
/* Makes CPython take `ident` for the main thread's, which alone runs signal handlers. */
void gh__identity_set_main(unsigned long ident);
/* Whether Python takes the calling thread for its main one.  With the GIL. */
bool gh__identity_is_main(void);
/* True when the address lies in CPython's own runtime state: the GIL's lock, which never parks. */
bool gh__identity_is_runtime(const void *address);
/* True for the key under which CPython keeps the thread state of the calling thread. */
bool gh__identity_is_key(pthread_key_t key);
/* True when a signal's Python handler has yet to run. */
bool gh__identity_signals_pending(void);
/* True while there is more than one interpreter. */
bool gh__identity_subinterpreters(void);
/* Asks the running task to come to gh__preempted at its next bytecode.  Signal-safe. */
void gh__preempt_request(gh_host_t *host);
/* Lets the running task see, at its next bytecode, what Python's main thread has to handle. */
void gh__identity_attend(gh_host_t *host);
bool gh__preempt_wanted(gh_host_t *host, const void *mutex);
/* After CPython has unlocked the mutex, and while it waits for the condition: see there. */
void gh__preempt_renew(gh_host_t *host, const void *mutex);
bool gh__preempt_skips(gh_host_t *host, const void *condition);
/* Gives way, in the middle of CPython's drop_gil. */
void gh__preempted(gh_host_t *host);

#endif
