/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_fdwait.c: core/fdwait.c watches each descriptor once, for any number of waiters. */
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>

#include "support.h"

typedef struct wait_s {
    gh__fdwait_t wait;
    int fired, status;
} wait_t;

static gh_host_t host;
static wait_t first, second;
static int pair[2];

static void on_ready(gh__waiter_t *waiter, int status) {
    wait_t *wait = GH__CONTAINER(waiter, wait_t, wait.waiter);
    ck_assert(gh__list_empty(&waiter->link));
    wait->fired++;
    wait->status = status;
}

static void clear(wait_t *wait) {
    *wait = (wait_t){.fired = 0};
    gh__waiter_init(&wait->wait.waiter, on_ready);
}

static int start(wait_t *wait, int fd, uint32_t events) {
    clear(wait);
    wait->wait.fd = fd;
    wait->wait.events = events;
    return gh__fdwait_start(&host, &wait->wait);
}

static void setup(void) {
    bare_open(&host);
    clear(&first);
    clear(&second);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static void teardown(void) {
    gh__fdwait_stop(&host, &first.wait);
    gh__fdwait_stop(&host, &second.wait);
    ck_assert_uint_eq(host.fd_waits, 0);
    bare_close(&host);
}

static void send_byte(void) { ck_assert_int_eq(libc_send(pair[1], "x", 1, 0), 1); }

START_TEST(two_wait_for_one_descriptor) {
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    ck_assert_int_eq(start(&second, pair[0], EPOLLIN), 0);
    ck_assert_uint_eq(host.fd_waits, 2);
    send_byte();
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 1);
    ck_assert_int_eq(second.fired, 1);
    ck_assert(first.status & EPOLLIN);
}
END_TEST

START_TEST(reader_and_writer_each_hear_their_own) {
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    ck_assert_int_eq(start(&second, pair[0], EPOLLOUT), 0);
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 0);
    ck_assert_int_eq(second.fired, 1);
    send_byte();
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 1);
    ck_assert_int_eq(second.fired, 1);
}
END_TEST

START_TEST(a_hang_up_concerns_everybody) {
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    ck_assert_int_eq(start(&second, pair[0], EPOLLPRI), 0);
    libc_close(pair[1]);
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 1);
    ck_assert_int_eq(second.fired, 1);
    ck_assert(second.status & EPOLLHUP);
}
END_TEST

START_TEST(a_stopped_wait_hears_nothing) {
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    gh__fdwait_stop(&host, &first.wait);
    gh__fdwait_stop(&host, &first.wait);
    send_byte();
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 0);
}
END_TEST

START_TEST(closing_wakes_all_who_wait) {
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    ck_assert_int_eq(start(&second, pair[0], EPOLLOUT), 0);
    gh__fd_forget(&host, pair[0]);
    ck_assert_int_eq(first.status, UV_EBADF);
    ck_assert_int_eq(second.status, UV_EBADF);
}
END_TEST

/* The peer of a socket with a number that was watched before: the old record must not say that it
 * still is. */
START_TEST(a_number_is_used_again) {
    int other[2], number = pair[0];
    ck_assert_int_eq(start(&first, number, EPOLLIN), 0);
    gh__fd_forget(&host, number);
    libc_close(number);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
    ck_assert_int_eq(other[0], number);
    ck_assert_int_eq(start(&first, number, EPOLLIN), 0);
    ck_assert_int_eq(libc_send(other[1], "x", 1, 0), 1);
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 1);
}
END_TEST

START_TEST(a_range_is_forgotten_and_no_more) {
    int other[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    ck_assert_int_eq(start(&second, other[1], EPOLLIN), 0);
    gh__fd_forget_range(&host, (unsigned)pair[0], (unsigned)other[0]);
    ck_assert_int_eq(first.status, UV_EBADF);
    ck_assert_int_eq(second.fired, 0);
    gh__fd_forget_range(&host, (unsigned)other[1], UINT32_MAX);
    ck_assert_int_eq(second.status, UV_EBADF);
}
END_TEST

START_TEST(a_regular_file_never_waits) {
    int fd = open("/proc/self/exe", O_RDONLY);
    ck_assert_int_eq(start(&first, fd, EPOLLIN), UV_EPERM);
    ck_assert_uint_eq(host.fd_waits, 0);
    ck_assert_int_eq(gh__fd_kind(&host, fd), GH__FD_REGULAR);
}
END_TEST

START_TEST(the_kind_of_a_descriptor_is_known) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(gh__fd_kind(&host, pair[0]), GH__FD_SOCKET);
    ck_assert_int_eq(gh__fd_kind(&host, ends[0]), GH__FD_PIPE);
    ck_assert_int_eq(gh__fd_kind(&host, -1), GH__FD_UNKNOWN);
    ck_assert_int_eq(gh__fd_kind(&host, 999), GH__FD_UNKNOWN);
}
END_TEST

START_TEST(what_is_not_open_is_refused) {
    ck_assert_int_eq(start(&first, -1, EPOLLIN), UV_EBADF);
    ck_assert_int_eq(start(&first, 999, EPOLLIN), UV_EBADF);
    ck_assert_ptr_null(gh__fd_get(&host, -1));
    ck_assert_uint_eq(host.fd_waits, 0);
}
END_TEST

START_TEST(an_edge_before_the_wait_is_not_lost) {
    send_byte();
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    bare_turn(&host);
    ck_assert_int_eq(first.fired, 1);
}
END_TEST

START_TEST(high_numbers_are_remembered_where_they_are_open) {
    for (int fd = 100; fd < 1000; fd += 100) {
        ck_assert_int_eq(libc_dup2(pair[0], fd), fd);
        ck_assert_ptr_nonnull(gh__fd_get(&host, fd));
    }
    ck_assert_ptr_eq(gh__fd_get(&host, 900), gh__fd_get(&host, 900));
    ck_assert_ptr_null(gh__fd_get(&host, INT_MAX));
    libc_close_range(100, 999, 0);
}
END_TEST

START_TEST(nobody_else_is_made_non_blocking) {
    ck_assert_int_eq(start(&first, pair[0], EPOLLIN), 0);
    ck_assert_int_eq(libc_fcntl(pair[0], F_GETFL, NULL) & O_NONBLOCK, 0);
}
END_TEST

static int (*real_poll)(struct pollfd *fds, nfds_t count, int timeout);

static int interrupted_poll(struct pollfd *fds, nfds_t count, int timeout) {
    (void)fds, (void)count, (void)timeout;
    libc_poll = real_poll;
    errno = EINTR;
    return -1;
}

START_TEST(a_signal_while_it_looks_does_not_make_it_ready) {
    real_poll = libc_poll;
    libc_poll = interrupted_poll;
    ck_assert_int_eq(gh__ready_now(pair[0], POLLIN), 0);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, two_wait_for_one_descriptor);
    tcase_add_test(tests, reader_and_writer_each_hear_their_own);
    tcase_add_test(tests, a_hang_up_concerns_everybody);
    tcase_add_test(tests, a_stopped_wait_hears_nothing);
    tcase_add_test(tests, closing_wakes_all_who_wait);
    tcase_add_test(tests, a_number_is_used_again);
    tcase_add_test(tests, a_range_is_forgotten_and_no_more);
    tcase_add_test(tests, a_regular_file_never_waits);
    tcase_add_test(tests, the_kind_of_a_descriptor_is_known);
    tcase_add_test(tests, what_is_not_open_is_refused);
    tcase_add_test(tests, an_edge_before_the_wait_is_not_lost);
    tcase_add_test(tests, high_numbers_are_remembered_where_they_are_open);
    tcase_add_test(tests, nobody_else_is_made_non_blocking);
    tcase_add_test(tests, a_signal_while_it_looks_does_not_make_it_ready);
}

int main(void) { return run_tests("fdwait", fill); }
