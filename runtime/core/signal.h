/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* signal.h: the program's signals, which interrupt tasks as they would a thread. */
#ifndef GREENHOST_SIGNAL_H
#define GREENHOST_SIGNAL_H

#include <signal.h>

#include "core/waiter.h"
#include "internal.h"

typedef struct gh__sigwait_s {
    gh__waiter_t waiter;
    uint64_t set; /* bit signum - 1 */
} gh__sigwait_t;

void gh__signal_open(gh_host_t *host);
void gh__signal_close(gh_host_t *host);
/* In the child of a fork: nobody listens yet. */
void gh__signal_after_fork(void);
/* In the hub: wakes the main task, and those that wait for a child or a signal. */
void gh__signal_deliver(gh_host_t *host);
/* What sigaction(2) does, as the program sees it; 0, or -1 with errno.  Any thread. */
int gh__signal_action(int signum, const struct sigaction *action, struct sigaction *old);
/* Has the signal delivered to us too, whatever the program does with it, even at SIG_DFL, until
 * it is unwanted as often.  UV_EINVAL. */
int gh__signal_want(int signum);
void gh__signal_unwant(int signum);
/* Links a waiter, which is fired with the number of the first signal of its set that arrives. */
void gh__sigwait_start(gh_host_t *host, gh__sigwait_t *wait);
void gh__sigwait_stop(gh__sigwait_t *wait);
/* Before a task parks: a signal whose handlers have all run by then does not interrupt that. */
void gh__signal_before_park(gh_task_t *task);
/* True when the program handles a signal that could wake a task (KeyboardInterrupt aside). */
bool gh__signal_could_wake(void);
/* How many handlers of the program have run in this thread. */
unsigned gh__signals_handled(void);
/* True inside a handler of the program, which may have interrupted anything. */
bool gh__signal_handling(void);
/* Makes the listening host's loop turn.  Any thread, and signal handlers. */
void gh__signal_wake_hub(void);
/* The host that Python's signal handlers run in, NULL if none.  Any thread. */
gh_host_t *gh__signal_listener(void);

#endif
