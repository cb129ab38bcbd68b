/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* store.h: memory that is soon asked for again. */
#ifndef GREENHOST_STORE_H
#define GREENHOST_STORE_H

/* Has CPython get and give back its larger blocks through us, unless it was told to get them in a way of
 * its own (PYTHONMALLOC, -X dev, tracemalloc).  Once is enough.  With the GIL. */
void gh__store_open(void);
/* Gives back what is kept.  Loop thread. */
void gh__store_empty(void);

#endif
