/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * spawn.c: system, popen and pclose, which glibc builds on its own copies of fork and waitpid.
 *
 * They are ours on every thread.  system ignores SIGINT and SIGQUIT in the whole process while any
 * child of system runs, and puts back what was there: two parties that did so would undo each
 * other's work.  A stream that popen made on one thread may be closed by a task.
 */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>

#include "core/park.h"
#include "core/signal.h"
#include "hooks/hooks.h"
#include "internal.h"

extern char **environ;

#define NO_SHELL (127 << 8)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* 0 or an errno.  `files` and `attributes` may be NULL. */
static int spawn_shell(pid_t *pid, const char *command, const posix_spawn_file_actions_t *files,
                       const posix_spawnattr_t *attributes) {
    char *const argv[] = {"sh", "-c", "--", (char *)command, NULL};
    return posix_spawn(pid, "/bin/sh", files, attributes, argv, environ);
}

/* Signals do not end the wait; being cancelled does. */
static int wait_to_the_end(pid_t pid, int *status) {
    int result;
    while ((result = hook_waitpid(pid, status, 0)) < 0 && errno == EINTR) continue;
    return result;
}

/* ---- system ---- */

static const int keys[] = {SIGINT, SIGQUIT};
static struct sigaction key_actions[2];
static int systems_under_way;

/* Ignores the keyboard's signals; the child is to have those of `reset` at their default. */
static void ignore_keys(sigset_t *reset) {
    static const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(reset);
    libc_pthread_mutex_lock(&lock);
    for (int i = 0; i < 2; i++) {
        if (systems_under_way == 0) gh__signal_action(keys[i], &ignore, &key_actions[i]);
        if (key_actions[i].sa_handler != SIG_IGN) sigaddset(reset, keys[i]);
    }
    systems_under_way++;
    libc_pthread_mutex_unlock(&lock);
}

static void heed_keys(void) {
    libc_pthread_mutex_lock(&lock);
    systems_under_way--;
    for (int i = 0; i < 2 && systems_under_way == 0; i++)
        gh__signal_action(keys[i], &key_actions[i], NULL);
    libc_pthread_mutex_unlock(&lock);
}

static int spawn_with_keys(pid_t *pid, const char *command, const sigset_t *reset,
                           const sigset_t *mask) {
    posix_spawnattr_t attributes;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) return error;
    posix_spawnattr_setsigmask(&attributes, mask);
    posix_spawnattr_setsigdefault(&attributes, reset);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    error = spawn_shell(pid, command, NULL, &attributes);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* As in glibc, a caller that is cancelled takes the shell with it. */
static int end_of(pid_t pid) {
    int status = -1;
    if (wait_to_the_end(pid, &status) == pid) return status;
    if (errno != ECANCELED) return -1;
    libc_kill(pid, SIGKILL);
    libc_waitpid(pid, NULL, 0);
    errno = ECANCELED;
    return -1;
}

static int run_shell(const char *command, const sigset_t *mask) {
    sigset_t reset;
    pid_t pid;
    ignore_keys(&reset);
    int error = spawn_with_keys(&pid, command, &reset, mask);
    int status = error == 0 ? end_of(pid) : NO_SHELL, saved_errno = error ? error : errno;
    heed_keys();
    errno = saved_errno;
    return status;
}

int hook_system(const char *command) {
    sigset_t child, mask;
    if (command == NULL) return libc_system(NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    hook_pthread_sigmask(SIG_BLOCK, &child, &mask);
    int status = run_shell(command, &mask);
    hook_pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return status;
}

/* ---- popen ---- */

typedef struct piped_s {
    struct piped_s *next;
    FILE *stream;
    int fd;
    pid_t pid;
} piped_t;

static piped_t *all_piped;

static void enlist(piped_t *piped) {
    libc_pthread_mutex_lock(&lock);
    piped->next = all_piped;
    all_piped = piped;
    libc_pthread_mutex_unlock(&lock);
}

bool gh__is_popened(const FILE *stream) {
    libc_pthread_mutex_lock(&lock);
    piped_t *piped = all_piped;
    while (piped != NULL && piped->stream != stream) piped = piped->next;
    libc_pthread_mutex_unlock(&lock);
    return piped != NULL;
}

/* Takes the stream's record out of the list; NULL if popen did not make it. */
static piped_t *delist(const FILE *stream) {
    libc_pthread_mutex_lock(&lock);
    piped_t **place = &all_piped;
    while (*place != NULL && (*place)->stream != stream) place = &(*place)->next;
    piped_t *piped = *place;
    if (piped != NULL) *place = piped->next;
    libc_pthread_mutex_unlock(&lock);
    return piped;
}

/* The child gets its end of the pipe, and no other child's. */
static int spawn_piped(piped_t *piped, const char *command, int end, int as) {
    posix_spawn_file_actions_t files;
    int error = posix_spawn_file_actions_init(&files);
    if (error != 0) return error;
    libc_pthread_mutex_lock(&lock);
    for (piped_t *other = all_piped; other != NULL && error == 0; other = other->next)
        if (other->fd != as) error = posix_spawn_file_actions_addclose(&files, other->fd);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&files, end, as);
    if (error == 0) error = spawn_shell(&piped->pid, command, &files, NULL);
    libc_pthread_mutex_unlock(&lock);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static int open_piped(piped_t *piped, const char *command, bool reads) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return errno;
    piped->fd = ends[!reads];
    piped->stream = fdopen(piped->fd, reads ? "r" : "w");
    int error = piped->stream ? spawn_piped(piped, command, ends[reads], reads) : errno;
    libc_close(ends[reads]);
    if (error == 0) return 0;
    if (piped->stream != NULL)
        libc_fclose(piped->stream);
    else
        libc_close(piped->fd);
    return error;
}

/* "r" or "w", with or without an "e", for close-on-exec. */
static bool parse_mode(const char *mode, bool *reads, bool *keeps) {
    bool read = strchr(mode, 'r') != NULL, write = strchr(mode, 'w') != NULL;
    *reads = read;
    *keeps = strchr(mode, 'e') == NULL;
    return read != write && strspn(mode, "rwe") == strlen(mode);
}

FILE *hook_popen(const char *command, const char *mode) {
    bool reads, keeps;
    piped_t *piped = calloc(1, sizeof(*piped));
    int error = piped == NULL ? ENOMEM : parse_mode(mode, &reads, &keeps) ? 0 : EINVAL;
    if (error == 0) error = open_piped(piped, command, reads);
    if (error != 0) {
        free(piped);
        errno = error;
        return NULL;
    }
    if (keeps) libc_fcntl(piped->fd, F_SETFD, NULL);
    enlist(piped);
    return piped->stream;
}

/* To close the stream is to wait for its child. */
int hook_pclose(FILE *stream) {
    piped_t *piped = delist(stream);
    if (piped == NULL) return libc_pclose(stream);
    int status = -1;
    pid_t pid = piped->pid;
    free(piped);
    hook_fclose(stream);
    return wait_to_the_end(pid, &status) == pid ? status : -1;
}
