/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* frames.h: room for the Python frames of tasks. */
#ifndef GREENHOST_FRAMES_H
#define GREENHOST_FRAMES_H

/* Has CPython get and give back its memory for frames through us.  Once is enough.  With the GIL. */
void gh__frames_open(void);
/* In a greenlet that has run no Python yet: gives it room for its first frames.  For want of memory it
 * gets what CPython gives.  With the GIL. */
void gh__frames_begin(void);

#endif
