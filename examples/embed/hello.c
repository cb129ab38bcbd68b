/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* hello.c: Python in a C program that has no loop of its own; the program is a task among others. */
#include <greenhost.h>
#include <stdio.h>

static const char code[] = "import time\n"
                           "time.sleep(0.05)\n"
                           "print('hello from Python', flush=True)\n";

static int fail(void) {
    fprintf(stderr, "hello: %s\n", gh_error_message());
    return 1;
}

int main(void) {
    gh_host_t *host;
    gh_task_t *task;
    if (gh_open(&host, NULL) < 0 || gh_spawn(host, &task, GH_SPAWN(.code = code)) < 0)
        return fail();
    puts("hello from C, while Python sleeps");
    fflush(stdout);
    if (gh_wait_task(task, -1) < 0) return fail();
    int exit_code = gh_task_result(task)->exit_code;
    gh_task_release(task);
    gh_close(host);
    gh_release(host);
    return exit_code;
}
