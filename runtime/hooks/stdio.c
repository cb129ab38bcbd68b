/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * stdio.c: reading from a stream of libc's, which reads its descriptor inside libc.  CPython does so
 * for input() at a terminal.
 *
 * A task waits for the descriptor where the stream's buffer is empty, and then takes no more than
 * one read has put there.  The stream is not locked meanwhile: that lock is the thread's, and would
 * keep out no other task.  Writing can't be helped that way: libc alone knows when it will flush.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/fdwait.h"
#include "core/park.h"
#include "core/task.h"
#include "hooks/hooks.h"
#include "internal.h"

static size_t buffered(const FILE *stream) {
    return (size_t)(stream->_IO_read_end - stream->_IO_read_ptr);
}

/* Waits until a character can be taken without blocking.  False with errno. */
static bool wait_input(gh_task_t *task, const char *call, FILE *stream) {
    int fd = fileno(stream);
    if (buffered(stream) > 0 || fd < 0 || feof_unlocked(stream)) return true;
    if (gh__fd_kind(task->outcome.host, fd) == GH__FD_REGULAR) return true;
    while (!gh__ready_now(fd, POLLIN)) {
        if (gh__fd_is_nonblocking(task->outcome.host, fd)) return true;
        if (!gh__wait_ready(task, call, fd, EPOLLIN, GH__NEVER)) return false;
    }
    return true;
}

int hook_getc(FILE *stream) {
    gh_task_t *task = buffered(stream) > 0 ? NULL : gh__may_park();
    return task == NULL || wait_input(task, "getc", stream) ? libc_getc(stream) : EOF;
}

int hook_fgetc(FILE *stream) { return hook_getc(stream); }

char *hook_fgets(char *buffer, int size, FILE *stream) {
    gh_task_t *task = gh__may_park();
    int used = 0, c = 0;
    if (task == NULL || size < 2) return libc_fgets(buffer, size, stream);
    while (used < size - 1 && c != '\n') {
        if (!wait_input(task, "fgets", stream)) return NULL;
        if ((c = getc_unlocked(stream)) == EOF) break;
        buffer[used++] = (char)c;
    }
    buffer[used] = '\0';
    return used > 0 ? buffer : NULL;
}

char *hook___fgets_chk(char *buffer, size_t room, int size, FILE *stream) {
    if (size > 0 && (size_t)size > room) return libc___fgets_chk(buffer, room, size, stream);
    return hook_fgets(buffer, size, stream);
}

/* What one read of the descriptor brings, and no more than `size`; 0 at the end. */
static size_t take(char *buffer, size_t size, FILE *stream) {
    int c = getc_unlocked(stream);
    if (c == EOF) return 0;
    *buffer = (char)c;
    size_t more = buffered(stream) < size - 1 ? buffered(stream) : size - 1;
    return 1 + libc_fread(buffer + 1, 1, more, stream);
}

size_t hook_fread(void *buffer, size_t size, size_t count, FILE *stream) {
    gh_task_t *task = gh__may_park();
    size_t wanted, done = 0, more = 1;
    if (task == NULL || __builtin_mul_overflow(size, count, &wanted) || wanted <= buffered(stream))
        return libc_fread(buffer, size, count, stream);
    if (gh__fd_kind(task->outcome.host, fileno(stream)) == GH__FD_REGULAR)
        return libc_fread(buffer, size, count, stream);
    while (done < wanted && more > 0 && wait_input(task, "fread", stream))
        done += more = take((char *)buffer + done, wanted - done, stream);
    return done / size;
}

size_t hook___fread_chk(void *buffer, size_t room, size_t size, size_t count, FILE *stream) {
    size_t wanted;
    if (__builtin_mul_overflow(size, count, &wanted) || wanted > room)
        return libc___fread_chk(buffer, room, size, count, stream);
    return hook_fread(buffer, size, count, stream);
}

/* ---- lines of any length ---- */

static bool make_room(char **line, size_t *size, size_t used) {
    if (*line != NULL && used + 2 <= *size) return true;
    size_t larger = *line == NULL || *size < 64 ? 128 : 2 * *size;
    char *grown = realloc(*line, larger);
    if (grown == NULL) return false;
    *line = grown;
    *size = larger;
    return true;
}

ssize_t hook_getdelim(char **line, size_t *size, int delimiter, FILE *stream) {
    gh_task_t *task = gh__may_park();
    size_t used = 0;
    if (task == NULL || line == NULL || size == NULL)
        return libc_getdelim(line, size, delimiter, stream);
    int c;
    do {
        if (!make_room(line, size, used) || !wait_input(task, "getdelim", stream)) return -1;
        if ((c = getc_unlocked(stream)) == EOF) break;
        (*line)[used++] = (char)c;
    } while (c != delimiter);
    (*line)[used] = '\0';
    return used > 0 ? (ssize_t)used : -1;
}

ssize_t hook___getdelim(char **line, size_t *size, int delimiter, FILE *stream) {
    return hook_getdelim(line, size, delimiter, stream);
}

ssize_t hook_getline(char **line, size_t *size, FILE *stream) {
    return hook_getdelim(line, size, '\n', stream);
}
