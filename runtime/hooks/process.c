/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * process.c: children.
 */
#include "hooks/hooks.h"

/*
 * A child of vfork runs on our memory, with our thread-local variables, until it execs; but it is
 * not us, and must not touch the registry.  vfork returns twice to its caller, so a wrapper in C
 * would have its frame overwritten: this one sets a flag and jumps.  Who sees the flag set asks the
 * kernel who it is.
 */
__attribute__((visibility("hidden"))) volatile int gh__vforked;

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl vfork\n"
        ".type vfork, @function\n"
        "vfork:\n"
        "    movl $1, gh__vforked(%rip)\n"
        "    movq libc_vfork(%rip), %rax\n"
        "    jmp *%rax\n"
        ".size vfork, .-vfork\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl vfork\n"
        ".type vfork, %function\n"
        "vfork:\n"
        "    adrp x0, gh__vforked\n"
        "    mov w1, #1\n"
        "    str w1, [x0, :lo12:gh__vforked]\n"
        "    adrp x0, libc_vfork\n"
        "    ldr x0, [x0, :lo12:libc_vfork]\n"
        "    br x0\n"
        ".size vfork, .-vfork\n");
#else
#error "vfork needs its three instructions here for this architecture"
#endif

bool gh__in_vfork_child(gh_host_t *host) {
    if (GH__LIKELY(!gh__vforked)) return false;
    if (gettid() != host->tid) return true;
    gh__vforked = 0;
    return false;
}
