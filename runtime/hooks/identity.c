/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * identity.c: who am I?  CPython asks in one place, PyThread_get_thread_ident, and gets the task's
 * own identity there.  Any other caller gets the thread, since what it does with a pthread_t is
 * the C library's business.
 */
#include "core/list.h"
#include "core/mask.h"
#include "core/park.h"
#include "core/signal.h"
#include "core/task.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

static const void *volatile site; /* where PyThread_get_thread_ident goes on */
static volatile bool learning;

pthread_t hook_pthread_self(const void *caller) {
    if (GH__UNLIKELY(learning)) site = caller;
    gh_host_t *host = gh__current;
    if (caller != site || host == NULL || host->running == NULL) return libc_pthread_self();
    host->running->known = true;
    return (pthread_t)host->running->identity.ident;
}

/*
 * Python passes a thread's identity to libc in two calls.  A task's would be taken for the address
 * of a thread's control block there, so it is exchanged for the thread that runs the task.
 */
static gh_task_t *task_of(pthread_t thread) {
    gh_host_t *host = gh__signal_listener();
    if (host == NULL || (gh__current != host && !PyGILState_Check())) return NULL;
    for (gh__link_t *item = host->tasks.next; item != &host->tasks; item = item->next) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, all);
        if ((pthread_t)task->identity.ident == thread) return task;
    }
    return NULL;
}

static pthread_t thread_of(pthread_t thread) {
    const gh_task_t *task = task_of(thread);
    return task == NULL ? thread : (pthread_t)task->outcome.host->thread;
}

/* A signal that the task blocks stays its own. */
int hook_pthread_kill(pthread_t thread, int signum) {
    gh_task_t *task = task_of(thread);
    if (task == NULL) return libc_pthread_kill(thread, signum);
    bool keeps = gh__current == task->outcome.host && !gh__alone(gh__current);
    if (keeps && gh__mask_keep(task, signum)) return 0;
    return libc_pthread_kill((pthread_t)task->outcome.host->thread, signum);
}

int hook_raise(int signum) {
    gh_host_t *host = gh__current;
    bool keeps = !gh__alone(host) && !gh__signal_handling();
    return keeps && gh__mask_keep(host->running, signum) ? 0 : libc_raise(signum);
}

int hook_pthread_getcpuclockid(pthread_t thread, clockid_t *clock) {
    return libc_pthread_getcpuclockid(thread_of(thread), clock);
}

int gh__pthread_self_learn(void) {
    site = NULL;
    learning = true;
    PyThread_get_thread_ident();
    learning = false;
    return site == NULL ? UV_ENOSYS : 0;
}
