/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * open.c: opening blocks at one kind of file, a FIFO that nobody has opened at its other end, for
 * which no descriptor exists yet that could be waited for.  So a thread opens it.
 */
#include <string.h>
#include <sys/stat.h>

#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

static intptr_t make_open(const intptr_t *arguments, void *memory) {
    return libc_openat((int)arguments[0], memory, (int)arguments[1], (mode_t)arguments[2]);
}

/* With O_RDWR a FIFO is its own peer; the other flags exclude one, or never wait. */
static bool may_wait(int directory, const char *path, int flags) {
    struct stat status;
    if ((flags & O_ACCMODE) == O_RDWR || flags & (O_NONBLOCK | O_PATH | O_DIRECTORY)) return false;
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) || path == NULL) return false;
    int follow = flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    return fstatat(directory, path, &status, follow) == 0 && S_ISFIFO(status.st_mode);
}

static int open_at(const char *name, int directory, const char *path, int flags, mode_t mode) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || !may_wait(directory, path, flags))
        return libc_openat(directory, path, flags, mode);
    gh__call_t call = {.name = name,
                       .make = make_open,
                       .arguments = {directory, flags, (intptr_t)mode},
                       .in = path,
                       .size = strlen(path) + 1};
    return (int)gh__call_in_thread(task, &call);
}

int hook_openat(int directory, const char *path, int flags, mode_t mode) {
    return open_at("openat", directory, path, flags, mode);
}

int hook_openat64(int directory, const char *path, int flags, mode_t mode) {
    return open_at("openat", directory, path, flags, mode);
}

int hook_open(const char *path, int flags, mode_t mode) {
    return open_at("open", AT_FDCWD, path, flags, mode);
}

int hook_open64(const char *path, int flags, mode_t mode) {
    return open_at("open", AT_FDCWD, path, flags, mode);
}

int hook_creat(const char *path, mode_t mode) {
    return open_at("creat", AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int hook_creat64(const char *path, mode_t mode) { return hook_creat(path, mode); }

/* The fortified names: flags that need a mode end the program, with libc's message. */

static bool needs_mode(int flags) { return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE; }

int hook___open_2(const char *path, int flags) {
    return needs_mode(flags) ? libc___open_2(path, flags) : hook_open(path, flags, 0);
}

int hook___open64_2(const char *path, int flags) { return hook___open_2(path, flags); }

int hook___openat_2(int directory, const char *path, int flags) {
    return needs_mode(flags) ? libc___openat_2(directory, path, flags)
                             : hook_openat(directory, path, flags, 0);
}

int hook___openat64_2(int directory, const char *path, int flags) {
    return hook___openat_2(directory, path, flags);
}
