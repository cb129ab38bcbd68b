/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * failure.c: what a call of the public interface says besides its code: one line, for people.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "current.h"
#include "host.h"
#include "internal.h"

static _Thread_local char failure[1024];
static _Thread_local int failure_code;

const char *gh_error_message(void) { return failure; }

int gh_error_exit_code(void) { return failure_code; }

const char *gh_version(void) { return GH_VERSION; }

void gh__fail(int exit_code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof(failure), format, arguments);
    va_end(arguments);
    failure_code = exit_code;
}

int gh__refuse(int error, const char *message) {
    gh__fail(GH_EXIT_OSERR, "%s", message);
    return error;
}

int gh__unusable(const char *message) {
    gh__fail(GH_EXIT_UNAVAILABLE, "%s", message);
    return UV_ENOSYS;
}

int gh__take_struct(void *own, size_t size, const void *given) {
    size_t given_size = size;
    if (given != NULL) memcpy(&given_size, given, sizeof(given_size));
    if (given_size < sizeof(given_size) || given_size > size)
        return gh__refuse(UV_EINVAL,
                          "a struct's size is none that this version knows; set it to its "
                          "sizeof, and use the header of this version or an older one");
    memset(own, 0, size);
    if (given != NULL) memcpy(own, given, given_size);
    return 0;
}

int gh__check_open(const gh_host_t *host) {
    if (host == NULL) return gh__refuse(UV_EINVAL, "the host is NULL; open one with gh_open");
    if (host->closed) return gh__refuse(UV_ESHUTDOWN, "the host has been closed; open another");
    return 0;
}

int gh__check_loop(const gh_host_t *host) {
    int error = gh__check_open(host);
    if (error < 0 || gh__current == host) return error;
    return gh__refuse(UV_EPERM, "this is not the host's loop thread; go there with gh_post");
}
