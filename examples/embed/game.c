/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* game.c: a main loop of its own draws frames, and lets Python have a moment in each. */
#include <greenhost.h>
#include <stdio.h>
#include <unistd.h>

static const char script[] = "import time\n"
                             "for move in ('left', 'right', 'jump'):\n"
                             "    time.sleep(0.03)\n"
                             "    print(move, flush=True)\n";

static void on_done(gh_task_t *task, void *running) {
    (void)task;
    *(int *)running = 0;
}

int main(void) {
    uv_loop_t *loop = uv_default_loop();
    gh_config_t config = {.size = sizeof(config), .loop = loop};
    gh_host_t *host;
    int running = 1, frames = 0;
    if (gh_open(&host, &config) < 0) {
        fprintf(stderr, "game: %s\n", gh_error_message());
        return 1;
    }
    gh_spawn(host, NULL, GH_SPAWN(.code = script, .done = on_done, .data = &running));
    while (running) {
        uv_run(loop, UV_RUN_NOWAIT);
        usleep(2000); /* what would be drawn */
        frames++;
    }
    puts(frames > 10 ? "no frame was late" : "the picture stood still");
    gh_close(host);
    uv_run(loop, UV_RUN_DEFAULT);
    gh_release(host);
    return uv_loop_close(loop) < 0;
}
