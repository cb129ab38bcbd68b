/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* promise.c: Python calls a C function, which waits for a worker thread; another task goes on. */
#include <greenhost.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char measure[] = "import sensor\n"
                              "print('it is', sensor.read(), flush=True)\n";
static const char meanwhile[] = "print('meanwhile, another task', flush=True)\n";

static void *work(void *promise) {
    usleep(50000); /* the hardware takes its time */
    gh_promise_settle(promise, gh_double(36.6));
    return NULL;
}

/* It looks like a call that blocks: the task is parked in gh_wait_promise. */
static int read_sensor(gh_call_t *call) {
    gh_promise_t *promise;
    gh_value_t value;
    pthread_t thread;
    int status = gh_promise_new(call->host, &promise);
    if (status < 0) return status;
    if (pthread_create(&thread, NULL, work, promise) != 0) abort();
    status = gh_wait_promise(promise, -1, &value);
    if (status == 0) status = gh_return(call, value);
    pthread_join(thread, NULL); /* which parks too, where the task was cancelled */
    gh_promise_release(promise);
    return status;
}

static const gh_function_t sensor[] = {
    {"read", read_sensor, 0, NULL, "read()\n--\n\nThe temperature."},
    {0},
};

int main(void) {
    uv_loop_t *loop = uv_default_loop();
    gh_config_t config = {.size = sizeof(config), .loop = loop};
    gh_host_t *host;
    if (gh_open(&host, &config) < 0 || gh_module(host, "sensor", sensor) < 0) {
        fprintf(stderr, "promise: %s\n", gh_error_message());
        return 1;
    }
    gh_spawn(host, NULL, GH_SPAWN(.code = measure));
    gh_spawn(host, NULL, GH_SPAWN(.code = meanwhile));
    uv_run(loop, UV_RUN_DEFAULT);
    gh_close(host);
    uv_run(loop, UV_RUN_DEFAULT);
    gh_release(host);
    return uv_loop_close(loop) < 0;
}
