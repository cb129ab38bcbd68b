/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * operation.c: operations of the loop, under way from the moment they are made.
 *
 * An operation has two halves.  The outcome is a Python object and lives as long as Python likes.
 * The source is native memory, which the loop, or a thread of its pool, may hold on to when Python
 * has dropped the outcome (rule 7).  A source that fires notes its status and nothing more: callbacks
 * of the loop run without the GIL.  The hub, when it next has it, makes the value.
 *
 *      start              fire              the hub's next turn
 *     -------> UNDER WAY ------> FIRED ------------------------> outcome settled, source freed
 *                  |               ^
 *                  | abandon       | what is in the pool can't be stopped, and is not waited for
 *                  +---------------+
 *                  +-------------------------------------------> stopped and freed
 */
#include <stdlib.h>

#include "core/chore.h"
#include "core/errors.h"
#include "core/list.h"
#include "core/operation.h"
#include "core/post.h"
#include "core/promise.h"
#include "current.h"
#include "host.h"
#include "internal.h"

static void drop(gh__source_t *source) {
    gh__post_cancel(source->host, &source->post);
    Py_XDECREF(source->context);
    Py_XDECREF(source->function);
    Py_XDECREF(source->args);
    Py_XDECREF(source->value);
    Py_XDECREF(source->error);
    free(source);
}

static PyObject *value_of(gh__source_t *source) {
    if (source->status >= 0) return source->kind->value(source);
    if (source->status == UV_ECANCELED)
        PyErr_SetString(gh__Cancelled, "the operation was cancelled");
    else
        gh__raise_os(source->status);
    return NULL;
}

/* With the GIL, in the hub. */
static void settle(gh__chore_t *chore) {
    gh__source_t *source = GH__CONTAINER(chore, gh__source_t, chore);
    gh__operation_t *operation = source->operation;
    if (operation != NULL) {
        Py_INCREF(operation);
        operation->source = NULL;
        PyObject *value = value_of(source);
        PyObject *error = value == NULL ? gh__take_error() : NULL;
        gh__outcome_settle(&operation->outcome, value, error);
        Py_XDECREF(value);
        Py_XDECREF(error);
        Py_DECREF(operation);
    }
    drop(source);
}

static void retire(gh__source_t *source) {
    source->host->operations--;
    gh__list_remove(&source->all);
}

void gh__source_fire(gh__source_t *source, int status) {
    if (source->fired) return;
    source->fired = true;
    source->status = status;
    if (source->kind->stop != NULL) source->kind->stop(source);
    retire(source);
    gh__chore_add(source->host, &source->chore, settle);
}

int gh__source_start(gh__operation_t *operation) {
    gh_host_t *host = operation->outcome.host;
    gh__source_t *source = operation->source;
    source->host = host;
    source->operation = operation;
    gh__list_init(&source->post.link);
    gh__list_init(&source->chore.link);
    gh__list_append(&host->sources, &source->all);
    host->operations++;
    int error = source->kind->start(source);
    if (error == 0) return 0;
    operation->source = NULL;
    retire(source);
    drop(source);
    return error;
}

/* True when the source has been stopped, and nobody else refers to it. */
static bool halt(gh__source_t *source) {
    if (source->fired) return false;
    if (source->kind->stop == NULL) {
        uv_cancel((uv_req_t *)&source->request); /* in case it has not begun */
        return false;
    }
    source->kind->stop(source);
    retire(source);
    return true;
}

static void drop_later(gh__chore_t *chore) { drop(GH__CONTAINER(chore, gh__source_t, chore)); }

/* On the loop thread, without the GIL: another thread has dropped the last reference. */
static void on_abandoned(gh__post_t *post) {
    gh__source_t *source = GH__CONTAINER(post, gh__source_t, post);
    if (halt(source)) gh__chore_add(source->host, &source->chore, drop_later);
}

void gh__source_abandon(gh__operation_t *operation) {
    gh__source_t *source = operation->source;
    if (source == NULL) return;
    operation->source = NULL;
    source->operation = NULL;
    if (gh__current == source->host) {
        if (halt(source)) drop(source);
    } else {
        source->post.run = on_abandoned;
        gh__post(source->host, &source->post);
    }
}

/* Nothing that could still fire is left, but what is in the pool: that keeps the loop's memory. */
void gh__sources_close(gh_host_t *host) {
    gh__link_t *item;
    while ((item = gh__list_pop(&host->sources)) != NULL) {
        gh__source_t *source = GH__CONTAINER(item, gh__source_t, all);
        if (source->operation != NULL) source->operation->source = NULL;
        source->operation = NULL;
        if (halt(source)) drop(source);
    }
}

/* The pool's threads do not exist here: its work fires like the rest, though it may have begun. */
void gh__sources_after_fork(gh_host_t *host) {
    gh__link_t *item;
    while ((item = gh__list_pop(&host->sources)) != NULL)
        gh__source_fire(GH__CONTAINER(item, gh__source_t, all), UV_ECANCELED);
}
