/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* ownfds.h: the loop's own descriptors, which the program must neither see closed nor close. */
#ifndef GREENHOST_OWNFDS_H
#define GREENHOST_OWNFDS_H

#include <stdbool.h>

#include "greenhost.h"

/* What the host's loop opens between these two is its own; what other threads open is theirs. */
void gh__own_fds_begin(void);
void gh__own_fds_end(const gh_host_t *host);
/* In the child of a fork, before libuv's handler: begins what ends after it. */
void gh__own_fds_after_fork(void);
/* Some were closed. */
void gh__own_fds_closed(void);
/* True for descriptors of the loop itself, which the program must not close.  Any thread. */
bool gh__fd_is_ours(int fd);
/* The first of them that is not below `from`, UINT_MAX if there is none.  Any thread. */
unsigned gh__fd_next_ours(unsigned from);

#endif
