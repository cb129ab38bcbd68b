/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * promise.c: outcomes.  A task, a promise and an operation of the loop have one thing in common:
 * some day they have a value or an error, and whoever waits for it wants to be woken then.
 */
#include "internal.h"

static void on_posted(gh__post_t *post) {
    gh__outcome_t *outcome = GH__CONTAINER(post, gh__outcome_t, post);
    gh__waiters_fire(&outcome->waiters, 0);
    gh__release_later(outcome->host, &outcome->garbage, (PyObject *)outcome);
}

int gh__outcome_settle(gh__outcome_t *outcome, PyObject *value, PyObject *error) {
    if (outcome->settled) return UV_EALREADY;
    outcome->settled = true;
    outcome->value = Py_XNewRef(value);
    outcome->error = Py_XNewRef(error);
    if (outcome->host == NULL) return 0;
    if (gh__current == outcome->host) {
        gh__waiters_fire(&outcome->waiters, 0);
    } else {
        /* The list belongs to the loop thread; the outcome lives until the post has run. */
        Py_INCREF(outcome);
        outcome->post.run = on_posted;
        gh__post(outcome->host, &outcome->post);
    }
    return 0;
}

int gh__outcome_wait(gh__outcome_t *outcome, uint64_t deadline) {
    if (outcome->settled) return 0;
    gh_host_t *host = outcome->host;
    gh_task_t *task = host->running;
    gh__list_append(&outcome->waiters, &task->waiter.link);
    gh__park_t how = {
        .on = GH__ON_OUTCOME, .call = "join", .subject = (intptr_t)outcome, .deadline = deadline};
    int status = gh__park_held(task, &how);
    gh__list_remove(&task->waiter.link);
    return outcome->settled ? 0 : status;
}

PyObject *gh__outcome_take(gh__outcome_t *outcome) {
    outcome->retrieved = true;
    if (outcome->error == NULL) return Py_NewRef(outcome->value);
    PyErr_SetObject((PyObject *)Py_TYPE(outcome->error), outcome->error);
    return NULL;
}
