/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * stream.h: streams of libuv's that the program lends to Python, until either is done with them.  What
 * is made of one is in api/stream.c; here is which there are, and when the program has closed one.
 * Everything is on the loop thread.
 */
#ifndef GREENHOST_STREAM_H
#define GREENHOST_STREAM_H

#include "core/chore.h"
#include "core/list.h"
#include "internal.h"

/* Freed with the file; the other way round each belongs to the host while there is a stream. */
typedef struct gh__stream_s {
    gh_host_t *host;
    uv_stream_t *stream; /* NULL once it, the file or the host has been closed */
    PyObject *file;      /* owned while there is a stream */
    gh__link_t readers; /* gh__waiter_t, fired when there may be something to read, or never will */
    gh__chore_t chore;
    char *data; /* what has come: from `begin` to `end` nobody has taken it yet */
    size_t begin, end;
    size_t wanted; /* the most that one of the readers asks for */
    bool reading;  /* on behalf of the readers */
    int error;     /* what the next reader is to hear of, UV_EOF included; 0 for nothing */
} gh__stream_t;

/* Notes that there is one.  0, or UV_ENOMEM. */
int gh__stream_add(gh__stream_t *stream);
/* The one that the callbacks of libuv are about, NULL if none. */
gh__stream_t *gh__stream_find(gh_host_t *host, const void *handle);
void gh__stream_stop(gh__stream_t *stream);
/* Lets go of the program's stream and of the file, and wakes the readers. */
void gh__stream_forget(gh__stream_t *stream);
/* The same for all that there are; and for those that the program closes in this turn of the loop, the
 * memory of which is there for no longer than that. */
void gh__streams_forget(gh_host_t *host);
void gh__streams_forget_closing(gh_host_t *host);

#endif
