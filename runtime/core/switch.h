/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* switch.h: the one place that switches greenlets. */
#ifndef GREENHOST_SWITCH_H
#define GREENHOST_SWITCH_H

#include "internal.h"

/* More greenlets of a kind than this that have nothing to do are not kept: each has a stack and some
 * frames. */
#define GH__IDLE_GREENLETS 256

/* From the hub, with the GIL: runs a ready task, and whoever follows it, until it is the hub's turn. */
void gh__switch_to_task(gh_task_t *task);
/* From the task, with the GIL, to the next one or the hub; back when it is resumed. */
void gh__switch_away(gh_task_t *task);
/* For a task whose function has ended while another task was running, one that has switched to a
 * greenlet of it: ends what the task still waits for elsewhere, raises greenlet.error in the other one,
 * and leaves the task running.  No exception is set.  With the GIL; may park. */
void gh__switch_reclaim(gh_task_t *task);
/* Whether a greenlet is there that will do; UV_ENOSYS after gh__fail.  Without Python. */
int gh__switch_check(void);
/* Opens the loop, loads greenlet and starts the hub, on first use; negative with an exception, and
 * then the next use tries again.  With the GIL. */
int gh__switch_open(gh_host_t *host);
/* False where that fails, as for want of descriptors.  Without the GIL. */
bool gh__switch_possible(gh_host_t *host);
void gh__switch_close(gh_host_t *host);

/* ---- greenlets inside a task, for portals.  Any thread, with the GIL ---- */

/* Loads greenlet on first use; the functions below need it.  0, or -1 with an exception. */
int gh__greenlet_load(void);
/* The greenlet that is running.  New reference. */
PyGreenlet *gh__greenlet_current(void);
/* One that will call `run` and end into the thread's first.  New reference, or NULL. */
PyGreenlet *gh__greenlet_new(PyObject *run);
/* Has it end into another.  0, or -1 with an exception. */
int gh__greenlet_set_parent(PyGreenlet *greenlet, PyGreenlet *parent);
/* Whether nobody has a reference to it but our own, so many: whoever does, or has given it attributes,
 * takes it for one that ends with what it runs. */
bool gh__greenlet_is_ours(PyGreenlet *greenlet, Py_ssize_t references);
/* Goes on there.  0 once somebody has switched back, or -1 with what was thrown. */
int gh__greenlet_switch(PyGreenlet *greenlet);

#endif
