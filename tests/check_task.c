/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_task.c: core/task.c lets tasks move along its picture only, and runs them in turn. */
#include <signal.h>

#include "support.h"

#define STATES (GH__DONE + 1)

/* The arrows of the picture in core/task.h, once more. */
static bool in_picture(gh__state_t from, gh__state_t to) {
    switch (from) {
    case GH__NEW: return to == GH__READY || to == GH__RUNNING;
    case GH__READY: return to == GH__RUNNING;
    case GH__RUNNING: return to == GH__PARKED || to == GH__READY || to == GH__DONE;
    case GH__PARKED: return to == GH__READY;
    default: return false;
    }
}

/* Forbidden moves abort, so each gets a process, and a loop of libcheck counts the moves of one
 * sort: the i-th that is in the picture, or is not. */
static void move(int i, bool allowed) {
    for (int pair = 0; pair < STATES * STATES; pair++) {
        gh__state_t from = (gh__state_t)(pair / STATES), to = (gh__state_t)(pair % STATES);
        if (in_picture(from, to) != allowed || i-- > 0) continue;
        gh_task_t task = {.state = from};
        gh__task_move(&task, to);
        ck_assert_int_eq(task.state, to);
        return;
    }
    ck_abort_msg("there are fewer moves than that");
}

#define ALLOWED 7

START_TEST(a_move_of_the_picture) { move(_i, true); }
END_TEST

START_TEST(any_other_move_aborts) { move(_i, false); }
END_TEST

static int trace[16], steps;

static void note_one(void) {
    trace[steps++] = 1;
    gh__yield(gh__may_park());
    trace[steps++] = 1;
}

static void note_two(void) {
    trace[steps++] = 2;
    gh__yield(gh__may_park());
    trace[steps++] = 2;
}

START_TEST(tasks_run_in_the_order_of_the_spawns) {
    gh_host_t *host = host_open();
    gh_task_t *one = spawn_c(host, note_one), *two = spawn_c(host, note_two);
    ck_assert_int_eq(steps, 0);
    join(two);
    join(one);
    const int expected[] = {1, 2, 1, 2};
    ck_assert_int_eq(steps, 4);
    ck_assert_mem_eq(trace, expected, sizeof expected);
    host_end();
}
END_TEST

static void do_nothing(void) {}

START_TEST(a_finished_task_is_no_longer_listed) {
    gh_host_t *host = host_open();
    gh_task_t *task = spawn_c(host, do_nothing);
    ck_assert_uint_eq(host->task_count, 2);
    Py_INCREF(task);
    join(task);
    ck_assert_int_eq(task->state, GH__DONE);
    ck_assert_uint_eq(host->task_count, 1);
    ck_assert(gh__list_empty(&task->all));
    Py_DECREF(task);
    host_end();
}
END_TEST

START_TEST(waking_who_is_not_parked_does_nothing) {
    gh_host_t *host = host_open();
    gh_task_t *task = spawn_c(host, do_nothing);
    gh__unpark(task, 0);
    gh__unpark(host->main, 0);
    ck_assert_int_eq(host->main->state, GH__RUNNING);
    Py_INCREF(task);
    join(task);
    gh__unpark(task, 0);
    ck_assert_int_eq(task->state, GH__DONE);
    Py_DECREF(task);
    host_end();
}
END_TEST

START_TEST(the_main_task_alone_may_as_well_block) {
    gh_host_t *host = host_open();
    PyThreadState *tstate = PyEval_SaveThread();
    ck_assert_ptr_null(gh__may_park());
    ck_assert_ptr_eq(gh__may_park_even_alone(), host->main);
    PyEval_RestoreThread(tstate);
    ck_assert_ptr_null(gh__may_park_even_alone());
    host_end();
}
END_TEST

START_TEST(who_holds_the_gil_may_not_park) {
    gh_host_t *host = host_open();
    gh_task_t *task = spawn_c(host, do_nothing);
    ck_assert_ptr_null(gh__may_park());
    PyThreadState *tstate = PyEval_SaveThread();
    ck_assert_ptr_eq(gh__may_park(), host->main);
    host->no_switch++;
    ck_assert_ptr_null(gh__may_park());
    host->no_switch--;
    PyEval_RestoreThread(tstate);
    join(task);
    host_end();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_loop_test(tests, a_move_of_the_picture, 0, ALLOWED);
    tcase_add_loop_test_raise_signal(tests, any_other_move_aborts, SIGABRT, 0,
                                     STATES * STATES - ALLOWED);
    tcase_add_test(tests, tasks_run_in_the_order_of_the_spawns);
    tcase_add_test(tests, a_finished_task_is_no_longer_listed);
    tcase_add_test(tests, waking_who_is_not_parked_does_nothing);
    tcase_add_test(tests, the_main_task_alone_may_as_well_block);
    tcase_add_test(tests, who_holds_the_gil_may_not_park);
}

int main(void) { return run_tests("task", fill); }
