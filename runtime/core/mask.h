/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* mask.h: each task has a signal mask, as a thread has. */
#ifndef GREENHOST_MASK_H
#define GREENHOST_MASK_H

#include <signal.h>

#include "core/list.h"
#include "internal.h"

/* The first 64 signals of a set, which are all there are: bit signum - 1. */
static inline uint64_t gh__mask_bits(const sigset_t *set) { return (uint64_t)set->__val[0]; }

/* Takes the kernel's word for the mask of whoever runs. */
void gh__mask_learn(gh_host_t *host);
/* What pthread_sigmask(3) does, for whoever runs; 0 or an errno.  Handlers may run. */
int gh__mask_change(gh_host_t *host, int how, const sigset_t *set, sigset_t *old);
/* Gives the running task another mask.  True when that has let a handler run. */
bool gh__mask_exchange(gh_task_t *task, const sigset_t *mask, sigset_t *old);
/* The new task, which is counted already, has the mask of whoever makes it. */
void gh__mask_inherit(gh_task_t *task);
/* The host's own task is none that a signal of the process could be meant for. */
void gh__mask_serve(gh_task_t *task);
/* The task has ended, but is counted still. */
void gh__mask_drop(gh_task_t *task);
/* Has the kernel block for the thread what the task that is about to run blocks, or the hub: what all
 * tasks do, or, where the program turns the loop, the program.  Handlers may run. */
void gh__mask_enter(gh_host_t *host, uint64_t mask);
void gh__mask_leave(gh_host_t *host);
/* In the child of a fork, of whose tasks one is left. */
void gh__mask_after_fork(gh_host_t *host);

/* ---- signals for one task, which blocks them where others may not ---- */

/* Keeps one until the task takes it, or blocks it no more, and wakes the task if it waits for signals.
 * False when the task does not block it, or there is no memory: then it is for the kernel to send. */
bool gh__mask_keep(gh_task_t *task, int signum);
/* Those that are kept for the task. */
uint64_t gh__mask_kept(const gh_task_t *task);
/* Takes one of the set that is kept for the task, and tells of it; 0 when there is none. */
int gh__mask_take(const gh_task_t *task, const sigset_t *set, siginfo_t *info);

#endif
