/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * fd.c: descriptors that go, or change.  The registry hears of it first: who waits for the descriptor wakes
 * with EBADF, and the number means nothing any more when it is used again.
 *
 * The loop's own descriptors are not the program's, which can only have guessed their numbers: a
 * program that closes all descriptors it may have inherited finds these closed already.
 */
#include <errno.h>
#include <limits.h>
#include <sys/ioctl.h>

#include "core/fdwait.h"
#include "core/ownfds.h"
#include "core/signal.h"
#include "current.h"
#include "hooks/hooks.h"
#include "internal.h"

/*
 * From other threads, and from signal handlers, the registry can't be told which descriptors go; it
 * hears that there was something.
 */
static void forget(unsigned first, unsigned last) {
    gh_host_t *host = gh__current;
    if (host == NULL || gh__signal_handling())
        gh__fd_closed_unseen();
    else
        gh__fd_forget_range(host, first, last);
}

static int bad_descriptor(void) {
    errno = EBADF;
    return -1;
}

/* A child of vfork has descriptors of its own, but shares our registry, which must not hear of
 * them: what it closes is its own affair, here and below. */
int hook_close(int fd) {
    if (gh__in_vfork_child() || fd < 0) return libc_close(fd);
    if (gh__fd_is_ours(fd)) return bad_descriptor();
    forget((unsigned)fd, (unsigned)fd);
    return libc_close(fd);
}

/* `to` is about to be replaced, unless the call is going to fail. */
static bool may_replace(int from, int to) {
    if (gh__in_vfork_child() || from == to || to < 0) return true;
    if (libc_fcntl(from, F_GETFD, NULL) < 0) return true;
    if (gh__fd_is_ours(to)) return false;
    forget((unsigned)to, (unsigned)to);
    return true;
}

int hook_dup2(int from, int to) {
    return may_replace(from, to) ? libc_dup2(from, to) : bad_descriptor();
}

int hook_dup3(int from, int to, int flags) {
    return may_replace(from, to) ? libc_dup3(from, to, flags) : bad_descriptor();
}

int hook_close_range(unsigned first, unsigned last, int flags) {
    if (gh__in_vfork_child() || first > last || flags & CLOSE_RANGE_CLOEXEC)
        return libc_close_range(first, last, flags);
    forget(first, last);
    for (;;) {
        unsigned ours = gh__fd_next_ours(first);
        if (ours > last) return libc_close_range(first, last, flags);
        if (ours > first && libc_close_range(first, ours - 1, flags) < 0) return -1;
        if (ours == last) return 0;
        first = ours + 1;
    }
}

void hook_closefrom(int first) {
    if (hook_close_range(first < 0 ? 0 : (unsigned)first, UINT_MAX, 0) < 0) libc_closefrom(first);
}

/* A stream that popen made is closed as pclose does, by this name too. */
int hook_fclose(FILE *stream) {
    if (gh__is_popened(stream)) return hook_pclose(stream);
    int fd = gh__in_vfork_child() || stream == NULL ? -1 : fileno(stream);
    if (fd >= 0) forget((unsigned)fd, (unsigned)fd);
    return libc_fclose(stream);
}

/* This is how CPython makes a socket non-blocking. */
int hook_ioctl(int fd, unsigned long request, void *argument) {
    int result = libc_ioctl(fd, request, argument);
    if (request == FIONBIO) gh__fd_flags_set();
    return result;
}
