/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * faults.c: makes one call fail, the n-th after the program says fault_arm().
 *
 * It is linked into an executable like greenhost.  What a libc function of the surface does it
 * takes over by the table of pointers, which the runtime and the program both go through.  What
 * else the runtime calls (runtime.def) the Makefile has renamed in a copy of the library.
 *
 * FAULTS  which calls count: surface (they fail for good), interrupts (those of the surface that
 *         can return EINTR do), runtime; or growth: every one of the runtime's reallocs fails
 * FAULT_AT   the number of the call that fails; 0 for none
 * FAULT_LOG  a file that is told which call failed, or how many there were
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "hooks/hooks.h"
#include "internal.h"

static const char *class;
static long fail_at;
static atomic_long calls;
static volatile bool armed;
static int log_fd = -1;

/* Past the surface, where it would count. */
static void tell(const char *text) {
    if (log_fd >= 0) syscall(SYS_write, log_fd, text, strlen(text));
}

static bool is_due(const char *name) {
    if (!armed || atomic_fetch_add(&calls, 1) + 1 != fail_at) return false;
    tell(name);
    return true;
}

GH_EXPORT void fault_arm(void) {
    const char *path = getenv("FAULT_LOG"), *number = getenv("FAULT_AT");
    if (path != NULL) log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
    fail_at = number ? atol(number) : 0;
    armed = true;
}

GH_EXPORT void fault_disarm(void) {
    char text[32];
    armed = false;
    snprintf(text, sizeof text, "%ld", (long)calls);
    if (fail_at == 0) tell(text);
}

/* ---- the runtime's own calls ---- */

static bool runtime_fails(const char *name) {
    if (armed && strcmp(class, "growth") == 0) return strcmp(name, "realloc") == 0;
    return armed && strcmp(class, "runtime") == 0 && is_due(name);
}

#define FAULT(type, name, params, args, failed, number)                                            \
    type fault_##name params;                                                                      \
    type fault_##name params {                                                                     \
        if (!runtime_fails(#name)) return name args;                                               \
        if (number != 0) errno = number;                                                           \
        return failed;                                                                             \
    }
#define FAULT_PYTHON(type, name, params, args, failed)                                             \
    type fault_##name params;                                                                      \
    type fault_##name params {                                                                     \
        if (!runtime_fails(#name)) return name args;                                               \
        PyErr_NoMemory();                                                                          \
        return failed;                                                                             \
    }
int pidfd_open(pid_t pid, unsigned flags);
#include "runtime.def"

/* ---- the surface ---- */

/* What each fails with; the first row whose name begins the function's. */
typedef struct row_s {
    const char *prefix;
    int number;      /* the error, 0 if it can't fail in a correct program */
    bool interrupts; /* it can also return EINTR */
    long result;
} row_t;

static const row_t rows[] = {
    {"clock_nanosleep", EINTR, true, EINTR},
    {"nanosleep", EINTR, true, -1},
    {"connect", ECONNREFUSED, false, -1},
    {"accept", EMFILE, true, -1},
    {"recv", EIO, true, -1},
    {"send", ENOBUFS, true, -1},
    {"getaddrinfo", 0, false, 0},
    {"poll", ENOMEM, true, -1},
    {"ppoll", ENOMEM, true, -1},
    {"__poll_chk", ENOMEM, true, -1},
    {"select", ENOMEM, true, -1},
    {"epoll_wait", EINTR, true, -1},
    {"read", EIO, true, -1},
    {"__read_chk", EIO, true, -1},
    {"write", ENOSPC, true, -1},
    {"pread", EIO, true, -1},
    {"pwrite", ENOSPC, true, -1},
    {"splice", ENOMEM, false, -1},
    {"copy_file_range", EIO, false, -1},
    {"fsync", EIO, false, -1},
    {"open", EMFILE, true, -1},
    {"__open", EMFILE, true, -1},
    {"flock", ENOLCK, true, -1},
    {"dup", EMFILE, false, -1},
    {"waitpid", ECHILD, true, -1},
    {"wait4", ECHILD, true, -1},
    {"waitid", ECHILD, true, -1},
    {"popen", ENOMEM, false, 0},
    {"system", ENOMEM, false, -1},
    {"sem_wait", EINTR, true, -1},
    {"sem_clockwait", EINTR, true, -1},
    {"sem_timedwait", EINTR, true, -1},
};

static const row_t *row_of(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(name, rows[i].prefix, strlen(rows[i].prefix)) == 0) return &rows[i];
    return NULL;
}

/* Fills in what the call returns, and errno, if it is to fail. */
static bool surface_fails(const char *name, long *result) {
    if (!armed) return false;
    bool interrupts = strcmp(class, "interrupts") == 0;
    const row_t *row = interrupts || strcmp(class, "surface") == 0 ? row_of(name) : NULL;
    int number = row == NULL ? 0 : interrupts ? (row->interrupts ? EINTR : 0) : row->number;
    if (number == 0 || !is_due(name)) return false;
    *result = row->result;
    errno = number;
    return true;
}

#define HOOK(family, type, name, params, args)                                                     \
    static type(*real_##name) params;                                                              \
    static type fault_##name params {                                                              \
        long returned;                                                                             \
        return surface_fails(#name, &returned) ? (type)returned : real_##name args;                \
    }
#define HOOK_VOID(family, type, name, params, args)
#define HOOK_CALLER(family, type, name)
#define HOOK_NAKED(family, type, name)
#include "hooks/hooks.def"
#undef HOOK

/* After the runtime's own constructor, which fills the table. */
__attribute__((constructor(102))) static void take_over(void) {
    class = getenv("FAULTS");
    if (class == NULL) class = "";
#define HOOK(family, type, name, params, args)                                                     \
    real_##name = libc_##name;                                                                     \
    libc_##name = fault_##name;
#include "hooks/hooks.def"
}
