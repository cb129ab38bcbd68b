/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_list.c: the intrusive list of core/list.h, under everything that waits. */
#include "support.h"

static gh__link_t list, items[4];

static void setup(void) {
    gh__list_init(&list);
    for (int i = 0; i < 4; i++) {
        gh__list_init(&items[i]);
        gh__list_append(&list, &items[i]);
    }
}

START_TEST(first_in_is_first_out) {
    for (int i = 0; i < 4; i++) ck_assert_ptr_eq(gh__list_pop(&list), &items[i]);
    ck_assert(gh__list_empty(&list));
    ck_assert_ptr_null(gh__list_pop(&list));
}
END_TEST

START_TEST(an_item_can_be_taken_from_the_middle) {
    gh__list_remove(&items[1]);
    ck_assert_ptr_eq(gh__list_pop(&list), &items[0]);
    ck_assert_ptr_eq(gh__list_pop(&list), &items[2]);
}
END_TEST

START_TEST(an_item_can_be_taken_out_twice) {
    gh__list_remove(&items[1]);
    gh__list_remove(&items[1]);
    ck_assert(gh__list_empty(&items[1]));
    ck_assert_ptr_eq(gh__list_pop(&list), &items[0]);
}
END_TEST

START_TEST(moving_empties_the_other_list) {
    gh__link_t other;
    gh__list_init(&other);
    gh__list_move(&other, &list);
    ck_assert(gh__list_empty(&list));
    ck_assert_ptr_eq(gh__list_pop(&other), &items[0]);
    gh__list_remove(&items[3]);
    ck_assert_ptr_eq(other.prev, &items[2]);
}
END_TEST

START_TEST(what_is_moved_comes_behind_what_is_there) {
    gh__link_t other;
    gh__list_init(&other);
    gh__list_remove(&items[3]);
    gh__list_append(&other, &items[3]);
    gh__list_move(&other, &list);
    ck_assert_ptr_eq(gh__list_pop(&other), &items[3]);
    ck_assert_ptr_eq(gh__list_pop(&other), &items[0]);
    ck_assert_ptr_eq(other.prev, &items[2]);
}
END_TEST

START_TEST(moving_nothing_gives_an_empty_list) {
    gh__link_t other, none;
    gh__list_init(&other);
    gh__list_init(&none);
    gh__list_move(&other, &none);
    ck_assert(gh__list_empty(&other));
}
END_TEST

START_TEST(clearing_lets_each_item_know) {
    gh__list_clear(&list);
    for (int i = 0; i < 4; i++) ck_assert(gh__list_empty(&items[i]));
}
END_TEST

static gh__waiter_t waiters[3];
static int fired;

static void on_fire(gh__waiter_t *waiter, int status) {
    ck_assert(gh__list_empty(&waiter->link));
    fired += status;
}

static void on_fire_again(gh__waiter_t *waiter, int status) {
    on_fire(waiter, status);
    gh__list_append(&list, &waiter->link);
}

START_TEST(each_waiter_is_fired_once_though_it_waits_again) {
    gh__list_clear(&list);
    for (int i = 0; i < 3; i++) {
        gh__waiter_init(&waiters[i], i == 1 ? on_fire_again : on_fire);
        gh__list_append(&list, &waiters[i].link);
    }
    fired = 0;
    gh__waiters_fire(&list, 1);
    ck_assert_int_eq(fired, 3);
    ck_assert_ptr_eq(gh__list_pop(&list), &waiters[1].link);
    ck_assert(gh__list_empty(&list));
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, first_in_is_first_out);
    tcase_add_test(tests, an_item_can_be_taken_from_the_middle);
    tcase_add_test(tests, an_item_can_be_taken_out_twice);
    tcase_add_test(tests, moving_empties_the_other_list);
    tcase_add_test(tests, what_is_moved_comes_behind_what_is_there);
    tcase_add_test(tests, moving_nothing_gives_an_empty_list);
    tcase_add_test(tests, clearing_lets_each_item_know);
    tcase_add_test(tests, each_waiter_is_fired_once_though_it_waits_again);
}

int main(void) { return run_tests("list", fill); }
