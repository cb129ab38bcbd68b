/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * signal.c: signals reach whoever waits, at once, whatever the loop is doing.
 *
 * Every handler that the program installs is wrapped: ours calls it, then notes the number and
 * wakes the loop.  (Waiting for epoll's EINTR instead would lose a signal that arrives just before
 * the poll.)  The main task, where Python's handlers run, is then woken with EINTR; if another task
 * is computing, it is asked to give way at its next bytecode.
 *
 * Dispositions belong to the process, so what the program believes they are is kept per process.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "core/cancel.h"
#include "core/identity.h"
#include "core/list.h"
#include "core/offload.h"
#include "core/park.h"
#include "core/pin.h"
#include "core/post.h"
#include "core/preempt.h"
#include "core/signal.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#define SIGNALS 65

static struct sigaction wanted[SIGNALS]; /* what the program asked for, if ours is installed */
static atomic_int wants[SIGNALS];        /* how often the runtime itself wants the signal */
static gh_host_t *volatile listener;
static atomic_ullong arrived;      /* signals that came: a set, bit signum - 1 */
static atomic_ullong handled;      /* those of them that the program has a handler for */
static atomic_ullong interrupting; /* and whose handler has no SA_RESTART */
static _Thread_local volatile sig_atomic_t handling __attribute__((tls_model("initial-exec")));
static _Thread_local volatile unsigned handled_here __attribute__((tls_model("initial-exec")));

static bool is_function(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

/* A fault is the faulting instruction's own affair: its handler is never wrapped. */
static bool is_fault(int signum) {
    return signum == SIGSEGV || signum == SIGBUS || signum == SIGFPE || signum == SIGILL ||
           signum == SIGABRT || signum == SIGTRAP || signum == SIGSYS;
}

/*
 * Python's handlers run in the main task alone.  Until it has its turn, whoever else computes is
 * asked to give way, now and in core/switch.c.
 */
static void note(int signum, const struct sigaction *action) {
    gh_host_t *host = listener;
    uint64_t bit = UINT64_C(1) << (signum - 1);
    if (host == NULL) return;
    if (is_function(action)) {
        atomic_fetch_or(&handled, bit);
        if (!(action->sa_flags & SA_RESTART)) atomic_fetch_or(&interrupting, bit);
        host->main_is_due = host->main != NULL;
        gh_task_t *running = host->running;
        if (host->main_is_due && running != NULL && running != host->main)
            gh__preempt_request(host);
    }
    atomic_fetch_or(&arrived, bit);
    gh__wake(host);
}

bool gh__signal_handling(void) { return handling > 0; }

unsigned gh__signals_handled(void) { return handled_here; }

gh_host_t *gh__signal_listener(void) { return listener; }

void gh__signal_wake_hub(void) {
    if (listener != NULL) gh__wake(listener);
}

static int install(int signum, const struct sigaction *action, struct sigaction *old);

static void on_signal(int signum, siginfo_t *info, void *context) {
    static const struct sigaction by_default = {.sa_handler = SIG_DFL};
    int saved_errno = errno;
    if (signum == GH__NUDGE_SIGNAL && gh__pin_sample(info, context)) return;
    struct sigaction action = wanted[signum];
    handling++;
    if (action.sa_flags & SA_RESETHAND) install(signum, &by_default, NULL);
    if (action.sa_flags & SA_SIGINFO)
        action.sa_sigaction(signum, info, context);
    else if (is_function(&action))
        action.sa_handler(signum);
    note(signum, &action);
    handled_here += is_function(&action);
    handling--;
    errno = saved_errno;
}

/* What the kernel is told, so that the program's wish and ours are both met. */
static struct sigaction for_kernel(int signum, const struct sigaction *action) {
    struct sigaction real = *action;
    if (!is_function(action) && wants[signum] == 0) return real;
    real.sa_sigaction = on_signal;
    real.sa_flags = (action->sa_flags | SA_SIGINFO) & ~SA_RESETHAND;
    if (!is_function(action)) real.sa_flags |= SA_RESTART;
    /* Ignoring SIGCHLD also means that children leave no zombies. */
    if (signum == SIGCHLD && action->sa_handler == SIG_IGN) real.sa_flags |= SA_NOCLDWAIT;
    if (signum == GH__NUDGE_SIGNAL && wants[signum] > 0) real.sa_flags &= ~SA_RESTART;
    return real;
}

static int install(int signum, const struct sigaction *action, struct sigaction *old) {
    struct sigaction before = wanted[signum], kernel;
    struct sigaction real = for_kernel(signum, action);
    wanted[signum] = *action;
    if (libc_sigaction(signum, &real, &kernel) < 0) {
        wanted[signum] = before;
        return -1;
    }
    if (old != NULL) *old = kernel.sa_sigaction == on_signal ? before : kernel;
    return 0;
}

static int look(int signum, struct sigaction *old) {
    struct sigaction kernel;
    if (libc_sigaction(signum, NULL, &kernel) < 0) return -1;
    if (old != NULL) *old = kernel.sa_sigaction == on_signal ? wanted[signum] : kernel;
    return 0;
}

int gh__signal_action(int signum, const struct sigaction *action, struct sigaction *old) {
    /* Our own handler of the number that glibc keeps from programs; the kernel never hears of it. */
    if (signum == GH__INTERRUPT_SIGNAL && gh__current != NULL && gh__current->main == NULL) {
        if (old != NULL) *old = (struct sigaction){.sa_handler = SIG_DFL};
        return 0;
    }
    if (signum < 1 || signum >= SIGNALS || is_fault(signum) || gh__in_vfork_child())
        return libc_sigaction(signum, action, old);
    return action == NULL ? look(signum, old) : install(signum, action, old);
}

int gh__signal_want(int signum) {
    struct sigaction now;
    if (signum < 1 || signum >= SIGNALS || is_fault(signum)) return UV_EINVAL;
    if (atomic_fetch_add(&wants[signum], 1) > 0) return 0;
    if (look(signum, &now) == 0 && install(signum, &now, NULL) == 0) return 0;
    atomic_fetch_sub(&wants[signum], 1);
    return -errno;
}

void gh__signal_unwant(int signum) {
    struct sigaction now;
    if (atomic_fetch_sub(&wants[signum], 1) > 1) return;
    if (look(signum, &now) == 0) install(signum, &now, NULL);
}

void gh__sigwait_start(gh_host_t *host, gh__sigwait_t *wait) {
    gh__list_append(&host->sigwaits, &wait->waiter.link);
}

void gh__sigwait_stop(gh__sigwait_t *wait) { gh__list_remove(&wait->waiter.link); }

static void fire_sigwaits(gh_host_t *host, uint64_t set) {
    gh__link_t batch, *item;
    gh__list_init(&batch);
    gh__list_move(&batch, &host->sigwaits);
    while ((item = gh__list_pop(&batch)) != NULL) {
        gh__sigwait_t *wait = GH__CONTAINER(item, gh__sigwait_t, waiter.link);
        uint64_t hit = wait->set & set;
        if (hit == 0)
            gh__list_append(&host->sigwaits, item);
        else
            wait->waiter.fire(&wait->waiter, __builtin_ctzll(hit) + 1);
    }
}

/* Wakes a task whose wait one of the signals ends.  Those that it does not block are what it has taken. */
static uint64_t interrupt(gh_task_t *task, uint64_t any, uint64_t not_restarting) {
    if (task->state != GH__PARKED || task->park.deaf || task->service) return 0;
    uint64_t taken = (task->park.restarts ? not_restarting : any) & ~task->mask;
    if (taken != 0) gh__unpark(task, UV_EINTR);
    return taken;
}

static void interrupt_main(gh_host_t *host, uint64_t any, uint64_t not_restarting) {
    if (interrupt(host->main, any, not_restarting) != 0) gh__task_first(host->main);
    host->main_is_due = host->main->state == GH__READY;
}

/* What the main task blocks, another one has taken. */
static void interrupt_others(gh_host_t *host, uint64_t any, uint64_t not_restarting) {
    for (gh__link_t *item = host->tasks.next; item != &host->tasks && any != 0; item = item->next)
        any &= ~interrupt(GH__CONTAINER(item, gh_task_t, all), any, not_restarting & any);
}

void gh__signal_deliver(gh_host_t *host) {
    uint64_t set = atomic_exchange(&arrived, 0);
    if (set == 0) return;
    uint64_t any = atomic_exchange(&handled, 0), not_restarting = atomic_exchange(&interrupting, 0);
    fire_sigwaits(host, set);
    if (any == 0) return;
    if (host->main != NULL) interrupt_main(host, any, not_restarting);
    interrupt_others(host, any & (host->main ? host->main->mask : host->program_mask),
                     not_restarting);
}

void gh__signal_before_park(gh_task_t *task) {
    gh_host_t *host = task->outcome.host;
    if (GH__LIKELY(atomic_load(&handled) == 0) || task != host->main) return;
    uint64_t any = atomic_exchange(&handled, 0), not_restarting = atomic_exchange(&interrupting, 0);
    if (!gh__identity_signals_pending()) {
        host->main_is_due = false;
        return;
    }
    atomic_fetch_or(&handled, any);
    atomic_fetch_or(&interrupting, not_restarting);
}

/* Python has a handler of SIGINT from the start, and gh__report_stuck asks whether it is that. */
bool gh__signal_could_wake(void) {
    for (int signum = 1; signum < SIGNALS; signum++)
        if (signum != SIGINT && is_function(&wanted[signum])) return true;
    return atomic_load(&arrived) != 0;
}

void gh__signal_open(gh_host_t *host) {
    gh__list_init(&host->sigwaits);
    listener = host;
}

/* Those that wanted a signal were tasks of the parent's. */
void gh__signal_after_fork(void) {
    listener = NULL;
    atomic_store(&arrived, 0);
    atomic_store(&handled, 0);
    atomic_store(&interrupting, 0);
    for (int signum = 1; signum < SIGNALS; signum++) {
        if (wants[signum] == 0) continue;
        atomic_store(&wants[signum], 1);
        gh__signal_unwant(signum);
    }
}

void gh__signal_close(gh_host_t *host) {
    if (listener == host) listener = NULL;
}
