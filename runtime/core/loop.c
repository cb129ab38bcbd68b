/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * loop.c: the loop's turns, and its life, which is shorter than the host's.
 *
 * It is opened with the first task, not with the host: a program without tasks has no descriptor
 * of ours in its table, forks as cheaply as ever, and starts as fast as it would under python3.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "core/deadline.h"
#include "core/dump.h"
#include "core/errors.h"
#include "core/fdwait.h"
#include "core/guard.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/lot.h"
#include "core/ownfds.h"
#include "core/post.h"
#include "core/signal.h"
#include "core/stream.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

/* uv_loop_fork is right only from here on, and uv_async_send signal-safe. */
#define OLDEST_UV ((1 << 16) | (40 << 8))

/* What libuv, our epoll instance and the timer take together, and two for loading greenlet. */
#define DESCRIPTORS 10

/* ---- the turns ---- */

/* False in a uv_run that a task makes, inside the one that it runs in, or that another thread makes:
 * a program that does so must not do more harm than to wait. */
static bool is_hub(const gh_host_t *host) { return gh__current == host && host->running == NULL; }

static void on_idle(uv_idle_t *idle) { (void)idle; }

/* Before the poll: it must not sleep while tasks are ready, nor past the next deadline.  To start or
 * stop the idle handle can't fail: it has a callback. */
static void on_prepare(uv_prepare_t *prepare) {
    gh_host_t *host = prepare->data;
    if (!is_hub(host)) return;
    if (gh__any_ready(host) || !gh__list_empty(&host->chores) || !gh__list_empty(&host->finished) ||
        host->stopping) {
        uv_idle_start(&host->idle, on_idle);
        return;
    }
    uv_idle_stop(&host->idle);
    gh__deadlines_arm(host);
    if (gh__all_stuck(host) && gh__report_stuck(host)) uv_idle_start(&host->idle, on_idle);
}

/*
 * A child forked by a task ends with that task, as it would with the thread that forked it: with
 * code 0, and without Python's atexit functions, which are the parent's.
 */
static void end_orphan(gh_host_t *host) {
    PyEval_RestoreThread(host->tstate);
    PyObject_CallFinalizer((PyObject *)host->main); /* which tells of an exception */
    gh__flush_standard_files(host);
    exit(0);
}

/* After the poll, whose callbacks have only marked tasks ready. */
static void on_check(uv_check_t *check) {
    gh_host_t *host = check->data;
    if (!is_hub(host)) return;
    gh__signal_deliver(host);
    gh__lot_look_again();
    gh__deadlines_fire(host);
    gh__run_ready(host);
    gh__posts_run(&host->finished);
    gh__streams_forget_closing(host);
    if (host->orphan && host->main->state == GH__DONE) end_orphan(host);
}

/* ---- opening, all of it or nothing ---- */

/*
 * libuv aborts the process where it is refused a descriptor that it can't do without, so it is only
 * asked once there are enough.
 */
static int check_descriptors(void) {
    int taken[DESCRIPTORS], count = 0, error = 0;
    while (count < DESCRIPTORS && error == 0) {
        taken[count] = eventfd(0, EFD_CLOEXEC);
        error = taken[count] < 0 ? -errno : 0;
        count += error == 0;
    }
    while (count > 0) libc_close(taken[--count]);
    return error;
}

static int open_handles(gh_host_t *host) {
    int error;
    if ((error = uv_prepare_init(host->loop, &host->prepare)) < 0 ||
        (error = uv_check_init(host->loop, &host->check)) < 0 ||
        (error = uv_idle_init(host->loop, &host->idle)) < 0)
        return error;
    host->prepare.data = host->check.data = host->idle.data = host;
    error = uv_prepare_start(&host->prepare, on_prepare);
    return error < 0 ? error : uv_check_start(&host->check, on_check);
}

static bool is_ours(const uv_handle_t *handle, const gh_host_t *host) {
    return (char *)handle >= (char *)host && (char *)handle < (char *)host + sizeof(gh_host_t);
}

/* A loop that the program turns is kept going by tasks alone: see gh__loop_keep. */
static void unref_ours(uv_handle_t *handle, void *host) {
    if (is_ours(handle, host)) uv_unref(handle);
}

/* The handles are part of the host, so it has to be there until the loop has let go of them. */
static void on_closed(uv_handle_t *handle) { gh__host_drop(handle->data); }

static void close_ours(uv_handle_t *handle, void *host) {
    if (!is_ours(handle, host)) return;
    handle->data = gh__host_hold(host);
    uv_close(handle, on_closed);
}

/* However much of it has been opened. */
static int close_all(gh_host_t *host) {
    uv_walk(host->loop, close_ours, host);
    if (!host->guest) uv_run(host->loop, UV_RUN_NOWAIT);
    gh__fdwait_close(host);
    gh__deadlines_close(host);
    gh__guard_close(host);
    return host->guest ? 0 : uv_loop_close(host->loop);
}

static int open_all(gh_host_t *host) {
    int error = check_descriptors();
    if (error == 0 && !host->guest) error = uv_loop_init(host->loop);
    if (error < 0) return error;
    if ((error = gh__fdwait_open(host)) < 0 || (error = gh__deadlines_open(host)) < 0 ||
        (error = open_handles(host)) < 0 || (error = gh__post_open(host)) < 0)
        close_all(host);
    else if (host->guest)
        uv_walk(host->loop, unref_ours, host);
    return error;
}

int gh__loop_open(gh_host_t *host) {
    if (GH__LIKELY(host->open)) return 0;
    if (uv_version() < OLDEST_UV) {
        gh__fail(GH_EXIT_UNAVAILABLE, "libuv %s is too old; install 1.40 or newer",
                 uv_version_string());
        return UV_ENOSYS;
    }
    gh__own_fds_begin();
    int error = open_all(host);
    gh__own_fds_end(host);
    if (error < 0)
        gh__fail(GH_EXIT_OSERR,
                 "the loop can't be made: %s; raise the limit (ulimit -n) or close descriptors",
                 uv_strerror(error));
    return error;
}

/* ---- closing ---- */

int gh__loop_close(gh_host_t *host) {
    if (!host->open) return 0;
    gh__post_close(host);
    int error = close_all(host);
    gh__own_fds_closed();
    return error;
}

/* ---- a loop that the program turns ---- */

/* It ends its uv_run when nothing keeps it going.  Of our handles one does, while there are tasks. */
void gh__loop_keep(gh_host_t *host) {
    if (!host->guest) return;
    if (host->task_count + host->callbacks > 0)
        uv_ref((uv_handle_t *)&host->async);
    else
        uv_unref((uv_handle_t *)&host->async);
}

void gh__loop_kick(gh_host_t *host) {
    if (host->guest && host->running == NULL) uv_idle_start(&host->idle, on_idle);
}

/* ---- fork ---- */

/*
 * libuv makes new descriptors, but what was under way in the parent's threads it leaves as it was:
 * a wake-up that the old descriptor held would never come, and keep every later one back; work that
 * was done would be reported to those who have been told that it is not; and a thread may have had
 * the lock.
 */
static void forget_threads(gh_host_t *host) {
    void **done = (void **)&host->loop->wq;
    done[0] = done[1] = done;
    uv_mutex_init(&host->loop->wq_mutex);
    host->loop->wq_async.pending = host->async.pending = 0;
}

/*
 * The child of a fork leaves the program's loop, and all that the program does with it, to its parent.
 * In a task it gets a loop of its own, as a host that was opened without one does; elsewhere it has no
 * host, and the program may do with its loop what it likes.
 */
static void leave_program(gh_host_t *host) {
    uv_unref((uv_handle_t *)&host->async);
    gh__streams_forget(host);
    if (host->running == NULL) return;
    host->guest = false;
    host->open = false;
    host->loop = &host->own_loop;
    host->hub = NULL; /* never freed: it turns the loop that is left */
    host->worker_count = 0;
    libc_close(host->epfd);
    libc_close(host->deadlines.timerfd);
    host->epfd = host->deadlines.timerfd = -1;
    gh__own_fds_closed();
}

int gh__loop_after_fork(gh_host_t *host) {
    if (!host->open) return 0;
    int error = gh__fdwait_after_fork(host);
    if (host->guest) {
        leave_program(host);
        return error;
    }
    forget_threads(host);
    if (error == 0) error = uv_loop_fork(host->loop);
    if (error == 0) {
        libc_close(host->deadlines.timerfd);
        error = gh__deadlines_open(host);
    }
    return error;
}
