/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * check_embed_misuse.c: every function of greenhost.h where it should not be called, or should be, and
 * with arguments that make no sense.  Each place is a column of one table, which says what each
 * function answers there, and one test, in a process of its own.
 */
#include <unistd.h>

#include "embed.h"

/* What the functions are tried with. */
static gh_task_t *sleeper, *ended;
static gh_promise_t *promise, *never;
static uv_pipe_t stream;
static gh_call_t call;
static int readable[2];

/* ---- each function, with arguments that are right: 0, or what it fails with ---- */

static int try_python_open(void) { return gh_python_open(NULL); }

static int try_open(void) {
    gh_host_t *other;
    int error = gh_open(&other, NULL);
    if (error < 0) return error;
    ck_ok(gh_close(other));
    gh_release(other);
    return 0;
}

static int try_hold(void) {
    ck_assert_ptr_eq(gh_hold(host), host);
    gh_release(host);
    return 0;
}

static int try_current(void) { return gh_current() == host ? 0 : UV_ENOENT; }

static int try_loop(void) { return gh_loop(host) == &program_loop ? 0 : UV_ENOENT; }

static int try_words(void) {
    const char *reason;
    bool right = gh_surface_active(&reason) && gh_surface_active(NULL) && reason[0] == '\0' &&
                 strcmp(gh_version(), GH_VERSION) == 0 && gh_error_message() != NULL;
    return right && gh_error_exit_code() >= 0 ? 0 : UV_EINVAL;
}

static int try_spawn(void) { return gh_spawn(host, NULL, GH_SPAWN(.code = "pass")); }

static int try_result(void) { return gh_task_result(ended) != NULL ? 0 : UV_ENOENT; }

static int try_wait_task(void) { return gh_wait_task(sleeper, 0); }

static int try_wait_ended(void) { return gh_wait_task(ended, -1); }

static int try_cancel(void) { return gh_task_cancel(sleeper); }

static int try_cancel_ended(void) { return gh_task_cancel(ended); }

static int try_task(void) {
    gh_task_release(gh_task_hold(ended));
    return gh_task_object(ended) != NULL ? 0 : UV_ENOENT;
}

static void on_task(const gh_task_info_t *info, void *data) {
    ck_assert_ptr_nonnull(info->name);
    ck_assert_ptr_null(data);
}

static int try_tasks(void) {
    int count = gh_tasks(host, on_task, NULL);
    return count < 0 ? count : 0;
}

static int try_stats(void) { return gh_stats(host, &(gh_stats_t){.size = sizeof(gh_stats_t)}); }

static void on_posted(gh_host_t *of, void *data) {
    ck_assert_ptr_eq(of, host);
    ck_assert_ptr_null(data);
}

static int try_post(void) { return gh_post(host, on_posted, NULL); }

static int try_promise_new(void) {
    gh_promise_t *new;
    int error = gh_promise_new(host, &new);
    if (error == 0) gh_promise_release(new);
    return error;
}

static int try_settle(void) { return gh_promise_settle(promise, gh_string("text")); }

static int try_wait_promise(void) { return gh_wait_promise(never, 0, NULL); }

static int try_promise_object(void) { return gh_promise_object(never) != NULL ? 0 : UV_ENOENT; }

static int try_promise_release(void) { return gh_promise_release(never), 0; }

static int try_stream(void) {
    struct _object *file;
    return gh_stream_file(host, (uv_stream_t *)&stream, &file);
}

static int try_module(void) { return gh_module(host, "another", (const gh_function_t[]){{0}}); }

static int try_return(void) { return gh_return(&call, gh_bytes("abc", 3)); }

static int try_sleep(void) { return gh_sleep(0); }

static int try_wait_fd(void) {
    int events = gh_wait_fd(readable[0], UV_READABLE, 0);
    return events < 0 ? events : events == UV_READABLE ? 0 : UV_EIO;
}

static int try_shutdown(void) { return gh_shutdown(host, 99999, 99999, NULL, NULL); }

static int try_close(void) { return gh_close(host); }

/* ---- what each answers where ---- */

/* In the program, between turns of its loop or in a callback, with tasks there or with none; in a task;
 * on another thread; once the host is closed; once Python has ended. */
typedef enum { PROGRAM, IDLE, TASK, THREAD, CLOSED, ENDED, PLACES } place_t;

#define EVERYWHERE                                                                                 \
    { 0, 0, 0, 0, 0, 0 }
#define ON_LOOP                                                                                    \
    { 0, 0, 0, UV_EPERM, UV_ESHUTDOWN, UV_ESHUTDOWN }
#define ANY_THREAD                                                                                 \
    { 0, 0, 0, 0, UV_ESHUTDOWN, UV_ESHUTDOWN }
#define IN_TASK                                                                                    \
    { UV_EPERM, UV_EPERM, 0, UV_EPERM, UV_EPERM, UV_EPERM }
#define NEVER                                                                                      \
    { UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EALREADY }

/* What can be done once only comes last, and is tried twice. */
static const struct {
    const char *name;
    int (*function)(void);
    int status[PLACES];
} table[] = {
    {"gh_python_open", try_python_open, NEVER},
    {"gh_open", try_open, {UV_EBUSY, UV_EBUSY, UV_EBUSY, UV_EPERM, 0, UV_EALREADY}},
    {"gh_hold, gh_release", try_hold, EVERYWHERE},
    {"gh_current", try_current, {0, 0, 0, UV_ENOENT, UV_ENOENT, UV_ENOENT}},
    {"gh_loop", try_loop, {0, 0, 0, 0, UV_ENOENT, UV_ENOENT}},
    {"gh_surface_active, gh_error_message, gh_error_exit_code, gh_version", try_words, EVERYWHERE},
    {"gh_task_result", try_result, {0, 0, 0, 0, 0, UV_ENOENT}},
    {"gh_task_hold, gh_task_release, gh_task_object", try_task, EVERYWHERE},
    {"gh_tasks", try_tasks, ANY_THREAD},
    {"gh_stats", try_stats, ON_LOOP},
    {"gh_post", try_post, ANY_THREAD},
    {"gh_promise_new", try_promise_new, ON_LOOP},
    {"gh_promise_object", try_promise_object, EVERYWHERE},
    {"gh_stream_file", try_stream, ON_LOOP},
    {"gh_return", try_return, EVERYWHERE},
    {"gh_sleep", try_sleep, IN_TASK},
    {"gh_wait_fd", try_wait_fd, IN_TASK},
    {"gh_wait_promise",
     try_wait_promise,
     {UV_EPERM, UV_EPERM, UV_ETIMEDOUT, UV_ETIMEDOUT, UV_ESHUTDOWN, UV_EINVAL}},
    {"gh_wait_task of one that is done", try_wait_ended, {0, 0, 0, 0, 0, UV_EINVAL}},
    {"gh_wait_task", try_wait_task, {UV_EPERM, 0, UV_ETIMEDOUT, UV_ETIMEDOUT, 0, UV_EINVAL}},
    {"gh_task_cancel of one that is done",
     try_cancel_ended,
     {UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EINVAL}},
    {"gh_task_cancel", try_cancel, {0, UV_EALREADY, 0, UV_EPERM, UV_EALREADY, UV_EINVAL}},
    {"gh_module", try_module, ON_LOOP},
    {"gh_module again",
     try_module,
     {UV_EEXIST, UV_EEXIST, UV_EEXIST, UV_EPERM, UV_ESHUTDOWN, UV_ESHUTDOWN}},
    {"gh_promise_settle", try_settle, ANY_THREAD},
    {"gh_promise_settle again",
     try_settle,
     {UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_ESHUTDOWN, UV_ESHUTDOWN}},
    {"gh_promise_release", try_promise_release, EVERYWHERE},
    {"gh_close", try_close, {UV_EBUSY, 1, UV_EBUSY, UV_EPERM, UV_ESHUTDOWN, UV_ESHUTDOWN}},
    {"gh_spawn", try_spawn, ON_LOOP},
    {"gh_shutdown", try_shutdown, ON_LOOP},
    {"gh_shutdown again",
     try_shutdown,
     {UV_EALREADY, UV_EALREADY, UV_EALREADY, UV_EPERM, UV_ESHUTDOWN, UV_ESHUTDOWN}},
    {"gh_spawn after gh_shutdown",
     try_spawn,
     {UV_ESHUTDOWN, UV_ESHUTDOWN, UV_ESHUTDOWN, UV_EPERM, UV_ESHUTDOWN, UV_ESHUTDOWN}},
};

static bool tried[PLACES];

static void try_all(place_t place) {
    tried[place] = true;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        int wanted = table[i].status[place];
        if (wanted > 0) continue;
        int status = table[i].function();
        ck_assert_msg(status == wanted, "%s: %d (%s), not %d", table[i].name, status,
                      gh_error_message(), wanted);
        if (status < 0 && status != UV_ENOENT) ck_assert_str_ne(gh_error_message(), "");
    }
}

/* ---- the places ---- */

static int use(gh_call_t *of) {
    try_all((place_t)of->argv[0].integer);
    return gh_return(of, gh_none());
}

static const gh_function_t functions[] = {{"use", use, 1, NULL, NULL}, {0}};

static void on_done(gh_task_t *task, void *data) {
    const gh_result_t *result = gh_task_result(task);
    ck_assert_msg(result->outcome == GH_RETURNED, "%s", result->traceback);
    *(gh_task_t **)data = task;
}

static void open_all(void) {
    open_guest((gh_config_t){0});
    ck_ok(pipe(readable));
    ck_assert_int_eq(write(readable[1], "x", 1), 1);
    ck_ok(gh_module(host, "program", functions));
    ck_ok(gh_promise_new(host, &promise));
    ck_ok(gh_promise_new(host, &never));
    ck_ok(uv_pipe_init(&program_loop, &stream, 0));
    ended = spawn(GH_SPAWN(.code = "pass"));
    sleeper = spawn(GH_SPAWN(.code = "import time; time.sleep(99)"));
    while (gh_task_result(ended) == NULL) uv_run(&program_loop, UV_RUN_NOWAIT);
}

static void end_sleeper(void) {
    if (gh_task_result(sleeper) == NULL) gh_task_cancel(sleeper);
    turn();
}

static void close_all(void) {
    end_sleeper();
    uv_close((uv_handle_t *)&stream, NULL);
    if (gh_current() != NULL) ck_ok(gh_close(host));
    turn();
    ck_ok(uv_loop_close(&program_loop));
    gh_task_release(ended);
    gh_task_release(sleeper);
    gh_promise_release(promise);
    gh_release(host);
    gh_return(&call, gh_none());
}

START_TEST(between_turns_of_the_loop) {
    open_all();
    try_all(PROGRAM);
    close_all();
}
END_TEST

/* A callback of the program's, which the loop waits for. */
static uv_timer_t timer;

static void call_back(uv_timer_cb callback) {
    ck_ok(uv_timer_init(&program_loop, &timer));
    ck_ok(uv_timer_start(&timer, callback, 0, 0));
    uv_run(&program_loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
}

static void use_loop(uv_timer_t *of) {
    (void)of;
    try_all(PROGRAM);
}

START_TEST(in_a_callback) {
    open_all();
    call_back(use_loop);
    ck_assert(tried[PROGRAM]);
    close_all();
}
END_TEST

static void use_idle_loop(uv_timer_t *of) {
    (void)of;
    try_all(IDLE);
}

START_TEST(in_a_callback_when_all_tasks_are_done) {
    open_all();
    end_sleeper();
    call_back(use_idle_loop);
    ck_assert(tried[IDLE]);
    close_all();
}
END_TEST

static void use_closed(uv_timer_t *of) {
    (void)of;
    ck_ok(gh_close(host));
    try_all(CLOSED);
}

START_TEST(in_the_callback_that_closes_the_host) {
    open_all();
    end_sleeper();
    call_back(use_closed);
    ck_assert(tried[CLOSED]);
    close_all();
}
END_TEST

static void run_task(const char *code) {
    open_all();
    gh_task_t *done = NULL;
    ck_ok(gh_spawn(host, NULL, GH_SPAWN(.code = code, .done = on_done, .data = &done)));
    while (done == NULL) uv_run(&program_loop, UV_RUN_NOWAIT);
}

START_TEST(in_a_task) {
    run_task("import program; program.use(2)");
    ck_assert(tried[TASK]);
    close_all();
}
END_TEST

START_TEST(in_a_finalizer_that_a_task_runs) {
    run_task("import program\n"
             "class A:\n"
             "    def __del__(self): program.use(2)\n"
             "A()");
    ck_assert(tried[TASK]);
    close_all();
}
END_TEST

/* The callback drops the last reference to what a task has returned. */
START_TEST(in_a_finalizer_that_a_callback_runs) {
    run_task("import program, sys, types\n"
             "class A:\n"
             "    def __del__(self): program.use(0)\n"
             "sys.modules['made'] = types.SimpleNamespace(make=A)");
    gh_task_t *made = spawn(GH_SPAWN(.function = "made:make"));
    while (gh_task_result(made) == NULL) uv_run(&program_loop, UV_RUN_NOWAIT);
    ck_assert(!tried[PROGRAM]);
    gh_task_release(made);
    ck_assert(tried[PROGRAM]);
    close_all();
}
END_TEST

static void *use_there(void *unused) {
    try_all(THREAD);
    return unused;
}

START_TEST(in_another_thread) {
    pthread_t thread;
    open_all();
    ck_ok(pthread_create(&thread, NULL, use_there, NULL));
    pthread_join(thread, NULL);
    close_all();
}
END_TEST

START_TEST(after_the_end_of_the_host) {
    open_all();
    end_sleeper();
    ck_ok(gh_close(host));
    try_all(CLOSED);
    close_all();
}
END_TEST

/* Of CPython's API, which a program may use too. */
int PyGILState_Ensure(void);
int Py_FinalizeEx(void);

START_TEST(after_the_end_of_python) {
    open_all();
    end_sleeper();
    PyGILState_Ensure();
    ck_ok(Py_FinalizeEx());
    try_all(ENDED);
    close_all();
}
END_TEST

/* ---- arguments ---- */

START_TEST(what_is_null_is_refused) {
    struct _object *file;
    gh_promise_t *new;
    gh_stats_t stats = {.size = sizeof(stats)};
    open_all();
    ck_fails(gh_open(NULL, NULL), UV_EINVAL);
    ck_fails(gh_shutdown(NULL, 0, 0, NULL, NULL), UV_EINVAL);
    ck_fails(gh_close(NULL), UV_EINVAL);
    ck_fails(gh_spawn(NULL, NULL, GH_SPAWN(.code = "1")), UV_EINVAL);
    ck_fails(gh_spawn(host, NULL, NULL), UV_EINVAL);
    ck_fails(gh_wait_task(NULL, 0), UV_EINVAL);
    ck_fails(gh_task_cancel(NULL), UV_EINVAL);
    ck_fails(gh_tasks(NULL, on_task, NULL), UV_EINVAL);
    ck_fails(gh_tasks(host, NULL, NULL), UV_EINVAL);
    ck_fails(gh_stats(NULL, &stats), UV_EINVAL);
    ck_fails(gh_stats(host, NULL), UV_EINVAL);
    ck_fails(gh_post(NULL, on_posted, NULL), UV_EINVAL);
    ck_fails(gh_post(host, NULL, NULL), UV_EINVAL);
    ck_fails(gh_promise_new(NULL, &new), UV_EINVAL);
    ck_fails(gh_promise_new(host, NULL), UV_EINVAL);
    ck_fails(gh_promise_settle(NULL, gh_none()), UV_EINVAL);
    ck_fails(gh_wait_promise(NULL, 0, NULL), UV_EINVAL);
    ck_fails(gh_stream_file(NULL, (uv_stream_t *)&stream, &file), UV_EINVAL);
    ck_fails(gh_stream_file(host, NULL, &file), UV_EINVAL);
    ck_fails(gh_stream_file(host, (uv_stream_t *)&stream, NULL), UV_EINVAL);
    ck_fails(gh_module(NULL, "m", functions), UV_EINVAL);
    ck_fails(gh_module(host, NULL, functions), UV_EINVAL);
    ck_fails(gh_module(host, "m", NULL), UV_EINVAL);
    ck_fails(gh_return(NULL, gh_none()), UV_EINVAL);
    ck_assert_ptr_null(gh_task_result(NULL));
    ck_assert_ptr_null(gh_task_hold(NULL));
    ck_assert_ptr_null(gh_task_object(NULL));
    ck_assert_ptr_null(gh_promise_object(NULL));
    ck_assert_ptr_null(gh_hold(NULL));
    ck_assert_ptr_null(gh_loop(NULL));
    gh_release(NULL);
    gh_task_release(NULL);
    gh_promise_release(NULL);
    gh_promise_release(never);
    close_all();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused) {
    const gh_value_t none = gh_none();
    gh_host_t *other;
    ck_fails(gh_open(&other, &(gh_config_t){.size = 3}), UV_EINVAL);
    ck_fails(gh_python_open(&(gh_python_t){.size = 1 << 20}), UV_EINVAL);
    open_all();
    ck_fails(gh_spawn(host, NULL, GH_SPAWN(.name = "nothing to do")), UV_EINVAL);
    ck_fails(gh_spawn(host, NULL, GH_SPAWN(.code = "1", .file = "f")), UV_EINVAL);
    ck_fails(gh_spawn(host, NULL, GH_SPAWN(.code = "1", .args = &none, .count = 1)), UV_EINVAL);
    ck_fails(gh_spawn(host, NULL, GH_SPAWN(.function = "m:f", .count = 1)), UV_EINVAL);
    ck_fails(gh_spawn(host, NULL, &(gh_spawn_t){.size = 1 << 20, .code = "1"}), UV_EINVAL);
    ck_fails(gh_stats(host, &(gh_stats_t){.size = 1 << 20}), UV_EINVAL);
    ck_fails(gh_wait_fd(0, 0, 0), UV_EINVAL);
    gh_promise_release(never);
    close_all();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, between_turns_of_the_loop);
    tcase_add_test(tests, in_a_callback);
    tcase_add_test(tests, in_a_callback_when_all_tasks_are_done);
    tcase_add_test(tests, in_the_callback_that_closes_the_host);
    tcase_add_test(tests, in_a_task);
    tcase_add_test(tests, in_a_finalizer_that_a_task_runs);
    tcase_add_test(tests, in_a_finalizer_that_a_callback_runs);
    tcase_add_test(tests, in_another_thread);
    tcase_add_test(tests, after_the_end_of_the_host);
    tcase_add_test(tests, after_the_end_of_python);
    tcase_add_test(tests, what_is_null_is_refused);
    tcase_add_test(tests, what_makes_no_sense_is_refused);
}

int main(void) { return run_suite("embed_misuse", fill); }
