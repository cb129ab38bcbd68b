/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_embed_values.c: C gives Python values to wait for, functions to call, and streams to read. */
#include <sys/socket.h>
#include <unistd.h>

#include "embed.h"

/* ---- promises ---- */

static gh_promise_t *promise;

static int get_promise(gh_call_t *call) {
    return gh_return(call, gh_object(gh_promise_object(promise)));
}

static int wait_for_promise(gh_call_t *call) {
    gh_value_t value;
    int status = gh_wait_promise(promise, call->argv[0].integer, &value);
    return status < 0 ? status : gh_return(call, value);
}

static int forget_promise(gh_call_t *call) {
    gh_promise_release(promise);
    promise = NULL;
    return gh_return(call, gh_none());
}

static const gh_function_t promises[] = {
    {"get", get_promise, 0, NULL, "get()\n--\n\nThe promise."},
    {"wait", wait_for_promise, 1, NULL, NULL},
    {"forget", forget_promise, 0, NULL, NULL},
    {0},
};

static void open_promise(void) {
    open_guest((gh_config_t){0});
    ck_ok(gh_promise_new(host, &promise));
    ck_ok(gh_module(host, "promises", promises));
}

/* Has a task wait, settles the promise when it does, and sees what the task got. */
static void settle_for(const char *code, gh_value_t value) {
    open_promise();
    gh_task_t *task = spawn(GH_SPAWN(.code = code));
    while (uv_run(&program_loop, UV_RUN_NOWAIT) != 0 && gh_task_result(task) == NULL)
        gh_promise_settle(promise, value);
    ck_assert_msg(gh_task_result(task)->outcome == GH_RETURNED, "%s",
                  gh_task_result(task)->traceback);
    ck_fails(gh_promise_settle(promise, value), UV_EALREADY);
    gh_task_release(task);
    gh_promise_release(promise);
    close_guest();
}

START_TEST(a_promise_brings_an_int) {
    settle_for("import promises; assert promises.get().result() == -5", gh_int(-5));
}
END_TEST

START_TEST(a_promise_brings_a_string) {
    settle_for("import promises; assert promises.wait(-1) == 'ü'", gh_string("ü"));
}
END_TEST

START_TEST(a_promise_brings_bytes) {
    settle_for("import promises; assert promises.wait(-1) == b'\\0x'", gh_bytes("\0x", 2));
}
END_TEST

START_TEST(a_promise_brings_an_error) {
    settle_for("import promises\n"
               "try: promises.get().result()\n"
               "except ConnectionRefusedError: pass\n"
               "else: assert False",
               gh_error(UV_ECONNREFUSED));
}
END_TEST

static void *settle_there(void *unused) {
    ck_ok(gh_promise_settle(promise, gh_double(2.5)));
    ck_fails(gh_promise_settle(promise, gh_none()), UV_EALREADY);
    return unused;
}

START_TEST(another_thread_settles_it) {
    pthread_t thread;
    open_promise();
    gh_task_t *task = spawn(GH_SPAWN(.code = "import promises; assert promises.wait(-1) == 2.5"));
    ck_assert_int_eq(pthread_create(&thread, NULL, settle_there, NULL), 0);
    turn();
    pthread_join(thread, NULL);
    ck_assert_msg(gh_task_result(task)->outcome == GH_RETURNED, "%s",
                  gh_task_result(task)->traceback);
    gh_task_release(task);
    gh_promise_release(promise);
    close_guest();
}
END_TEST

START_TEST(one_that_is_let_go_of_is_cancelled) {
    open_promise();
    run_code("import promises, errno\n"
             "p = promises.get(); promises.forget()\n"
             "try: p.result()\n"
             "except OSError as error: assert error.errno == errno.ECANCELED\n"
             "else: assert False");
    close_guest();
}
END_TEST

START_TEST(one_that_outlives_the_host_refuses) {
    open_promise();
    close_guest();
    ck_fails(gh_promise_settle(promise, gh_int(1)), UV_ESHUTDOWN);
    gh_promise_release(promise);
}
END_TEST

START_TEST(waiting_for_one_ends_in_time) {
    open_promise();
    run_code("import promises\n"
             "try: promises.wait(1)\n"
             "except TimeoutError: pass\n"
             "else: assert False");
    gh_promise_release(promise);
    close_guest();
}
END_TEST

/* ---- functions ---- */

static int add(gh_call_t *call) {
    ck_assert_ptr_eq(call->host, host);
    return gh_return(call, gh_int(call->argv[0].integer + call->argv[1].integer));
}

static int nap(gh_call_t *call) { return gh_sleep(call->argv[0].integer); }

static int count(gh_call_t *call) { return gh_return(call, gh_int((int64_t)call->argc)); }

static int same(gh_call_t *call) { return gh_return(call, call->argv[0]); }

static int fail_with(gh_call_t *call) { return (int)call->argv[0].integer; }

static int read_plainly(gh_call_t *call) {
    char *buffer = malloc(16);
    ssize_t size = read((int)call->argv[0].integer, buffer, 16);
    int status = size < 0 ? UV_EIO : gh_return(call, gh_bytes(buffer, (size_t)size));
    free(buffer);
    return status;
}

static int wait_readable(gh_call_t *call) {
    int events = gh_wait_fd((int)call->argv[0].integer, UV_READABLE, call->argv[1].integer);
    return events < 0 ? events : gh_return(call, gh_int(events));
}

static const gh_function_t functions[] = {
    {"add", add, 2, NULL, "add(a, b)\n--\n\nThe sum."},
    {"nap", nap, 1, NULL, NULL},
    {"count", count, -1, NULL, NULL},
    {"same", same, 1, NULL, NULL},
    {"fail", fail_with, 1, NULL, NULL},
    {"read", read_plainly, 1, NULL, NULL},
    {"wait", wait_readable, 2, NULL, NULL},
    {0},
};

static void try_functions(const char *code) {
    open_guest((gh_config_t){0});
    ck_ok(gh_module(host, "functions", functions));
    ck_fails(gh_module(host, "functions", functions), UV_EEXIST);
    run_code(code);
    close_guest();
}

START_TEST(functions_take_and_return) {
    try_functions(
        "import functions as f\n"
        "assert f.add(2, 3) == 5 and f.add.__doc__ == 'The sum.'\n"
        "assert f.count() == 0 and f.count(1, 2, 3) == 3\n"
        "o = object()\n"
        "for v in (None, -1, 1 << 80, 1.5, 'a\\0ü', b'\\0', '', o): assert f.same(v) == v\n"
        "for bad in (lambda: f.add(1), lambda: f.same('\\ud800')):\n"
        "    try: bad()\n"
        "    except (TypeError, UnicodeEncodeError): pass\n"
        "    else: assert False");
}
END_TEST

START_TEST(functions_fail_as_system_calls_do) {
    char code[128];
    snprintf(code, sizeof(code),
             "import functions as f\n"
             "try: f.fail(%d)\n"
             "except FileNotFoundError: pass\n"
             "else: assert False",
             UV_ENOENT);
    try_functions(code);
}
END_TEST

START_TEST(functions_park_and_are_cancelled) {
    try_functions("import functions as f, _greenhost as greenhost\n"
                  "order = []\n"
                  "def nap(): f.nap(5); order.append('nap')\n"
                  "def quick(): order.append('quick')\n"
                  "for t in [greenhost.spawn(nap), greenhost.spawn(quick)]: t.result()\n"
                  "assert order == ['quick', 'nap'], order\n"
                  "late = greenhost.spawn(f.nap, 99999); greenhost.checkpoint()\n"
                  "late.cancel()\n"
                  "try: late.result()\n"
                  "except greenhost.Cancelled: pass\n"
                  "else: assert False");
}
END_TEST

START_TEST(functions_read_through_the_surface) {
    try_functions("import functions as f, os, _greenhost as greenhost\n"
                  "r, w = os.pipe()\n"
                  "waiter = greenhost.spawn(f.wait, r, -1)\n"
                  "greenhost.checkpoint(); os.write(w, b'text')\n"
                  "assert waiter.result() == 1 and f.read(r) == b'text'\n"
                  "reader = greenhost.spawn(f.read, r)\n"
                  "greenhost.checkpoint(); os.write(w, b'more')\n"
                  "assert reader.result() == b'more'\n"
                  "try: f.wait(r, 1)\n"
                  "except TimeoutError: pass\n"
                  "else: assert False\n"
                  "try: f.wait(9999, 1)\n"
                  "except OSError: pass\n"
                  "else: assert False");
}
END_TEST

/* ---- posts ---- */

static int posts;
static gh_task_t *waiting; /* keeps the loop alive until both have come */

static void on_post(gh_host_t *of, void *data) {
    ck_assert_ptr_eq(of, host);
    ck_assert_ptr_eq(gh_current(), host);
    posts = posts * 10 + (int)(intptr_t)data;
    if (posts > 10) ck_ok(gh_task_cancel(waiting));
}

static void *post_two(void *unused) {
    ck_ok(gh_post(host, on_post, (void *)1));
    ck_ok(gh_post(host, on_post, (void *)2));
    return unused;
}

START_TEST(a_thread_posts_in_order) {
    pthread_t thread;
    open_guest((gh_config_t){0});
    waiting = spawn(GH_SPAWN(.code = "import time; time.sleep(99)"));
    ck_assert_int_eq(pthread_create(&thread, NULL, post_two, NULL), 0);
    turn();
    pthread_join(thread, NULL);
    ck_assert_int_eq(posts, 12);
    gh_task_release(waiting);
    close_guest();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, a_promise_brings_an_int);
    tcase_add_test(tests, a_promise_brings_a_string);
    tcase_add_test(tests, a_promise_brings_bytes);
    tcase_add_test(tests, a_promise_brings_an_error);
    tcase_add_test(tests, another_thread_settles_it);
    tcase_add_test(tests, one_that_is_let_go_of_is_cancelled);
    tcase_add_test(tests, one_that_outlives_the_host_refuses);
    tcase_add_test(tests, waiting_for_one_ends_in_time);
    tcase_add_test(tests, functions_take_and_return);
    tcase_add_test(tests, functions_fail_as_system_calls_do);
    tcase_add_test(tests, functions_park_and_are_cancelled);
    tcase_add_test(tests, functions_read_through_the_surface);
    tcase_add_test(tests, a_thread_posts_in_order);
}

int main(void) { return run_suite("embed_values", fill); }
