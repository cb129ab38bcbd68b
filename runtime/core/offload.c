/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * offload.c: calls that nothing announces the end of, done on another thread.
 *
 * A job lives on the heap, with copies of everything the call reads or writes, because the stack of
 * a parked task does not exist (rule 7).  Work that surely ends goes to uv's pool.  Work that may
 * block as long as it likes (a file lock, a FIFO without a peer) gets a thread of its own: a few of
 * those would fill the pool and hold up everything else, perhaps what would end them.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "core/cancel.h"
#include "core/deadline.h"
#include "core/offload.h"
#include "core/park.h"
#include "core/post.h"
#include "core/signal.h"
#include "core/task.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

/* How often a thread whose call is to be interrupted is told so, in case it was not in it yet. */
#define NUDGE_NS UINT64_C(1000000)

static void finish(gh__job_t *job) {
    job->host->jobs--;
    if (job->task == NULL) {
        job->drop(job);
        return;
    }
    job->done = true;
    gh__unpark(job->task, 0);
}

static void on_pool_work(uv_work_t *request) {
    gh__job_t *job = GH__CONTAINER(request, gh__job_t, request);
    job->work(job);
}

static void on_pool_done(uv_work_t *request, int status) {
    (void)status;
    finish(GH__CONTAINER(request, gh__job_t, request));
}

static gh__park_t waiting_for(gh__job_t *job, gh__on_t on, const char *call, uint64_t deadline) {
    return (gh__park_t){
        .on = on, .call = call, .subject = (intptr_t)job, .deadline = deadline, .restarts = true};
}

/* As uv's own init_threads reads it, which happens only once. */
void gh__offload_expect_pool(gh_host_t *host) {
    if (host->pool_threads > 0) return;
    const char *setting = getenv("UV_THREADPOOL_SIZE");
    int count = setting ? atoi(setting) : 4;
    host->pool_threads = count < 1 ? 1 : count > 1024 ? 1024 : (size_t)count;
}

int gh__offload_pool(gh_task_t *task, gh__job_t *job, const char *call) {
    gh_host_t *host = task->outcome.host;
    job->task = task;
    job->host = host;
    job->done = false;
    gh__offload_expect_pool(host);
    int status = uv_queue_work(host->loop, &job->request, on_pool_work, on_pool_done);
    if (status < 0) return status;
    host->jobs++;
    gh__park_t how = waiting_for(job, GH__ON_POOL, call, GH__NEVER);
    how.deaf = job->deaf;
    while (!job->done) {
        status = gh__park(task, &how);
        if (status == UV_EINTR && job->steadfast) status = gh__cancel_by_signal(task);
        if (status < 0 && !job->done && !job->deaf) {
            job->task = NULL;
            return status;
        }
    }
    /* It ended in the same turn as a cancel: its result counts, the exception follows it. */
    if (status < 0) gh__cancel_decode(task, status);
    return 0;
}

static void on_thread_done(gh__post_t *post) { finish(GH__CONTAINER(post, gh__job_t, post)); }

static void thread_main(void *argument) {
    gh__job_t *job = argument;
    job->work(job);
    job->post.run = on_thread_done;
    gh__post(job->host, &job->post);
}

/* The thread runs nothing of the program's, so the program's signals must not land there. */
static int start_thread(gh__job_t *job) {
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, GH__NUDGE_SIGNAL);
    libc_pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = uv_thread_create(&job->thread, thread_main, job);
    libc_pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/*
 * Interrupting: the thread's system call is made to return EINTR, again and again until the job is
 * over, and only then does the caller go on.  It must know whether it has the lock.  A park that there
 * is no memory for returns at once, and then the loop must turn all the same: it tells of the end.
 */
static void interrupt(gh_task_t *task, gh__job_t *job, const char *call) {
    bool can_nudge = gh__signal_want(GH__NUDGE_SIGNAL) == 0;
    while (!job->done) {
        if (can_nudge) libc_pthread_kill(job->thread, GH__NUDGE_SIGNAL);
        gh__park_t how = waiting_for(job, GH__ON_THREAD, call, gh__deadline_after(NUDGE_NS));
        how.deaf = true;
        if (gh__park(task, &how) == UV_ENOMEM) gh__yield(task);
    }
    if (can_nudge) gh__signal_unwant(GH__NUDGE_SIGNAL);
}

int gh__offload_thread(gh_task_t *task, gh__job_t *job, const char *call) {
    job->task = task;
    job->host = task->outcome.host;
    job->done = false;
    int error = start_thread(job);
    if (error < 0) return error;
    job->host->jobs++;
    gh__park_t how = waiting_for(job, GH__ON_THREAD, call, GH__NEVER);
    how.deaf = job->deaf;
    how.shielded = job->shielded;
    int status = 0;
    while (!job->done && status >= 0) status = gh__park(task, &how);
    job->interrupted = status;
    if (!job->done) interrupt(task, job, call);
    uv_thread_join(&job->thread);
    return 0;
}
