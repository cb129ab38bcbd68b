/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * chore.h: what needs the GIL, put off by those who don't have it until the hub next does.
 */
#ifndef GREENHOST_CHORE_H
#define GREENHOST_CHORE_H

#include "core/list.h"
#include "internal.h"

typedef struct gh__chore_s {
    gh__link_t link;
    void (*run)(struct gh__chore_s *chore); /* with the GIL, in the hub; must not park */
} gh__chore_t;

/* Has `run` called by the hub when it next has the GIL.  Loop thread, with or without the GIL.  The
 * chore is in no list. */
void gh__chore_add(gh_host_t *host, gh__chore_t *chore, void (*run)(gh__chore_t *));
void gh__chores_run(gh_host_t *host);

#endif
