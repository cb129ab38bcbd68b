/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * shutdown.c: an end in three steps, each of which ends early when no task is left.
 *
 *     DRAIN: nothing new --drain_ms--> CANCEL: all are told to end --cancel_ms--> what is left is
 *                                                                                 given up
 *
 * A task that is given up is taken out of every list of the host's and never runs again, as a task of
 * the parent's is in the child of a fork.
 */
#include <stdlib.h>

#include "api/api.h"
#include "core/cancel.h"
#include "core/chore.h"
#include "core/deadline.h"
#include "core/errors.h"
#include "core/fdwait.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/lot.h"
#include "core/post.h"
#include "core/promise.h"
#include "core/stream.h"
#include "core/task.h"
#include "core/waiter.h"
#include "host.h"
#include "internal.h"

typedef struct gh__shutdown_s {
    gh_host_t *host;
    gh__waiter_t emptied;
    gh__deadline_t deadline;
    gh__chore_t chore;
    gh__post_t post;
    uint64_t cancel_ms;
    bool cancelled, ended;
    size_t given_up;
    gh_shutdown_cb done;
    void *data;
} shutdown_t;

/* ---- the end ---- */

static void on_finished(gh__post_t *post) {
    shutdown_t *shutdown = GH__CONTAINER(post, shutdown_t, post);
    shutdown->host->callbacks--;
    gh__loop_keep(shutdown->host);
    if (shutdown->done != NULL) shutdown->done(shutdown->host, shutdown->given_up, shutdown->data);
    free(shutdown);
}

/* On the loop thread, in a task that was the last or in the hub. */
static void end(shutdown_t *shutdown) {
    if (shutdown->ended) return;
    shutdown->ended = true;
    gh__deadline_stop(shutdown->host, &shutdown->deadline);
    gh__list_remove(&shutdown->emptied.link);
    gh__list_remove(&shutdown->chore.link);
    shutdown->post.run = on_finished;
    gh__list_append(&shutdown->host->finished, &shutdown->post.link);
    gh__loop_kick(shutdown->host); /* where it was over at once */
    shutdown->host->callbacks++;
    gh__loop_keep(shutdown->host);
}

static void on_emptied(gh__waiter_t *waiter, int status) {
    (void)status;
    end(GH__CONTAINER(waiter, shutdown_t, emptied));
}

/* ---- the steps, with the GIL, in the hub ---- */

static void cancel_all(gh_host_t *host) {
    PyObject *tasks = gh__task_list(host, gh__task_is_other);
    for (Py_ssize_t i = 0; tasks != NULL && i < PyList_GET_SIZE(tasks); i++)
        gh__cancel_with((gh_task_t *)PyList_GET_ITEM(tasks, i), gh__Cancelled,
                        "the program is shutting down");
    Py_XDECREF(tasks);
}

/* A wake that it has had goes to another. */
static void leave_lot(gh_task_t *task) {
    const void *address = task->lot.address;
    bool waits = task->state == GH__PARKED && task->park.on == GH__ON_LOCK;
    if (waits && gh__lot_leave(task)) gh__lot_wake(address, 1);
}

static void give_up(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    PyObject *error = PyObject_CallFunction(gh__Cancelled, "s", "the task was given up");
    task->collapsed = true;
    leave_lot(task);
    gh__list_remove(&task->ready);
    gh__list_remove(&task->all);
    if (task->park.on == GH__ON_FD || task->park.events != 0)
        gh__fdwait_stop(host, &task->fdwait);
    else
        gh__list_remove(&task->waiter.link);
    gh__deadline_stop(host, &task->deadline);
    host->task_count--;
    gh__outcome_see(&task->outcome);
    if (error != NULL) gh__outcome_settle(&task->outcome, NULL, error);
    Py_XDECREF(error);
}

static void give_all_up(shutdown_t *shutdown) {
    gh_host_t *host = shutdown->host;
    PyObject *tasks = gh__task_list(host, gh__task_is_other);
    for (Py_ssize_t i = 0; tasks != NULL && i < PyList_GET_SIZE(tasks); i++) {
        give_up((gh_task_t *)PyList_GET_ITEM(tasks, i));
        shutdown->given_up++;
    }
    gh__streams_forget(host); /* or those that one of them has read would keep the loop going */
    gh__loop_keep(host);
    Py_XDECREF(tasks);
    end(shutdown);
}

static void set_deadline(shutdown_t *shutdown, uint64_t ms);

static void on_step(gh__chore_t *chore) {
    shutdown_t *shutdown = GH__CONTAINER(chore, shutdown_t, chore);
    if (shutdown->ended) return;
    if (shutdown->cancelled) {
        give_all_up(shutdown);
        return;
    }
    shutdown->cancelled = true;
    cancel_all(shutdown->host);
    set_deadline(shutdown, shutdown->cancel_ms);
}

static void on_deadline(gh__deadline_t *deadline) {
    shutdown_t *shutdown = GH__CONTAINER(deadline, shutdown_t, deadline);
    gh__chore_add(shutdown->host, &shutdown->chore, on_step);
}

/* Without memory for the deadline its time is up. */
static void set_deadline(shutdown_t *shutdown, uint64_t ms) {
    uint64_t when = ms <= INT64_MAX ? gh__deadline_in((int64_t)ms) : GH__NEVER;
    if (gh__deadline_start(shutdown->host, &shutdown->deadline, when) < 0)
        gh__chore_add(shutdown->host, &shutdown->chore, on_step);
}

/* ---- gh_shutdown ---- */

static shutdown_t *begin(gh_host_t *host, uint64_t drain_ms, uint64_t cancel_ms) {
    shutdown_t *shutdown = calloc(1, sizeof(*shutdown));
    if (shutdown == NULL) return NULL;
    host->refuses = true;
    shutdown->host = host;
    shutdown->cancel_ms = cancel_ms;
    gh__list_init(&shutdown->chore.link);
    gh__waiter_init(&shutdown->emptied, on_emptied);
    gh__deadline_init(&shutdown->deadline, on_deadline);
    gh__list_append(&host->emptied, &shutdown->emptied.link);
    set_deadline(shutdown, drain_ms);
    return shutdown;
}

int gh_shutdown(gh_host_t *host, uint64_t drain_ms, uint64_t cancel_ms, gh_shutdown_cb done,
                void *data) {
    int error = gh__check_loop(host);
    if (error < 0) return error;
    if (host->refuses) return gh__refuse(UV_EALREADY, "the host is shutting down already");
    shutdown_t *shutdown = begin(host, drain_ms, cancel_ms);
    if (shutdown == NULL) return gh__refuse(UV_ENOMEM, "there is no memory for the shutdown");
    shutdown->done = done;
    shutdown->data = data;
    if (gh__others(host) == 0) end(shutdown);
    return 0;
}
