/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_host.c: host.c opens a host or says why not, and leaves nothing when it closes one. */
#include <dirent.h>
#include <string.h>
#include <sys/resource.h>

#include "core/loop.h"
#include "support.h"

static int count_descriptors(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory) != NULL) count++;
    closedir(directory);
    return count;
}

static void nap(void) {
    gh_task_t *task = gh__may_park();
    gh__park_t how = {.on = GH__ON_SLEEP, .call = "nap", .deadline = gh__deadline_after(1000000)};
    ck_assert_int_eq(gh__park(task, &how), UV_ETIMEDOUT);
}

START_TEST(it_opens_and_closes) {
    gh_host_t *host = host_open();
    ck_assert_ptr_eq(gh__current, host);
    ck_assert_str_eq(gh_error_message(), "");
    ck_assert_int_eq(gh_error_exit_code(), 0);
    join(spawn_c(host, nap));
    host_end();
    ck_assert_ptr_null(gh__current);
}
END_TEST

/* libuv keeps a pipe for its signals until the process ends, so the first host does not count. */
START_TEST(it_leaves_no_descriptor_open) {
    gh_host_t *host = host_open();
    join(spawn_c(host, nap));
    gh__host_close(host);
    int before = count_descriptors();
    ck_assert_int_eq(gh_open(&host, NULL), 0);
    join(spawn_c(host, nap));
    ck_assert_int_gt(count_descriptors(), before);
    gh__host_close(host);
    ck_assert_int_eq(count_descriptors(), before);
    host_end();
}
END_TEST

START_TEST(a_thread_has_one_host) {
    gh_host_t *host = host_open(), *other = NULL;
    ck_assert_int_eq(gh_open(&other, NULL), UV_EBUSY);
    ck_assert_ptr_null(other);
    ck_assert_int_eq(gh_error_exit_code(), GH_EXIT_OSERR);
    ck_assert_ptr_nonnull(strstr(gh_error_message(), "use that one"));
    ck_assert_ptr_eq(gh__current, host);
    host_end();
}
END_TEST

static int taken[64], count;

/* Lets only so many more descriptors be opened. */
static void leave(int left) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 64;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while ((taken[count] = dup(0)) >= 0) count++;
    while (left-- > 0) libc_close(taken[--count]);
}

/* The loop's eight and two for reading greenlet's files. */
#define ENOUGH 10

/* The loop is opened by what needs it first, which then fails, and works once it can. */
START_TEST(too_few_descriptors_are_an_error_with_advice) {
    gh_host_t *host = host_open();
    leave(_i);
    ck_assert_int_eq(gh__loop_open(host), UV_EMFILE);
    ck_assert_int_eq(gh_error_exit_code(), GH_EXIT_OSERR);
    ck_assert_ptr_nonnull(strstr(gh_error_message(), "ulimit"));
    ck_assert_ptr_null(strchr(gh_error_message(), '\n'));
    while (count > 0) libc_close(taken[--count]);
    join(spawn_c(host, nap));
    host_end();
}
END_TEST

START_TEST(enough_descriptors_are_enough) {
    gh_host_t *host = host_open();
    leave(ENOUGH);
    join(spawn_c(host, nap));
    host_end();
}
END_TEST

START_TEST(a_host_without_tasks_takes_no_descriptor) {
    python_open();
    leave(0);
    gh_host_t *host;
    ck_assert_int_eq(gh_open(&host, NULL), 0);
    host_end();
}
END_TEST

START_TEST(the_version_is_told) { ck_assert_str_eq(gh_version(), GH_VERSION); }
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, it_opens_and_closes);
    tcase_add_test(tests, it_leaves_no_descriptor_open);
    tcase_add_test(tests, a_thread_has_one_host);
    tcase_add_loop_test(tests, too_few_descriptors_are_an_error_with_advice, 0, ENOUGH);
    tcase_add_test(tests, enough_descriptors_are_enough);
    tcase_add_test(tests, a_host_without_tasks_takes_no_descriptor);
    tcase_add_test(tests, the_version_is_told);
}

int main(void) { return run_tests("host", fill); }
