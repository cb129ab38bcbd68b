/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* post.h: any thread wakes the loop. */
#ifndef GREENHOST_POST_H
#define GREENHOST_POST_H

#include "core/list.h"
#include "internal.h"

typedef struct gh__post_s {
    gh__link_t link;
    void (*run)(struct gh__post_s *post); /* on the loop thread, without the GIL, runs no Python */
} gh__post_t;

/* Last of those that open with the loop: host->open from then on. */
int gh__post_open(gh_host_t *host);
/* First of those that close: nobody wakes the loop from then on. */
void gh__post_close(gh_host_t *host);
/* Queues `post`, whose memory must live until it has run.  Any thread. */
void gh__post(gh_host_t *host, gh__post_t *post);
/* The same where the host may be closing; false where it will never run.  Any thread. */
bool gh__post_unless_closed(gh_host_t *host, gh__post_t *post);
/* Makes the loop turn once more.  Any thread, and signal handlers. */
void gh__wake(gh_host_t *host);
/* Takes back a post that has not run.  Loop thread. */
void gh__post_cancel(gh_host_t *host, gh__post_t *post);
void gh__post_run(gh_host_t *host);
/* Runs those in a list of the loop thread's own.  Loop thread, without the GIL. */
void gh__posts_run(gh__link_t *list);
/* True when one has not run.  Loop thread. */
bool gh__post_pending(gh_host_t *host);

#endif
