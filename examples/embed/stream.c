/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* stream.c: a server of the program's; each connection is a file to a blocking Python function. */
#include <greenhost.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const char module[] = "import io, sys, types\n"
                             "def talk(file):\n"
                             "    for line in io.BufferedReader(file):\n"
                             "        file.write(line.upper())\n"
                             "sys.modules['shop'] = types.SimpleNamespace(talk=talk)\n";
static gh_host_t *host;

static void on_closed(uv_handle_t *connection) { free(connection); }

static void on_done(gh_task_t *task, void *connection) {
    const gh_result_t *result = gh_task_result(task);
    if (result->outcome != GH_RETURNED) fprintf(stderr, "%s", result->traceback);
    uv_close(connection, on_closed);
}

static void on_connection(uv_stream_t *server, int status) {
    struct _object *file;
    uv_tcp_t *connection = malloc(sizeof(*connection));
    if (connection == NULL || status < 0) abort();
    uv_tcp_init(server->loop, connection);
    uv_accept(server, (uv_stream_t *)connection);
    if (gh_stream_file(host, (uv_stream_t *)connection, &file) < 0) abort();
    const gh_value_t args[] = {gh_object(file)};
    gh_spawn(host, NULL,
             GH_SPAWN(.function = "shop:talk", .args = args, .count = 1, .done = on_done,
                      .data = connection));
    uv_close((uv_handle_t *)server, NULL); /* this example ends after its first guest */
}

int main(void) {
    uv_loop_t *loop = uv_default_loop();
    gh_config_t config = {.size = sizeof(config), .loop = loop};
    struct sockaddr_in address;
    int size = sizeof(address);
    uv_tcp_t server;
    signal(SIGPIPE, SIG_IGN); /* as in any server of libuv's: a peer may be gone */
    if (gh_open(&host, &config) < 0) {
        fprintf(stderr, "stream: %s\n", gh_error_message());
        return 1;
    }
    gh_spawn(host, NULL, GH_SPAWN(.code = module));
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &server);
    uv_tcp_bind(&server, (struct sockaddr *)&address, 0);
    if (uv_listen((uv_stream_t *)&server, 16, on_connection) < 0) return 1;
    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port)), fflush(stdout);
    uv_run(loop, UV_RUN_DEFAULT);
    gh_close(host);
    uv_run(loop, UV_RUN_DEFAULT);
    gh_release(host);
    return uv_loop_close(loop) < 0;
}
