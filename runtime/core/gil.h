/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* gil.h: the GIL, which is kept while nobody else could want it. */
#ifndef GREENHOST_GIL_H
#define GREENHOST_GIL_H

#include "internal.h"

/* The GIL's own mutex. */
extern const void *const gh__gil_mutex;
/* Before anybody locks it: the GIL is released where that was only said.  Any thread. */
void gh__gil_asked(void);
/* Before anybody unlocks it: who has the GIL is settled.  Any thread. */
void gh__gil_settled(void);
/* True when the calling thread has released the GIL, which it had in that thread state.  Any thread. */
bool gh__gil_released_in(const PyThreadState *tstate);

#endif
