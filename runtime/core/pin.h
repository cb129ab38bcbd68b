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
    atomic_ullong step;    /* the turn in which a task goes on that was told of */
    uint64_t since;        /* when the one that was sighted began, ns */
    uintptr_t frames[GH__PIN_FRAMES]; /* where it was in C, the innermost first */
    atomic_size_t count;
    uint64_t places[GH__PIN_PLACES]; /* hashes of those that were told of */
    size_t place_count;
} gh__pin_t;

/* What the loop thread has had of the processors, ns; 0 where the kernel does not say. */
typedef struct gh__share_s {
    uint64_t ran, queued; /* it was on one, and it waited for one */
} gh__share_t;

/* Any thread. */
gh__share_t gh__pin_share(const gh_host_t *host);
/* How long the thread has held the loop since a moment when it had this share.  To wait for a processor
 * does not count.  Any thread. */
uint64_t gh__pin_held(const gh_host_t *host, uint64_t since, gh__share_t share);
/* The watchdog has seen this turn last for longer than the limit, since then: notes where it is. */
void gh__pin_sight(gh_host_t *host, unsigned long long turn, uint64_t since);
/* It has lasted for many times the limit, and may last for ever: tells so now.  The watchdog. */
void gh__pin_tell_meanwhile(gh_host_t *host);
/* True when the turn that is about to end, or to go on in Python, is one that was seen. */
bool gh__pin_is_due(gh_host_t *host);
/* Tells of it, once for each place, and if others were kept waiting.  With the GIL. */
void gh__pin_tell(gh_host_t *host);
/* True while a task goes on in a turn that was told of.  Any thread. */
bool gh__pin_steps(gh_host_t *host);
/* Between two of its bytecodes: the next call is a turn of its own. */
void gh__pin_step(gh_host_t *host);
/* In the handler of GH__NUDGE_SIGNAL, with what that is given: true when gh__pin_sight has sent it. */
bool gh__pin_sample(const siginfo_t *info, const void *context);

#endif
