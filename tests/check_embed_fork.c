/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_embed_fork.c: the children of a program that has a loop of its own, whoever forks them. */
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "embed.h"

static uv_pipe_t stream;
static int peer;

static int give_file(gh_call_t *call) {
    struct _object *file;
    int error = gh_stream_file(call->host, (uv_stream_t *)&stream, &file);
    return error < 0 ? error : gh_return(call, gh_object(file));
}

static int give_peer(gh_call_t *call) { return gh_return(call, gh_int(peer)); }

/* A task that the caller waits for. */
static int run_other(gh_call_t *call) {
    gh_task_t *task;
    int status = gh_spawn(call->host, &task, GH_SPAWN(.code = "import time; time.sleep(0.001)"));
    if (status == 0) status = gh_wait_task(task, -1);
    gh_task_release(task);
    return status;
}

static int close_host(gh_call_t *call) { return gh_close(call->host); }

static int own_loop(gh_call_t *call) {
    return gh_return(call, gh_int(gh_loop(call->host) == &program_loop));
}

static const gh_function_t functions[] = {
    {"file", give_file, 0, NULL, NULL},    {"peer", give_peer, 0, NULL, NULL},
    {"other", run_other, 0, NULL, NULL},   {"close", close_host, 0, NULL, NULL},
    {"programs", own_loop, 0, NULL, NULL}, {0},
};

static void open_all(void) {
    int pair[2];
    open_guest((gh_config_t){0});
    ck_ok(gh_module(host, "program", functions));
    ck_ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    ck_ok(uv_pipe_init(&program_loop, &stream, 0));
    ck_ok(uv_pipe_open(&stream, pair[0]));
    peer = pair[1];
}

static void close_all(void) {
    uv_close((uv_handle_t *)&stream, NULL);
    close_guest();
}

/* ---- a task forks ---- */

/* The child's statements, and that it ends well while the program goes on. */
#define FORK(child)                                                                                \
    "import errno, os, sys, time, program, _greenhost as greenhost\n"                              \
    "f, peer = program.file(), program.peer()\n"                                                   \
    "def raises(code, function, *args):\n"                                                         \
    "    try: function(*args)\n"                                                                   \
    "    except OSError as error: assert error.errno == code, error\n"                             \
    "    else: assert False, 'nothing was raised'\n"                                               \
    "def in_child():\n" child "reader = greenhost.spawn(f.read, 4)\n"                              \
    "greenhost.checkpoint()\n"                                                                     \
    "pid = os.fork()\n"                                                                            \
    "if pid == 0:\n"                                                                               \
    "    in_child()\n"                                                                             \
    "else:\n"                                                                                      \
    "    assert os.waitpid(pid, 0)[1] == 0\n"                                                      \
    "    os.write(peer, b'text'); assert reader.result() == b'text'\n"

static void try_child(const char *code) {
    open_all();
    run_code(code);
    close_all();
}

START_TEST(the_child_of_a_task_goes_on_as_a_program_of_its_own) {
    try_child(FORK("    order = []\n"
                   "    def nap(): time.sleep(0.005); order.append('nap')\n"
                   "    task = greenhost.spawn(nap)\n"
                   "    time.sleep(0.001); order.append('main'); task.result()\n"
                   "    assert order == ['main', 'nap'], order\n"));
}
END_TEST

START_TEST(it_leaves_the_loop_and_streams_alone) {
    try_child(FORK("    assert not program.programs()\n"
                   "    raises(errno.EBADF, f.read, 1); raises(errno.EBADF, f.write, b'x')\n"
                   "    raises(errno.EINVAL, program.file)\n"));
}
END_TEST

START_TEST(c_in_it_may_spawn_and_wait) {
    try_child(FORK("    program.other(); raises(errno.EBUSY, program.close)\n"));
}
END_TEST

START_TEST(an_exception_in_it_is_its_own) {
    try_child(FORK("    try: sys.exit(0)\n"
                   "    except SystemExit: os._exit(0)\n"));
}
END_TEST

/* ---- the program forks ---- */

#define hopes(what)                                                                                \
    if (!(what)) _exit(__LINE__ % 256)

static gh_promise_t *promise;
static gh_task_t *sleeper;

/* In the child, where a failed assertion would be told to nobody. */
static void check_orphan(void) {
    gh_stats_t stats = {.size = sizeof(stats)};
    hopes(gh_current() == NULL);
    hopes(gh_spawn(host, NULL, GH_SPAWN(.code = "pass")) == UV_ESHUTDOWN);
    hopes(gh_post(host, (gh_post_cb)abort, NULL) == UV_ESHUTDOWN);
    hopes(gh_tasks(host, (gh_task_cb)abort, NULL) == UV_ESHUTDOWN);
    hopes(gh_stats(host, &stats) == UV_ESHUTDOWN);
    hopes(gh_task_cancel(sleeper) == UV_ESHUTDOWN);
    hopes(gh_close(host) == UV_ESHUTDOWN);
    hopes(gh_promise_settle(promise, gh_none()) == UV_ESHUTDOWN);
    hopes(gh_wait_promise(promise, -1, NULL) == UV_ESHUTDOWN);
    hopes(gh_wait_task(sleeper, -1) == UV_ESHUTDOWN);
}

static void expect_success(pid_t child) {
    int status;
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(status == 0, "exit code %d", WEXITSTATUS(status));
}

static void spawn_sleeper(void) {
    ck_ok(gh_promise_new(host, &promise));
    sleeper = spawn(GH_SPAWN(.code = "import time; time.sleep(99)"));
    gh_stats_t stats = {.size = sizeof(stats)};
    while (stats.deadlines == 0) {
        uv_run(&program_loop, UV_RUN_NOWAIT);
        ck_ok(gh_stats(host, &stats));
    }
}

static void end_sleeper(void) {
    ck_ok(gh_task_cancel(sleeper));
    turn();
    gh_task_release(sleeper);
    gh_promise_release(promise);
    close_all();
}

/* Of CPython's API: what a program calls that forks, and wants Python in its child. */
int PyGILState_Ensure(void);
void PyGILState_Release(int state);
void PyOS_BeforeFork(void);
void PyOS_AfterFork_Parent(void);
void PyOS_AfterFork_Child(void);

static pid_t fork_with_python(void) {
    int gil = PyGILState_Ensure();
    PyOS_BeforeFork();
    pid_t child = fork();
    child == 0 ? PyOS_AfterFork_Child() : PyOS_AfterFork_Parent();
    PyGILState_Release(gil);
    return child;
}

static void on_time(uv_timer_t *timer) {
    uv_close((uv_handle_t *)timer, NULL);
    pid_t child = fork();
    if (child == 0) {
        check_orphan();
        _exit(0);
    }
    expect_success(child);
}

START_TEST(the_child_of_a_callback_has_no_host) {
    uv_timer_t timer;
    open_all();
    spawn_sleeper();
    ck_ok(uv_timer_init(&program_loop, &timer));
    ck_ok(uv_timer_start(&timer, on_time, 0, 0));
    uv_run(&program_loop, UV_RUN_ONCE);
    end_sleeper();
}
END_TEST

START_TEST(it_may_open_one_in_a_loop_of_its_own) {
    open_all();
    spawn_sleeper();
    pid_t child = fork_with_python();
    if (child == 0) {
        gh_host_t *parents = host;
        gh_task_t *task;
        uv_loop_t loop;
        check_orphan();
        hopes(uv_loop_init(&loop) == 0);
        hopes(gh_open(&host, &(gh_config_t){.size = sizeof(gh_config_t), .loop = &loop}) == 0);
        hopes(gh_spawn(host, &task, GH_SPAWN(.code = "import time; time.sleep(0.001)")) == 0);
        hopes(uv_run(&loop, UV_RUN_DEFAULT) == 0);
        hopes(gh_task_result(task)->outcome == GH_RETURNED);
        hopes(gh_task_cancel(sleeper) == UV_ESHUTDOWN);
        gh_task_release(task);
        hopes(gh_close(host) == 0);
        hopes(uv_run(&loop, UV_RUN_DEFAULT) == 0);
        hopes(uv_loop_close(&loop) == 0);
        gh_release(host);
        gh_release(parents);
        _exit(0);
    }
    expect_success(child);
    end_sleeper();
}
END_TEST

static void on_tick(uv_timer_t *timer) { uv_close((uv_handle_t *)timer, NULL); }

/* In which nothing of the host's happens any more, though a task of the parent's reads there. */
START_TEST(it_may_go_on_in_the_same_loop) {
    uv_timer_t timer;
    open_all();
    sleeper = spawn(GH_SPAWN(.code = "import program; program.file().read(1)"));
    while (!uv_is_active((uv_handle_t *)&stream)) uv_run(&program_loop, UV_RUN_NOWAIT);
    ck_ok(gh_promise_new(host, &promise));
    pid_t child = fork();
    if (child == 0) {
        check_orphan();
        hopes(uv_loop_fork(&program_loop) == 0);
        hopes(!uv_is_active((uv_handle_t *)&stream));
        hopes(uv_timer_init(&program_loop, &timer) == 0);
        hopes(uv_timer_start(&timer, on_tick, 1, 0) == 0);
        hopes(uv_run(&program_loop, UV_RUN_DEFAULT) == 0);
        _exit(0);
    }
    expect_success(child);
    end_sleeper();
}
END_TEST

static void *fork_there(void *unused) {
    pid_t child = fork();
    if (child == 0) {
        check_orphan();
        _exit(0);
    }
    expect_success(child);
    return unused;
}

START_TEST(the_child_of_another_thread_has_no_host) {
    pthread_t thread;
    open_all();
    spawn_sleeper();
    ck_ok(pthread_create(&thread, NULL, fork_there, NULL));
    pthread_join(thread, NULL);
    end_sleeper();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, the_child_of_a_task_goes_on_as_a_program_of_its_own);
    tcase_add_test(tests, it_leaves_the_loop_and_streams_alone);
    tcase_add_test(tests, c_in_it_may_spawn_and_wait);
    tcase_add_test(tests, an_exception_in_it_is_its_own);
    tcase_add_test(tests, the_child_of_a_callback_has_no_host);
    tcase_add_test(tests, it_may_open_one_in_a_loop_of_its_own);
    tcase_add_test(tests, it_may_go_on_in_the_same_loop);
    tcase_add_test(tests, the_child_of_another_thread_has_no_host);
}

int main(void) { return run_suite("embed_fork", fill); }
