/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * embedding.c: what a program's own calls cost it outside tasks, where each is libc's.
 *
 *     embedding              the library is there, and no host
 *     embedding host         a host is open on the thread that calls, in the program's own loop
 *     embedding-alone        the same without the library, compiled with -DALONE
 *
 * Prints the nanoseconds of processor time that a call takes, the least of some batches, for calls
 * that have nothing to wait for and little to do: recv on an empty socket with MSG_DONTWAIT, poll of
 * nothing with no timeout, read of one byte from /dev/zero.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef ALONE
#include "greenhost.h"
#endif

#define BATCHES 20
#define CALLS 200000 /* in a batch */

static int sockets[2], zeros;

static void check(int good, const char *what) {
    if (!good) {
        perror(what);
        exit(1);
    }
}

static long call_recv(void) {
    char byte;
    return recv(sockets[0], &byte, 1, MSG_DONTWAIT);
}

static long call_poll(void) { return poll(NULL, 0, 0); }

static long call_read(void) {
    char byte;
    return read(zeros, &byte, 1);
}

static double now(void) {
    struct timespec time;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0, "clock_gettime");
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double batch(long (*call)(void), long expected) {
    double began = now();
    for (int i = 0; i < CALLS; i++) check(call() == expected, "a call");
    return (now() - began) / CALLS;
}

static double least(long (*call)(void), long expected) {
    double best = batch(call, expected);
    for (int i = 1; i < BATCHES; i++) {
        double took = batch(call, expected);
        best = took < best ? took : best;
    }
    return best;
}

static void measure(void) {
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "socketpair");
    zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    check(zeros >= 0, "/dev/zero");
    double received = least(call_recv, -1), polled = least(call_poll, 0),
           was_read = least(call_read, 1);
    printf("%.2f %.2f %.2f\n", received, polled, was_read);
}

#ifdef ALONE
int main(void) {
    measure();
    return 0;
}
#else
static void measure_beside_a_host(void) {
    gh_host_t *host;
    gh_config_t config = {.size = sizeof(config), .loop = uv_default_loop()};
    if (gh_open(&host, &config) < 0) {
        fprintf(stderr, "gh_open: %s\n", gh_error_message());
        exit(1);
    }
    measure();
    gh_close(host);
    gh_release(host);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "host") == 0)
        measure_beside_a_host();
    else
        measure();
    return 0;
}
#endif
