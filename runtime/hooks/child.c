/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * child.c: waiting for children: waitpid, wait, wait3, wait4, waitid.
 *
 * Each is tried with WNOHANG.  If there is nothing to tell yet, the task parks until there may be:
 *
 *   the end of one child    its pidfd becomes readable
 *   anything else           SIGCHLD arrives
 *   ... if it doesn't       a thread waits, with WNOWAIT, which leaves the news for us: SIGCHLD may
 *                           be blocked, not sent when a child stops, or not what this child sends
 *
 * and tries again, since another task or thread may have been told the news first.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/pidfd.h>

#include "core/fdwait.h"
#include "core/offload.h"
#include "core/park.h"
#include "core/signal.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

/* A call, and how far it has come. */
typedef struct child_s {
    const char *call;
    /* The call with WNOHANG: more than 0 when it is over, 0 for "nothing yet", -1 with errno. */
    int (*attempt)(struct child_s *child);
    idtype_t type; /* which children, in the words of waitid */
    id_t id;
    int options;
    int pidfd;   /* what tells the end of the only child that is waited for, or -1 */
    bool doomed; /* that child was killed, so its end is not waited for long */

    pid_t pid; /* for wait4 */
    int *status;
    struct rusage *usage;
    siginfo_t *info; /* for waitid */
} child_t;

/* ---- the three ways to wait ---- */

typedef struct {
    gh__job_t job;
    idtype_t type;
    id_t id;
    int options;
} watch_t;

static void watch(gh__job_t *job) {
    watch_t *watch = (watch_t *)job;
    siginfo_t unused;
    libc_waitid(watch->type, watch->id, &unused, watch->options);
}

static int park_on_thread(gh_task_t *task, child_t *child) {
    watch_t *job = calloc(1, sizeof(*job));
    if (job == NULL) return UV_ENOMEM;
    job->job.work = watch;
    job->job.shielded = child->doomed;
    job->type = child->type;
    job->id = child->id;
    job->options = (child->options & ~__WNOTHREAD) | WNOWAIT;
    int status = gh__offload_thread(task, &job->job, child->call);
    if (status == 0) status = job->job.interrupted;
    free(job);
    return status;
}

static gh__park_t describe(const child_t *child) {
    return (gh__park_t){.on = GH__ON_CHILD,
                        .call = child->call,
                        .subject = child->pid,
                        .deadline = GH__NEVER,
                        .restarts = true,
                        .shielded = child->doomed};
}

/* A child that ended since the attempt has made its pidfd readable, so no news is lost. */
static int park_on_pidfd(gh_task_t *task, child_t *child) {
    task->fdwait.fd = child->pidfd;
    task->fdwait.events = EPOLLIN;
    gh__park_t how = describe(child);
    how.events = task->fdwait.events;
    int status = gh__fdwait_start(task->outcome.host, &task->fdwait);
    if (status == 0) status = gh__park(task, &how);
    gh__fdwait_stop(task->outcome.host, &task->fdwait);
    return status;
}

/* Listens first and then tries again, for a signal that comes in between. */
static int park_on_signal(gh_task_t *task, child_t *child, int *result) {
    int status = gh__signal_want(SIGCHLD);
    if (status < 0) return status;
    task->sigwait.set = UINT64_C(1) << (SIGCHLD - 1);
    gh__sigwait_start(task->outcome.host, &task->sigwait);
    gh__park_t how = describe(child);
    *result = child->attempt(child);
    int saved_errno = errno;
    if (*result == 0) status = gh__park(task, &how);
    gh__sigwait_stop(&task->sigwait);
    gh__signal_unwant(SIGCHLD);
    errno = saved_errno;
    return status;
}

/* ---- which of them ---- */

static bool one_child_ends(const child_t *child) {
    return (child->type == P_PID || child->type == P_PIDFD) &&
           (child->options & (WEXITED | WSTOPPED | WCONTINUED)) == WEXITED;
}

/* Whether what the call waits for comes with a SIGCHLD that this thread gets. */
static bool signal_tells(const child_t *child) {
    sigset_t blocked;
    struct sigaction action;
    if (child->options & (__WCLONE | __WALL)) return false;
    libc_pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (sigismember(&blocked, SIGCHLD) == 1) return false;
    if (!(child->options & (WSTOPPED | WCONTINUED))) return true;
    return gh__signal_action(SIGCHLD, NULL, &action) == 0 && !(action.sa_flags & SA_NOCLDSTOP);
}

static int park(gh_task_t *task, child_t *child, int *result) {
    if (child->pidfd >= 0) return park_on_pidfd(task, child);
    if (signal_tells(child)) return park_on_signal(task, child, result);
    return park_on_thread(task, child);
}

/* Without a pidfd (no descriptors left, or the child has been reaped meanwhile) the other ways do. */
static void open_pidfd(child_t *child) {
    child->pidfd = -1;
    if (!one_child_ends(child)) return;
    child->pidfd = child->type == P_PIDFD ? (int)child->id : pidfd_open((pid_t)child->id, 0);
}

static void close_pidfd(gh_host_t *host, child_t *child) {
    if (child->pidfd < 0 || child->type == P_PIDFD) return;
    gh__fd_forget(host, child->pidfd);
    libc_close(child->pidfd);
}

static int wait_for(gh_task_t *task, child_t *child) {
    int result = child->attempt(child), status = 0;
    if (result != 0) return result;
    open_pidfd(child);
    child->doomed = one_child_ends(child) && gh__is_killed(task->outcome.host, child->pid);
    while (result == 0 && status >= 0) {
        status = park(task, child, &result);
        if (result == 0) result = child->attempt(child);
    }
    int saved_errno = errno;
    close_pidfd(task->outcome.host, child);
    errno = saved_errno;
    return result == 0 ? gh__wait_failed(task, status) : result;
}

/* ---- wait4 and those that are a part of it ---- */

/* The number of a child that has ended, or that the call has told of, may come again. */
static pid_t told(pid_t pid) {
    if (pid > 0) gh__killed_forget(pid);
    return pid;
}

/* wait4 reports ends unasked, and refuses to be asked. */
#define AT_ONCE (WNOHANG | WEXITED)

static int attempt_wait4(child_t *child) {
    return told(
        libc_wait4(child->pid, child->status, (child->options & ~WEXITED) | WNOHANG, child->usage));
}

static pid_t wait4_parking(gh_task_t *task, const char *call, pid_t pid, int *status, int options,
                           struct rusage *usage) {
    child_t child = {.call = call,
                     .attempt = attempt_wait4,
                     .type = pid == -1 ? P_ALL
                             : pid > 0 ? P_PID
                                       : P_PGID,
                     .id = pid > 0 ? (id_t)pid : -(id_t)pid,
                     .options = options | WEXITED,
                     .pid = pid,
                     .status = status,
                     .usage = usage};
    return wait_for(task, &child);
}

pid_t hook_waitpid(pid_t pid, int *status, int options) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || options & AT_ONCE) return told(libc_waitpid(pid, status, options));
    return wait4_parking(task, "waitpid", pid, status, options, NULL);
}

pid_t hook_wait(int *status) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return told(libc_wait(status));
    return wait4_parking(task, "wait", -1, status, 0, NULL);
}

pid_t hook_wait3(int *status, int options, struct rusage *usage) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || options & AT_ONCE) return told(libc_wait3(status, options, usage));
    return wait4_parking(task, "wait3", -1, status, options, usage);
}

pid_t hook_wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || options & AT_ONCE) return told(libc_wait4(pid, status, options, usage));
    return wait4_parking(task, "wait4", pid, status, options, usage);
}

/* ---- waitid ---- */

/* It returns 0 for "nothing yet" and for news alike: news has a process. */
static int attempt_waitid(child_t *child) {
    siginfo_t info = {.si_signo = 0};
    if (libc_waitid(child->type, child->id, &info, child->options | WNOHANG) < 0) return -1;
    if (info.si_signo == 0) return 0;
    if (!(child->options & WNOWAIT)) told(info.si_pid);
    if (child->info != NULL) *child->info = info;
    return 1;
}

int hook_waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || options & WNOHANG ||
        (type == P_PIDFD && gh__fd_is_nonblocking(task->outcome.host, (int)id)))
        return libc_waitid(type, id, info, options);
    child_t child = {.call = "waitid",
                     .attempt = attempt_waitid,
                     .type = type,
                     .id = id,
                     .options = options,
                     .pid = type == P_PID ? (pid_t)id : -1,
                     .info = info};
    return wait_for(task, &child) < 0 ? -1 : 0;
}
