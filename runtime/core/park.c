/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * park.c: the primitive under everything that blocks.
 *
 * A caller starts the sources it wants to wait for (descriptors, an address, an outcome), each with
 * a waiter that unparks the task, and parks.  The first source to fire, the deadline, a signal or a
 * cancel decides the status that gh__park returns, and the caller stops its sources.  libdill's
 * waitfor/wait/trigger and Trio's wait_task_rescheduled are the same primitive, found twice.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/gil.h"
#include "core/park.h"
#include "core/preempt.h"
#include "core/scope.h"
#include "core/signal.h"
#include "core/switch.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

bool gh__alone(const gh_host_t *host) {
    return host->task_count == 1 && host->operations == 0 && host->watches == 0 &&
           host->running != NULL && host->running == host->main && host->main->scope == NULL;
}

gh_task_t *gh__may_park_even_alone(void) {
    gh_host_t *host = gh__current;
    if (host == NULL || host->running == NULL || host->no_switch > 0) return NULL;
    if (!gh__gil_released_in(host->tstate)) return NULL;
    if (gh__in_vfork_child() || gh__signal_handling()) return NULL;
    return gh__caller_is_pinned() ? NULL : host->running;
}

gh_task_t *gh__may_park(void) {
    gh_host_t *host = gh__current;
    if (host == NULL || gh__alone(host)) return NULL;
    return gh__may_park_even_alone();
}

void gh__unpark(gh_task_t *task, int status) {
    if (task->state != GH__PARKED || task->collapsed) return;
    task->status = status;
    gh__task_ready(task);
}

/* Whether only a task, or a thread, could end it. */
static bool is_hopeless(const gh__park_t *how) {
    bool within = how->on == GH__ON_LOCK || how->on == GH__ON_OUTCOME || how->on == GH__ON_CHILDREN;
    return within && !how->shared;
}

static GH__APART int prepare(gh_task_t *task, const gh__park_t *how) {
    gh_host_t *host = task->outcome.host;
    bool refused = task->cancel != NULL || (gh__scope_refuses_now(task) && !how->shielded);
    if (refused && !how->deaf) {
        if (task->armed) gh__yield_held(task); /* it has been told, and may ask again for ever */
        return UV_ECANCELED;
    }
    int error = gh__switch_open(host);
    if (error < 0) {
        PyErr_Clear();
        return error;
    }
    error = gh__deadline_start(host, &task->deadline, how->deadline);
    if (error < 0) return error;
    gh__signal_before_park(task);
    task->park = *how;
    task->since = gh__now();
    host->hopeless += is_hopeless(how);
    gh__task_move(task, GH__PARKED);
    return 0;
}

/* In its callers' own frames: what lies on the stack is copied with the task. */
static inline __attribute__((always_inline)) int park(gh_task_t *task, const gh__park_t *how) {
    gh_host_t *host = task->outcome.host;
    int saved_errno = errno, error = prepare(task, how);
    if (error < 0) return error;
    gh__switch_away(task);
    host->hopeless -= is_hopeless(&task->park) && host->hopeless > 0;
    gh__deadline_stop(host, &task->deadline);
    errno = saved_errno;
    return task->status;
}

int gh__park_held(gh_task_t *task, const gh__park_t *how) { return park(task, how); }

int gh__park(gh_task_t *task, const gh__park_t *how) {
    PyEval_RestoreThread(task->outcome.host->tstate);
    int status = park(task, how);
    gh__gil_release(task->outcome.host);
    return status;
}

/* Where there is no loop to be had, nobody else can have a turn. */
static void yield_to(gh_task_t *task, void (*queue)(gh_task_t *)) {
    int saved_errno = errno;
    if (gh__switch_open(task->outcome.host) < 0) {
        PyErr_Clear();
        return;
    }
    queue(task);
    gh__switch_away(task);
    errno = saved_errno;
}

void gh__yield_held(gh_task_t *task) { yield_to(task, gh__task_ready); }

void gh__give_way(gh_task_t *task) { yield_to(task, gh__task_preempted); }

/* When its turn has come again, that is a new one. */
void gh__pause(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    if (GH__LIKELY(!gh__is_late(host))) return;
    PyEval_RestoreThread(host->tstate);
    yield_to(task, gh__task_computes);
    gh__gil_release(host);
    host->turn_ends = gh__now();
}

void gh__yield(gh_task_t *task) {
    PyEval_RestoreThread(task->outcome.host->tstate);
    gh__yield_held(task);
    gh__gil_release(task->outcome.host);
}

/* NULL when it can't be told: glibc needs a descriptor and memory to find out. */
static char *find_stack_end(void) {
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(libc_pthread_self(), &attributes) != 0) return NULL;
    int error = pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_destroy(&attributes);
    return error == 0 ? (char *)start + size : NULL;
}

/* Little else lies above it, so without an end all that does is taken to be on it. */
bool gh__on_stack(gh_task_t *task, const void *address) {
    gh_host_t *host = task->outcome.host;
    if (host->stack_end == NULL) host->stack_end = find_stack_end();
    const char *frame = __builtin_frame_address(0);
    return (const char *)address > frame &&
           (host->stack_end == NULL || (const char *)address < host->stack_end);
}

int gh__park_fd(gh_task_t *task, const gh__park_t *how) {
    gh_host_t *host = task->outcome.host;
    task->fdwait.fd = (int)how->subject;
    task->fdwait.events = how->events;
    int error = gh__fdwait_start(host, &task->fdwait);
    if (error == UV_EPERM) return (int)how->events;
    if (error < 0) return error;
    int status = gh__park(task, how);
    gh__fdwait_stop(host, &task->fdwait);
    return status;
}
