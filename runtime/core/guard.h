/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* guard.h: a limit of our own for calls that have no way to say "don't block". */
#ifndef GREENHOST_GUARD_H
#define GREENHOST_GUARD_H

#include "internal.h"

/* From start to stop, no call that would block lasts longer than a fraction of a millisecond: it
 * returns EINTR.  For a call that poll has said will not block.  Both preserve errno. */
void gh__guard_start(gh_host_t *host);
void gh__guard_stop(gh_host_t *host);
void gh__guard_close(gh_host_t *host);

#endif
