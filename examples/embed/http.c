/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* http.c: an HTTP server in C whose answers come from app.py, which blocks.  Usage: http PORT DIR */
#include <greenhost.h>
#include <http_parser.h>
#include <stdio.h>
#include <stdlib.h>

static gh_host_t *host;
static char out[4096];
typedef struct client_s {
    uv_tcp_t tcp; /* first: the handle is the client */
    http_parser parser;
    char in[sizeof(out)];
} client_t;

static void on_closed(uv_handle_t *tcp) { free(tcp); }
static void on_answer(gh_task_t *task, void *tcp) {
    const gh_result_t *result = gh_task_result(task);
    const char *body = result->outcome == GH_RETURNED ? result->value.data : result->message;
    uv_buf_t buffer = {out, snprintf(out, sizeof(out), "HTTP/1.0 200 OK\r\n\r\n%.4000s", body)};
    uv_try_write(tcp, &buffer, 1);
    uv_close(tcp, on_closed);
}
static int on_url(http_parser *parser, const char *at, size_t length) {
    gh_value_t path = gh_make(GH_STRING, 0, 0, at, length, NULL);
    uv_read_stop(parser->data);
    return gh_spawn(host, NULL,
                    GH_SPAWN(.function = "app:hello", .args = &path, .count = 1, .done = on_answer,
                             .data = parser->data));
}
static const http_parser_settings settings = {.on_url = on_url};
static void on_alloc(uv_handle_t *tcp, size_t size, uv_buf_t *buffer) {
    *buffer = uv_buf_init(((client_t *)tcp)->in, size < sizeof(out) ? size : sizeof(out));
}
static void on_read(uv_stream_t *tcp, ssize_t size, const uv_buf_t *buffer) {
    http_parser *parser = &((client_t *)tcp)->parser;
    if (size < 0 || http_parser_execute(parser, &settings, buffer->base, size) != (size_t)size)
        uv_close((uv_handle_t *)tcp, on_closed);
}
static void on_connection(uv_stream_t *server, int status) {
    client_t *client = calloc(1, sizeof(*client));
    if (status < 0 || client == NULL) abort();
    uv_tcp_init(server->loop, &client->tcp);
    http_parser_init(&client->parser, HTTP_REQUEST);
    client->parser.data = client;
    uv_accept(server, (uv_stream_t *)client);
    uv_read_start((uv_stream_t *)client, on_alloc, on_read);
}
int main(int argc, char **argv) {
    uv_tcp_t server;
    struct sockaddr_in address;
    const char *paths[] = {argc > 2 ? argv[2] : ".", NULL};
    gh_python_t python = {.size = sizeof(python), .paths = paths};
    gh_config_t config = {sizeof(config), .loop = uv_default_loop(), .python = &python};
    if (gh_open(&host, &config) < 0) return 1;
    uv_tcp_init(config.loop, &server);
    uv_ip4_addr("127.0.0.1", argc > 1 ? atoi(argv[1]) : 8080, &address);
    uv_tcp_bind(&server, (struct sockaddr *)&address, 0);
    return uv_listen((uv_stream_t *)&server, 128, on_connection) < 0 ? 1 : uv_run(config.loop, 0);
}
