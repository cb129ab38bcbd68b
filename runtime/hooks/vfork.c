/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * vfork.c: knowing a child of vfork for what it is.
 *
 * Until it execs, such a child runs on our memory and with our thread-local variables, but it is
 * not us: it has a descriptor table of its own and signal dispositions of its own, and what it
 * closes or resets (CPython's subprocess does both) must not touch our records of ours.
 *
 * vfork returns twice to its caller, so a wrapper in C would have its frame overwritten.  This one
 * sets a flag and jumps.  The flag belongs to the thread, which sleeps until the child is gone: if
 * it is set, either we are the child, or the child is gone and it is for us to clear.
 */
#include <stdlib.h>

#include "core/park.h"
#include "core/task.h"
#include "current.h"
#include "hooks/hooks.h"
#include "host.h"
#include "internal.h"

__attribute__((visibility("hidden"), tls_model("initial-exec"))) _Thread_local int gh__vforked;

static pid_t self; /* who we are, when the flag is not set */

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl vfork\n"
        ".type vfork, @function\n"
        "vfork:\n"
        "    movq gh__vforked@gottpoff(%rip), %rax\n"
        "    movl $1, %fs:(%rax)\n"
        "    movq libc_vfork(%rip), %rax\n"
        "    jmp *%rax\n"
        ".size vfork, .-vfork\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl vfork\n"
        ".type vfork, %function\n"
        "vfork:\n"
        "    mrs x0, tpidr_el0\n"
        "    adrp x1, :gottprel:gh__vforked\n"
        "    ldr x1, [x1, :gottprel_lo12:gh__vforked]\n"
        "    mov w2, #1\n"
        "    str w2, [x0, x1]\n"
        "    adrp x0, libc_vfork\n"
        "    ldr x0, [x0, :lo12:libc_vfork]\n"
        "    br x0\n"
        ".size vfork, .-vfork\n");
#else
#error "vfork needs its few instructions here for this architecture"
#endif

bool gh__in_vfork_child(void) {
    if (GH__LIKELY(!gh__vforked)) return false;
    if (getpid() != self) return true;
    gh__vforked = 0;
    gh_task_t *task = gh__current ? gh__current->running : NULL;
    if (task != NULL && !gh__alone(gh__current)) task->vforked = true; /* else it reads unseen */
    return false;
}

static void know_self(void) { self = getpid(); }

__attribute__((constructor)) static void on_load(void) {
    know_self();
    if (pthread_atfork(NULL, NULL, know_self) != 0) {
        fputs("greenhost: no memory to start; free some and try again\n", stderr);
        abort();
    }
}
