/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* preempt.h: a task that computes gives way between two bytecodes. */
#ifndef GREENHOST_PREEMPT_H
#define GREENHOST_PREEMPT_H

#include "internal.h"

/* Asks the running task to come to gh__preempted at its next bytecode.  Any thread, and signal
 * handlers. */
void gh__preempt_request(gh_host_t *host);
/* Takes the request back: it was meant for the task that ran then. */
void gh__preempt_forget(gh_host_t *host);
/* Before the GIL's mutex is locked: true where the running task is to give way now. */
bool gh__preempt_wanted(gh_host_t *host);
/* Gives way, in the middle of CPython's drop_gil. */
void gh__preempted(gh_host_t *host);
/* True for the condition that drop_gil waits for; *until is then how long it is worth to, absolute. */
bool gh__preempt_waits(gh_host_t *host, const void *condition, uint64_t *until);
/* Releases the GIL in the surface, where no task gives way.  Its counterpart is PyEval_RestoreThread.
 */
void gh__gil_release(gh_host_t *host);
/* sys.getswitchinterval(), in ns.  Any thread. */
uint64_t gh__switch_interval(void);

#endif
