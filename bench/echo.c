/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * echo.c: an echo server on libuv alone, in C: what the loop under greenhost is capable of.
 *
 *     echo
 *
 * Prints the port that it has chosen, and ends when it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#define BYTES 65536

/* A connection sends what it has received before it receives again, as the other servers do. */
typedef struct {
    uv_tcp_t tcp;
    uv_write_t write;
    char buffer[BYTES];
} connection_t;

static void on_close(uv_handle_t *handle) { free(handle); }

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    connection_t *connection = (connection_t *)handle;
    (void)suggested;
    *buffer = uv_buf_init(connection->buffer, BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void on_written(uv_write_t *write, int status) {
    if (status == 0) uv_read_start(write->handle, on_room, on_read);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    connection_t *connection = (connection_t *)stream;
    if (count < 0) uv_close((uv_handle_t *)stream, on_close);
    if (count <= 0) return;
    uv_buf_t data = uv_buf_init(buffer->base, (unsigned)count);
    int sent = uv_try_write(stream, &data, 1);
    if (sent == count) return;
    if (sent < 0) sent = 0;
    data = uv_buf_init(buffer->base + sent, (unsigned)(count - sent));
    uv_read_stop(stream);
    uv_write(&connection->write, stream, &data, 1, on_written);
}

static void on_connection(uv_stream_t *listener, int status) {
    connection_t *connection = malloc(sizeof *connection);
    if (status < 0 || connection == NULL) abort();
    uv_tcp_init(listener->loop, &connection->tcp);
    if (uv_accept(listener, (uv_stream_t *)&connection->tcp) < 0) abort();
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_read_start((uv_stream_t *)&connection->tcp, on_room, on_read);
}

int main(void) {
    uv_tcp_t listener;
    struct sockaddr_in address;
    int length = sizeof address;
    uv_tcp_init(uv_default_loop(), &listener);
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
    if (uv_listen((uv_stream_t *)&listener, 1024, on_connection) < 0) return 1;
    uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
