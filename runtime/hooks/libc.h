/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * libc.h: libc's own functions, under the surface.  libc_f is the real f, and inside the runtime
 * nothing else may be called.  This is all of the surface that the core knows, with the three
 * things that only a hook can find out.
 */
#ifndef GREENHOST_LIBC_H
#define GREENHOST_LIBC_H

#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define HOOK(family, type, name, params, args) extern type(*libc_##name) params;
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) extern type (*libc_##name)(void);
#define HOOK_NAKED(family, type, name) extern type (*libc_##name)(void);
#include "hooks/hooks.def"
#undef HOOK
#undef HOOK_VOID
#undef HOOK_CALLER
#undef HOOK_NAKED

/* ---- from hooks/identity.c ---- */

/* Learns from where PyThread_get_thread_ident calls pthread_self.  0, or UV_ENOSYS. */
int gh__pthread_self_learn(void);

/* ---- from hooks/caller.c ---- */

/* Where the surface was last called from in this thread. */
extern _Thread_local const void *gh__called_from __attribute__((tls_model("initial-exec")));
/* True when that is in a library that can't be left in the middle.  Loop thread. */
bool gh__caller_is_pinned(void);

/* ---- from hooks/vfork.c ---- */

/* True in a child of vfork, which shares our memory but is not us.  Any thread. */
bool gh__in_vfork_child(void);

#endif
