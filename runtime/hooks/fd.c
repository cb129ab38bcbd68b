/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * fd.c: descriptors that go.  The registry hears of it first: who waits for the descriptor wakes
 * with EBADF, and the number means nothing any more when it is used again.
 *
 * The loop's own descriptors are not the program's, which can only have guessed their numbers: a
 * program that closes all descriptors it may have inherited finds these closed already.
 */
#include <errno.h>
#include <limits.h>

#include "hooks/hooks.h"

/*
 * The host that is to be told, NULL where there is none.  A child of vfork has descriptors of its
 * own, but shares our registry, which must not hear of them.  From other threads, and from signal
 * handlers, the registry can't be told; it hears that there was something.
 */
static gh_host_t *host_to_tell(void) {
    gh_host_t *host = gh__current;
    if (gh__in_vfork_child()) return NULL;
    if (host != NULL && !gh__signal_handling()) return host;
    gh__fd_closed_unseen();
    return NULL;
}

static int bad_descriptor(void) {
    errno = EBADF;
    return -1;
}

int hook_close(int fd) {
    gh_host_t *host = host_to_tell();
    if (host == NULL) return libc_close(fd);
    if (gh__fd_is_ours(host, fd)) return bad_descriptor();
    gh__fd_forget(host, fd);
    return libc_close(fd);
}

/* `to` is about to be replaced, if `from` is what it has to be. */
static bool may_replace(gh_host_t *host, int from, int to) {
    if (from == to || libc_fcntl(from, F_GETFD, NULL) < 0) return true;
    if (gh__fd_is_ours(host, to)) return false;
    gh__fd_forget(host, to);
    return true;
}

int hook_dup2(int from, int to) {
    gh_host_t *host = host_to_tell();
    if (host != NULL && !may_replace(host, from, to)) return bad_descriptor();
    return libc_dup2(from, to);
}

int hook_dup3(int from, int to, int flags) {
    gh_host_t *host = host_to_tell();
    if (host != NULL && !may_replace(host, from, to)) return bad_descriptor();
    return libc_dup3(from, to, flags);
}

int hook_close_range(unsigned first, unsigned last, int flags) {
    gh_host_t *host = host_to_tell();
    if (host == NULL || first > last || flags & CLOSE_RANGE_CLOEXEC)
        return libc_close_range(first, last, flags);
    gh__fd_forget_range(host, first, last);
    for (;;) {
        unsigned ours = gh__fd_next_ours(host, first);
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
    gh_host_t *host = host_to_tell();
    int fd = host != NULL && stream != NULL ? fileno(stream) : -1;
    if (fd >= 0) gh__fd_forget(host, fd);
    return libc_fclose(stream);
}
