/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* dump.h: who waits for what, and whether anything could ever wake anybody. */
#ifndef GREENHOST_DUMP_H
#define GREENHOST_DUMP_H

#include "internal.h"

/* One line about a task: name, state, what it waits on.  New reference.  With the GIL. */
PyObject *gh__task_describe(gh_task_t *task);
/* The frame of a task that is parked or running, NULL without an exception.  New reference. */
PyObject *gh__task_frame(gh_task_t *task);
/* Its Python stack, as in a traceback, "" if it has none.  New reference, or NULL with an exception. */
PyObject *gh__task_stack(gh_task_t *task);
/* Reports every task with its Python stack.  With the GIL. */
void gh__dump(gh_host_t *host, const char *headline);
/* True when nothing that exists could ever make a task ready. */
bool gh__all_stuck(gh_host_t *host);
/* Says so, and raises SystemExit(GH_EXIT_STUCK) in the main task.  False if it was wrong. */
bool gh__report_stuck(gh_host_t *host);

#endif
