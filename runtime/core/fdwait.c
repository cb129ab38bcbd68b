/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * fdwait.c: waiting for descriptors, with one watcher per descriptor.
 *
 * The watchers live in an epoll instance of our own, which the loop watches through one uv_poll_t.
 * A uv_poll_t per descriptor would set O_NONBLOCK on it (a flag of the open file description, seen
 * by other processes), would abort when the descriptor is closed under it, and would allow no
 * second waiter.
 *
 * A descriptor is added on the first wait for it, edge-triggered, and stays until it is closed: in
 * a request/response pattern the steady state makes no epoll_ctl call.  Edges are enough because
 * whoever waits has tried the call first and tries it again after.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "core/fdwait.h"
#include "core/list.h"
#include "core/waiter.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#define EVENTS_PER_READ 256

/* Besides bytes, these are what there is to know of a stream; the kernel adds EPOLLHUP itself. */
#define MORE_THAN_BYTES (EPOLLRDHUP | EPOLLPRI | EPOLLERR)

atomic_uint gh__fds_closed_unseen;
/* How often the flags of some descriptor have been set, and 1. */
static atomic_uint flags_set = 1;

static int grow(gh_host_t *host, int fd) {
    size_t capacity = host->fd_capacity ? host->fd_capacity : 64;
    while (capacity <= (size_t)fd) capacity *= 2;
    gh__fd_t **fds = realloc(host->fds, capacity * sizeof(*fds));
    if (fds == NULL) return UV_ENOMEM;
    for (size_t i = host->fd_capacity; i < capacity; i++) fds[i] = NULL;
    host->fds = fds;
    host->fd_capacity = capacity;
    return 0;
}

static gh__fd_t *find(const gh_host_t *host, int fd) {
    return fd >= 0 && (size_t)fd < host->fd_capacity ? host->fds[fd] : NULL;
}

/* Any number can be passed to a call, and the table is not to grow for one that means nothing. */
static bool is_open(int fd) { return libc_fcntl(fd, F_GETFD, NULL) >= 0; }

void gh__fd_closed_unseen(void) { atomic_fetch_add(&gh__fds_closed_unseen, 1); }

/* Some descriptor was closed unseen, perhaps this one: learn all about it anew. */
static gh__fd_t *refresh(gh__fd_t *record) {
    record->closed_unseen = atomic_load(&gh__fds_closed_unseen);
    record->doubtful = record->watched != 0;
    record->kind = GH__FD_UNKNOWN;
    record->how[0] = record->how[1] = GH__HOW_UNKNOWN;
    record->unlimited = 0;
    record->blocking = 0;
    record->drained = 0;
    return record;
}

gh__fd_t *gh__fd_learn(gh_host_t *host, int fd) {
    gh__fd_t *record = find(host, fd);
    if (record != NULL) return refresh(record);
    if (fd < 0) return NULL;
    if ((size_t)fd >= host->fd_capacity && (!is_open(fd) || grow(host, fd) < 0)) return NULL;
    record = calloc(1, sizeof(*record));
    if (record == NULL) return NULL;
    gh__list_init(&record->waiters);
    record->closed_unseen = atomic_load(&gh__fds_closed_unseen);
    host->fds[fd] = record;
    return record;
}

static gh__fdkind_t ask_kind(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return GH__FD_UNKNOWN;
    if (S_ISSOCK(status.st_mode)) return GH__FD_SOCKET;
    if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) || S_ISDIR(status.st_mode))
        return GH__FD_REGULAR;
    if (S_ISFIFO(status.st_mode)) return GH__FD_PIPE;
    return S_ISCHR(status.st_mode) && isatty(fd) ? GH__FD_TERMINAL : GH__FD_STREAM;
}

static bool ask_tcp(int fd) {
    int protocol = 0;
    socklen_t size = sizeof(protocol);
    return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
           protocol == IPPROTO_TCP;
}

static void learn_kind(gh__fd_t *record, int fd) {
    record->kind = ask_kind(fd);
    record->is_tcp = record->kind == GH__FD_SOCKET && ask_tcp(fd);
}

gh__fdkind_t gh__fd_kind(gh_host_t *host, int fd) {
    gh__fd_t *record = gh__fd_get(host, fd);
    if (record == NULL) return ask_kind(fd);
    if (record->kind == GH__FD_UNKNOWN) learn_kind(record, fd);
    return record->kind;
}

gh__fdkind_t gh__fd_kind_now(gh_host_t *host, int fd) {
    gh__fd_t *record = gh__fd_get(host, fd);
    gh__fdkind_t kind = ask_kind(fd);
    if (record == NULL || record->kind == kind) return kind;
    learn_kind(record, fd);
    record->how[0] = record->how[1] = GH__HOW_UNKNOWN;
    return kind;
}

static int watch(gh_host_t *host, gh__fd_t *record, int fd, uint32_t events) {
    /* Errors are always reported; the bit says that the descriptor is there at all. */
    uint32_t wanted = record->watched | events | EPOLLERR;
    if (wanted & EPOLLIN) wanted |= MORE_THAN_BYTES;
    if (wanted == record->watched && !record->doubtful) return 0;
    struct epoll_event event = {.events = wanted | EPOLLET, .data.fd = fd};
    int operation = record->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(host->epfd, operation, fd, &event) < 0) {
        /* The number was closed, and opened again, in a way we did not see, or the reverse. */
        if (errno != ENOENT && errno != EEXIST) return -errno;
        operation = operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        if (epoll_ctl(host->epfd, operation, fd, &event) < 0) return -errno;
    }
    record->watched = wanted;
    record->doubtful = 0;
    return 0;
}

bool gh__fd_can_wait(gh_host_t *host, int fd) {
    gh__fd_t *record = gh__fd_get(host, fd);
    return record != NULL && watch(host, record, fd, EPOLLIN) != UV_EPERM;
}

int gh__fdwait_start(gh_host_t *host, gh__fdwait_t *wait) {
    if (wait->fd < 0) return UV_EBADF;
    gh__fd_t *record = gh__fd_get(host, wait->fd);
    if (record == NULL) return is_open(wait->fd) ? UV_ENOMEM : UV_EBADF;
    int error = watch(host, record, wait->fd, wait->events);
    if (error < 0) return error;
    gh__list_append(&record->waiters, &wait->waiter.link);
    host->fd_waits++;
    return 0;
}

void gh__fdwait_stop(gh_host_t *host, gh__fdwait_t *wait) {
    if (gh__list_empty(&wait->waiter.link)) return;
    gh__list_remove(&wait->waiter.link);
    host->fd_waits--;
}

/* ---- what need not be asked again ---- */

static void note(gh__fd_t *record, uint32_t events) {
    if (events & ~(uint32_t)EPOLLOUT) record->drained = 0;
    if (events & (MORE_THAN_BYTES | EPOLLHUP)) record->eventful = 1;
}

void gh__fd_drained(gh_host_t *host, int fd) {
    gh__fd_t *record = gh__fd_get(host, fd);
    if (record == NULL || record->eventful || record->doubtful) return;
    if (~record->watched & (EPOLLIN | MORE_THAN_BYTES)) return;
    if (record->kind == GH__FD_UNKNOWN) learn_kind(record, fd);
    record->drained = record->is_tcp;
}

bool gh__fd_is_drained(gh_host_t *host, int fd) {
    gh__fd_t *record = gh__fd_get(host, fd);
    return record != NULL && record->drained && !gh__fd_is_nonblocking(host, fd);
}

void gh__fd_flags_set(void) { atomic_fetch_add(&flags_set, 1); }

bool gh__fd_is_nonblocking(gh_host_t *host, int fd) {
    unsigned count = atomic_load(&flags_set);
    gh__fd_t *record = gh__fd_get(host, fd);
    if (record != NULL && record->blocking == count) return false;
    int flags = libc_fcntl(fd, F_GETFL, NULL);
    bool nonblocking = flags >= 0 && flags & O_NONBLOCK;
    if (record != NULL) record->blocking = flags >= 0 && !nonblocking ? count : 0;
    return nonblocking;
}

/* Its flags are its own, since nobody else has it yet; a limit that the listener had not, it hasn't. */
void gh__fd_accepted(gh_host_t *host, int listener, int fd, bool nonblocking) {
    gh__fdkind_t kind = gh__fd_kind(host, listener);
    gh__fd_t *record = gh__fd_get(host, fd), *model = gh__fd_get(host, listener);
    if (record == NULL || model == NULL) return;
    record->kind = kind;
    record->is_tcp = model->is_tcp;
    record->unlimited = model->unlimited;
    record->blocking = nonblocking ? 0 : atomic_load(&flags_set);
}

/* ---- events ---- */

/* Fires those waiters that want one of the events.  Errors and hang-ups concern everybody. */
static void fire(gh_host_t *host, gh__fd_t *record, uint32_t events) {
    gh__link_t batch, *item;
    gh__list_init(&batch);
    gh__list_move(&batch, &record->waiters);
    while ((item = gh__list_pop(&batch)) != NULL) {
        gh__fdwait_t *wait = GH__CONTAINER(item, gh__fdwait_t, waiter.link);
        uint32_t ready = events & (wait->events | EPOLLERR | EPOLLHUP);
        if (ready == 0) {
            gh__list_append(&record->waiters, item);
            continue;
        }
        host->fd_waits--;
        wait->waiter.fire(&wait->waiter, (int)ready);
    }
}

static int read_events(gh_host_t *host) {
    struct epoll_event events[EVENTS_PER_READ];
    int count = libc_epoll_wait(host->epfd, events, EVENTS_PER_READ, 0);
    for (int i = 0; i < count; i++) {
        gh__fd_t *record = find(host, events[i].data.fd);
        if (record == NULL) continue;
        note(record, events[i].events);
        fire(host, record, events[i].events);
    }
    return count;
}

static void on_epoll(uv_poll_t *watch_handle, int status, int events) {
    (void)status, (void)events;
    gh_host_t *host = watch_handle->data;
    while (read_events(host) == EVENTS_PER_READ) continue;
}

void gh__fd_forget(gh_host_t *host, int fd) {
    gh__fd_t *record = find(host, fd);
    if (record == NULL) return;
    if (record->watched) epoll_ctl(host->epfd, EPOLL_CTL_DEL, fd, NULL);
    host->fds[fd] = NULL;
    gh__link_t *item;
    while ((item = gh__list_pop(&record->waiters)) != NULL) {
        gh__waiter_t *waiter = GH__CONTAINER(item, gh__waiter_t, link);
        host->fd_waits--;
        waiter->fire(waiter, UV_EBADF);
    }
    free(record);
}

void gh__fd_forget_range(gh_host_t *host, unsigned first, unsigned last) {
    for (size_t fd = first; fd < host->fd_capacity && fd <= last; fd++)
        gh__fd_forget(host, (int)fd);
}

static int open_epoll(gh_host_t *host) {
    host->epfd = epoll_create1(EPOLL_CLOEXEC);
    return host->epfd < 0 ? -errno : 0;
}

int gh__fdwait_open(gh_host_t *host) {
    int error = open_epoll(host);
    if (error < 0) return error;
    error = uv_poll_init(host->loop, &host->epoll_watch, host->epfd);
    if (error < 0) return error;
    host->epoll_watch.data = host;
    return uv_poll_start(&host->epoll_watch, UV_READABLE, on_epoll);
}

void gh__fdwait_close(gh_host_t *host) {
    gh__fd_forget_range(host, 0, UINT32_MAX);
    free(host->fds);
    host->fds = NULL;
    host->fd_capacity = 0;
    if (host->epfd >= 0) libc_close(host->epfd);
    host->epfd = -1;
}

/*
 * The child of a fork shares our epoll instance with its parent, so it must not say a word to it.
 * A new instance takes the old one's number, which the loop watches already.
 */
int gh__fdwait_after_fork(gh_host_t *host) {
    int fresh = epoll_create1(EPOLL_CLOEXEC);
    if (fresh < 0) return -errno;
    int moved = libc_dup3(fresh, host->epfd, O_CLOEXEC);
    libc_close(fresh);
    if (moved < 0) return -errno;
    for (size_t fd = 0; fd < host->fd_capacity; fd++) {
        if (host->fds[fd] == NULL) continue;
        gh__list_clear(&host->fds[fd]->waiters);
        free(host->fds[fd]);
        host->fds[fd] = NULL;
    }
    host->fd_waits = 0;
    return 0;
}

/* A signal ends even a poll that doesn't wait; it says nothing of the descriptor. */
short gh__ready_now(int fd, short events) {
    struct pollfd probe = {.fd = fd, .events = events};
    int saved_errno = errno, count;
    do count = libc_poll(&probe, 1, 0);
    while (count < 0 && errno == EINTR);
    errno = saved_errno;
    return count < 0 ? POLLERR : probe.revents;
}
