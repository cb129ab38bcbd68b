/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * pymod.h: the built-in module _greenhost, which checks arguments and is not clever.  Everything
 * here is called with the GIL.
 */
#ifndef GREENHOST_PYMOD_H
#define GREENHOST_PYMOD_H

#include "internal.h"

/* ---- from errors.c ---- */

/* The running host, in a task; or NULL with a RuntimeError. */
gh_host_t *gh__host_or_raise(void);
/* Raises what a failed park means: the cancel, TimeoutError, OSError.  Always NULL. */
PyObject *gh__raise_park(gh_task_t *task, int status);

/* ---- from outcome.c ---- */

/* Seconds (None: for ever) to an absolute deadline.  0, or -1 with an exception. */
int gh__deadline_from_seconds(PyObject *seconds, uint64_t *deadline);
/* Parks until it is settled; runs signal handlers meanwhile.  0, or -1 with an exception. */
int gh__outcome_wait_or_raise(gh__outcome_t *outcome, uint64_t deadline);
int gh__outcome_traverse(gh__outcome_t *self, visitproc visit, void *arg);
int gh__outcome_clear(gh__outcome_t *self);
/* Prints an exception that nobody has retrieved. */
void gh__outcome_report_unseen(gh__outcome_t *self);

/* ---- from await.c ---- */

/* await_(x): blocks the calling task until x is done.  New reference, or NULL. */
PyObject *gh__await(PyObject *module, PyObject *awaitable);

#endif
