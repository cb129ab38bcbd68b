/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * load.c: the client of the echo servers, in C so that it is never the slower side.
 *
 *     load PORT CONNECTIONS BYTES REQUESTS
 *
 * Each connection has one message under way, until so many have come back altogether.  Prints the
 * seconds that took, and the 50th and 99th percentile of the round trips in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 512
#define AT_ONCE 64 /* connections under way: less than any server's backlog */
#define PATIENCE_MS 30000

typedef struct {
    int fd;
    size_t to_send, to_receive;
    double began;
} connection_t;

static size_t size;
static long requests, begun, answered;
static char *message, *sink;
static float *latencies;
static int epfd;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(bool good, const char *what) {
    if (good) return;
    perror(what);
    exit(1);
}

static void watch(connection_t *connection, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    check(epoll_ctl(epfd, operation, connection->fd, &event) == 0, "epoll_ctl");
}

/* What does not go out at once waits for room, and what comes back meanwhile is read. */
static void flush(connection_t *connection) {
    while (connection->to_send > 0) {
        ssize_t sent = send(connection->fd, message, connection->to_send, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return;
        }
        check(sent > 0, "send");
        connection->to_send -= (size_t)sent;
        if (connection->to_send == 0 && (size_t)sent < size)
            watch(connection, EPOLL_CTL_MOD, EPOLLIN);
    }
}

static void begin(connection_t *connection) {
    begun++;
    connection->to_send = connection->to_receive = size;
    connection->began = now();
    flush(connection);
}

static void receive(connection_t *connection) {
    ssize_t count = recv(connection->fd, sink, connection->to_receive, 0);
    if (count < 0 && errno == EAGAIN) return;
    check(count > 0, "recv");
    connection->to_receive -= (size_t)count;
    if (connection->to_receive > 0) return;
    latencies[answered++] = (float)((now() - connection->began) * 1e6);
    if (begun < requests) begin(connection);
}

static void turn(void) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epfd, events, EVENTS, PATIENCE_MS);
    check(count > 0, "epoll_wait");
    for (int i = 0; i < count; i++) {
        connection_t *connection = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) flush(connection);
        if (events[i].events & ~(uint32_t)EPOLLOUT) receive(connection);
    }
}

static void open_one(connection_t *connection, uint16_t port) {
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(connection->fd >= 0, "socket");
    check(connect(connection->fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    check(send(connection->fd, message, 1, 0) == 1, "send");
}

/* The echo of one byte says that the server serves it. */
static void await_server(connection_t *connection) {
    check(recv(connection->fd, sink, 1, 0) == 1, "recv");
    check(fcntl(connection->fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void open_all(connection_t *connections, long count, uint16_t port) {
    for (long i = 0; i < count + AT_ONCE; i++) {
        if (i < count) open_one(&connections[i], port);
        if (i >= AT_ONCE) await_server(&connections[i - AT_ONCE]);
    }
}

static int by_value(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: load PORT CONNECTIONS BYTES REQUESTS\n");
        return 2;
    }
    long count = atol(argv[2]);
    size = (size_t)atol(argv[3]);
    requests = atol(argv[4]);
    connection_t *connections = calloc((size_t)count, sizeof *connections);
    message = calloc(1, size);
    sink = malloc(size);
    latencies = calloc((size_t)requests, sizeof *latencies);
    epfd = epoll_create1(EPOLL_CLOEXEC);
    open_all(connections, count, (uint16_t)atoi(argv[1]));
    double start = now();
    for (long i = 0; i < count && begun < requests; i++) begin(&connections[i]);
    while (answered < requests) turn();
    double took = now() - start;
    qsort(latencies, (size_t)requests, sizeof *latencies, by_value);
    printf("%.6f %.1f %.1f\n", took, (double)latencies[requests / 2],
           (double)latencies[requests * 99 / 100]);
    return 0;
}
