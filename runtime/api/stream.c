/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * stream.c: a stream of the program's as a Python file.
 *
 * The file is a RawIOBase of embed.py, made of the three functions here.  A task that reads has libuv
 * read, for no longer than it waits and no further than it asks, so that what it does not want stays
 * where it is, for the program or for another file.  What has come lies in memory of ours until a task
 * has taken it: the one that waited may have been cancelled meanwhile.  A write that can't be done at
 * once goes through libuv's queue, in pieces that outlive their task if they must.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "api/api.h"
#include "core/cancel.h"
#include "core/errors.h"
#include "core/park.h"
#include "core/scope.h"
#include "core/stream.h"
#include "core/task.h"
#include "core/waiter.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

#define LARGEST_WRITE 65536

/* ---- waiting, with the GIL ---- */

/* The task that calls; NULL with an exception, also where it has been cancelled and not heard of it. */
static gh_task_t *begin_call(void) {
    gh_task_t *task = gh__task_or_raise();
    if (task == NULL || !gh__scope_tells(task)) return task;
    gh__cancel_raise(task);
    return NULL;
}

/* How to wait for a stream that is there. */
static gh__park_t parking(const gh__stream_t *stream, uint32_t events) {
    uv_os_fd_t fd = -1;
    uv_fileno((const uv_handle_t *)stream->stream, &fd);
    return (gh__park_t){.on = GH__ON_FD,
                        .call = events == EPOLLIN ? "read" : "write",
                        .subject = fd,
                        .events = events,
                        .deadline = GH__NEVER};
}

/* Parks until the waiters are fired.  0 to look again, or -1 with an exception. */
static int wait_among(gh__link_t *waiters, gh_task_t *task, const gh__park_t *how) {
    gh__list_append(waiters, &task->waiter.link);
    int status = gh__park_held(task, how);
    gh__list_remove(&task->waiter.link);
    return gh__park_failed(task, status);
}

static bool is_gone(const gh__stream_t *stream) {
    return stream->stream == NULL || uv_is_closing((const uv_handle_t *)stream->stream);
}

static Py_ssize_t fail(int error) {
    gh__raise_os(error);
    return -1;
}

/* ---- reading ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    size_t wanted = gh__stream_find(gh__current, handle)->wanted;
    size_t size = wanted < suggested ? wanted : suggested;
    buffer->base = malloc(size);
    buffer->len = buffer->base ? size : 0;
}

static void on_read(uv_stream_t *handle, ssize_t size, const uv_buf_t *buffer) {
    gh__stream_t *stream = gh__stream_find(gh__current, handle);
    if (size > 0) {
        stream->data = buffer->base;
        stream->begin = 0;
        stream->end = (size_t)size;
    } else {
        free(buffer->base);
    }
    if (size == 0) return;
    if (size < 0) stream->error = (int)size;
    gh__stream_stop(stream);
    gh__waiters_fire(&stream->readers, 0);
}

static int start_reading(gh__stream_t *stream, size_t room) {
    if (is_gone(stream)) return UV_EBADF;
    if (!stream->reading) {
        int error = uv_read_start(stream->stream, on_alloc, on_read);
        if (error < 0) return error;
        stream->reading = true;
        stream->wanted = 0;
    }
    if (room > stream->wanted) stream->wanted = room;
    return 0;
}

/* Until something has come, or will not.  0, or -1 with an exception. */
static int wait_for_data(gh_task_t *task, gh__stream_t *stream, size_t room) {
    while (stream->data == NULL && stream->error == 0) {
        int error = start_reading(stream, room);
        if (error < 0) return (int)fail(error);
        const gh__park_t how = parking(stream, EPOLLIN);
        int failed = wait_among(&stream->readers, task, &how);
        if (gh__list_empty(&stream->readers)) gh__stream_stop(stream);
        if (failed < 0) return -1;
    }
    return 0;
}

static Py_ssize_t take(gh__stream_t *stream, char *buffer, size_t room) {
    size_t there = stream->end - stream->begin, size = room < there ? room : there;
    memcpy(buffer, stream->data + stream->begin, size);
    stream->begin += size;
    if (size < there) return (Py_ssize_t)size;
    free(stream->data);
    stream->data = NULL;
    return (Py_ssize_t)size;
}

/* How many bytes, 0 at the end, or -1 with an exception. */
static Py_ssize_t read_some(gh__stream_t *stream, char *buffer, size_t room) {
    gh_task_t *task = begin_call();
    if (task == NULL || wait_for_data(task, stream, room) < 0) return -1;
    if (stream->data != NULL) return take(stream, buffer, room);
    int error = stream->error;
    stream->error = 0;
    return error == UV_EOF ? 0 : fail(error);
}

static PyObject *read_into(PyObject *capsule, PyObject *target) {
    Py_buffer view;
    if (PyObject_GetBuffer(target, &view, PyBUF_CONTIG) < 0) return NULL;
    Py_ssize_t size = 0;
    if (view.len > 0)
        size = read_some(PyCapsule_GetPointer(capsule, NULL), view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

/* ---- writing ---- */

/* What libuv is to write by and by. */
typedef struct piece_s {
    uv_write_t request;
    gh__link_t waiters; /* its task */
    int status;         /* 1 while it is under way, then libuv's */
    bool abandoned;     /* its task has gone */
    char data[];
} piece_t;

static void on_written(uv_write_t *request, int status) {
    piece_t *piece = GH__CONTAINER(request, piece_t, request);
    piece->status = status;
    if (piece->abandoned)
        free(piece);
    else
        gh__waiters_fire(&piece->waiters, 0);
}

/* NULL with an exception. */
static piece_t *begin_piece(gh__stream_t *stream, const char *data, size_t size) {
    piece_t *piece = malloc(sizeof(*piece) + size);
    if (piece == NULL) return (piece_t *)PyErr_NoMemory();
    gh__list_init(&piece->waiters);
    piece->status = 1;
    piece->abandoned = false;
    uv_buf_t buffer = uv_buf_init(memcpy(piece->data, data, size), (unsigned)size);
    int error = uv_write(&piece->request, stream->stream, &buffer, 1, on_written);
    if (error == 0) return piece;
    free(piece);
    return (piece_t *)gh__raise_os(error);
}

/* libuv cancels what is in its queue when the program closes the stream. */
static Py_ssize_t write_piece(gh_task_t *task, gh__stream_t *stream, const char *data,
                              size_t size) {
    if (size > LARGEST_WRITE) size = LARGEST_WRITE;
    const gh__park_t how = parking(stream, EPOLLOUT); /* and may be gone when it is woken */
    piece_t *piece = begin_piece(stream, data, size);
    if (piece == NULL) return -1;
    int failed = 0;
    while (piece->status > 0 && failed == 0) failed = wait_among(&piece->waiters, task, &how);
    int status = piece->status;
    piece->abandoned = true;
    if (status <= 0) free(piece);
    if (failed < 0) return -1;
    return status == 0 ? (Py_ssize_t)size : fail(status == UV_ECANCELED ? UV_EBADF : status);
}

/* How many bytes, or -1 with an exception. */
static Py_ssize_t write_some(gh_task_t *task, gh__stream_t *stream, const char *data, size_t size) {
    if (is_gone(stream)) return fail(UV_EBADF);
    uv_buf_t rest = uv_buf_init((char *)data, size < INT_MAX ? (unsigned)size : INT_MAX);
    int written = uv_try_write(stream->stream, &rest, 1);
    if (written == UV_EAGAIN) return write_piece(task, stream, data, size);
    return written < 0 ? fail(written) : written;
}

static int write_all(gh__stream_t *stream, const char *data, size_t size) {
    gh_task_t *task = begin_call();
    while (task != NULL && size > 0) {
        Py_ssize_t written = write_some(task, stream, data, size);
        if (written < 0) return -1;
        data += written;
        size -= (size_t)written;
    }
    return task == NULL ? -1 : 0;
}

static PyObject *write_from(PyObject *capsule, PyObject *source) {
    Py_buffer view;
    if (PyObject_GetBuffer(source, &view, PyBUF_SIMPLE) < 0) return NULL;
    Py_ssize_t size = view.len;
    int failed = write_all(PyCapsule_GetPointer(capsule, NULL), view.buf, (size_t)size);
    PyBuffer_Release(&view);
    return failed < 0 ? NULL : PyLong_FromSsize_t(size);
}

/* ---- the file ---- */

/* On the loop thread, in a task or not, since files are closed by the collector too. */
static PyObject *close_file(PyObject *capsule, PyObject *Py_UNUSED(args)) {
    gh__stream_t *stream = PyCapsule_GetPointer(capsule, NULL);
    if (stream->stream != NULL && gh__current != stream->host && gh__host_or_raise() == NULL)
        return NULL;
    gh__stream_forget(stream);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"readinto", read_into, METH_O, NULL},
    {"write", write_from, METH_O, NULL},
    {"close", close_file, METH_NOARGS, NULL},
};

static void drop_stream(PyObject *capsule) {
    gh__stream_t *stream = PyCapsule_GetPointer(capsule, NULL);
    free(stream->data);
    gh__host_drop(stream->host);
    free(stream);
}

/* A capsule that owns what is known of the stream.  New reference, or NULL. */
static PyObject *stream_new(gh_host_t *host, uv_stream_t *handle) {
    gh__stream_t *stream = calloc(1, sizeof(*stream));
    PyObject *capsule = stream ? PyCapsule_New(stream, NULL, drop_stream) : NULL;
    if (capsule == NULL) {
        free(stream);
        return NULL;
    }
    stream->host = gh__host_hold(host);
    stream->stream = handle;
    gh__list_init(&stream->readers);
    gh__list_init(&stream->chore.link);
    return capsule;
}

/* New reference, or NULL. */
static PyObject *file_of(gh_host_t *host, PyObject *capsule) {
    PyObject *class = gh__embed_get(host, "Stream"), *parts[3] = {NULL};
    for (int i = 0; i < 3; i++) parts[i] = PyCFunction_New(&methods[i], capsule);
    PyObject *file = NULL;
    if (class != NULL && parts[0] != NULL && parts[1] != NULL && parts[2] != NULL)
        file = PyObject_CallFunctionObjArgs(class, parts[0], parts[1], parts[2], NULL);
    for (int i = 0; i < 3; i++) Py_XDECREF(parts[i]);
    Py_XDECREF(class);
    return file;
}

/* Borrowed from the host, or NULL. */
static PyObject *open_file(gh_host_t *host, uv_stream_t *handle) {
    PyObject *capsule = stream_new(host, handle), *file = capsule ? file_of(host, capsule) : NULL;
    gh__stream_t *stream = file ? PyCapsule_GetPointer(capsule, NULL) : NULL;
    Py_XDECREF(capsule);
    if (stream == NULL) return NULL;
    stream->file = file;
    if (gh__stream_add(stream) == 0) return file;
    stream->stream = NULL;
    Py_DECREF(file);
    return NULL;
}

static bool is_usable(gh_host_t *host, const uv_stream_t *stream) {
    if (stream == NULL || stream->loop != gh_loop(host)) return false;
    bool is_stream =
        stream->type == UV_TCP || stream->type == UV_NAMED_PIPE || stream->type == UV_TTY;
    return is_stream && !uv_is_closing((const uv_handle_t *)stream);
}

int gh_stream_file(gh_host_t *host, uv_stream_t *handle, PyObject **file) {
    int error = gh__check_loop(host);
    if (error < 0) return error;
    if (file == NULL || !is_usable(host, handle))
        return gh__refuse(UV_EINVAL, "gh_stream_file needs a TCP, pipe or TTY handle of the host's "
                                     "loop, which is not being closed, and a place for the file");
    PyGILState_STATE gil = PyGILState_Ensure();
    gh__stream_t *stream = gh__stream_find(host, handle);
    *file = stream ? stream->file : open_file(host, handle);
    PyErr_Clear();
    PyGILState_Release(gil);
    return *file ? 0 : gh__refuse(UV_ENOMEM, "there is no memory for the file");
}
