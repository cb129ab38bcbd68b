/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * own_loop.c: the program's timer ticks while Python blocks in psycopg2.
 *
 *     own_loop CONNECTION     for example "host=/var/run/postgresql user=me dbname=postgres"
 */
#include <greenhost.h>
#include <stdio.h>

static const char code[] = "import psycopg2, sys\n"
                           "cursor = psycopg2.connect(sys.argv[1]).cursor()\n"
                           "cursor.execute('select pg_sleep(0.3), 42')\n"
                           "print('the answer is', cursor.fetchone()[1], flush=True)\n";

static uv_timer_t timer;
static int ticks;

static void on_tick(uv_timer_t *handle) {
    (void)handle;
    ticks++;
}

static void on_done(gh_task_t *task, void *data) {
    const gh_result_t *result = gh_task_result(task);
    *(int *)data = result->exit_code;
    fputs(result->traceback, stderr);
    uv_close((uv_handle_t *)&timer, NULL);
}

int main(int argc, char **argv) {
    uv_loop_t *loop = uv_default_loop();
    gh_config_t config = {.size = sizeof(config), .loop = loop};
    gh_host_t *host;
    int code_of_task = 1;
    const char *words[] = {argc > 1 ? argv[1] : "", NULL};
    if (gh_open(&host, &config) < 0) {
        fprintf(stderr, "own_loop: %s\n", gh_error_message());
        return 1;
    }
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_tick, 10, 10);
    gh_spawn(host, NULL,
             GH_SPAWN(.code = code, .argv = words, .done = on_done, .data = &code_of_task));
    uv_run(loop, UV_RUN_DEFAULT);
    puts(ticks >= 5 ? "meanwhile the timer ticked" : "the timer had to wait");
    gh_close(host);
    uv_run(loop, UV_RUN_DEFAULT);
    gh_release(host);
    return uv_loop_close(loop) < 0 ? 1 : code_of_task;
}
