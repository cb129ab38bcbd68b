/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_ownfds.c: core/ownfds.c knows the loop's own descriptors, and keeps them together. */
#include <limits.h>
#include <sys/wait.h>

#include "support.h"

static gh_host_t host;
static int low[2]; /* what the next two descriptors get for numbers */

/* libuv registers its handler of fork with its first loop, and ours has to come before. */
static void setup(void) {
    ck_assert_int_eq(pthread_atfork(NULL, NULL, gh__own_fds_after_fork), 0);
    low[0] = libc_fcntl(0, F_DUPFD, (void *)3);
    low[1] = libc_fcntl(0, F_DUPFD, (void *)3);
    libc_close(low[0]);
    libc_close(low[1]);
    gh__own_fds_begin();
    bare_open(&host);
    gh__own_fds_end(&host);
}

static void teardown(void) {
    bare_close(&host);
    gh__own_fds_closed();
}

START_TEST(the_loop_knows_its_own) {
    int other = libc_dup2(0, 300);
    ck_assert(gh__fd_is_ours(host.epfd));
    ck_assert(gh__fd_is_ours(host.deadlines.timerfd));
    ck_assert(gh__fd_is_ours(uv_backend_fd(host.loop)));
    ck_assert(!gh__fd_is_ours(other));
    ck_assert(!gh__fd_is_ours(0));
    ck_assert(!gh__fd_is_ours(-1));
    libc_close(other);
}
END_TEST

START_TEST(they_can_be_walked_through) {
    int count = 0;
    unsigned first = gh__fd_next_ours(0);
    for (unsigned fd = first; fd != UINT_MAX; fd = gh__fd_next_ours(fd + 1)) count++;
    ck_assert_int_ge((int)first, 256);
    ck_assert_int_ge(count, 8);
    ck_assert_uint_eq(gh__fd_next_ours(UINT_MAX), UINT_MAX);
}
END_TEST

/* libuv opens descriptors in the child, which would take them if they were not kept off. */
static bool low_numbers_are_those(const int numbers[2]) {
    int found[2] = {libc_fcntl(0, F_DUPFD, (void *)3), libc_fcntl(0, F_DUPFD, (void *)3)};
    libc_close(found[0]);
    libc_close(found[1]);
    return found[0] == numbers[0] && found[1] == numbers[1];
}

START_TEST(low_numbers_are_free) { ck_assert(low_numbers_are_those(low)); }
END_TEST

static void *open_pipe(void *ends) {
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    return NULL;
}

START_TEST(another_threads_are_its_own) {
    pthread_t other;
    int ends[2];
    gh__own_fds_begin();
    ck_assert_int_eq(pthread_create(&other, NULL, open_pipe, ends), 0);
    ck_assert_int_eq(libc_pthread_join(other, NULL), 0);
    gh__own_fds_end(&host);
    ck_assert_int_ge(ends[0], 256);
    ck_assert(!gh__fd_is_ours(ends[0]));
    ck_assert(!gh__fd_is_ours(ends[1]));
    ck_assert(gh__fd_is_ours(host.epfd));
    libc_close(ends[0]);
    libc_close(ends[1]);
}
END_TEST

START_TEST(what_is_closed_is_nobodys) {
    int epfd = host.epfd, copy = libc_fcntl(epfd, F_DUPFD_CLOEXEC, NULL);
    libc_close(epfd);
    gh__own_fds_closed();
    ck_assert(!gh__fd_is_ours(epfd));
    libc_dup3(copy, epfd, O_CLOEXEC);
    libc_close(copy);
}
END_TEST

START_TEST(a_child_has_them_too) {
    pid_t child = fork();
    if (child == 0) _exit(low_numbers_are_those(low) && gh__fd_is_ours(host.epfd) ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_loop_knows_its_own);
    tcase_add_test(tests, they_can_be_walked_through);
    tcase_add_test(tests, low_numbers_are_free);
    tcase_add_test(tests, another_threads_are_its_own);
    tcase_add_test(tests, what_is_closed_is_nobodys);
    tcase_add_test(tests, a_child_has_them_too);
}
int main(void) { return run_tests("ownfds", fill); }
