/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_offload.c: core/offload.c has work done elsewhere, and loses neither job nor memory. */
#include <semaphore.h>
#include <signal.h>

#include "core/cancel.h"
#include "core/errors.h"
#include "support.h"

typedef struct work_s {
    gh__job_t job;
    int result;
    int system_error;
} work_t;

static int dropped, seen, status_seen;
static sem_t gate;

static void drop(gh__job_t *job) {
    dropped++;
    free(job);
}

static work_t *work_new(void (*function)(gh__job_t *)) {
    work_t *work = calloc(1, sizeof *work);
    ck_assert_ptr_nonnull(work);
    work->job = (gh__job_t){.work = function, .drop = drop};
    return work;
}

static void multiply(gh__job_t *job) { GH__CONTAINER(job, work_t, job)->result = 6 * 7; }

static void use_pool(void) {
    work_t *work = work_new(multiply);
    ck_assert_int_eq(gh__offload_pool(gh__may_park(), &work->job, "test"), 0);
    seen += work->result;
    drop(&work->job);
}

static void use_thread(void) {
    work_t *work = work_new(multiply);
    ck_assert_int_eq(gh__offload_thread(gh__may_park(), &work->job, "test"), 0);
    ck_assert_int_eq(work->job.interrupted, 0);
    seen += work->result;
    drop(&work->job);
}

START_TEST(the_pool_does_it) {
    gh_host_t *host = host_open();
    join(spawn_c(host, use_pool));
    ck_assert_int_eq(seen, 42);
    ck_assert_uint_eq(host->jobs, 0);
    host_end();
}
END_TEST

START_TEST(a_thread_of_its_own_does_it) {
    gh_host_t *host = host_open();
    join(spawn_c(host, use_thread));
    ck_assert_int_eq(seen, 42);
    ck_assert_uint_eq(host->jobs, 0);
    host_end();
}
END_TEST

START_TEST(many_at_once) {
    gh_host_t *host = host_open();
    gh_task_t *tasks[40];
    for (int i = 0; i < 40; i++) tasks[i] = spawn_c(host, i % 2 ? use_pool : use_thread);
    for (int i = 0; i < 40; i++) join(tasks[i]);
    ck_assert_int_eq(seen, 40 * 42);
    ck_assert_int_eq(dropped, 40);
    host_end();
}
END_TEST

static void wait_at_gate(gh__job_t *job) {
    while (libc_sem_wait(&gate) < 0) continue;
    GH__CONTAINER(job, work_t, job)->result = 1;
}

static void use_pool_and_be_cancelled(void) {
    work_t *work = work_new(wait_at_gate);
    status_seen = gh__offload_pool(gh__may_park(), &work->job, "test");
}

/* Without an exception pending: the task only reports what it was told. */
static void cancel(gh_task_t *task) {
    PyObject *error = PyObject_CallNoArgs(gh__Cancelled);
    ck_assert_int_eq(gh__task_cancel(task, error), 0);
    Py_DECREF(error);
}

START_TEST(an_abandoned_job_drops_itself) {
    gh_host_t *host = host_open();
    sem_init(&gate, 0, 0);
    gh_task_t *task = spawn_c(host, use_pool_and_be_cancelled);
    gh__yield_held(host->main);
    ck_assert_int_eq(task->state, GH__PARKED);
    cancel(task);
    gh__outcome_wait(&task->outcome, GH__NEVER);
    ck_assert_int_eq(status_seen, UV_ECANCELED);
    ck_assert_int_eq(dropped, 0);
    sem_post(&gate);
    while (dropped == 0) gh__yield_held(host->main);
    ck_assert_uint_eq(host->jobs, 0);
    Py_DECREF(task);
    host_end();
}
END_TEST

static void read_for_ever(gh__job_t *job) {
    int ends[2];
    char byte;
    if (pipe(ends) < 0) return;
    GH__CONTAINER(job, work_t, job)->result = (int)read(ends[0], &byte, 1);
    GH__CONTAINER(job, work_t, job)->system_error = errno;
}

static void use_thread_and_be_cancelled(void) {
    work_t *work = work_new(read_for_ever);
    ck_assert_int_eq(gh__offload_thread(gh__may_park(), &work->job, "test"), 0);
    status_seen = work->job.interrupted;
    ck_assert_int_eq(work->result, -1);
    ck_assert_int_eq(work->system_error, EINTR);
    drop(&work->job);
}

START_TEST(a_thread_is_interrupted_in_its_call) {
    gh_host_t *host = host_open();
    gh_task_t *task = spawn_c(host, use_thread_and_be_cancelled);
    gh__yield_held(host->main);
    cancel(task);
    gh__outcome_wait(&task->outcome, GH__NEVER);
    ck_assert_int_eq(status_seen, UV_ECANCELED);
    ck_assert_int_eq(dropped, 1);
    Py_DECREF(task);
    host_end();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, the_pool_does_it);
    tcase_add_test(tests, a_thread_of_its_own_does_it);
    tcase_add_test(tests, many_at_once);
    tcase_add_test(tests, an_abandoned_job_drops_itself);
    tcase_add_test(tests, a_thread_is_interrupted_in_its_call);
}

int main(void) { return run_tests("offload", fill); }
