/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * mask.c: each task has a signal mask, as a thread has.
 *
 * The kernel's mask of the loop thread is that of the task that runs, exchanged in a switch where the
 * two tasks' differ.  So all that goes by the mask is right without more ado: what is pending, what
 * sigwait takes, what a child or a new thread begins with.  While the loop polls, a signal is blocked
 * that all tasks block: any other would be some task's to take.  To know which those are, the tasks that
 * block a signal are counted, for each signal.
 *
 * To the kernel all tasks are one thread.  A signal that is sent to one of them by its identity, and
 * that it blocks, would be any other's, so it is kept here until that task wants it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mask.h"
#include "core/signal.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

typedef struct {
    gh__link_t link;
    const gh_task_t *task;
    int signum;
} kept_t;

/* ---- what is kept ---- */

/* The first signal of the set that is kept for the task, which forgets it; 0 when there is none. */
static int take(const gh_task_t *task, uint64_t set) {
    gh__link_t *list = &task->outcome.host->kept;
    for (gh__link_t *item = list->next; item != list; item = item->next) {
        kept_t *kept = GH__CONTAINER(item, kept_t, link);
        int signum = kept->signum;
        if (kept->task != task || !(set & UINT64_C(1) << (signum - 1))) continue;
        gh__list_remove(item);
        free(kept);
        return signum;
    }
    return 0;
}

int gh__mask_take(const gh_task_t *task, const sigset_t *set, siginfo_t *info) {
    int signum = take(task, gh__mask_bits(set));
    if (signum != 0 && info != NULL) {
        *info = (siginfo_t){.si_signo = signum, .si_code = SI_TKILL};
        info->si_pid = getpid();
        info->si_uid = getuid();
    }
    return signum;
}

uint64_t gh__mask_kept(const gh_task_t *task) {
    const gh__link_t *list = &task->outcome.host->kept;
    uint64_t set = 0;
    for (const gh__link_t *item = list->next; item != list; item = item->next) {
        const kept_t *kept = GH__CONTAINER(item, kept_t, link);
        if (kept->task == task) set |= UINT64_C(1) << (kept->signum - 1);
    }
    return set;
}

/* A signal that is pending already is not counted. */
bool gh__mask_keep(gh_task_t *task, int signum) {
    if (signum < 1 || signum > 64 || !(task->mask & UINT64_C(1) << (signum - 1))) return false;
    if (!(gh__mask_kept(task) & UINT64_C(1) << (signum - 1))) {
        kept_t *kept = malloc(sizeof(*kept));
        if (kept == NULL) return false;
        *kept = (kept_t){.task = task, .signum = signum};
        gh__list_append(&task->outcome.host->kept, &kept->link);
    }
    if (task->state == GH__PARKED && task->park.on == GH__ON_SIGNAL) gh__unpark(task, 0);
    return true;
}

/* What the task does not block any more is the kernel's to deliver. */
static void release(const gh_task_t *task) {
    int signum;
    while ((signum = take(task, ~task->mask)) != 0) libc_pthread_kill(libc_pthread_self(), signum);
}

/* ---- who blocks what ---- */

static void count(gh_host_t *host, uint64_t bits, int change) {
    for (; bits != 0; bits &= bits - 1) host->blocking[__builtin_ctzll(bits)] += (size_t)change;
}

static uint64_t counted(const gh_task_t *task) { return task->service ? UINT64_MAX : task->mask; }

static void note(gh_task_t *task, uint64_t mask) {
    gh_host_t *host = task->outcome.host;
    if (!task->service) {
        count(host, mask & ~task->mask, 1);
        count(host, task->mask & ~mask, -1);
    }
    task->mask = mask;
}

void gh__mask_learn(gh_host_t *host) {
    sigset_t now;
    libc_pthread_sigmask(SIG_SETMASK, NULL, &now);
    host->mask = gh__mask_bits(&now);
    if (host->running != NULL)
        note(host->running, host->mask);
    else
        host->program_mask = host->mask;
}

int gh__mask_change(gh_host_t *host, int how, const sigset_t *set, sigset_t *old) {
    int error = libc_pthread_sigmask(how, set, old);
    if (error != 0) return error;
    gh__mask_learn(host);
    if (host->running != NULL) release(host->running);
    return 0;
}

bool gh__mask_exchange(gh_task_t *task, const sigset_t *mask, sigset_t *old) {
    unsigned handled = gh__signals_handled();
    gh__mask_change(task->outcome.host, SIG_SETMASK, mask, old);
    return gh__signals_handled() != handled;
}

void gh__mask_inherit(gh_task_t *task) { note(task, task->outcome.host->mask); }

void gh__mask_serve(gh_task_t *task) {
    count(task->outcome.host, ~task->mask, 1);
    task->service = true;
}

void gh__mask_drop(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    count(host, counted(task), -1);
    while (take(task, UINT64_MAX) != 0) continue;
}

void gh__mask_after_fork(gh_host_t *host) {
    memset(host->blocking, 0, sizeof(host->blocking));
    count(host, counted(host->running), 1);
    gh__link_t *item;
    while ((item = gh__list_pop(&host->kept)) != NULL) free(GH__CONTAINER(item, kept_t, link));
}

/* ---- what the kernel blocks ---- */

void gh__mask_enter(gh_host_t *host, uint64_t mask) {
    sigset_t set;
    sigemptyset(&set);
    set.__val[0] = mask;
    host->mask = mask;
    libc_pthread_sigmask(SIG_SETMASK, &set, NULL);
}

static uint64_t blocked_by_all(const gh_host_t *host) {
    uint64_t all = host->main->mask;
    for (uint64_t bits = all; bits != 0; bits &= bits - 1)
        if (host->blocking[__builtin_ctzll(bits)] < host->task_count) all &= ~(bits & -bits);
    return all;
}

void gh__mask_leave(gh_host_t *host) {
    uint64_t mask = host->guest ? host->program_mask : blocked_by_all(host);
    if (GH__UNLIKELY(mask != host->mask)) gh__mask_enter(host, mask);
}
