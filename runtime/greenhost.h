/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * greenhost.h: virtual threads for unmodified Python, on one libuv loop.
 *
 * The model.  A *host* belongs to one OS thread, the loop thread, which has a uv_loop_t and the main
 * interpreter's thread state.  A *task* is a greenlet: a function of Python's, or a script, that runs
 * by itself on that thread.  When it calls a function of libc that would block, the definition of that
 * which this library exports, its *surface*, registers what to wait for and *parks* the task: the loop
 * turns, other tasks run, and when the wait is over the call returns as if it had blocked.  Outside a
 * task, on another thread, or while the GIL is held, the surface is libc's own.
 *
 * Whose loop.  Given a uv_loop_t, the host is a guest there: the program calls uv_run, in whichever
 * mode and as often as it likes, and tasks have their turns in it, after each poll.  While there are
 * tasks they keep uv_run from ending.  Without one the host makes a loop and turns it whenever the
 * program waits: then the program itself is a task, the *main task*, and may block as any other.
 *
 *     uv_run(loop)                     the program: the main task
 *      |- the program's callbacks       |- gh_wait_task(), read(): parks
 *      `- tasks, done callbacks         `- hub: uv_run(gh_loop(host))
 *                                           `- tasks, done callbacks
 *
 * The GIL.  Every function may be called with the GIL or without it, and leaves it as it was; gh_open
 * leaves it released where it has started Python.  Callbacks run without it: who wants CPython's API
 * there calls PyGILState_Ensure, as any thread does, and what then blocks holds up the loop.
 *
 * Stacks.  The C stack of a task does not exist while it is parked: other tasks use the same memory.
 * So nothing that outlives a call (a uv request, a promise's data) may point into it.
 *
 * Errors are libuv's: 0 or a negative UV_E*, of which gh_error_message then says what to do about it.
 * Every function that takes a host returns, besides its own,
 *     UV_EINVAL     an argument is NULL, or a struct's size is none that this version knows
 *     UV_EPERM      the calling thread is not the host's loop thread, where the tag says "loop"
 *     UV_ESHUTDOWN  the host has been closed, or has stopped taking
 *
 * Contract tags: [thread | GIL | may park | ownership | errors].  Threads: "any", or "loop" for the
 * loop thread; "task" and "callback" mean there, inside a task or outside.
 */
#ifndef GREENHOST_H
#define GREENHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GH_VERSION "0.1.0"
#define GH_EXPORT __attribute__((visibility("default")))

/* A host: one loop, one thread, any number of tasks. */
typedef struct gh_host_s gh_host_t;
/* A task, which is a Python object: see gh_task_object. */
typedef struct gh_task_s gh_task_t;
/* CPython's PyObject, without its header. */
struct _object;

/* Exit codes of a program that a host could not start, or had to end.  From sysexits.h. */
enum {
    GH_EXIT_UNAVAILABLE = 69, /* greenlet or libuv is missing or too old, or there is no surface */
    GH_EXIT_STUCK = 70,       /* every task waits for another one */
    GH_EXIT_OSERR = 71,       /* the operating system refused what the loop needs */
    GH_EXIT_VENV = 78,        /* the virtual environment cannot be used */
};

/* ---- values ---- */

typedef enum { GH_NONE, GH_INT, GH_DOUBLE, GH_STRING, GH_BYTES, GH_OBJECT, GH_ERROR } gh_kind_t;

/* A value on its way between C and Python.  Whoever makes one keeps what it points to until the call
 * that takes it returns; what a call gives out says how long it is there. */
typedef struct gh_value_s {
    gh_kind_t kind;
    int64_t integer;        /* GH_INT; a bool is 0 or 1.  GH_ERROR: a UV_E*, an OSError in Python */
    double number;          /* GH_DOUBLE */
    const char *data;       /* GH_STRING, UTF-8 and ended by a 0; GH_BYTES */
    size_t size;            /* bytes in data, without that 0 */
    struct _object *object; /* GH_OBJECT: anything else of Python's, borrowed */
} gh_value_t;

/* Makes a value, as the macros do.  [any | any | no | points to the argument | never fails] */
static inline gh_value_t gh_make(gh_kind_t kind, int64_t integer, double number, const char *data,
                                 size_t size, struct _object *object) {
    gh_value_t value = {kind, integer, number, data, size, object};
    return value;
}
#define gh_none() gh_make(GH_NONE, 0, 0, NULL, 0, NULL)
#define gh_int(integer) gh_make(GH_INT, integer, 0, NULL, 0, NULL)
#define gh_double(number) gh_make(GH_DOUBLE, 0, number, NULL, 0, NULL)
#define gh_string(text) gh_make(GH_STRING, 0, 0, text, __builtin_strlen(text), NULL)
#define gh_bytes(data, size) gh_make(GH_BYTES, 0, 0, data, size, NULL)
#define gh_object(object) gh_make(GH_OBJECT, 0, 0, NULL, 0, object)
#define gh_error(code) gh_make(GH_ERROR, code, 0, NULL, 0, NULL)

/* ---- Python ---- */

/* How to start Python.  Strings stay the caller's and are copied. */
typedef struct gh_python_s {
    size_t size;              /* sizeof(gh_python_t): tells versions of this struct apart */
    const char *home;         /* as PYTHONHOME; NULL: where libpython was built for */
    const char *venv;         /* directory of a virtual environment; NULL: see command_line */
    const char *const *paths; /* directories before those of sys.path, NULL-ended; or NULL */
    bool isolated;            /* python3's -I: neither environment variables nor user's packages */
    int argc;                 /* words in argv */
    char **argv;              /* sys.argv */
    /* To be python3: argv is its command line, options and all, VIRTUAL_ENV names an environment,
     * sys.executable is this program, signals are Python's, and Py_RunMain can follow. */
    bool command_line;
    int orig_argc;    /* with command_line: words in orig_argv */
    char **orig_argv; /* with command_line: the whole of it, for sys.orig_argv */
    bool plain;       /* with command_line: nothing of ours can be imported, here and in children */
} gh_python_t;

/* Starts the main interpreter, once in a process.  gh_open does it too; a program that wants to be
 * python3 does it first.  Signals stay the program's, but with command_line.
 * config: NULL for one of zeros, which is an interpreter that reads the environment as python3 does.
 * Errors: UV_EALREADY when it has been started; UV_ECANCELED when it answered an option such as -V and
 * the process should end with gh_error_exit_code; UV_ENOENT for a virtual environment that cannot be
 * used; UV_ENOMEM.  Where Python itself cannot start, it prints why and ends the process.
 * [the thread to become Python's main one | held on return | no | strings stay the caller's | UV_E*] */
GH_EXPORT int gh_python_open(const gh_python_t *config);

/* ---- opening and closing ---- */

/* Receives a report, such as that of tasks which are left at the end: UTF-8, perhaps of several lines,
 * and gone after the call.  On the loop thread, with the GIL. */
typedef void (*gh_report_cb)(void *data, const char *text);

/* A task that held the loop, in a call that can't park or by computing, while others could have run. */
typedef struct gh_pin_s {
    const char *task;  /* its name */
    const char *where; /* the C functions it was in, with their libraries, the innermost first */
    const char *stack; /* of Python's calls, the innermost first, a line each */
    uint64_t ms;       /* for how long */
    bool over;         /* else it goes on */
} gh_pin_t;

/* Is told of a pin, which is gone after the call, once for each line of Python's: when the call in C is
 * over, on the loop thread, with the GIL; it must not wait.  Of one that lasts for ten times the limit also
 * meanwhile: on another thread, without GIL and name, where nothing of Python's or ours may be called. */
typedef void (*gh_pin_cb)(void *data, const gh_pin_t *pin);

typedef struct gh_config_s {
    size_t size;     /* sizeof(gh_config_t) */
    uv_loop_t *loop; /* the program's, which it runs; NULL: the host makes one and runs it */
    const gh_python_t *python; /* how to start Python if it does not run; NULL: as gh_python_open */
    void *data;                /* for the callbacks below */
    gh_report_cb report;       /* NULL: Python's sys.stderr */
    gh_pin_cb pin;             /* NULL: nothing is watched for */
    uint64_t pin_ms;           /* how long a task may hold the loop untold; 0: 100 */
    size_t max_tasks;          /* more are refused; 0: any number */
    uint64_t task_ms;          /* the deadline of tasks that gh_spawn gives none; 0: none */
    bool threads_as_tasks; /* the threads that Python code starts on the loop thread are tasks, and
                            * give way when they compute for long, as the main task then does */
    bool ends_stuck; /* where all tasks wait for each other: a report, and the main task's waits
                      * end, with SystemExit(GH_EXIT_STUCK), in C UV_ECANCELED; not in a guest */
} gh_config_t;

/* Opens a host on the calling thread, which becomes its loop thread, and starts Python if that does
 * not run.  There is one host at a time.
 * host: receives the host, to be closed with gh_close and let go of with gh_release.
 * config: NULL for one of zeros.
 * Errors: UV_EBUSY: this thread has a host.  UV_EPERM: it is not Python's main one.  UV_ENOSYS: greenlet
 * or libuv is unusable, or there is no surface.  UV_EMFILE, UV_ENOMEM, and those of gh_python_open.
 * [Python's main thread | any | no | the caller's, until gh_release | UV_E*] */
GH_EXPORT int gh_open(gh_host_t **host, const gh_config_t *config);

/* Is called in the loop when no task is left to wait for. */
typedef void (*gh_shutdown_cb)(gh_host_t *host, size_t given_up, void *data);

/* Stops taking new tasks, and ends those there are, but for the main task: they have `drain_ms` to end
 * by themselves, are then cancelled, and have `cancel_ms` to end of that.  Those that have not are given
 * up: they never run again, and count as cancelled.
 * UV_EALREADY: it has begun.  [loop, task or callback | any | no | - | UV_E*] */
GH_EXPORT int gh_shutdown(gh_host_t *host, uint64_t drain_ms, uint64_t cancel_ms,
                          gh_shutdown_cb done, void *data);

/* Closes the host: the surface is libc's again, and what is called with the host fails.  The program's
 * loop has to turn once more before uv_loop_close.  Python goes on; a host may be opened again.
 * UV_EBUSY: tasks are left (see gh_shutdown), or a task calls it, or a callback of a loop of the host's.
 * [loop, callback or main task | any | no | - | UV_E*] */
GH_EXPORT int gh_close(gh_host_t *host);

/* Lets go of the host's memory; NULL does no harm.  [any | any | no | one reference | never fails] */
GH_EXPORT void gh_release(gh_host_t *host);
/* Keeps the host's memory.  [any | any | no | one more reference | never fails; returns host] */
GH_EXPORT gh_host_t *gh_hold(gh_host_t *host);

/* The host of the calling thread, NULL if none.  [any | any | no | borrowed | never fails] */
GH_EXPORT gh_host_t *gh_current(void);
/* The loop that the tasks of an open host run in.  [any | any | no | borrowed | NULL: it has none yet] */
GH_EXPORT uv_loop_t *gh_loop(gh_host_t *host);

/* Whether the calls of libpython and of extension modules come to this library first: where it is linked,
 * or preloaded by its other name libgreenhost-surface.so; not where it was opened with dlopen.
 * reason: receives a sentence that says why not and what to do, or "" (static); may be NULL.
 * [any | any | no | static | never fails; true or false] */
GH_EXPORT bool gh_surface_active(const char **reason);

/* One line about this thread's last failure; "" if none.  [any | any | no | till the next | never fails] */
GH_EXPORT const char *gh_error_message(void);
/* The GH_EXIT_* code that fits this thread's last gh_open or gh_python_open, 0 if it went well; and
 * GH_EXIT_STUCK when an atexit function of Python's got stuck.  [any | any | no | - | never fails] */
GH_EXPORT int gh_error_exit_code(void);
/* GH_VERSION of the library that is running.  [any | any | no | static | never fails] */
GH_EXPORT const char *gh_version(void);

/* ---- tasks ---- */

/* Is called in the loop once a task (borrowed) is done, whatever became of it: see gh_task_result. */
typedef void (*gh_done_cb)(gh_task_t *task, void *data);
/* Receives what a task, or one it has spawned, writes to its sys.stdout (stream 1) or sys.stderr (2).
 * In the writing task, without the GIL; may park. */
typedef void (*gh_output_cb)(void *data, int stream, const char *bytes, size_t size);
/* Fills in what it reads from its sys.stdin, up to `size` bytes; returns how many, 0 at the end, or a
 * UV_E*.  In the reading task, without the GIL; may park. */
typedef int64_t (*gh_input_cb)(void *data, char *buffer, size_t size);

/* What to run as a task: one of the first five.  Everything pointed to is copied. */
typedef struct gh_spawn_s {
    size_t size;                /* sizeof(gh_spawn_t) */
    const char *code;           /* statements, as python3 -c */
    const char *file;           /* a script, as python3 FILE */
    const char *module;         /* a module, as python3 -m MODULE */
    const char *function;       /* "module:name" or "module:name.name", called with args */
    struct _object *callable;   /* anything callable, called with args; a reference is taken */
    const gh_value_t *args;     /* for a function or callable */
    size_t count;               /* how many */
    const char *const *argv;    /* for code, file, module: sys.argv[1:], NULL-ended; or NULL */
    const char *const *environ; /* "NAME=value", NULL-ended: all of the task's os.environ; NULL: the
                                 * process's.  Children of the task inherit the process's. */
    const char *name;           /* for people to read; NULL: task-NUMBER */
    uint64_t deadline_ms; /* after so long it is cancelled, with TimeoutError; 0: see gh_config_t */
    void *data;           /* for the callbacks below */
    gh_done_cb done;
    gh_output_cb output; /* NULL: the process's */
    gh_input_cb input;   /* NULL: the process's */
} gh_spawn_t;

/* In C, in place: gh_spawn(host, NULL, GH_SPAWN(.code = "print(1)")). */
#define GH_SPAWN(...) (&(gh_spawn_t){.size = sizeof(gh_spawn_t), __VA_ARGS__})

/* Makes a task, which begins when the loop next turns.
 * task: receives a reference, to be let go of with gh_task_release; may be NULL.
 * Errors: UV_EAGAIN: max_tasks are there.  UV_ENOMEM.  What Python can't do (there is no such file, no
 * such function) is the outcome of the task.
 * [loop, task or callback | any | no | *task is the caller's | UV_E*] */
GH_EXPORT int gh_spawn(gh_host_t *host, gh_task_t **task, const gh_spawn_t *spec);

typedef enum { GH_RETURNED, GH_RAISED, GH_EXITED, GH_CANCELLED } gh_outcome_t;
typedef struct gh_result_s {
    gh_outcome_t outcome;
    gh_value_t value;      /* what was returned */
    int exit_code;         /* what python3 would end with: 0, 1, or SystemExit's */
    const char *type;      /* of the exception: its name, "" if there was none */
    const char *message;   /* of the exception, as str() gives it */
    const char *traceback; /* as python3 prints it */
} gh_result_t;

/* What became of a task; NULL while it is not done.
 * [any | any | no | the task's, until its last reference goes | NULL also for want of memory] */
GH_EXPORT const gh_result_t *gh_task_result(gh_task_t *task);

/* Waits until a task is done, `ms` milliseconds at most; negative: as long as it takes.  Other threads
 * block.  UV_ETIMEDOUT, and those of gh_sleep.  [any but callback | any | yes | - | UV_E*] */
GH_EXPORT int gh_wait_task(gh_task_t *task, int64_t ms);

/* Raises greenhost.Cancelled in a task, from the call that it is blocked in or at its next.
 * UV_EALREADY: it is done.  [loop, task or callback | any | no | - | UV_E*] */
GH_EXPORT int gh_task_cancel(gh_task_t *task);

/* Lets go of a task; NULL does no harm.  [any | any | no | one reference | never fails] */
GH_EXPORT void gh_task_release(gh_task_t *task);
/* Takes one more reference to a task.  [any | any | no | one reference | never fails; returns task] */
GH_EXPORT gh_task_t *gh_task_hold(gh_task_t *task);
/* The task as a Python object, a greenhost.Task.  [any | any | no | borrowed | never fails] */
GH_EXPORT struct _object *gh_task_object(gh_task_t *task);

typedef struct gh_task_info_s {
    gh_task_t *task;   /* borrowed */
    const char *name;  /* of the task */
    const char *line;  /* name, state, and what it waits for, since when */
    const char *stack; /* of Python's calls, as in a traceback; "" if it has none now */
} gh_task_info_t;
typedef void (*gh_task_cb)(const gh_task_info_t *info, void *data);
/* Calls back for each task that is not done, the oldest first, with the GIL; it must not wait, and the
 * strings are gone after it.  [any | any | no | - | UV_ENOMEM; else the number of tasks] */
GH_EXPORT int gh_tasks(gh_host_t *host, gh_task_cb each, void *data);

typedef struct gh_stats_s {
    size_t size;         /* sizeof(gh_stats_t), filled in by the caller */
    uint64_t tasks;      /* that are not done, the main task included */
    uint64_t ready;      /* of these, those that could run now */
    uint64_t spawned;    /* since the host was opened */
    uint64_t switches;   /* how often a task was resumed */
    uint64_t operations; /* of greenhost.ops, under way */
    uint64_t offloaded;  /* calls that another thread makes for a task */
    uint64_t watched;    /* waits for descriptors */
    uint64_t deadlines;  /* waits with a time limit, sleeps included */
} gh_stats_t;
/* Fills *stats in.  [loop | any | no | - | UV_E*] */
GH_EXPORT int gh_stats(gh_host_t *host, gh_stats_t *stats);

/* ---- from other threads ---- */

typedef void (*gh_post_cb)(gh_host_t *host, void *data);
/* Has `callback` called in the loop, soon, in the order of the posts; never once the host has closed.
 * Errors: UV_ENOMEM.  [any | any | no | data stays the caller's | UV_E*] */
GH_EXPORT int gh_post(gh_host_t *host, gh_post_cb callback, void *data);

/* ---- promises: values that C gives to Python ---- */

typedef struct gh_promise_s gh_promise_t;

/* Makes a promise.  In Python it is a greenhost.Promise: see gh_promise_object.
 * [loop, task or callback | any | no | *promise is the caller's, see gh_promise_release | UV_E*] */
GH_EXPORT int gh_promise_new(gh_host_t *host, gh_promise_t **promise);

/* Settles a promise, once, and wakes all that wait.  GH_ERROR is an OSError there.
 * Errors: UV_EALREADY: it is settled.  UV_ENOMEM.
 * [any | any, held for a GH_OBJECT | no | the value is copied | UV_E*] */
GH_EXPORT int gh_promise_settle(gh_promise_t *promise, gh_value_t value);

/* Waits for a promise as gh_wait_task does.
 * value: receives a value that lives as long as the promise, or a GH_ERROR for an OSError; or is NULL.
 * Errors: UV_EIO: Python settled it with another exception.
 * [any but callback | any | yes | the promise's | UV_E*] */
GH_EXPORT int gh_wait_promise(gh_promise_t *promise, int64_t ms, gh_value_t *value);

/* Lets go of a promise, which is settled with UV_ECANCELED if it is not; NULL does no harm.
 * [any | any | no | takes the reference | never fails] */
GH_EXPORT void gh_promise_release(gh_promise_t *promise);
/* The promise as a Python object, a greenhost.Promise.  [any | any | no | borrowed | never fails] */
GH_EXPORT struct _object *gh_promise_object(gh_promise_t *promise);

/* ---- streams ---- */

/* Makes a Python file of a stream of the program's, the same until that file is closed: binary, not
 * buffered, what io.BufferedReader and its like take.  The stream is read only while a task waits for
 * it, and no further than that asks; not where the program reads it itself (EALREADY).  Once the program
 * calls uv_close, whoever waits or tries again gets an OSError, EBADF.
 * file: receives the file, to be passed on as gh_object(file).
 * Errors: UV_EINVAL: it is closing, of another loop, or neither TCP nor pipe nor TTY.  UV_ENOMEM.
 * [loop, task or callback | any | no | *file is borrowed, until uv_close or its own close() | UV_E*] */
GH_EXPORT int gh_stream_file(gh_host_t *host, uv_stream_t *stream, struct _object **file);

/* ---- C functions for Python ---- */

/* A call of such a function. */
typedef struct gh_call_s {
    gh_host_t *host;
    void *data; /* of the function's row */
    size_t argc;
    const gh_value_t *argv; /* there until the function returns */
    gh_value_t result;      /* GH_NONE at first: set it with gh_return */
} gh_call_t;

/* In the calling task (or thread), without the GIL; may park.  Returns 0, or a UV_E* that is raised as
 * an OSError.  A UV_ECANCELED of gh_sleep and its kin is to be passed on: it is a task's own cancel. */
typedef int (*gh_function_cb)(gh_call_t *call);

typedef struct gh_function_s {
    const char *name; /* NULL: the end of the table */
    gh_function_cb function;
    int argc; /* how many arguments it takes; -1: any number */
    void *data;
    const char *doc; /* may be NULL */
} gh_function_t;

/* Makes a module, which Python can import from then on, of a table that outlives it.
 * Errors: UV_EEXIST: there is one of that name.
 * [loop, task or callback | any | no | the table stays the caller's | UV_E*] */
GH_EXPORT int gh_module(gh_host_t *host, const char *name, const gh_function_t *functions);

/* Sets the result of a call to a copy of a value, and returns 0 or UV_ENOMEM, for the function to
 * return in turn.  [task | any, held for a GH_OBJECT | no | copied; a reference is taken | UV_E*] */
GH_EXPORT int gh_return(gh_call_t *call, gh_value_t value);

/* ---- waiting, in a task ---- */

/* Parks the task for `ms` milliseconds.
 * Errors: UV_ECANCELED: the task is to end; return, and its exception rises.  UV_EPERM: no task calls.
 * [task | any | yes | - | UV_E*] */
GH_EXPORT int gh_sleep(int64_t ms);

/* Parks until a descriptor is ready for one of `events` (UV_READABLE, UV_WRITABLE); returns those it
 * is ready for.  Errors: UV_ETIMEDOUT, UV_EBADF: it was closed, and those of gh_sleep.
 * [task | any | yes | the descriptor stays the caller's | UV_E*] */
GH_EXPORT int gh_wait_fd(int fd, int events, int64_t ms);

#ifdef __cplusplus
}
#endif
#endif
