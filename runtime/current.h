/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* current.h: the host of the calling thread, NULL where it has none. */
#ifndef GREENHOST_CURRENT_H
#define GREENHOST_CURRENT_H

#include "greenhost.h"

extern _Thread_local gh_host_t *gh__current __attribute__((tls_model("initial-exec")));

#endif
