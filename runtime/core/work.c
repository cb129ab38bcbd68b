/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * work.c: a Python function on uv's thread pool.
 *
 * The pool's threads are strangers to the interpreter: each borrows a thread state for one call.
 * There the surface is libc's, so whatever the function does blocks that thread and no other.
 */
#include "core/errors.h"
#include "core/offload.h"
#include "core/operation.h"
#include "host.h"
#include "internal.h"

/* In a copy of the context of whoever asked for it, as a task has. */
static PyObject *call(gh__source_t *source) {
    if (PyContext_Enter(source->context) < 0) return NULL;
    PyObject *value = PyObject_Call(source->function, source->args, NULL);
    if (PyContext_Exit(source->context) < 0) Py_CLEAR(value);
    return value;
}

static void on_work(uv_work_t *request) {
    gh__source_t *source = GH__CONTAINER(request, gh__source_t, request);
    PyGILState_STATE state = PyGILState_Ensure();
    source->value = call(source);
    if (source->value == NULL) source->error = gh__take_error();
    PyGILState_Release(state);
}

/* status is UV_ECANCELED for one that never began. */
static void on_done(uv_work_t *request, int status) {
    gh__source_fire(GH__CONTAINER(request, gh__source_t, request), status);
}

static int start(gh__source_t *source) {
    source->context = PyContext_CopyCurrent();
    if (source->context == NULL) {
        PyErr_Clear();
        return UV_ENOMEM;
    }
    gh__offload_expect_pool(source->host);
    return uv_queue_work(source->host->loop, &source->request, on_work, on_done);
}

static PyObject *value(gh__source_t *source) {
    if (source->value != NULL) return Py_NewRef(source->value);
    PyErr_SetObject((PyObject *)Py_TYPE(source->error), source->error);
    return NULL;
}

const gh__source_kind_t gh__source_work = {"work", start, NULL, value};
