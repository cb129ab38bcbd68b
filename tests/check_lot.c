/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_lot.c: core/lot.c loses no wake, whoever wakes, and wakes nobody else. */
#include "support.h"

#define TASKS 4

static gh_host_t host;
static gh_task_t tasks[TASKS];
static int here, elsewhere;

/* Tasks that exist only as far as the lot and gh__unpark look at them. */
static void setup(void) {
    bare_open(&host);
    for (int i = 0; i < TASKS; i++) {
        tasks[i] = (gh_task_t){.outcome = {.host = &host}, .state = GH__PARKED};
        gh__list_init(&tasks[i].ready);
        gh__list_init(&tasks[i].lot.link);
        gh__list_init(&tasks[i].lot.post.link);
    }
}

static void teardown(void) { bare_close(&host); }

/* As the loop's own thread does it. */
static void wake(const void *address, int count) {
    gh__current = &host;
    gh__lot_wake(address, count);
    gh__current = NULL;
}

static int ready_count(void) {
    int count = 0;
    for (gh__link_t *item = host.ready.next; item != &host.ready; item = item->next) count++;
    return count;
}

START_TEST(the_first_to_come_is_the_first_to_go) {
    for (int i = 0; i < 3; i++) gh__lot_enter(&tasks[i], &here);
    wake(&here, 2);
    ck_assert_int_eq(ready_count(), 2);
    ck_assert_int_eq(tasks[0].state, GH__READY);
    ck_assert_int_eq(tasks[1].state, GH__READY);
    ck_assert(gh__lot_leave(&tasks[0]));
    ck_assert(!gh__lot_leave(&tasks[2]));
}
END_TEST

START_TEST(who_waits_elsewhere_is_left_alone) {
    gh__lot_enter(&tasks[0], &here);
    gh__lot_enter(&tasks[1], &elsewhere);
    wake(&here, TASKS);
    ck_assert_int_eq(tasks[0].state, GH__READY);
    ck_assert_int_eq(tasks[1].state, GH__PARKED);
    ck_assert(!gh__lot_leave(&tasks[1]));
}
END_TEST

START_TEST(a_wake_before_the_park_is_remembered) {
    tasks[0].state = GH__RUNNING;
    gh__lot_enter(&tasks[0], &here);
    wake(&here, 1);
    ck_assert_int_eq(tasks[0].state, GH__RUNNING);
    ck_assert(gh__lot_leave(&tasks[0]));
}
END_TEST

START_TEST(who_has_left_is_not_woken) {
    gh__lot_enter(&tasks[0], &here);
    ck_assert(!gh__lot_leave(&tasks[0]));
    wake(&here, 1);
    ck_assert_int_eq(ready_count(), 0);
}
END_TEST

static void wake_from_thread(void *address) { gh__lot_wake(address, 1); }

static void wake_in_thread(void) {
    uv_thread_t thread;
    ck_assert_int_eq(uv_thread_create(&thread, wake_from_thread, &here), 0);
    uv_thread_join(&thread);
}

START_TEST(a_thread_wakes_through_the_loop) {
    gh__lot_enter(&tasks[0], &here);
    wake_in_thread();
    ck_assert_int_eq(tasks[0].state, GH__PARKED);
    bare_turn(&host);
    ck_assert_int_eq(tasks[0].state, GH__READY);
    ck_assert(gh__lot_leave(&tasks[0]));
}
END_TEST

/* The post of a wake that came too late must not wake the task's next wait. */
START_TEST(leaving_takes_the_late_wake_along) {
    gh__lot_enter(&tasks[0], &here);
    wake_in_thread();
    ck_assert(gh__lot_leave(&tasks[0]));
    ck_assert(!gh__post_pending(&host));
    gh__lot_enter(&tasks[0], &elsewhere);
    uv_run(host.loop, UV_RUN_NOWAIT);
    ck_assert_int_eq(tasks[0].state, GH__PARKED);
    ck_assert(!gh__lot_leave(&tasks[0]));
}
END_TEST

/* The lot is looked into whenever a mutex is unlocked, as long as a task waits for one. */
START_TEST(leaving_while_another_waits_for_a_mutex) {
    gh__lot_enter(&tasks[0], &here);
    gh__lot_enter(&tasks[1], &elsewhere);
    wake_in_thread();
    gh__current = &host;
    host.tid = gettid();
    host.mutex_waits = 1;
    ck_assert(gh__lot_leave(&tasks[0]));
    gh__current = NULL;
}
END_TEST

START_TEST(nobody_waits_in_the_child_of_a_fork) {
    gh__lot_enter(&tasks[0], &here);
    gh__lot_after_fork();
    wake(&here, 1);
    ck_assert_int_eq(ready_count(), 0);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_first_to_come_is_the_first_to_go);
    tcase_add_test(tests, who_waits_elsewhere_is_left_alone);
    tcase_add_test(tests, a_wake_before_the_park_is_remembered);
    tcase_add_test(tests, who_has_left_is_not_woken);
    tcase_add_test(tests, a_thread_wakes_through_the_loop);
    tcase_add_test(tests, leaving_takes_the_late_wake_along);
    tcase_add_test(tests, leaving_while_another_waits_for_a_mutex);
    tcase_add_test(tests, nobody_waits_in_the_child_of_a_fork);
}

int main(void) { return run_tests("lot", fill); }
