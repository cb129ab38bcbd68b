/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_embed_config.c: how Python is started and a host is opened, field by field. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "embed.h"

/* Opens a guest with a Python of this configuration and runs statements in it. */
static void try_python(gh_python_t python, const char *code) {
    python.size = sizeof(python);
    open_guest((gh_config_t){.python = &python});
    run_code(code);
    close_guest();
}

/* ---- Python ---- */

START_TEST(its_paths_come_first) {
    const char *const paths[] = {"/nowhere/a", "/nowhere/b", NULL};
    try_python((gh_python_t){.paths = paths},
               "import sys; assert sys.path[:2] == ['/nowhere/a', '/nowhere/b'], sys.path");
}
END_TEST

START_TEST(it_reads_the_environment) {
    setenv("PYTHONPATH", "/nowhere/env", 1);
    try_python((gh_python_t){0}, "import sys; assert '/nowhere/env' in sys.path\n"
                                 "assert not sys.flags.isolated");
}
END_TEST

START_TEST(it_does_not_where_it_is_isolated) {
    setenv("PYTHONPATH", "/nowhere/env", 1);
    try_python((gh_python_t){.isolated = true}, "import sys; assert sys.flags.isolated\n"
                                                "assert '/nowhere/env' not in sys.path");
}
END_TEST

START_TEST(its_arguments_are_those_of_sys_argv) {
    char *argv[] = {"program", "-c", "ü", NULL};
    try_python((gh_python_t){.argc = 3, .argv = argv},
               "import sys; assert list(sys.argv) == ['program', '-c', 'ü'], sys.argv");
}
END_TEST

START_TEST(its_home_is_where_it_is_told) {
    try_python((gh_python_t){.home = "/usr"}, "import sys; assert sys.base_prefix == '/usr'");
}
END_TEST

START_TEST(a_virtual_environment_that_is_none_is_refused) {
    ck_fails(gh_python_open(&(gh_python_t){.size = sizeof(gh_python_t), .venv = "/nowhere"}),
             UV_ENOENT);
    ck_assert_int_eq(gh_error_exit_code(), GH_EXIT_VENV);
    ck_ok(gh_python_open(NULL)); /* so it may try again */
}
END_TEST

static void on_signal(int number) { (void)number; }

START_TEST(signals_stay_the_program_s) {
    struct sigaction action;
    signal(SIGINT, on_signal);
    try_python((gh_python_t){0}, "pass");
    ck_ok(sigaction(SIGINT, NULL, &action));
    ck_assert(action.sa_handler == on_signal);
    ck_ok(sigaction(SIGPIPE, NULL, &action));
    ck_assert(action.sa_handler == SIG_DFL);
}
END_TEST

/* ---- the host ---- */

static char told[1024];

static void on_report(void *data, const char *text) {
    ck_assert_str_eq(data, "the program's");
    strncat(told, text, sizeof(told) - strlen(told) - 1);
}

START_TEST(what_nobody_has_seen_is_reported_to_the_program) {
    open_guest((gh_config_t){.report = on_report, .data = "the program's"});
    run_code("import _greenhost\n"
             "def fail(): raise ValueError('why')\n"
             "_greenhost.spawn(fail); _greenhost.checkpoint()");
    ck_assert_ptr_nonnull(strstr(told, "was never retrieved"));
    ck_assert_ptr_nonnull(strstr(told, "ValueError: why"));
    close_guest();
}
END_TEST

START_TEST(threads_are_tasks_where_it_asks_for_that) {
    open_guest((gh_config_t){.threads_as_tasks = true});
    run_code(
        "import threading\n"
        "def see(): seen.append(threading.get_native_id())\n"
        "seen = []; thread = threading.Thread(target=see)\n"
        "thread.start(); thread.join()\n"
        "assert seen[0] != threading.get_native_id() and seen[0] >> 22"); /* none of the kernel's */
    close_guest();
}
END_TEST

START_TEST(a_program_that_is_stuck_ends) {
    /* Which a handled signal might change, and libcheck handles some. */
    signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL), signal(SIGALRM, SIG_DFL);
    open_with((gh_config_t){.ends_stuck = true, .report = on_report, .data = "the program's"});
    gh_task_t *task =
        spawn(GH_SPAWN(.code = "import threading; lock = threading.Lock()\nlock.acquire()\n"
                               "lock.acquire()"));
    ck_fails(gh_wait_task(task, -1), UV_ECANCELED);
    ck_fails(gh_sleep(1), UV_ECANCELED);
    ck_assert_ptr_nonnull(strstr(told, "all tasks are stuck"));
}
END_TEST

int PyRun_SimpleString(
    const char *code); /* of CPython's API, to be called before there is a host */

/* The library prints nothing: the program decides what becomes of a failure. */
START_TEST(what_python_says_against_a_host_is_the_message) {
    char printed[1] = "";
    int ends[2];
    ck_ok(gh_python_open(NULL));
    ck_assert_int_eq(PyRun_SimpleString("import sys; sys.modules['atexit'] = None"), 0);
    ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
    ck_fails(gh_open(&host, NULL), UV_ENOMEM);
    ck_assert_ptr_nonnull(strstr(gh_error_message(), "ModuleNotFoundError: import of atexit"));
    ck_assert_int_eq(read(ends[0], printed, sizeof(printed)), -1);
    ck_assert_int_eq(PyRun_SimpleString("del sys.modules['atexit']"), 0);
    ck_ok(gh_open(&host, NULL)); /* so it may try again */
    ck_ok(gh_close(host));
    gh_release(host);
}
END_TEST

START_TEST(hosts_are_opened_one_after_the_other) {
    static const char nap[] = "import time; time.sleep(0.001)";
    for (int i = 0; i < 3; i++) {
        open_with((gh_config_t){0});
        gh_task_t *task = spawn(GH_SPAWN(.code = nap));
        ck_ok(gh_wait_task(task, -1));
        gh_task_release(task);
        ck_ok(gh_close(host));
        gh_release(host);
        open_guest((gh_config_t){0});
        run_code(nap);
        close_guest();
    }
}
END_TEST

/* ---- what goes in as it came out ---- */

START_TEST(a_callable_is_run_as_a_task) {
    const gh_value_t index = gh_int(1), text = gh_string("abc");
    open_guest((gh_config_t){0});
    gh_task_t *made =
        spawn(GH_SPAWN(.function = "operator:itemgetter", .args = &index, .count = 1));
    turn();
    const gh_value_t getter = gh_task_result(made)->value;
    ck_assert_int_eq(getter.kind, GH_OBJECT);
    gh_task_t *task = spawn(GH_SPAWN(.callable = getter.object, .args = &text, .count = 1));
    gh_task_release(made);
    turn();
    ck_assert_str_eq(gh_task_result(task)->value.data, "b");
    gh_task_release(task);
    close_guest();
}
END_TEST

/* Of CPython's API, without which an object can't be held. */
int PyGILState_Ensure(void);
void PyGILState_Release(int state);

START_TEST(a_promise_brings_an_object) {
    gh_promise_t *promise;
    open_guest((gh_config_t){0});
    ck_ok(gh_promise_new(host, &promise));
    const gh_value_t outcome = gh_object(gh_promise_object(promise));
    gh_task_t *made = spawn(GH_SPAWN(.function = "builtins:object"));
    gh_task_t *task =
        spawn(GH_SPAWN(.function = "_greenhost:Promise.result", .args = &outcome, .count = 1));
    while (gh_task_result(made) == NULL) uv_run(&program_loop, UV_RUN_NOWAIT);
    int gil = PyGILState_Ensure();
    ck_ok(gh_promise_settle(promise, gh_object(gh_task_result(made)->value.object)));
    PyGILState_Release(gil);
    turn();
    ck_assert_ptr_eq(gh_task_result(task)->value.object, gh_task_result(made)->value.object);
    gh_task_release(task);
    gh_task_release(made);
    gh_promise_release(promise);
    close_guest();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, its_paths_come_first);
    tcase_add_test(tests, it_reads_the_environment);
    tcase_add_test(tests, it_does_not_where_it_is_isolated);
    tcase_add_test(tests, its_arguments_are_those_of_sys_argv);
    tcase_add_test(tests, its_home_is_where_it_is_told);
    tcase_add_test(tests, a_virtual_environment_that_is_none_is_refused);
    tcase_add_test(tests, signals_stay_the_program_s);
    tcase_add_test(tests, what_nobody_has_seen_is_reported_to_the_program);
    tcase_add_test(tests, threads_are_tasks_where_it_asks_for_that);
    tcase_add_test(tests, a_program_that_is_stuck_ends);
    tcase_add_test(tests, what_python_says_against_a_host_is_the_message);
    tcase_add_test(tests, hosts_are_opened_one_after_the_other);
    tcase_add_test(tests, a_callable_is_run_as_a_task);
    tcase_add_test(tests, a_promise_brings_an_object);
}

int main(void) { return run_suite("embed_config", fill); }
