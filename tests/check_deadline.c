/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_deadline.c: core/deadline.c keeps any number of deadlines in order, and misses none. */
#include <poll.h>

#include "support.h"

#define MANY 200
#define MS UINT64_C(1000000)

static gh_host_t host;
static gh__deadline_t deadlines[MANY];
static int order[MANY], fired;

static void on_due(gh__deadline_t *deadline) {
    ck_assert_uint_eq(deadline->slot, GH__NO_SLOT);
    order[fired++] = (int)(deadline - deadlines);
}

static void setup(void) {
    bare_open(&host);
    fired = 0;
    for (int i = 0; i < MANY; i++) gh__deadline_init(&deadlines[i], on_due);
}

static void teardown(void) { bare_close(&host); }

static void start(int i, uint64_t when) {
    ck_assert_int_eq(gh__deadline_start(&host, &deadlines[i], when), 0);
}

/* Each item knows its place, and none is due before its parent. */
static bool is_heap(void) {
    const gh__heap_t *heap = &host.deadlines;
    for (size_t i = 0; i < heap->count; i++) {
        if (heap->items[i]->slot != i) return false;
        if (i > 0 && heap->items[(i - 1) / 2]->when > heap->items[i]->when) return false;
    }
    return true;
}

START_TEST(they_fire_in_order) {
    for (int i = 0; i < MANY; i++) start(i, (uint64_t)(i * 7919 % MANY));
    gh__deadlines_fire(&host);
    ck_assert_int_eq(fired, MANY);
    for (int i = 1; i < MANY; i++)
        ck_assert(deadlines[order[i - 1]].when <= deadlines[order[i]].when);
}
END_TEST

START_TEST(one_is_stopped_in_the_middle) {
    for (int i = 0; i < 20; i++) start(i, (uint64_t)i);
    gh__deadline_stop(&host, &deadlines[7]);
    gh__deadline_stop(&host, &deadlines[7]);
    ck_assert(is_heap());
    gh__deadlines_fire(&host);
    ck_assert_int_eq(fired, 19);
    for (int i = 0; i < fired; i++) ck_assert_int_ne(order[i], 7);
}
END_TEST

START_TEST(one_that_is_not_due_stays) {
    start(0, gh__deadline_after(60000 * MS));
    start(1, 0);
    gh__deadlines_fire(&host);
    ck_assert_int_eq(fired, 1);
    ck_assert_uint_eq(host.deadlines.count, 1);
}
END_TEST

static bool running[MANY];

static bool as_in_model(void) {
    size_t count = 0;
    for (int i = 0; i < MANY; i++) {
        count += running[i];
        if ((deadlines[i].slot != GH__NO_SLOT) != running[i]) return false;
    }
    return host.deadlines.count == count && is_heap();
}

/* The model: what is due fires, all of it, and nothing else does. */
static void fire_and_compare(uint64_t far) {
    fired = 0;
    gh__deadlines_fire(&host);
    for (int i = 0; i < fired; i++) {
        ck_assert(running[order[i]] && deadlines[order[i]].when < far);
        running[order[i]] = false;
    }
    int left = 0;
    for (int i = 0; i < MANY; i++) left += running[i] && deadlines[i].when < far;
    ck_assert_int_eq(left, 0);
}

START_TEST(random_operations_agree_with_a_model) {
    uint64_t far = gh__deadline_after(3600000 * MS);
    srandom(20240229);
    for (int step = 0; step < 20000; step++) {
        int i = (int)(random() % MANY);
        if (running[i])
            gh__deadline_stop(&host, &deadlines[i]);
        else
            start(i, (random() % 2 ? far : 0) + (uint64_t)(random() % 50));
        running[i] = !running[i];
        if (step % 97 == 0) fire_and_compare(far);
        ck_assert(as_in_model());
    }
}
END_TEST

START_TEST(adding_time_saturates) {
    ck_assert_uint_eq(gh__deadline_after(GH__NEVER), GH__NEVER);
    ck_assert_uint_eq(gh__deadline_after(GH__NEVER - 1), GH__NEVER);
    ck_assert(gh__deadline_after(MS) > gh__now());
}
END_TEST

START_TEST(never_is_not_kept) {
    start(0, GH__NEVER);
    ck_assert_uint_eq(host.deadlines.count, 0);
    gh__deadline_stop(&host, &deadlines[0]);
}
END_TEST

START_TEST(the_loop_wakes_for_the_nearest_and_not_before) {
    uint64_t before = gh__now();
    start(0, gh__deadline_after(3600000 * MS));
    start(1, gh__deadline_after(5 * MS));
    while (fired == 0) bare_turn(&host);
    ck_assert_int_eq(order[0], 1);
    ck_assert(gh__now() - before >= 5 * MS);
}
END_TEST

START_TEST(less_than_a_millisecond_is_not_rounded_away) {
    uint64_t when = gh__deadline_after(MS / 5);
    start(0, when);
    while (fired == 0) bare_turn(&host);
    ck_assert(gh__now() >= when);
}
END_TEST

START_TEST(a_nearer_one_moves_the_timer_forward) {
    start(0, gh__deadline_after(3600000 * MS));
    gh__deadlines_arm(&host);
    start(1, gh__deadline_after(MS));
    while (fired == 0) bare_turn(&host);
    ck_assert_int_eq(order[0], 1);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, they_fire_in_order);
    tcase_add_test(tests, one_is_stopped_in_the_middle);
    tcase_add_test(tests, one_that_is_not_due_stays);
    tcase_add_test(tests, random_operations_agree_with_a_model);
    tcase_add_test(tests, adding_time_saturates);
    tcase_add_test(tests, never_is_not_kept);
    tcase_add_test(tests, the_loop_wakes_for_the_nearest_and_not_before);
    tcase_add_test(tests, less_than_a_millisecond_is_not_rounded_away);
    tcase_add_test(tests, a_nearer_one_moves_the_timer_forward);
}

int main(void) { return run_tests("deadline", fill); }
