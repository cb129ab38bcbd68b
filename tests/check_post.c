/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_post.c: core/post.c loses nothing that any thread posts. */
#include "support.h"

#define THREADS 8
#define POSTS 2000

static gh_host_t host;
static gh__post_t posts[THREADS][POSTS];
static int ran, last[THREADS];
static uv_thread_t loop_thread;

static void setup(void) {
    bare_open(&host);
    loop_thread = uv_thread_self();
    ran = 0;
}

static void teardown(void) { bare_close(&host); }

static void on_post(gh__post_t *post) {
    uv_thread_t self = uv_thread_self();
    ck_assert(uv_thread_equal(&self, &loop_thread));
    int i = (int)(post - posts[0]), thread = i / POSTS;
    ck_assert_int_eq(last[thread]++, i % POSTS);
    ran++;
}

static void post_all(void *argument) {
    gh__post_t *mine = argument;
    for (int i = 0; i < POSTS; i++) {
        mine[i].run = on_post;
        gh__post(&host, &mine[i]);
    }
}

START_TEST(all_of_many_threads_run_in_each_ones_order) {
    uv_thread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(uv_thread_create(&threads[i], post_all, posts[i]), 0);
    while (ran < THREADS * POSTS) bare_turn(&host);
    for (int i = 0; i < THREADS; i++) uv_thread_join(&threads[i]);
    ck_assert(!gh__post_pending(&host));
}
END_TEST

START_TEST(one_that_is_taken_back_does_not_run) {
    posts[0][0].run = posts[0][1].run = on_post;
    gh__post(&host, &posts[0][0]);
    gh__post(&host, &posts[0][1]);
    ck_assert(gh__post_pending(&host));
    gh__post_cancel(&host, &posts[0][1]);
    bare_turn(&host);
    ck_assert_int_eq(ran, 1);
}
END_TEST

static void on_post_again(gh__post_t *post) {
    if (++ran < 3) gh__post(&host, post);
}

START_TEST(one_may_be_posted_again_while_it_runs) {
    posts[0][0].run = on_post_again;
    gh__post(&host, &posts[0][0]);
    while (ran < 3) bare_turn(&host);
    ck_assert(!gh__post_pending(&host));
}
END_TEST

static void wake_later(void *argument) { gh__wake(argument); }

START_TEST(a_thread_wakes_the_loop) {
    uv_thread_t thread;
    ck_assert_int_eq(uv_thread_create(&thread, wake_later, &host), 0);
    bare_turn(&host);
    uv_thread_join(&thread);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, all_of_many_threads_run_in_each_ones_order);
    tcase_add_test(tests, one_that_is_taken_back_does_not_run);
    tcase_add_test(tests, one_may_be_posted_again_while_it_runs);
    tcase_add_test(tests, a_thread_wakes_the_loop);
}

int main(void) { return run_tests("post", fill); }
