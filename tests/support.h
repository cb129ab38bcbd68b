/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * support.h: what the C tests share.
 *
 * A test of one file of core/ makes a bare loop: a zeroed host with the parts that the file needs.
 * A test of more than that opens a real host, in an interpreter without site, and runs C functions
 * of its own as tasks.
 */
#ifndef GREENHOST_TESTS_SUPPORT_H
#define GREENHOST_TESTS_SUPPORT_H

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/list.h"
#include "core/lot.h"
#include "core/offload.h"
#include "core/ownfds.h"
#include "core/post.h"
#include "core/task.h"
#include "core/waiter.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

/* ---- a bare loop ---- */

static inline void bare_open(gh_host_t *host) {
    *host = (gh_host_t){.loop = &host->own_loop, .epfd = -1, .deadlines = {.timerfd = -1}};
    gh__list_init(&host->ready);
    gh__list_init(&host->tasks);
    gh__list_init(&host->chores);
    gh__list_init(&host->posts);
    host->post_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    ck_assert_int_eq(uv_loop_init(host->loop), 0);
    ck_assert_int_eq(gh__fdwait_open(host), 0);
    ck_assert_int_eq(gh__deadlines_open(host), 0);
    ck_assert_int_eq(gh__post_open(host), 0);
}

/* Lets the loop poll once, for at most as long as something takes to come. */
static inline void bare_turn(gh_host_t *host) {
    gh__deadlines_arm(host);
    uv_run(host->loop, UV_RUN_ONCE);
    gh__deadlines_fire(host);
}

static inline void bare_close(gh_host_t *host) {
    uv_close((uv_handle_t *)&host->epoll_watch, NULL);
    uv_close((uv_handle_t *)&host->async, NULL);
    uv_run(host->loop, UV_RUN_DEFAULT);
    gh__fdwait_close(host);
    gh__deadlines_close(host);
    ck_assert_int_eq(uv_loop_close(host->loop), 0);
}

/* ---- a real host ---- */

/* With PYTHONMALLOC each object is malloc's, and the sanitizers know it; by itself the isolated
 * configuration does not look at the environment. */
static inline void python_open(void) {
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    if (getenv("PYTHONMALLOC") != NULL) before.allocator = PYMEM_ALLOCATOR_MALLOC;
    ck_assert_int_eq(PyStatus_Exception(Py_PreInitialize(&before)), 0);
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    ck_assert_int_eq(PyStatus_Exception(status), 0);
}

static inline gh_host_t *host_open(void) {
    gh_host_t *host = NULL;
    python_open();
    int error = gh_open(&host, NULL);
    ck_assert_msg(error == 0, "%s", gh_error_message());
    return host;
}

static inline PyObject *support_call(PyObject *self, PyObject *Py_UNUSED(args)) {
    void (*function)(void) = (void (*)(void))PyCapsule_GetPointer(self, NULL);
    PyThreadState *tstate = PyEval_SaveThread();
    function();
    PyEval_RestoreThread(tstate);
    Py_RETURN_NONE;
}

/* A task that runs `function` without the GIL, as a call of C would be.  New reference. */
static inline gh_task_t *spawn_c(gh_host_t *host, void (*function)(void)) {
    static PyMethodDef method = {"call", support_call, METH_NOARGS, NULL};
    PyObject *capsule = PyCapsule_New((void *)function, NULL, NULL);
    PyObject *callable = PyCFunction_New(&method, capsule);
    gh_task_t *task =
        gh__task_spawn(host, &(gh__spawn_t){.function = callable, .args = host->empty_tuple});
    ck_assert_ptr_nonnull(task);
    Py_DECREF(callable);
    Py_DECREF(capsule);
    return task;
}

/* Joins a task, which has to end well, and drops the reference to it. */
static inline void join(gh_task_t *task) {
    ck_assert_int_eq(gh__outcome_wait(&task->outcome, GH__NEVER), 0);
    PyObject *value = gh__outcome_take(&task->outcome);
    ck_assert_ptr_nonnull(value);
    Py_DECREF(value);
    Py_DECREF(task);
}

/* Ends Python, and with it the host. */
static inline void host_end(void) { ck_assert_int_eq(Py_FinalizeEx(), 0); }

/* ---- all of a program ---- */

typedef void (*support_fill_t)(TCase *tests);

static inline int run_tests(const char *name, support_fill_t fill) {
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 60); /* for what hangs: a busy machine takes its time */
    fill(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
