/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_embed_tasks.c: a program gives tasks to Python in its own loop, and hears what became of them. */
#include <signal.h>
#include <unistd.h>

#include "embed.h"

static char story[512];

static size_t told;

/* Too much is cut off. */
static void note(const char *text, size_t size) {
    if (size >= sizeof(story) - told) size = sizeof(story) - told - 1;
    memcpy(story + told, text, size);
    told += size;
}

/* ---- opening and closing ---- */

START_TEST(it_opens_and_closes_and_opens_again) {
    open_guest((gh_config_t){0});
    ck_assert_ptr_eq(gh_current(), host);
    ck_assert_ptr_eq(gh_loop(host), &program_loop);
    ck_assert_int_eq(uv_loop_alive(&program_loop), 0);
    close_guest();
    ck_assert_ptr_null(gh_current());
    open_guest((gh_config_t){0});
    run_code("import time; time.sleep(0.001)");
    close_guest();
}
END_TEST

/* ---- what is run ---- */

static void on_done(gh_task_t *task, void *data) {
    ck_assert_ptr_nonnull(gh_task_result(task));
    ++*(int *)data;
}

START_TEST(values_go_in_and_come_out) {
    open_guest((gh_config_t){0});
    int done = 0;
    const gh_value_t args[] = {gh_int(-7), gh_double(0.5), gh_string("ü"), gh_bytes("\0b", 2),
                               gh_none()};
    const char *code = "import sys, types; sys.modules['m'] = m = types.ModuleType('m');"
                       "m.same = lambda *a: a; m.at = lambda i, *a: a[i]";
    run_code(code);
    gh_task_t *tasks[5];
    for (int i = 0; i < 5; i++) {
        gh_value_t given[6] = {gh_int(i)};
        memcpy(given + 1, args, sizeof(args));
        tasks[i] = spawn(GH_SPAWN(.function = "m:at", .args = given, .count = 6, .done = on_done,
                                  .data = &done));
    }
    turn();
    ck_assert_int_eq(done, 5);
    for (int i = 0; i < 5; i++) {
        const gh_value_t value = gh_task_result(tasks[i])->value;
        ck_assert_int_eq(value.kind, args[i].kind);
        ck_assert_int_eq(value.integer, args[i].integer);
        ck_assert_double_eq(value.number, args[i].number);
        ck_assert_uint_eq(value.size, args[i].size);
        if (value.size > 0) ck_assert_mem_eq(value.data, args[i].data, value.size);
        gh_task_release(tasks[i]);
    }
    close_guest();
}
END_TEST

/* A new file, whose name this fills in. */
static void write_file(char *pattern, const char *text) {
    int file = mkstemp(pattern);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
}

static void on_output(void *data, int stream, const char *bytes, size_t size) {
    (void)data;
    note(stream == 1 ? "1:" : "2:", 2);
    note(bytes, size);
}

START_TEST(scripts_have_argv_environ_and_streams_of_their_own) {
    const char *words[] = {"a", "b", NULL}, *environ[] = {"ONLY=this", NULL};
    char script[] = "/tmp/greenhost-XXXXXX";
    write_file(script, "import os, sys\n"
                       "print(sys.argv[1:], dict(os.environ), __name__)\n"
                       "print('wrong', file=sys.stderr)\n"
                       "sys.exit(3)\n");
    open_guest((gh_config_t){0});
    gh_task_t *task =
        spawn(GH_SPAWN(.file = script, .argv = words, .environ = environ, .output = on_output));
    turn();
    unlink(script);
    ck_assert_msg(gh_task_result(task)->outcome == GH_EXITED, "%s",
                  gh_task_result(task)->traceback);
    ck_assert_str_eq(story, "1:['a', 'b'] {'ONLY': 'this'} __main__\n2:wrong\n");
    ck_assert_int_eq(gh_task_result(task)->outcome, GH_EXITED);
    ck_assert_int_eq(gh_task_result(task)->exit_code, 3);
    gh_task_release(task);
    run_code("import os, sys; assert 'ONLY' not in os.environ and 'PATH' in os.environ;"
             "assert sys.stdout.fileno() == 1");
    close_guest();
}
END_TEST

static int64_t on_input(void *data, char *buffer, size_t size) {
    (void)data;
    static int calls;
    if (calls++ == 2 || size < 4) return 0;
    gh_sleep(1);
    memcpy(buffer, "line\n", 5);
    return 5;
}

START_TEST(a_task_reads_from_the_program) {
    open_guest((gh_config_t){0});
    gh_task_t *task =
        spawn(GH_SPAWN(.code = "import sys; assert sys.stdin.read() == 'line\\nline\\n'",
                       .input = on_input));
    turn();
    ck_assert_msg(gh_task_result(task)->outcome == GH_RETURNED, "%s",
                  gh_task_result(task)->traceback);
    gh_task_release(task);
    close_guest();
}
END_TEST

START_TEST(modules_are_run_as_main) {
    open_guest((gh_config_t){0});
    gh_task_t *task = spawn(GH_SPAWN(.module = "this", .output = on_output));
    turn();
    ck_assert_ptr_nonnull(strstr(story, "The Zen of Python"));
    ck_assert_int_eq(gh_task_result(task)->exit_code, 0);
    gh_task_release(task);
    close_guest();
}
END_TEST

START_TEST(an_exception_is_told_in_words) {
    open_guest((gh_config_t){0});
    gh_task_t *task = spawn(GH_SPAWN(.code = "def f():\n    raise ValueError('why')\nf()"));
    gh_task_t *missing = spawn(GH_SPAWN(.function = "no.such:thing"));
    turn();
    const gh_result_t *result = gh_task_result(task);
    ck_assert_int_eq(result->outcome, GH_RAISED);
    ck_assert_int_eq(result->exit_code, 1);
    ck_assert_str_eq(result->type, "ValueError");
    ck_assert_str_eq(result->message, "why");
    ck_assert_str_eq(result->traceback, "Traceback (most recent call last):\n"
                                        "  File \"<string>\", line 3, in <module>\n"
                                        "  File \"<string>\", line 2, in f\n"
                                        "ValueError: why\n");
    ck_assert_str_eq(gh_task_result(missing)->type, "ModuleNotFoundError");
    gh_task_release(missing);
    gh_task_release(task);
    close_guest();
}
END_TEST

/* ---- their end ---- */

START_TEST(a_task_is_cancelled) {
    open_guest((gh_config_t){0});
    gh_task_t *task = spawn(GH_SPAWN(.code = "import time\ntry:\n  time.sleep(99)\n"
                                             "finally:\n  time.sleep(0.001)"));
    ck_assert_ptr_null(gh_task_result(task));
    while (gh_task_result(task) == NULL) {
        uv_run(&program_loop, UV_RUN_NOWAIT);
        gh_task_cancel(task);
    }
    ck_assert_int_eq(gh_task_result(task)->outcome, GH_CANCELLED);
    ck_fails(gh_task_cancel(task), UV_EALREADY);
    gh_task_release(task);
    close_guest();
}
END_TEST

START_TEST(a_deadline_is_a_timeout_error) {
    open_guest((gh_config_t){.task_ms = 10});
    gh_task_t *task = spawn(GH_SPAWN(.code = "import time; time.sleep(99)"));
    gh_task_t *own = spawn(GH_SPAWN(.code = "import time; time.sleep(99)", .deadline_ms = 1));
    turn();
    ck_assert_str_eq(gh_task_result(task)->type, "TimeoutError");
    ck_assert_str_eq(gh_task_result(own)->type, "TimeoutError");
    gh_task_release(own);
    gh_task_release(task);
    close_guest();
}
END_TEST

START_TEST(there_are_only_so_many_tasks) {
    open_guest((gh_config_t){.max_tasks = 2});
    ck_ok(gh_spawn(host, NULL, GH_SPAWN(.code = "pass")));
    ck_ok(gh_spawn(host, NULL, GH_SPAWN(.code = "pass")));
    ck_fails(gh_spawn(host, NULL, GH_SPAWN(.code = "pass")), UV_EAGAIN);
    turn();
    ck_ok(gh_spawn(host, NULL, GH_SPAWN(.code = "pass")));
    turn();
    close_guest();
}
END_TEST

/* Turns the loop until so many tasks sleep: one that is cancelled before it begins never does. */
static gh_stats_t turn_until_asleep(size_t count) {
    gh_stats_t stats = {.size = sizeof(stats)};
    do {
        uv_run(&program_loop, UV_RUN_NOWAIT);
        ck_ok(gh_stats(host, &stats));
    } while (stats.deadlines < count);
    return stats;
}

static size_t left;

static void on_shutdown(gh_host_t *of, size_t given_up, void *data) {
    ck_assert_ptr_eq(of, host);
    left = given_up;
    ++*(int *)data;
}

/* On a slow machine what comes before the call holds it too, in a turn of its own. */
static void on_pin(void *data, const gh_pin_t *pin) {
    if (!pin->over || strstr(pin->stack, " in hold") == NULL) return;
    ck_assert_ptr_eq(data, story);
    ck_assert_ptr_eq(gh_current(), host);
    ck_assert_str_eq(pin->task, "holder");
    ck_assert_ptr_nonnull(pin->where); /* what it says, valgrind changes: cli/test_pins.py */
    ck_assert_uint_ge(pin->ms, 20);
    note("pinned ", 7);
}

START_TEST(a_task_holds_the_loop) {
    open_guest((gh_config_t){.pin = on_pin, .pin_ms = 20, .data = story});
    gh_task_t *task =
        spawn(GH_SPAWN(.name = "holder", .code = "import ctypes, time\n"
                                                 "usleep = ctypes.CDLL('libc.so.6').usleep\n"
                                                 "def hold(): usleep(300000)\n"
                                                 "usleep(0); time.sleep(0.001)\n"
                                                 "hold()\n"));
    turn();
    gh_task_release(task);
    ck_assert_str_eq(story, "pinned ");
    close_guest();
}
END_TEST

START_TEST(a_shutdown_drains_cancels_and_gives_up) {
    static const char stubborn[] = "import time\nwhile True:\n  try:\n    time.sleep(99)\n"
                                   "  except BaseException:\n    pass";
    int done = 0, ended = 0;
    open_guest((gh_config_t){0});
    ck_ok(
        gh_spawn(host, NULL,
                 GH_SPAWN(.code = "import time; time.sleep(99)", .done = on_done, .data = &done)));
    ck_ok(gh_spawn(host, NULL, GH_SPAWN(.code = stubborn, .done = on_done, .data = &done)));
    turn_until_asleep(2);
    ck_ok(gh_spawn(
        host, NULL,
        GH_SPAWN(.code = "import time; time.sleep(0.001)", .done = on_done, .data = &done)));
    ck_ok(gh_shutdown(host, 100, 100, on_shutdown, &ended));
    ck_fails(gh_shutdown(host, 0, 0, NULL, NULL), UV_EALREADY);
    ck_fails(gh_spawn(host, NULL, GH_SPAWN(.code = "pass")), UV_ESHUTDOWN);
    turn();
    ck_assert_int_eq(ended, 1);
    ck_assert_uint_eq(left, 1);
    ck_assert_int_eq(done, 3);
    close_guest();
}
END_TEST

START_TEST(a_shutdown_of_nothing_is_over_at_once) {
    int ended = 0;
    open_guest((gh_config_t){0});
    ck_ok(gh_shutdown(host, 99999, 99999, on_shutdown, &ended));
    turn();
    ck_assert_int_eq(ended, 1);
    close_guest();
}
END_TEST

/* ---- looking at them ---- */

static void on_task(const gh_task_info_t *info, void *data) {
    ++*(int *)data;
    ck_assert_str_eq(info->name, "sleeper");
    ck_assert_ptr_nonnull(strstr(info->line, "parked in "));
    ck_assert_ptr_nonnull(strstr(info->stack, "line 1, in <module>"));
}

START_TEST(tasks_are_listed_with_their_stacks) {
    int count = 0;
    open_guest((gh_config_t){0});
    gh_task_t *task = spawn(GH_SPAWN(.code = "import time; time.sleep(99)", .name = "sleeper"));
    gh_stats_t stats = turn_until_asleep(1);
    ck_assert_uint_eq(stats.tasks, 1);
    ck_assert_uint_eq(stats.spawned, 1);
    ck_assert_uint_ge(stats.switches, 1);
    ck_assert_int_eq(gh_tasks(host, on_task, &count), 1);
    ck_assert_int_eq(count, 1);
    ck_ok(gh_task_cancel(task));
    turn();
    gh_task_release(task);
    close_guest();
}
END_TEST

/* ---- signal masks ---- */

static void on_turn(uv_prepare_t *prepare) {
    sigset_t now;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    ck_assert_int_eq(sigismember(&now, SIGUSR1), 1);
    ck_assert_int_eq(sigismember(&now, SIGUSR2), 0);
    ++*(int *)prepare->data;
}

START_TEST(a_task_changes_no_mask_but_its_own) {
    uv_prepare_t prepare;
    int turns = 0;
    open_guest((gh_config_t){0});
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &own, NULL), 0);
    uv_prepare_init(&program_loop, &prepare);
    prepare.data = &turns;
    uv_prepare_start(&prepare, on_turn);
    uv_unref((uv_handle_t *)&prepare);
    run_code("import time\nfrom signal import *\n"
             "assert pthread_sigmask(SIG_SETMASK, [SIGUSR2]) == {SIGUSR1}\n"
             "time.sleep(0.001)\n"
             "assert pthread_sigmask(SIG_BLOCK, []) == {SIGUSR2}");
    ck_assert_int_ge(turns, 2);
    uv_close((uv_handle_t *)&prepare, NULL);
    close_guest();
}
END_TEST

/* ---- a host that makes its own loop ---- */

START_TEST(the_program_is_a_task_where_it_has_no_loop) {
    open_with((gh_config_t){0});
    gh_task_t *task = spawn(GH_SPAWN(.code = "import time; time.sleep(0.01)"));
    ck_fails(gh_wait_task(task, 0), UV_ETIMEDOUT);
    ck_ok(gh_wait_task(task, -1));
    ck_assert_int_eq(gh_task_result(task)->outcome, GH_RETURNED);
    ck_ok(gh_sleep(1));
    gh_task_release(task);
    ck_ok(gh_close(host));
    ck_fails(gh_sleep(1), UV_EPERM);
    gh_release(host);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, it_opens_and_closes_and_opens_again);
    tcase_add_test(tests, values_go_in_and_come_out);
    tcase_add_test(tests, scripts_have_argv_environ_and_streams_of_their_own);
    tcase_add_test(tests, a_task_reads_from_the_program);
    tcase_add_test(tests, modules_are_run_as_main);
    tcase_add_test(tests, an_exception_is_told_in_words);
    tcase_add_test(tests, a_task_is_cancelled);
    tcase_add_test(tests, a_deadline_is_a_timeout_error);
    tcase_add_test(tests, there_are_only_so_many_tasks);
    tcase_add_test(tests, a_task_holds_the_loop);
    tcase_add_test(tests, a_shutdown_drains_cancels_and_gives_up);
    tcase_add_test(tests, a_shutdown_of_nothing_is_over_at_once);
    tcase_add_test(tests, tasks_are_listed_with_their_stacks);
    tcase_add_test(tests, a_task_changes_no_mask_but_its_own);
    tcase_add_test(tests, the_program_is_a_task_where_it_has_no_loop);
}

int main(void) { return run_suite("embed_tasks", fill); }
