/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * internal.h: what the rooms of the runtime share, grouped by the file that defines it.
 *
 * Conventions.  Everything runs on the loop thread unless its comment says "any thread".  "Without
 * the GIL" means that the caller must have released it; "with the GIL" that it must hold it; the
 * rest do not care and touch no Python object.  Errors are 0 or a negative UV_E*.
 */
#ifndef GREENHOST_INTERNAL_H
#define GREENHOST_INTERNAL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <greenlet/greenlet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "greenhost.h"

#define GH__NEVER UINT64_MAX
#define GH__LIKELY(x) __builtin_expect(!!(x), 1)
#define GH__UNLIKELY(x) __builtin_expect(!!(x), 0)
#define GH__CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

typedef struct gh_task_s gh_task_t;
typedef struct gh__waiter_s gh__waiter_t;

/* ---- from list.h: an intrusive, circular, doubly linked list ---- */

typedef struct gh__link_s {
    struct gh__link_s *next, *prev;
} gh__link_t;

static inline void gh__list_init(gh__link_t *list) { list->next = list->prev = list; }

static inline bool gh__list_empty(const gh__link_t *list) { return list->next == list; }

static inline void gh__list_append(gh__link_t *list, gh__link_t *item) {
    item->prev = list->prev;
    item->next = list;
    list->prev->next = item;
    list->prev = item;
}

/* Taking out an item that is in no list is allowed, once it has been initialised. */
static inline void gh__list_remove(gh__link_t *item) {
    item->prev->next = item->next;
    item->next->prev = item->prev;
    gh__list_init(item);
}

static inline gh__link_t *gh__list_pop(gh__link_t *list) {
    gh__link_t *first = list->next;
    if (first == list) return NULL;
    gh__list_remove(first);
    return first;
}

/* Takes every item out, so that each knows it is in no list. */
static inline void gh__list_clear(gh__link_t *list) {
    while (gh__list_pop(list) != NULL) continue;
}

/* Moves every item of `from` to the empty list `to`. */
static inline void gh__list_move(gh__link_t *to, gh__link_t *from) {
    gh__list_init(to);
    if (gh__list_empty(from)) return;
    *to = *from;
    to->next->prev = to->prev->next = to;
    gh__list_init(from);
}

/*
 * A waiter: anything that wants to hear, once, that something happened.  Each source (descriptor,
 * deadline, address, outcome) links waiters into a list of its own and fires them with a status: 0
 * or more, or a negative UV_E*.  `fire` runs on the loop thread, perhaps without the GIL, and must
 * not run Python.  It is unlinked before it is fired.
 */
struct gh__waiter_s {
    gh__link_t link;
    void (*fire)(gh__waiter_t *waiter, int status);
};

static inline void gh__waiter_init(gh__waiter_t *waiter, void (*fire)(gh__waiter_t *, int)) {
    gh__list_init(&waiter->link);
    waiter->fire = fire;
}

/* Fires every waiter of the list that is there now; those that come meanwhile stay. */
static inline void gh__waiters_fire(gh__link_t *list, int status) {
    gh__link_t batch, *item;
    gh__list_move(&batch, list);
    while ((item = gh__list_pop(&batch)) != NULL) {
        gh__waiter_t *waiter = GH__CONTAINER(item, gh__waiter_t, link);
        waiter->fire(waiter, status);
    }
}

/* ---- from core/deadline.c: one heap of absolute, monotonic nanoseconds ---- */

typedef struct gh__deadline_s {
    uint64_t when;
    size_t slot; /* its place in the heap, or GH__NO_SLOT */
    gh__waiter_t waiter;
} gh__deadline_t;

#define GH__NO_SLOT SIZE_MAX

typedef struct gh__heap_s {
    gh__deadline_t **items;
    size_t count, capacity;
    uint64_t armed; /* what the timerfd is set to, GH__NEVER if nothing */
    int timerfd;
} gh__heap_t;

static inline void gh__deadline_init(gh__deadline_t *deadline, void (*fire)(gh__waiter_t *, int)) {
    deadline->slot = GH__NO_SLOT;
    gh__waiter_init(&deadline->waiter, fire);
}

uint64_t gh__now(void); /* CLOCK_MONOTONIC in nanoseconds, never cached.  Any thread. */
/* `now + ns`, saturating at GH__NEVER. */
uint64_t gh__deadline_after(uint64_t ns);
int gh__deadlines_open(gh_host_t *host);
void gh__deadlines_close(gh_host_t *host);
/* UV_ENOMEM when the heap cannot grow.  The deadline's memory stays the caller's. */
int gh__deadline_start(gh_host_t *host, gh__deadline_t *deadline, uint64_t when);
void gh__deadline_stop(gh_host_t *host, gh__deadline_t *deadline); /* harmless when not started */
void gh__deadlines_fire(gh_host_t *host); /* fires all that are due, with UV_ETIMEDOUT */
void gh__deadlines_arm(gh_host_t *host);  /* before the loop polls: sets the timerfd */

/* ---- from core/fdwait.c: one watcher per descriptor ---- */

typedef struct gh__fdwait_s {
    gh__waiter_t waiter;
    int fd;
    uint32_t events; /* EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLRDHUP that it wants */
} gh__fdwait_t;

/* What the runtime remembers of a descriptor between calls.  A stale entry costs a wrong first
 * guess, never a wrong result: see hooks/transfer.c. */
typedef enum {
    GH__FD_UNKNOWN,
    GH__FD_SOCKET,
    GH__FD_PIPE,     /* or FIFO */
    GH__FD_TERMINAL, /* either side of one */
    GH__FD_STREAM,   /* anything else that can be polled */
    GH__FD_REGULAR,  /* regular file, directory or block device: never waits for a peer */
} gh__fdkind_t;

/* How to read or write it without blocking. */
typedef enum {
    GH__HOW_UNKNOWN,
    GH__HOW_NOWAIT, /* with RWF_NOWAIT */
    GH__HOW_POLLED, /* once poll says that it is ready */
    GH__HOW_DIRECT, /* it never blocks */
    GH__HOW_POOLED, /* it waits for a disk, in another thread */
} gh__how_t;

typedef struct gh__fd_s {
    gh__link_t waiters;
    uint32_t watched;       /* what our epoll instance watches it for; 0: nothing */
    uint8_t kind;           /* gh__fdkind_t */
    uint8_t how[2];         /* gh__how_t: to read it, to write it */
    uint8_t unlimited;      /* EPOLLIN: it has no SO_RCVTIMEO, EPOLLOUT: no SO_SNDTIMEO */
    uint8_t doubtful : 1;   /* it may have been closed unseen since it was watched */
    unsigned closed_unseen; /* the count when all this was learnt: see gh__fd_closed_unseen */
} gh__fd_t;

int gh__fdwait_open(gh_host_t *host);
void gh__fdwait_close(gh_host_t *host);
/* The record of a descriptor, made when missing; NULL when out of memory or fd < 0. */
gh__fd_t *gh__fd_get(gh_host_t *host, int fd);
/* Its kind, found with fstat on first use. */
gh__fdkind_t gh__fd_kind(gh_host_t *host, int fd);
/* The same, found with fstat in any case. */
gh__fdkind_t gh__fd_kind_now(gh_host_t *host, int fd);
/* Whether it can be watched at all.  What can't is always ready. */
bool gh__fd_can_wait(gh_host_t *host, int fd);
/* Links `wait` (fd and events filled in) and watches the descriptor.  UV_EPERM: it can't be watched
 * because it is always ready (a regular file).  UV_EBADF, UV_ENOMEM.  Fired with the ready EPOLL*
 * events, or UV_EBADF when the descriptor is closed meanwhile. */
int gh__fdwait_start(gh_host_t *host, gh__fdwait_t *wait);
void gh__fdwait_stop(gh_host_t *host, gh__fdwait_t *wait);
/* A descriptor is about to be closed or replaced: wake its waiters, forget all about it. */
void gh__fd_forget(gh_host_t *host, int fd);
void gh__fd_forget_range(gh_host_t *host, unsigned first, unsigned last);
/* The same from where no host can be told: another thread, a signal handler.  Any thread. */
void gh__fd_closed_unseen(void);
size_t gh__fdwait_count(const gh_host_t *host); /* waits under way */
int gh__fdwait_after_fork(gh_host_t *host);

/* ---- from core/ownfds.c: the loop's own descriptors ---- */

/* What is opened between these two is the loop's own. */
void gh__own_fds_begin(void);
void gh__own_fds_end(void);
/* In the child of a fork, before libuv's handler: begins what ends after it. */
void gh__own_fds_after_fork(void);
/* Some were closed. */
void gh__own_fds_closed(void);
/* True for descriptors of the loop itself, which the program must not close.  Any thread. */
bool gh__fd_is_ours(int fd);
/* The first of them that is not below `from`, UINT_MAX if there is none.  Any thread. */
unsigned gh__fd_next_ours(unsigned from);

/* ---- from core/post.c: any thread wakes the loop ---- */

typedef struct gh__post_s {
    gh__link_t link;
    void (*run)(struct gh__post_s *post); /* on the loop thread, without the GIL, runs no Python */
} gh__post_t;

/* Last of those that open with the loop: host->open from then on. */
int gh__post_open(gh_host_t *host);
/* Queues `post`, whose memory must live until it has run.  Any thread. */
void gh__post(gh_host_t *host, gh__post_t *post);
/* Makes the loop turn once more.  Any thread, and signal handlers. */
void gh__wake(gh_host_t *host);
/* Takes back a post that has not run.  Loop thread. */
void gh__post_cancel(gh_host_t *host, gh__post_t *post);
void gh__post_run(gh_host_t *host);
/* True when one has not run.  Loop thread. */
bool gh__post_pending(gh_host_t *host);

/* ---- from host.c: see below for its functions ---- */

/* What needs the GIL, put off by those who don't have it until the hub next does. */
typedef struct gh__chore_s {
    gh__link_t link;
    void (*run)(struct gh__chore_s *chore); /* with the GIL, in the hub; must not park */
} gh__chore_t;

/* ---- from core/promise.c: something that will have a value ---- */

/* Base of every awaitable object: Promise, Task, Operation.  Owned by Python's reference count. */
typedef struct gh__outcome_s {
    PyObject_HEAD gh_host_t *host; /* held: see gh__host_hold */
    gh__link_t waiters;            /* gh__waiter_t, fired once settled; loop thread only */
    gh__link_t threads;            /* the same for other threads, with the GIL */
    PyObject *value;               /* set when it succeeded */
    PyObject *error;               /* an exception instance, set when it failed */
    PyObject *traceback;           /* what the error came with */
    PyObject *weakrefs;
    gh__post_t post;
    gh__chore_t chore;
    bool settled;
    bool retrieved; /* somebody has seen the outcome */
} gh__outcome_t;

/* Makes a zeroed outcome one of the host's.  With the GIL. */
void gh__outcome_init(gh__outcome_t *outcome, gh_host_t *host);
/* Drops a reference to it when the hub next has the GIL. */
void gh__outcome_release_later(gh__outcome_t *outcome);
/* Settles with a value or an error, exactly one not NULL; both are borrowed.  UV_EALREADY when it
 * is settled.  Any thread, with the GIL. */
int gh__outcome_settle(gh__outcome_t *outcome, PyObject *value, PyObject *error);
/* Parks the calling task until it is settled.  With the GIL.  0, UV_ETIMEDOUT, UV_EINTR,
 * UV_ECANCELED as gh__park. */
int gh__outcome_wait(gh__outcome_t *outcome, uint64_t deadline);
/* Blocks the calling thread, which has no loop, until it is settled.  With the GIL, which it gives
 * away meanwhile.  0, UV_ETIMEDOUT, UV_ENOMEM. */
int gh__outcome_wait_thread(gh__outcome_t *outcome, uint64_t deadline);
/* New reference to the value, or NULL with its error raised.  It must be settled.  With the GIL. */
PyObject *gh__outcome_take(gh__outcome_t *outcome);

/* ---- from core/identity.c: a task is a thread to Python ---- */

/* What CPython keeps per thread in PyThreadState and greenlet does not already switch. */
typedef struct gh__identity_s {
    unsigned long ident;
    uint64_t id;
    PyObject *dict;
    PyObject *asyncgen_firstiter, *asyncgen_finalizer;
    PyObject *profile_object, *trace_object;
    Py_tracefunc profile, trace;
    int tracing, origin_depth;
    void (*on_delete)(void *); /* how `threading` hears of the end of a thread */
    void *on_delete_data;
} gh__identity_t;

/* Finds what it must know of this libpython.  With the GIL. */
int gh__identity_open(gh_host_t *host);
void gh__identity_init(gh_host_t *host, gh__identity_t *identity, unsigned long ident);
void gh__identity_enter(gh_host_t *host, gh__identity_t *identity); /* into the thread state */
void gh__identity_leave(gh_host_t *host, gh__identity_t *identity); /* out of it */
/* Drops what the running task has there, as the end of a thread does.  With the GIL. */
void gh__identity_clear(gh_host_t *host);
/* Makes CPython take `ident` for the main thread's, which alone runs signal handlers. */
void gh__identity_set_main(unsigned long ident);
/* True when the address lies in CPython's own runtime state: the GIL's lock, which never parks. */
bool gh__identity_is_runtime(const void *address);
/* True when a signal's Python handler has yet to run. */
bool gh__identity_signals_pending(void);
/* True while there is more than one interpreter. */
bool gh__identity_subinterpreters(void);
/* Asks the running task to come to gh__preempted at its next bytecode.  Signal-safe. */
void gh__preempt_request(gh_host_t *host);
/* Lets the running task see, at its next bytecode, what Python's main thread has to handle. */
void gh__identity_attend(gh_host_t *host);
bool gh__preempt_wanted(gh_host_t *host, const void *mutex);
/* After CPython has unlocked the mutex, and while it waits for the condition: see there. */
void gh__preempt_renew(gh_host_t *host, const void *mutex);
bool gh__preempt_skips(gh_host_t *host, const void *condition);
/* Gives way, in the middle of CPython's drop_gil. */
void gh__preempted(gh_host_t *host);

/* ---- from core/signal.c: see below for its functions ---- */

typedef struct gh__sigwait_s {
    gh__waiter_t waiter;
    uint64_t set; /* bit signum - 1 */
} gh__sigwait_t;

/* ---- from core/lot.c: see below for its functions ---- */

typedef struct gh__lot_place_s {
    gh__link_t link;
    const void *address;
    gh__post_t post;
    bool woken, posted;
} gh__lot_place_t;

/* ---- from hooks/mutex.c: a mutex that counts its owner's locks, and whose it is ---- */

typedef struct gh__held_s {
    const void *mutex;
    gh_task_t *task;
} gh__held_t;

/* ---- from core/task.c: states, spawn, the ready queue ---- */

/*
 *              spawn            hub switches in
 *   (nothing) ------> READY ----------------------> RUNNING ------> DONE
 *                       ^                              |   returns
 *                       |   unpark         park        |
 *                       +------------ PARKED <---------+
 *                       ^                              |
 *                       +------------------------------+  yield
 *
 * gh__task_move checks every step against this picture.
 */
typedef enum { GH__NEW, GH__READY, GH__RUNNING, GH__PARKED, GH__DONE } gh__state_t;

/* What a parked task waits on: for the repr, the dump and the all-stuck report. */
typedef enum {
    GH__ON_NOTHING,
    GH__ON_SLEEP,
    GH__ON_FD,      /* fd, events */
    GH__ON_FDS,     /* count */
    GH__ON_LOCK,    /* address */
    GH__ON_OUTCOME, /* address of a gh__outcome_t */
    GH__ON_CHILD,   /* pid */
    GH__ON_SIGNAL,
    GH__ON_POOL,   /* what */
    GH__ON_THREAD, /* what */
} gh__on_t;

typedef struct gh__park_s {
    gh__on_t on;
    const char *call;  /* the name of the call that waits, a literal */
    intptr_t subject;  /* fd, pid, address, count: see gh__on_t */
    uint32_t events;   /* EPOLL* for GH__ON_FD */
    uint64_t deadline; /* absolute ns, GH__NEVER for none; 0 is long past */
    uint64_t masked;   /* signals that do not interrupt it; bit signum - 1 */
    bool restarts;     /* a handler with SA_RESTART does not interrupt it */
    bool deaf;         /* neither signals nor cancel end it */
    bool shared;       /* another process could end it */
} gh__park_t;

struct gh_task_s {
    gh__outcome_t outcome; /* first: a Task is an outcome */
    gh__state_t state;
    gh__link_t ready;   /* in host->ready while READY */
    gh__link_t all;     /* in host->tasks until DONE */
    PyGreenlet *parked; /* the greenlet that parked, not always the task's first (rule 4) */
    gh__identity_t identity;
    gh__park_t park; /* valid while PARKED */
    uint64_t since;  /* when it parked, ns */
    int status;      /* how it was woken */
    gh__deadline_t deadline;
    gh__fdwait_t fdwait;
    gh__waiter_t waiter; /* for the lists of outcomes, and for jobs */
    gh__sigwait_t sigwait;
    gh__lot_place_t lot;
    PyObject *cancel; /* the exception it owes its task, NULL if none */
    bool armed;       /* CPython's signal check will raise `cancel` in this task */
    bool displaced;   /* a greenlet of another task was switched to from this one: switch.c */
    bool collapsed;   /* a fork has left it without a thread: it never runs again */
    uint64_t number;
    PyObject *name, *function, *args, *kwargs, *context;
};

/* A new READY task that will call function(*args, **kwargs) in a copy of the caller's context.
 * name may be NULL.  New reference, or NULL with an exception.  With the GIL. */
gh_task_t *gh__task_spawn(gh_host_t *host, PyObject *function, PyObject *args, PyObject *kwargs,
                          PyObject *name);
/* Makes the calling greenlet the main task.  With the GIL. */
int gh__task_adopt_main(gh_host_t *host);
void gh__task_move(gh_task_t *task, gh__state_t state);
void gh__task_ready(gh_task_t *task); /* to the end of the ready queue */
void gh__task_first(gh_task_t *task); /* a ready one to its front */
/* Calls the task's function and settles it; on its greenlet.  With the GIL. */
void gh__task_run(gh_task_t *task);
const char *gh__state_name(gh__state_t state);
/* Runs what is ready now, each once.  Takes and releases the GIL. */
void gh__run_ready(gh_host_t *host);
void gh__task_after_fork(gh_host_t *host);

/* ---- from core/switch.c: the one place that switches greenlets ---- */

void gh__switch_to_task(gh_task_t *task); /* from the hub, with the GIL */
void gh__switch_to_hub(gh_task_t *task);  /* from the task, with the GIL; back when resumed */
/* Whether a greenlet is there that will do; UV_ENOSYS after gh__fail.  Without Python. */
int gh__switch_check(void);
/* Opens the loop, loads greenlet and starts the hub, on first use; negative with an exception.  With
 * the GIL. */
int gh__switch_open(gh_host_t *host);
/* Gives a new task the greenlet that its first switch starts.  0, or -1 with an exception. */
int gh__switch_prepare(gh_task_t *task);
void gh__switch_close(gh_host_t *host);

/* ---- from core/park.c ---- */

/* The task that may park here, or NULL: then the call belongs to libc (rule 6).  Any thread. */
gh_task_t *gh__may_park(void);
/* The same, without the rule that a task with no other beside it may as well block. */
gh_task_t *gh__may_park_even_alone(void);
/* Parks until a source unparks it, its deadline passes, or it is interrupted.  Without the GIL.
 * Returns the source's status (0 or more, or UV_E*), UV_ETIMEDOUT, UV_EINTR for a signal,
 * UV_ECANCELED when task->cancel must be raised.  Preserves errno. */
int gh__park(gh_task_t *task, const gh__park_t *how);
/* The same with the GIL held. */
int gh__park_held(gh_task_t *task, const gh__park_t *how);
/* Gives the other ready tasks a turn.  Without and with the GIL. */
void gh__yield(gh_task_t *task);
void gh__yield_held(gh_task_t *task);
/* Wakes a parked task; harmless in any other state. */
void gh__unpark(gh_task_t *task, int status);
/* True when the address lies on the stack of the calling task, and so does not exist while it is
 * parked: what others write there while it waits must not be waited for by parking. */
bool gh__on_stack(gh_task_t *task, const void *address);
/* Parks until the descriptor has one of the EPOLL* events; returns those it has, or as gh__park. */
int gh__park_fd(gh_task_t *task, const char *call, int fd, uint32_t events, uint64_t deadline,
                bool restarts);

/* ---- from core/cancel.c ---- */

/* Makes `error` (borrowed) rise in the task, where it is parked or when it next parks.  With the
 * GIL.  UV_EALREADY when it is done. */
int gh__task_cancel(gh_task_t *task, PyObject *error);
/* Turns a park's UV_ECANCELED into what C code can be told: UV_EINTR once, with CPython's signal
 * check set to raise, and UV_ECANCELED from then on.  Other statuses pass. */
int gh__cancel_decode(gh_task_t *task, int status);
/* Raises what the task owes, with the GIL.  Always -1. */
int gh__cancel_raise(gh_task_t *task);
/* For a call that has no EINTR to return: runs the Python handlers of the signals that have arrived,
 * here and now.  0, or UV_ECANCELED when one raised: the task owes its exception, as if it had been
 * cancelled with it.  Without the GIL. */
int gh__cancel_by_signal(gh_task_t *task);
/* True when the task owes an exception and CPython has not been told yet. */
bool gh__cancel_pending(const gh_task_t *task);
/* The number that no program can use, and the handler of which raises. */
#define GH__INTERRUPT_SIGNAL 33
/* The task, whose exception is due, runs again: CPython is reminded of it. */
void gh__cancel_remind(gh_task_t *task);
int gh__cancel_open(gh_host_t *host);

/* ---- from core/signal.c ---- */

int gh__signal_open(gh_host_t *host);
void gh__signal_close(gh_host_t *host);
/* In the child of a fork: nobody listens yet. */
void gh__signal_after_fork(void);
/* In the hub: wakes the main task, and those that wait for a child or a signal. */
void gh__signal_deliver(gh_host_t *host);
/* What sigaction(2) does, as the program sees it; 0, or -1 with errno.  Any thread. */
int gh__signal_action(int signum, const struct sigaction *action, struct sigaction *old);
/* Has the signal delivered to us too, whatever the program does with it, even at SIG_DFL, until
 * it is unwanted as often.  UV_EINVAL. */
int gh__signal_want(int signum);
void gh__signal_unwant(int signum);
/* Links a waiter, which is fired with the number of the first signal of its set that arrives. */
void gh__sigwait_start(gh_host_t *host, gh__sigwait_t *wait);
void gh__sigwait_stop(gh__sigwait_t *wait);
/* Before a task parks: a signal whose handlers have all run by then does not interrupt that. */
void gh__signal_before_park(gh_task_t *task);
/* True when the program handles a signal that could wake a task (KeyboardInterrupt aside). */
bool gh__signal_could_wake(void);
/* True inside a handler of the program, which may have interrupted anything. */
bool gh__signal_handling(void);
/* Makes the listening host's loop turn.  Any thread, and signal handlers. */
void gh__signal_wake_hub(void);
/* The host that Python's signal handlers run in, NULL if none.  Any thread. */
gh_host_t *gh__signal_listener(void);

/* ---- from core/offload.c: calls that no descriptor announces ---- */

typedef struct gh__job_s {
    gh_task_t *task;                  /* NULL once abandoned */
    void (*work)(struct gh__job_s *); /* on another thread: no Python, no pointer to a stack */
    void (*drop)(struct gh__job_s *); /* frees it, on the loop thread */
    gh_host_t *host;
    uv_work_t request;
    uv_thread_t thread;
    gh__post_t post;
    bool done;
    bool deaf;       /* neither signals nor cancel end it before it is done */
    bool steadfast;  /* the call has no EINTR: signals are handled meanwhile, and it goes on */
    int interrupted; /* why a job with a thread was interrupted: UV_EINTR, UV_ECANCELED, or 0 */
} gh__job_t;

/* Makes a job's system call return EINTR.  Ignored by default, so it does no harm elsewhere. */
#define GH__NUDGE_SIGNAL SIGURG

/* Before anything is queued to uv's pool: notes how many threads it will start. */
void gh__offload_expect_pool(gh_host_t *host);
/* Has job->work done by uv's pool and parks until it is.  0: done, the caller drops the job.
 * UV_ECANCELED or UV_EINTR: it was abandoned and will drop itself.  Other UV_E*: not begun, the
 * caller drops it.  Only for work that surely ends.  Without the GIL. */
int gh__offload_pool(gh_task_t *task, gh__job_t *job, const char *call);
/* The same on a thread of its own, for work that may block as long as it likes.  Interrupting it
 * makes its system call return EINTR; it is never abandoned, so its effect is known. */
int gh__offload_thread(gh_task_t *task, gh__job_t *job, const char *call);

/* ---- from core/lot.c: a parking lot by address ---- */

/* Puts the task under the address.  Any wake from now on, from any thread, unparks it. */
void gh__lot_enter(gh_task_t *task, const void *address);
/* True when it was woken: a wake that it does not use must go to another waiter. */
bool gh__lot_leave(gh_task_t *task);
/* Parks until `attempt`, which must not block, gets the lock that is how->subject.  0, or as
 * gh__park; a wake that it did not need goes to another waiter.  Without the GIL. */
int gh__lot_acquire(gh_task_t *task, const gh__park_t *how, bool (*attempt)(void *lock));
/* Wakes up to `count` waiters of the address.  Any thread, and signal handlers. */
void gh__lot_wake(const void *address, int count);
/* In the hub: a signal handler could only ask that everybody looks again. */
void gh__lot_look_again(void);
/* The host is closing: no thread must find those of its tasks that are still parked. */
void gh__lot_close(gh_host_t *host);
void gh__lot_after_fork(void);

/* ---- from core/dump.c ---- */

/* One line about a task: name, state, what it waits on.  New reference.  With the GIL. */
PyObject *gh__task_describe(gh_task_t *task);
/* The frame of a task that is parked or running, NULL without an exception.  New reference. */
PyObject *gh__task_frame(gh_task_t *task);
/* Writes every task with its Python stack to stderr.  With the GIL. */
void gh__dump(gh_host_t *host, const char *headline);
/* True when nothing that exists could ever make a task ready. */
bool gh__all_stuck(gh_host_t *host);
/* Says so, and raises SystemExit(GH_EXIT_STUCK) in the main task.  False if it was wrong. */
bool gh__report_stuck(gh_host_t *host);

/* ---- from core/loop.c ---- */

/* Opens the loop and what belongs to it, once.  Says why not through gh__fail. */
int gh__loop_open(gh_host_t *host);
/* UV_EBUSY when a thread of the pool still needs the loop's memory. */
int gh__loop_close(gh_host_t *host);
int gh__loop_after_fork(gh_host_t *host);

/* ---- from host.c ---- */

struct gh_host_s {
    uv_loop_t loop;
    uv_check_t check;
    uv_prepare_t prepare;
    uv_idle_t idle;
    uv_async_t async;
    uv_poll_t epoll_watch;
    PyThreadState *tstate;
    unsigned long thread; /* the loop thread's own identity */
    pid_t tid;            /* and its kernel number */

    PyGreenlet *hub;
    PyGreenlet *resumed; /* the greenlet that the hub switched to last, borrowed */
    gh_task_t *running;  /* NULL: the hub */
    gh_task_t *main;
    gh__link_t ready, batch; /* those whose turn is next, and those whose turn is now */
    gh__link_t tasks;
    size_t task_count;
    uint64_t spawned;
    volatile bool open; /* the loop is; set once */
    bool stopping;
    int no_switch;             /* > 0: nobody may park */
    volatile bool preempt;     /* the running task is asked to give way */
    volatile bool main_is_due; /* a signal's handler waits for the main task to run */
    bool stuck_reported;

    gh__heap_t deadlines;

    int epfd;
    gh__fd_t **fds;
    size_t fd_capacity, fd_waits;

    timer_t guard;   /* hooks/guard.c */
    pid_t guard_tid; /* the thread it is for: 0 before its first use, -1 if there is none */

    uv_mutex_t post_lock;
    gh__link_t posts;

    gh__link_t sigwaits;
    gh__held_t *held; /* the recursive mutexes that its tasks have */
    size_t held_count, held_capacity;
    size_t mutex_waits; /* tasks that wait for a mutex of another's */
    char *stack_end;    /* above the last byte of the loop thread's stack, NULL until asked */

    size_t pool_threads; /* of uv's pool, once it is started */
    size_t jobs;         /* offloaded calls under way */
    gh__link_t sources;  /* operations under way that are nobody's park */
    size_t operations;   /* how many there are */
    size_t hopeless;     /* tasks that only another task or a thread could wake */
    bool orphan; /* the child of a fork whose main task is not the thread's first greenlet */

    gh__link_t chores; /* what needs the GIL: gh__chore_add */
    size_t holders;    /* of this memory: the open host, and each of its outcomes */
    bool closed;       /* there is no loop any more; outcomes may live on */

    PyObject *empty_tuple;
    PyObject *threading_name;
};

/* Fills in what gh_error_message and gh_error_exit_code tell. */
void gh__fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Has `run` called by the hub when it next has the GIL.  Loop thread, with or without the GIL.  The
 * chore is in no list. */
void gh__chore_add(gh_host_t *host, gh__chore_t *chore, void (*run)(gh__chore_t *));
void gh__chores_run(gh_host_t *host);
/* Keeps the host's memory (not the host) until as many drops.  With the GIL.  Returns it. */
gh_host_t *gh__host_hold(gh_host_t *host);
void gh__host_drop(gh_host_t *host);

/* Wakes what waits, reports what is left, ends the hub, closes the loop.  With the GIL. */
void gh__host_close(gh_host_t *host);
/* In the child of a fork: the calling task is all that is left. */
void gh__host_after_fork(void);

/* ---- from current.c ---- */

extern _Thread_local gh_host_t *gh__current __attribute__((tls_model("initial-exec")));

/* ---- from pymod/ ---- */

extern PyTypeObject gh__OutcomeType, gh__TaskType, gh__PromiseType, gh__OperationType;
extern PyObject *gh__Cancelled; /* BaseException that Task.cancel() raises */

/* Says in one line what gh__fail was told, and raises SystemExit with its code; -1. */
int gh__raise_failure(void);
/* Raises OSError for a negative UV_E*; NULL. */
PyObject *gh__raise_os(int error);
/* The exception being raised, as an instance with its traceback.  New reference. */
PyObject *gh__take_error(void);
/* Makes the types ready.  0, or -1 with an exception. */
int gh__types_open(void);
/* Flushes sys.stdout and sys.stderr, without parking, ignoring errors. */
void gh__flush_standard_files(gh_host_t *host);

#endif
