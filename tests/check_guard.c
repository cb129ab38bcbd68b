/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_guard.c: runtime/hooks/guard.c ends a call that blocks after all, there and nowhere else. */
#include <errno.h>
#include <stdlib.h>

#include "core/guard.h"
#include "core/offload.h"
#include "hooks/hooks.h"
#include "host.h"
#include "support.h"

static gh_host_t *host;

static void set_up(void) {
    host = calloc(1, sizeof(*host));
    host->tid = gettid();
}

static void tear_down(void) {
    gh__guard_close(host);
    free(host);
}

/* accept on a listener that nobody connects to, as after a thief has been there. */
static int accept_nothing(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    gh__guard_start(host);
    int accepted = libc_accept4(fd, NULL, NULL, 0);
    gh__guard_stop(host);
    int error = errno;
    close(fd);
    return accepted < 0 ? error : 0;
}

/* What is left of a sleep that nothing should cut short: its errno. */
static int sleep_undisturbed(void) {
    return libc_clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = 5000000}, NULL);
}

START_TEST(ends_what_blocks) {
    ck_assert_int_eq(accept_nothing(), EINTR);
    ck_assert_int_eq(accept_nothing(), EINTR);
}
END_TEST

START_TEST(is_quiet_afterwards) {
    gh__guard_start(host);
    gh__guard_stop(host);
    ck_assert_int_eq(sleep_undisturbed(), 0);
}
END_TEST

START_TEST(keeps_errno) {
    errno = ENOENT;
    gh__guard_start(host);
    gh__guard_stop(host);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Timers are not inherited. */
START_TEST(works_after_a_fork) {
    int status;
    ck_assert_int_eq(accept_nothing(), EINTR);
    pid_t child = fork();
    if (child == 0) {
        host->tid = gettid();
        _exit(accept_nothing() == EINTR ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* The signal goes back to what the program did with it. */
START_TEST(leaves_the_signal_as_it_was) {
    struct sigaction action;
    accept_nothing();
    gh__guard_close(host);
    ck_assert_int_eq(libc_sigaction(GH__NUDGE_SIGNAL, NULL, &action), 0);
    ck_assert_ptr_eq(action.sa_handler, SIG_DFL);
}
END_TEST

static void fill(TCase *cases) {
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, ends_what_blocks);
    tcase_add_test(cases, is_quiet_afterwards);
    tcase_add_test(cases, keeps_errno);
    tcase_add_test(cases, works_after_a_fork);
    tcase_add_test(cases, leaves_the_signal_as_it_was);
}

int main(void) { return run_tests("guard", fill); }
