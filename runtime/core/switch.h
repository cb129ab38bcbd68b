/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* switch.h: the one place that switches greenlets. */
#ifndef GREENHOST_SWITCH_H
#define GREENHOST_SWITCH_H

#include "internal.h"

void gh__switch_to_task(gh_task_t *task); /* from the hub, with the GIL */
void gh__switch_to_hub(gh_task_t *task);  /* from the task, with the GIL; back when resumed */
/* Whether a greenlet is there that will do; UV_ENOSYS after gh__fail.  Without Python. */
int gh__switch_check(void);
/* Opens the loop, loads greenlet and starts the hub, on first use; negative with an exception.  With
 * the GIL. */
int gh__switch_open(gh_host_t *host);
/* False where that fails, as for want of descriptors.  Without the GIL. */
bool gh__switch_possible(gh_host_t *host);
/* Gives a new task the greenlet that its first switch starts.  0, or -1 with an exception. */
int gh__switch_prepare(gh_task_t *task);
void gh__switch_close(gh_host_t *host);

#endif
