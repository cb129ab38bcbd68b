/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * operation.h: operations of the loop that are nobody's park; core/operation.c tells how they live.
 */
#ifndef GREENHOST_OPERATION_H
#define GREENHOST_OPERATION_H

#include "core/chore.h"
#include "core/deadline.h"
#include "core/fdwait.h"
#include "core/list.h"
#include "core/post.h"
#include "core/promise.h"
#include "core/signal.h"
#include "internal.h"

typedef struct gh__source_s gh__source_t;

/* What a kind of operation does. */
typedef struct gh__source_kind_s {
    const char *name;
    /* Begins it; 0 or a negative UV_E*.  With the GIL. */
    int (*start)(gh__source_t *source);
    /* Frees what the source holds of the loop; called once.  After it the source does not fire.
     * NULL for a kind that is in uv's pool, and will fire whatever one does. */
    void (*stop)(gh__source_t *source);
    /* The value of a source that has fired; new reference, or NULL with an exception. */
    PyObject *(*value)(gh__source_t *source);
} gh__source_kind_t;

/* Python's half of an operation. */
typedef struct gh__operation_s {
    gh__outcome_t outcome; /* first: an Operation is an outcome */
    gh__source_t *source;  /* while it is under way */
    const char *name;      /* of its kind */
    int subject;
} gh__operation_t;

/* The loop's half. */
struct gh__source_s {
    const gh__source_kind_t *kind;
    gh_host_t *host;
    gh__operation_t *operation; /* borrowed; NULL once nobody wants the value */
    gh__link_t all;             /* in host->sources while it is under way */
    gh__chore_t chore;
    gh__post_t post;
    int subject; /* descriptor, pid, signal number */
    int status;  /* what it fired with: 0 or more, or a negative UV_E* */
    bool fired;
    union {
        gh__deadline_t deadline;
        gh__fdwait_t fdwait;
        gh__sigwait_t sigwait;
        uv_work_t request;
    };
    PyObject *context, *function, *args; /* of work */
    PyObject *value, *error;             /* what it came to */
};

/* ---- from core/operation.c ---- */

/* Starts the operation's source, which is zeroed but for its kind, its subject and what the kind
 * needs, and comes from calloc.  With the GIL.  UV_E*: then the operation has no source. */
int gh__source_start(gh__operation_t *operation);
/* Says what it came to; once, in the loop, with or without the GIL. */
void gh__source_fire(gh__source_t *source, int status);
/* The operation no longer wants its value: stops the source.  Any thread, with the GIL. */
void gh__source_abandon(gh__operation_t *operation);
/* The same for all, when the host closes; and in the child of a fork, where each of them fires with
 * UV_ECANCELED. */
void gh__sources_close(gh_host_t *host);
void gh__sources_after_fork(gh_host_t *host);

/* ---- from core/source.c: the kinds of operation ---- */

extern const gh__source_kind_t gh__source_sleep;    /* deadline.when is filled in */
extern const gh__source_kind_t gh__source_readable; /* subject: a descriptor */
extern const gh__source_kind_t gh__source_writable;
extern const gh__source_kind_t gh__source_process; /* subject: a pid */
extern const gh__source_kind_t gh__source_signal;  /* subject: its number */

/* ---- from core/work.c: Python on uv's thread pool ---- */

extern const gh__source_kind_t gh__source_work; /* function and args are filled in */

#endif
