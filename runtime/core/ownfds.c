/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * ownfds.c: which descriptors are the loop's own, and where.
 *
 * The program must not close them by chance, and their numbers must not be in its way: it may count
 * on the lowest number being free, and replace one that it thinks is (a child's dup2(listener, 3)).
 * So they live in a block of numbers above those that programs use by name.  libuv opens most of
 * them, some for itself alone, always at the lowest number: while it does, all numbers below the
 * block are taken, those of standard streams that are closed included, which libuv would not stand.
 * Other threads may open some just then, which land in the block too.  So of what is open there
 * afterwards, and was not before, ours is what the loop names, and libuv's lock, which nobody names: a
 * pipe that has one byte in it for as long as nobody has the lock.
 *
 * In the child of a fork libuv opens new ones, some in a handler of its own, so there it begins in
 * the host's handler, which comes before, and ends in one that comes after.  No other thread is there.
 * Descriptors belong to the process, and so does this.
 */
#include <limits.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/ownfds.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#define BLOCK_FIRST 256
#define BLOCK_SIZE 64

static int first;                        /* of the block; 0: no loop was opened yet */
static uint64_t ours;                    /* bit i: number first + i */
static uint64_t before;                  /* those of the block that are the program's */
static uint64_t taken[BLOCK_FIRST / 64]; /* numbers below the block that are taken for a moment */
static bool under_way, handles_fork;

/* Where few descriptors are allowed, the block begins where the standard streams end. */
static int choose_first(void) {
    struct rlimit limit = {0, 0};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur >= BLOCK_FIRST + BLOCK_SIZE ? BLOCK_FIRST : STDERR_FILENO + 1;
}

static uint64_t open_now(void) {
    uint64_t open = 0;
    for (int i = 0; i < BLOCK_SIZE; i++)
        if (libc_fcntl(first + i, F_GETFD, NULL) >= 0) open |= UINT64_C(1) << i;
    return open;
}

void gh__own_fds_begin(void) {
    under_way = true;
    if (first == 0) first = choose_first();
    before = open_now() & ~ours;
    int filler = eventfd(0, EFD_CLOEXEC), fd = filler;
    while (fd >= 0 && fd < first) {
        taken[fd / 64] |= UINT64_C(1) << fd % 64;
        fd = libc_fcntl(filler, F_DUPFD_CLOEXEC, (void *)(intptr_t)(fd + 1));
    }
    if (fd >= 0) libc_close(fd);
}

static void free_taken(void) {
    under_way = false;
    for (int i = 0; i < BLOCK_FIRST / 64; i++)
        for (; taken[i] != 0; taken[i] &= taken[i] - 1)
            libc_close(i * 64 + __builtin_ctzll(taken[i]));
}

static void end_in_child(void) {
    if (!under_way) return;
    free_taken();
    ours = open_now() & ~before;
}

static bool is_named(const gh_host_t *host, int fd) {
    const uv_loop_t *loop = host->loop;
    return fd == host->epfd || fd == host->deadlines.timerfd || fd == loop->backend_fd ||
           fd == loop->async_io_watcher.fd || fd == loop->async_wfd ||
           fd == loop->signal_pipefd[0] || fd == loop->signal_pipefd[1];
}

static bool is_lock(int fd) {
    struct stat status;
    int size = 0;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) &&
           libc_ioctl(fd, FIONREAD, &size) == 0 && size == 1;
}

void gh__own_fds_end(const gh_host_t *host) {
    free_taken();
    /* From now on this comes after libuv's handler, which its loop has registered. */
    if (!handles_fork) handles_fork = pthread_atfork(NULL, NULL, end_in_child) == 0;
    uint64_t open = open_now(), fresh = open & ~before & ~ours;
    ours &= open;
    for (int i = 0; i < BLOCK_SIZE; i++)
        if (fresh >> i & 1 && (is_named(host, first + i) || is_lock(first + i)))
            ours |= UINT64_C(1) << i;
}

void gh__own_fds_after_fork(void) {
    if (handles_fork) gh__own_fds_begin();
}

void gh__own_fds_closed(void) { ours &= open_now(); }

unsigned gh__fd_next_ours(unsigned from) {
    unsigned skipped = from > (unsigned)first ? from - (unsigned)first : 0;
    uint64_t rest = skipped < BLOCK_SIZE ? ours >> skipped << skipped : 0;
    return rest == 0 ? UINT_MAX : (unsigned)first + (unsigned)__builtin_ctzll(rest);
}

bool gh__fd_is_ours(int fd) { return fd >= 0 && gh__fd_next_ours((unsigned)fd) == (unsigned)fd; }
