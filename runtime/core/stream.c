/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * stream.c: which streams of the program's Python has files of.
 *
 * They are in a tree, by address: a stream's own `data` is the program's.  libuv tells nobody but the
 * program that a handle is being closed, so each turn of the loop ends with a look at those that are:
 * their memory is the program's again after that.
 */
#include "core/stream.h"

#include <search.h>

#include "core/waiter.h"
#include "host.h"

static int compare(const void *left, const void *right) {
    uintptr_t a = (uintptr_t)((const gh__stream_t *)left)->stream;
    uintptr_t b = (uintptr_t)((const gh__stream_t *)right)->stream;
    return (a > b) - (a < b);
}

int gh__stream_add(gh__stream_t *stream) {
    return tsearch(stream, &stream->host->streams, compare) != NULL ? 0 : UV_ENOMEM;
}

gh__stream_t *gh__stream_find(gh_host_t *host, const void *handle) {
    gh__stream_t wanted = {.stream = (uv_stream_t *)handle};
    gh__stream_t **found = tfind(&wanted, &host->streams, compare);
    return found ? *found : NULL;
}

void gh__stream_stop(gh__stream_t *stream) {
    if (stream->reading) uv_read_stop(stream->stream);
    stream->reading = false;
}

static void drop_file(gh__chore_t *chore) {
    Py_DECREF(GH__CONTAINER(chore, gh__stream_t, chore)->file);
}

void gh__stream_forget(gh__stream_t *stream) {
    if (stream->stream == NULL) return;
    gh__stream_stop(stream);
    tdelete(stream, &stream->host->streams, compare);
    stream->stream = NULL;
    gh__waiters_fire(&stream->readers, 0);
    gh__chore_add(stream->host, &stream->chore, drop_file);
}

/* The root of such a tree points to what was added. */
void gh__streams_forget(gh_host_t *host) {
    while (host->streams != NULL) gh__stream_forget(*(gh__stream_t **)host->streams);
}

void gh__streams_forget_closing(gh_host_t *host) {
    uv_handle_t *handle = host->streams != NULL ? host->loop->closing_handles : NULL;
    for (; handle != NULL; handle = handle->next_closing) {
        gh__stream_t *stream = gh__stream_find(host, handle);
        if (stream != NULL) gh__stream_forget(stream);
    }
}
