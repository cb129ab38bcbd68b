/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* offload.h: calls that no descriptor announces, made by another thread. */
#ifndef GREENHOST_OFFLOAD_H
#define GREENHOST_OFFLOAD_H

#include <signal.h>

#include "core/post.h"
#include "internal.h"

typedef struct gh__job_s {
    gh_task_t *task;                  /* NULL once abandoned */
    void (*work)(struct gh__job_s *); /* on another thread: no Python, no pointer to a stack */
    void (*drop)(struct gh__job_s *); /* frees it, on the loop thread */
    gh_host_t *host;
    uv_work_t request;
    uv_thread_t thread;
    gh__post_t post;
    bool done;
    bool shielded;   /* no scope ends it before it is done */
    bool deaf;       /* neither signals nor cancel end it before it is done */
    bool steadfast;  /* the call has no EINTR: signals are handled meanwhile, and it goes on */
    int interrupted; /* why a job with a thread was interrupted: UV_EINTR, UV_ECANCELED, or 0 */
} gh__job_t;

/* Makes a job's system call return EINTR.  Ignored by default, so it does no harm elsewhere. */
#define GH__NUDGE_SIGNAL SIGURG

/* Before anything is queued to uv's pool: notes how many threads it will start. */
void gh__offload_expect_pool(gh_host_t *host);
/* Has job->work done by uv's pool and parks until it is.  0: done, the caller drops the job.
 * UV_ECANCELED or UV_EINTR: it was abandoned and will drop itself.  Other UV_E*: not begun, the
 * caller drops it.  Only for work that surely ends.  Without the GIL. */
int gh__offload_pool(gh_task_t *task, gh__job_t *job, const char *call);
/* The same on a thread of its own, for work that may block as long as it likes.  Interrupting it
 * makes its system call return EINTR; it is never abandoned, so its effect is known. */
int gh__offload_thread(gh_task_t *task, gh__job_t *job, const char *call);

#endif
