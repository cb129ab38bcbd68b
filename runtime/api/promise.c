/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * promise.c: a value that C gives to Python, from any thread, without the GIL.
 *
 * A gh_promise_t is C's half of a greenhost.Promise.  To settle it copies the value and posts it to the
 * loop, where the hub, which has the GIL, makes an object of it.  Two may let go of C's half, the
 * program and the post, and the last of them has the hub drop it.
 *
 *              settle            post             chore
 *     PENDING --------> SETTLED -----> loop thread ----> the outcome is settled
 */
#include "core/promise.h"

#include <stdlib.h>

#include "api/api.h"
#include "core/chore.h"
#include "core/errors.h"
#include "core/loop.h"
#include "core/post.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

struct gh_promise_s {
    gh_host_t *host; /* held */
    gh__outcome_t *outcome;
    gh_value_t value;
    atomic_bool settled;
    atomic_int owners;
    gh__post_t post;
    gh__chore_t chore;
};

/* ---- the end of it ---- */

/* With the GIL. */
static void destroy(gh_promise_t *promise) {
    Py_XDECREF(promise->outcome);
    gh__value_clear(&promise->value);
    gh__host_drop(promise->host);
    free(promise);
}

/* Any thread, without the GIL or with it.  Once Python is gone, so is what it counted. */
static void drop(gh_promise_t *promise) {
    if (atomic_fetch_sub(&promise->owners, 1) > 1) return;
    if (!gh__python_runs()) {
        promise->outcome = NULL;
        destroy(promise);
        return;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    destroy(promise);
    PyGILState_Release(gil);
}

/* ---- settling ---- */

static void settle(gh_promise_t *promise) {
    PyObject *value = gh__value_to_python(&promise->value);
    PyObject *error = value == NULL ? gh__take_error() : NULL;
    if (promise->value.kind == GH_ERROR && value != NULL) {
        error = value;
        value = NULL;
    }
    gh__outcome_settle(promise->outcome, value, error);
    gh__outcome_see(promise->outcome); /* the program knows what it settles it with */
    Py_XDECREF(value);
    Py_XDECREF(error);
}

static void on_chore(gh__chore_t *chore) {
    gh_promise_t *promise = GH__CONTAINER(chore, gh_promise_t, chore);
    settle(promise);
    drop(promise);
}

static void on_posted(gh__post_t *post) {
    gh_promise_t *promise = GH__CONTAINER(post, gh_promise_t, post);
    gh__chore_add(promise->host, &promise->chore, on_chore);
    gh__loop_kick(promise->host);
}

int gh_promise_settle(gh_promise_t *promise, gh_value_t value) {
    gh_value_t copy;
    if (promise == NULL) return gh__refuse(UV_EINVAL, "the promise is NULL");
    int error = gh__check_open(promise->host);
    if (error < 0) return error;
    if (promise->settled) return gh__refuse(UV_EALREADY, "the promise is settled already");
    error = gh__value_copy(&copy, &value);
    if (error < 0) return gh__refuse(error, "there is no memory for the value");
    if (atomic_exchange(&promise->settled, true)) {
        gh__value_clear(&copy);
        return gh__refuse(UV_EALREADY, "the promise is settled already");
    }
    promise->value = copy;
    atomic_fetch_add(&promise->owners, 1);
    promise->post.run = on_posted;
    if (gh__post_unless_closed(promise->host, &promise->post)) return 0;
    drop(promise);
    return gh__check_open(promise->host);
}

/* ---- the rest ---- */

static gh_promise_t *promise_new(gh_host_t *host) {
    gh_promise_t *promise = calloc(1, sizeof(*promise));
    if (promise == NULL) return NULL;
    promise->outcome = (gh__outcome_t *)gh__PromiseType.tp_alloc(&gh__PromiseType, 0);
    if (promise->outcome == NULL) {
        free(promise);
        return NULL;
    }
    gh__outcome_init(promise->outcome, host);
    promise->host = gh__host_hold(host);
    promise->owners = 1;
    gh__list_init(&promise->chore.link);
    return promise;
}

int gh_promise_new(gh_host_t *host, gh_promise_t **promise) {
    int error = gh__check_loop(host);
    if (error < 0) return error;
    if (promise == NULL) return gh__refuse(UV_EINVAL, "gh_promise_new needs a place for it");
    PyGILState_STATE gil = PyGILState_Ensure();
    *promise = promise_new(host);
    PyErr_Clear();
    PyGILState_Release(gil);
    return *promise ? 0 : gh__refuse(UV_ENOMEM, "there is no memory for the promise");
}

void gh_promise_release(gh_promise_t *promise) {
    if (promise == NULL) return;
    if (!promise->settled) gh_promise_settle(promise, gh_error(UV_ECANCELED));
    drop(promise);
}

PyObject *gh_promise_object(gh_promise_t *promise) {
    return promise ? (PyObject *)promise->outcome : NULL;
}

/* Of an OSError, in UV_E*; UV_EIO for anything else. */
static int code_of(PyObject *error) {
    PyObject *number = PyObject_GetAttrString(error, "errno");
    long code = number != NULL && PyLong_Check(number) ? PyLong_AsLong(number) : EIO;
    PyErr_Clear();
    Py_XDECREF(number);
    return code > 0 ? (int)-code : UV_EIO;
}

/* With the GIL. */
static int take(gh__outcome_t *outcome, gh_value_t *value) {
    gh__outcome_see(outcome);
    if (outcome->error != NULL) {
        bool known = PyErr_GivenExceptionMatches(outcome->error, PyExc_OSError);
        *value = gh_error(code_of(outcome->error));
        return known ? 0 : gh__refuse(UV_EIO, "Python settled the promise with an exception");
    }
    if (gh__value_from_python(outcome->value, value)) return 0;
    PyErr_Clear(); /* a string that is no UTF-8 */
    *value = gh_object(outcome->value);
    return 0;
}

int gh_wait_promise(gh_promise_t *promise, int64_t ms, gh_value_t *value) {
    gh_value_t unused;
    if (promise == NULL || !gh__python_runs())
        return gh__refuse(UV_EINVAL, "there is no such promise, or no Python any more");
    int status = gh__wait_outcome(promise->outcome, ms);
    if (status < 0) return status;
    PyGILState_STATE gil = PyGILState_Ensure();
    status = take(promise->outcome, value ? value : &unused);
    PyGILState_Release(gil);
    return status;
}
