/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * pins.c: warnings of tasks that hold the loop, and the exit code for those who want none.
 *
 * They go to the process's standard error, not to sys.stderr, which the program may have given to what
 * it tests.
 */
#include "pins.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Atomic pid_t warned; /* this process, once it has; a child of it has not */

void pins_warn(void *data, const gh_pin_t *pin) {
    (void)data;
    warned = getpid();
    fprintf(stderr, "greenhost: %s %s the loop for %llu ms while others waited\n  in %s\n%s",
            pin->over ? pin->task : "a task", pin->over ? "held" : "has held",
            (unsigned long long)pin->ms, pin->where, pin->stack);
}

/* With glibc a second exit() goes on where the first was, with its own code. */
static void end_as_pinned(int code, void *data) {
    (void)data;
    if (code == 0 && warned == getpid()) exit(PINS_EXIT);
}

void pins_fail(void) {
    if (on_exit(end_as_pinned, NULL) != 0) perror("greenhost: on_exit");
}
