/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * greenhost.h: virtual threads for unmodified Python, on one libuv loop.
 *
 * The model.  A *host* belongs to one OS thread, the loop thread, which owns a uv_loop_t and holds
 * the main interpreter's thread state.  A *task* is a greenlet.  The *hub* is the greenlet that runs
 * the loop.  When a task calls something in C that would block (recv, clock_nanosleep, sem_wait...)
 * the definition of that function which this library exports, its *surface*, registers what to wait
 * for and *parks* the task: it switches to the hub, the loop turns, and when the wait is over the
 * hub switches back and the call returns as if it had blocked.  Outside a task, on another thread,
 * or while the GIL is held, each function of the surface is libc's own.
 *
 * Contract tags: [thread | GIL | may park | ownership | errors].
 */
#ifndef GREENHOST_H
#define GREENHOST_H

#ifdef __cplusplus
extern "C" {
#endif

#define GH_VERSION "0.1.0"

#define GH_EXPORT __attribute__((visibility("default")))

/* A host: one loop, one thread, any number of tasks.  Opaque. */
typedef struct gh_host_s gh_host_t;

/* Exit codes of a program that a host could not start, or had to end.  From sysexits.h. */
enum {
    GH_EXIT_UNAVAILABLE = 69, /* greenlet or libuv is missing or too old */
    GH_EXIT_STUCK = 70,       /* every task waits for another one */
    GH_EXIT_OSERR = 71,       /* the operating system refused what the loop needs */
};

/*
 * Opens a host on the calling thread, which becomes the loop thread, and makes the caller's
 * greenlet its *main task*.  The host makes its own loop and runs it whenever the main task parks.
 * The interpreter must be initialised; an atexit function closes the host after the program's own.
 *
 * host: receives the host, owned by the library, alive until the interpreter's atexit.
 *
 * Returns 0 or a negative UV_E*; then gh_error_message and gh_error_exit_code say more.
 * UV_EBUSY: this thread has a host already.  UV_ENOSYS: greenlet or libuv unusable.
 * [main thread of the main interpreter | held | no | host stays the library's | UV_E*]
 */
GH_EXPORT int gh_open(gh_host_t **host);

/* One line, without "greenhost: ", about the last gh_open that failed on this thread; "" if none.
 * [any | any | no | static | never fails] */
GH_EXPORT const char *gh_error_message(void);

/* The GH_EXIT_* code that fits the last gh_open that failed on this thread; GH_EXIT_STUCK when an
 * atexit function of Python's got stuck, of which nothing else tells; 0 if none.
 * [any | any | no | - | never fails] */
GH_EXPORT int gh_error_exit_code(void);

/* GH_VERSION of the library that is running.  [any | any | no | static | never fails] */
GH_EXPORT const char *gh_version(void);

#ifdef __cplusplus
}
#endif

#endif
