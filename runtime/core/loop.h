/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* loop.h: the loop, and what it does each time round. */
#ifndef GREENHOST_LOOP_H
#define GREENHOST_LOOP_H

#include "internal.h"

/* Opens the loop and what belongs to it, unless it is open.  Says why not through gh__fail, and then
 * nothing of it is open. */
int gh__loop_open(gh_host_t *host);
/* UV_EBUSY when a thread of the pool still needs the loop's memory. */
int gh__loop_close(gh_host_t *host);
int gh__loop_after_fork(gh_host_t *host);
/* Tasks keep a loop that the program turns alive: to be told when their number has changed. */
void gh__loop_keep(gh_host_t *host);
/* Makes a loop that the program turns come round at once: something was made ready in between. */
void gh__loop_kick(gh_host_t *host);

#endif
