/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * terminal.c: waiting until a terminal has sent what was written to it.  A modem may take its time,
 * or be told to stop, and nothing announces the end, so a thread waits.
 */
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

static intptr_t make_tcdrain(const intptr_t *arguments, void *memory) {
    (void)memory;
    return libc_tcdrain((int)arguments[0]);
}

static intptr_t make_tcsetattr(const intptr_t *arguments, void *memory) {
    return libc_tcsetattr((int)arguments[0], (int)arguments[1], memory);
}

int hook_tcdrain(int fd) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_tcdrain(fd);
    gh__call_t call = {.name = "tcdrain", .make = make_tcdrain, .arguments = {fd}};
    return (int)gh__call_in_thread(task, &call);
}

int hook_tcsetattr(int fd, int when, const struct termios *attributes) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || when == TCSANOW) return libc_tcsetattr(fd, when, attributes);
    gh__call_t call = {.name = "tcsetattr",
                       .make = make_tcsetattr,
                       .arguments = {fd, when},
                       .in = attributes,
                       .size = sizeof(*attributes)};
    return (int)gh__call_in_thread(task, &call);
}
