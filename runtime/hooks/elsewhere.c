/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * elsewhere.c: a system call that another thread makes while the task is parked.
 *
 * What the call reads or writes lies on the heap, in `memory`, because the caller's buffer may be
 * on the stack of the task, which does not exist now (rule 7).  It is copied there before and back
 * after, in the task.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/offload.h"
#include "hooks/hooks.h"
#include "internal.h"

/* The largest block that a disk is likely to have: O_DIRECT wants buffers on such a boundary. */
#define ALIGNMENT 4096

typedef struct errand_s {
    gh__job_t job;
    gh__call_t call;
    void *memory;
    intptr_t result;
    int error;
} errand_t;

static void work(gh__job_t *job) {
    errand_t *errand = GH__CONTAINER(job, errand_t, job);
    errand->result = errand->call.make(errand->call.arguments, errand->memory);
    errand->error = errno;
}

static void drop(gh__job_t *job) {
    errand_t *errand = GH__CONTAINER(job, errand_t, job);
    free(errand->memory);
    free(errand);
}

static errand_t *prepare(const gh__call_t *call) {
    errand_t *errand = calloc(1, sizeof(*errand));
    if (errand == NULL) return NULL;
    errand->job.work = work;
    errand->job.drop = drop;
    errand->call = *call;
    if (call->size == 0) return errand;
    if (posix_memalign(&errand->memory, ALIGNMENT, call->size) != 0) {
        free(errand);
        return NULL;
    }
    if (call->in != NULL) memcpy(errand->memory, call->in, call->size);
    return errand;
}

/* -1 with errno, which says so if it is the task that was interrupted and not only the thread. */
static intptr_t failed(gh_task_t *task, const errand_t *errand) {
    if (errand->error == EINTR && errand->job.interrupted < 0)
        return gh__wait_failed(task, errand->job.interrupted);
    errno = errand->error;
    return -1;
}

static intptr_t finish(gh_task_t *task, errand_t *errand) {
    const gh__call_t *call = &errand->call;
    intptr_t result = errand->result;
    if (result == -1)
        result = failed(task, errand);
    else if (call->out != NULL)
        memcpy(call->out, errand->memory, call->counted ? (size_t)result : call->size);
    drop(&errand->job);
    return result;
}

/* EAGAIN, which is what having too many threads is called, would mean something else here. */
static intptr_t not_begun(errand_t *errand, int status) {
    if (errand != NULL) drop(&errand->job);
    errno = status == UV_EAGAIN ? ENOMEM : -status;
    return -1;
}

typedef int offload_t(gh_task_t *task, gh__job_t *job, const char *name);

static intptr_t run(gh_task_t *task, const gh__call_t *call, offload_t *offload, bool deaf) {
    errand_t *errand = prepare(call);
    if (errand == NULL) return not_begun(NULL, UV_ENOMEM);
    errand->job.deaf = deaf;
    int status = offload(task, &errand->job, call->name);
    return status < 0 ? not_begun(errand, status) : finish(task, errand);
}

intptr_t gh__call_in_pool(gh_task_t *task, const gh__call_t *call) {
    return run(task, call, gh__offload_pool, true);
}

intptr_t gh__call_in_thread(gh_task_t *task, const gh__call_t *call) {
    return run(task, call, gh__offload_thread, false);
}
