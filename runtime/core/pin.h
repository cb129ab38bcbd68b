/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* pin.h: what holds the loop, for those who want to know. */
#ifndef GREENHOST_PIN_H
#define GREENHOST_PIN_H

#include <signal.h>
#include <stdatomic.h>

#include "internal.h"

#define GH__PIN_FRAMES 24
#define GH__PIN_PLACES 256 /* at most so many are told of */

typedef struct gh__pin_s {
    uint64_t limit;        /* how long a task may run in one turn, ns; 0: as long as it likes */
    atomic_ullong sighted; /* the turn, by watch.turns, that was last seen to be longer */
    atomic_ullong told;    /* the one that was last told of, or was not worth it */
    uint64_t since;        /* when that turn began, ns */
    uint64_t ran;          /* how long the thread had run when it was seen, ns of a processor */
    uintptr_t frames[GH__PIN_FRAMES]; /* where it was in C, the innermost first */
    atomic_size_t count;
    uint64_t places[GH__PIN_PLACES]; /* hashes of those that were told of */
    size_t place_count;
} gh__pin_t;

/* Nanoseconds that the loop thread has waited for a processor, as far as can be told.  Any thread. */
uint64_t gh__pin_queued(const gh_host_t *host);
/* The watchdog has seen this turn last for longer than the limit, since then: notes where it is. */
void gh__pin_sight(gh_host_t *host, unsigned long long turn, uint64_t since);
/* True when the thread, since it was seen, has been in one call; false when it may be in Python.  Any
 * thread. */
bool gh__pin_is_in_call(const gh_host_t *host);
/* It has lasted for many times the limit, and may last for ever: tells so now.  The watchdog. */
void gh__pin_tell_meanwhile(gh_host_t *host);
/* True when the turn that is about to end, or to go on in Python, is one that was seen. */
bool gh__pin_is_due(gh_host_t *host);
/* Tells of it, once for each place, and if others were kept waiting.  With the GIL. */
void gh__pin_tell(gh_host_t *host);
/* In the handler of GH__NUDGE_SIGNAL, with what that is given: true when gh__pin_sight has sent it. */
bool gh__pin_sample(const siginfo_t *info, const void *context);

#endif
