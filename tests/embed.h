/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * embed.h: what the tests of greenhost.h share.  They include nothing else of the library's: a program
 * with a loop of its own, or with none, and Python started by gh_open.
 */
#ifndef GREENHOST_TESTS_EMBED_H
#define GREENHOST_TESTS_EMBED_H

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "greenhost.h"

#define MS UINT64_C(1000000)

static uv_loop_t program_loop;
static gh_host_t *host;

#define ck_ok(call)                                                                                \
    do {                                                                                           \
        int ck_ok_status = (call);                                                                 \
        ck_assert_msg(ck_ok_status == 0, "%s: %d %s", #call, ck_ok_status, gh_error_message());    \
    } while (0)

/* The call fails with this code, and says something about it. */
#define ck_fails(call, code)                                                                       \
    do {                                                                                           \
        ck_assert_int_eq(call, code);                                                              \
        ck_assert_str_ne(gh_error_message(), "");                                                  \
    } while (0)

/* Not isolated, so that PYTHONMALLOC is heard of under a tool. */
static inline void open_with(gh_config_t config) {
    config.size = sizeof(config);
    ck_ok(gh_open(&host, &config));
}

static inline void open_guest(gh_config_t config) {
    ck_ok(uv_loop_init(&program_loop));
    config.loop = &program_loop;
    open_with(config);
}

static inline void turn(void) { ck_assert_int_eq(uv_run(&program_loop, UV_RUN_DEFAULT), 0); }

static inline void close_guest(void) {
    ck_ok(gh_close(host));
    turn();
    ck_ok(uv_loop_close(&program_loop));
    gh_release(host);
}

static inline gh_task_t *spawn(const gh_spawn_t *spec) {
    gh_task_t *task = NULL;
    ck_ok(gh_spawn(host, &task, spec));
    ck_assert_ptr_nonnull(task);
    return task;
}

/* Runs statements as a task until the loop has nothing left, and lets go of it. */
static inline void run_code(const char *code) {
    gh_task_t *task = spawn(GH_SPAWN(.code = code));
    turn();
    const gh_result_t *result = gh_task_result(task);
    ck_assert_ptr_nonnull(result);
    ck_assert_msg(result->outcome == GH_RETURNED, "%s", result->traceback);
    gh_task_release(task);
}

static inline int run_suite(const char *name, void (*fill)(TCase *tests)) {
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
