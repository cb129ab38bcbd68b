/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * hooks.h: the shape of the surface.
 *
 * A function f of libc that may block exists three times.
 *
 *   f         what the program, libpython and every library call.  One line, made from hooks.def: where
 *             no task calls, libc_f, unless the row says that anybody's call concerns us.
 *   hook_f    ours, in the file of its family, always in the same steps: may this call park?  If
 *             not, libc_f.  Else try the call without blocking; register what to wait for; park;
 *             decode the outcome for a caller in C, who knows return values and errno alone.
 *   libc_f    a pointer to the real one.  Inside the runtime nothing else may be called.
 *
 * hooks.def lists them all, and the pointers, the resolver and the completeness test come from it.
 */
#ifndef GREENHOST_HOOKS_H
#define GREENHOST_HOOKS_H

#include "core/fdwait.h"
#include "hooks/libc.h"
#include "internal.h"

#define HOOK(family, type, name, params, args) type hook_##name params;
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) type hook_##name(const void *caller);
#define HOOK_NAKED(family, type, name)
#include "hooks/hooks.def"
#undef HOOK
#undef HOOK_VOID
#undef HOOK_CALLER
#undef HOOK_NAKED

/* ---- from hooks/wait.c: what the families share ---- */

/*
 * Parks until the descriptor is ready, as gh__park_fd, and decodes for C: true means "try the call
 * again"; false means that errno says why not (EINTR, ECANCELED, EBADF, ENOMEM), with EAGAIN for a
 * deadline that has passed.  With a deadline no signal handler's SA_RESTART counts, as signal(7)
 * has it for sockets with a time limit.
 */
bool gh__wait_ready(gh_task_t *task, const char *call, int fd, uint32_t events, uint64_t deadline);
/* Sets errno from a negative UV_E*, through gh__cancel_decode.  Always -1. */
int gh__wait_failed(gh_task_t *task, int status);
/* Before a call that may not have to wait: gives way, where the task has made many of them without any
 * switch; and true, with errno, when a scope has cancelled the task and it has not heard of that.  The
 * second is for a descriptor; for what the program has made non-blocking it does neither. */
bool gh__refused(gh_task_t *task);
bool gh__refused_on(gh_task_t *task, int fd);
/* An absolute deadline for a timespec that is relative to now, or absolute on `clock`. */
uint64_t gh__deadline_relative(const struct timespec *time);
uint64_t gh__deadline_absolute(clockid_t clock, const struct timespec *time);
/* Whether the nanoseconds are less than a second; and whether the seconds are not negative either.
 * What libc would refuse is left to it. */
bool gh__is_time(const struct timespec *time);
bool gh__is_duration(const struct timespec *time);
/* What is left until a deadline, for those calls that tell. */
struct timespec gh__time_left(uint64_t deadline);

/* The same for the timeouts of poll and its kin: less than 0, or NULL, is for ever, and none at all
 * gives 0.  The second is false when the kernel would refuse the time. */
uint64_t gh__deadline_ms(int timeout);
bool gh__deadline_timespec(const struct timespec *timeout, uint64_t *deadline);

/* ---- from hooks/any.c: waiting for any of several descriptors ---- */

/* A call that does so, with its arguments behind this. */
typedef struct gh__any_s {
    const char *call;
    uint64_t deadline;    /* 0: it does not wait */
    const sigset_t *mask; /* the signals to block meanwhile; NULL: as they are */
    /* The call with no timeout: what it returns, 0 when nothing is ready, -1 with errno. */
    int (*attempt)(struct gh__any_s *any);
    /* Fills in fd and events of the descriptor at the cursor, which begins as 0, and moves on;
     * false after the last. */
    bool (*next)(struct gh__any_s *any, size_t *cursor, gh__fdwait_t *wait);
    /* What to return, after an attempt, now that this descriptor was closed. */
    int (*closed)(struct gh__any_s *any, int fd);
    bool only_eintr; /* its callers end the process at any other error: it never says ECANCELED */
} gh__any_t;

/* Returns as the attempt does, once it is not 0; 0 when the deadline has passed. */
int gh__wait_any(gh_task_t *task, gh__any_t *any);
/* For `closed`: -1 with EBADF. */
int gh__closed_is_error(gh__any_t *any, int fd);

/* ---- from hooks/elsewhere.c: a call that another thread makes ---- */

#define GH__CALL_ARGUMENTS 6

typedef struct gh__call_s {
    const char *name; /* a literal */
    /* Makes the call on the other thread, with pointers to `memory` alone; -1 with errno. */
    intptr_t (*make)(const intptr_t *arguments, void *memory);
    intptr_t arguments[GH__CALL_ARGUMENTS];
    size_t size;    /* of `memory`, which is aligned as O_DIRECT wants it */
    const void *in; /* what `memory` holds before the call, or NULL */
    void *out;      /* gets what `memory` holds after it has succeeded, or NULL */
    bool counted;   /* only as many bytes of it as the result says */
} gh__call_t;

/* Parks until uv's pool has made a call that surely ends.  Nothing interrupts it: the kernel does
 * not interrupt those who wait for a disk either.  Returns its result, or -1 with errno. */
intptr_t gh__call_in_pool(gh_task_t *task, const gh__call_t *call);
/* The same on a thread of its own, for a call that may block as long as it likes. */
intptr_t gh__call_in_thread(gh_task_t *task, const gh__call_t *call);

/* ---- from hooks/transfer.c: reading and writing ---- */

typedef struct gh__transfer_s {
    const char *call; /* a literal */
    bool writes;
    int fd, flags;       /* RWF_* */
    struct iovec *parts; /* what is left to do; moves on, and is changed */
    int count;
    off64_t offset; /* -1: the descriptor's own */
    size_t left, done;
    bool final;         /* the blocking call was made, so what it did is all */
    bool hears_of_exec; /* the end of it says that a child has begun: nothing else ends the wait */
} gh__transfer_t;

/* Reads or writes as a blocking call would; -1 with errno. */
ssize_t gh__transfer(gh_task_t *task, gh__transfer_t *transfer);
/* The blocking call itself. */
ssize_t gh__transfer_blocking(gh__transfer_t *transfer);
/* How much can surely be written, without blocking, to what has just been said to be writable. */
size_t gh__room(gh__fdkind_t kind);

/* ---- from hooks/socket.c ---- */

/* An option of SOL_SOCKET that is an int, or -1 with errno. */
int gh__socket_option(int fd, int option);
/* When a call that blocks now must end by SO_RCVTIMEO (EPOLLIN) or SO_SNDTIMEO (EPOLLOUT). */
uint64_t gh__socket_deadline(gh_host_t *host, int fd, uint32_t events);
/* How many bytes its parts are together. */
size_t gh__message_length(const struct msghdr *message);

/* ---- from hooks/unix.c ---- */

bool gh__is_unix_address(const struct sockaddr *address, socklen_t size);
/* sendmsg to such an address. */
ssize_t gh__send_to_unix(gh_task_t *task, const char *name, int fd, const struct msghdr *message,
                         int flags);

/* ---- from hooks/kill.c ---- */

/* Whether this thread has sent SIGKILL to a child that is still to be waited for. */
bool gh__is_killed(gh_host_t *host, pid_t pid);
/* The child has been reaped, and its number may come again. */
void gh__killed_forget(pid_t pid);

/* ---- from hooks/spawn.c ---- */

/* Whether popen made the stream, which is still open.  Any thread. */
bool gh__is_popened(const FILE *stream);

#endif
