/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * kill.c: which children this process has killed, since to wait for one of those takes no time to
 * speak of, and cancellation leaves it alone.
 *
 * subprocess.run() depends on it.  What it does when an exception ends it is to kill the child, and
 * then to wait for it; in a scope that is cancelled that wait would be refused like any other, and
 * leave a zombie behind.
 *
 * SIGKILL can't be caught, and /proc does not tell for sure that it is on its way; so we listen where
 * it is sent.  Groups are noted as kill(2) has them, with a minus.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/signal.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

static void forget_at(gh_host_t *host, size_t i) {
    host->killed[i] = host->killed[--host->killed_count];
}

/* Makes room: of those that are gone, or else there is memory to be had. */
static bool make_room(gh_host_t *host) {
    if (host->killed_count < host->killed_capacity) return true;
    for (size_t i = host->killed_count; i > 0; i--)
        if (libc_kill(host->killed[i - 1], 0) < 0) forget_at(host, i - 1);
    if (host->killed_count < host->killed_capacity) return true;
    size_t capacity = host->killed_capacity ? host->killed_capacity * 2 : 8;
    pid_t *killed = realloc(host->killed, capacity * sizeof(*killed));
    if (killed == NULL) return false;
    host->killed = killed;
    host->killed_capacity = capacity;
    return true;
}

static bool is_child(pid_t pid) {
    siginfo_t unused;
    return libc_waitid(P_PID, (id_t)pid, &unused, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* The child of a vfork shares our memory, and a handler may have interrupted us here. */
static void note(pid_t pid) {
    gh_host_t *host = gh__current;
    if (host == NULL || gh__in_vfork_child() || gh__signal_handling()) return;
    int saved_errno = errno;
    if ((pid < -1 || (pid > 0 && is_child(pid))) && make_room(host))
        host->killed[host->killed_count++] = pid;
    errno = saved_errno;
}

bool gh__is_killed(gh_host_t *host, pid_t pid) {
    if (host->killed_count == 0) return false;
    pid_t group = getpgid(pid);
    for (size_t i = 0; i < host->killed_count; i++)
        if (host->killed[i] == pid || host->killed[i] == -group) return true;
    return false;
}

void gh__killed_forget(pid_t pid) {
    gh_host_t *host = gh__current;
    if (host == NULL || gh__in_vfork_child()) return;
    for (size_t i = host->killed_count; i > 0; i--)
        if (host->killed[i - 1] == pid) forget_at(host, i - 1);
}

int hook_kill(pid_t pid, int signum) {
    if (signum == SIGKILL) note(pid);
    return libc_kill(pid, signum);
}

int hook_killpg(pid_t group, int signum) {
    if (signum == SIGKILL && group > 1) note(-group);
    return libc_killpg(group, signum);
}
