/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * dns.c: names and addresses.  glibc looks them up inside itself, in files, over sockets, in modules
 * that it loads, so nothing of it can be parked: each lookup goes whole to uv's pool, with copies of
 * its arguments.  What is numeric needs no lookup and is done here and now.
 *
 * None of these functions knows EINTR, and none may fail because a signal came that had nothing to
 * do with it.  So Python's handlers run meanwhile, and only if one of them raises is the lookup left
 * to itself and EINTR reported, as for a cancel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/offload.h"
#include "core/park.h"
#include "hooks/hooks.h"
#include "internal.h"

/* 0 when the job is done.  Else it isn't the caller's any more, and errno says why. */
static int look_up(gh_task_t *task, gh__job_t *job, const char *call) {
    job->steadfast = true;
    int status = gh__offload_pool(task, job, call);
    if (status == 0) return 0;
    if (status != UV_ECANCELED && status != UV_EINTR) job->drop(job);
    return gh__wait_failed(task, status);
}

static char *copy_of(const void *bytes, size_t size) {
    char *copy = malloc(size + 1);
    if (copy == NULL) return NULL;
    memcpy(copy, bytes, size);
    copy[size] = 0;
    return copy;
}

/* ---- getaddrinfo ---- */

typedef struct addrinfo_job_s {
    gh__job_t job;
    char *node, *service; /* NULL if the caller gave none */
    struct addrinfo hints, *with_hints, *result;
    int status, error;
} addrinfo_job_t;

static void on_getaddrinfo(gh__job_t *job) {
    addrinfo_job_t *call = GH__CONTAINER(job, addrinfo_job_t, job);
    call->status = libc_getaddrinfo(call->node, call->service, call->with_hints, &call->result);
    call->error = errno;
}

static void drop_getaddrinfo(gh__job_t *job) {
    addrinfo_job_t *call = GH__CONTAINER(job, addrinfo_job_t, job);
    if (call->result != NULL) freeaddrinfo(call->result);
    free(call->node);
    free(call->service);
    free(call);
}

static addrinfo_job_t *getaddrinfo_job(const char *node, const char *service,
                                       const struct addrinfo *hints) {
    addrinfo_job_t *call = calloc(1, sizeof(*call));
    if (call == NULL) return NULL;
    call->job.work = on_getaddrinfo;
    call->job.drop = drop_getaddrinfo;
    call->node = node != NULL ? strdup(node) : NULL;
    call->service = service != NULL ? strdup(service) : NULL;
    if (hints != NULL) {
        call->hints = *hints;
        call->with_hints = &call->hints;
    }
    if (!!call->node == !!node && !!call->service == !!service) return call;
    drop_getaddrinfo(&call->job);
    return NULL;
}

/* What needs no lookup.  Anything that fails here is tried again as it was asked for. */
static bool is_numeric(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **result) {
    struct addrinfo numeric = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    if (hints != NULL) numeric = *hints;
    numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
    return libc_getaddrinfo(node, service, &numeric, result) == 0;
}

int hook_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                     struct addrinfo **result) {
    gh_task_t *task = gh__may_park();
    if (task == NULL) return libc_getaddrinfo(node, service, hints, result);
    if (is_numeric(node, service, hints, result)) return 0;
    addrinfo_job_t *call = getaddrinfo_job(node, service, hints);
    if (call == NULL) return EAI_MEMORY;
    if (look_up(task, &call->job, "getaddrinfo") < 0) return EAI_SYSTEM;
    int status = call->status;
    errno = call->error;
    if (status == 0) *result = call->result;
    call->result = NULL;
    drop_getaddrinfo(&call->job);
    return status;
}

/* ---- getnameinfo ---- */

typedef struct nameinfo_job_s {
    gh__job_t job;
    struct sockaddr_storage address;
    socklen_t size, node_room, service_room;
    int flags, status, error;
    char text[]; /* the node's room, then the service's */
} nameinfo_job_t;

static void on_getnameinfo(gh__job_t *job) {
    nameinfo_job_t *call = GH__CONTAINER(job, nameinfo_job_t, job);
    call->status =
        libc_getnameinfo((struct sockaddr *)&call->address, call->size, call->text, call->node_room,
                         call->text + call->node_room, call->service_room, call->flags);
    call->error = errno;
}

static void drop_getnameinfo(gh__job_t *job) { free(GH__CONTAINER(job, nameinfo_job_t, job)); }

#define ALL_NUMERIC (NI_NUMERICHOST | NI_NUMERICSERV)

int hook_getnameinfo(const struct sockaddr *address, socklen_t size, char *node,
                     socklen_t node_room, char *service, socklen_t service_room, int flags) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || (flags & ALL_NUMERIC) == ALL_NUMERIC ||
        size > sizeof(struct sockaddr_storage))
        return libc_getnameinfo(address, size, node, node_room, service, service_room, flags);
    if (node == NULL) node_room = 0;
    if (service == NULL) service_room = 0;
    nameinfo_job_t *call = calloc(1, sizeof(*call) + node_room + service_room);
    if (call == NULL) return EAI_MEMORY;
    call->job.work = on_getnameinfo;
    call->job.drop = drop_getnameinfo;
    memcpy(&call->address, address, size);
    call->size = size;
    call->node_room = node_room;
    call->service_room = service_room;
    call->flags = flags;
    if (look_up(task, &call->job, "getnameinfo") < 0) return EAI_SYSTEM;
    int status = call->status;
    errno = call->error;
    if (status == 0 && node_room > 0) memcpy(node, call->text, node_room);
    if (status == 0 && service_room > 0) memcpy(service, call->text + node_room, service_room);
    drop_getnameinfo(&call->job);
    return status;
}

/* ---- gethostbyname, gethostbyaddr and their kin ---- */

typedef struct host_job_s {
    gh__job_t job;
    char *key; /* a name, or an address of key_size bytes */
    socklen_t key_size;
    int family;
    struct hostent entry, *result;
    char *buffer; /* what the entry points into */
    size_t size;
    bool grows;
    int status, error, host_error;
    int h_error; /* h_errno, which belongs to a thread as errno does */
} host_job_t;

static int ask(host_job_t *call) {
    if (call->key_size > 0)
        return libc_gethostbyaddr_r(call->key, call->key_size, call->family, &call->entry,
                                    call->buffer, call->size, &call->result, &call->host_error);
    return libc_gethostbyname2_r(call->key, call->family, &call->entry, call->buffer, call->size,
                                 &call->result, &call->host_error);
}

static bool grow(host_job_t *call) {
    char *buffer = realloc(call->buffer, call->size * 2);
    if (buffer == NULL) return false;
    call->buffer = buffer;
    call->size *= 2;
    return true;
}

static void on_host(gh__job_t *job) {
    host_job_t *call = GH__CONTAINER(job, host_job_t, job);
    h_errno = call->h_error;
    do call->status = ask(call);
    while (call->status == ERANGE && call->grows && grow(call));
    call->error = errno;
    call->h_error = h_errno;
}

static void drop_host(gh__job_t *job) {
    host_job_t *call = GH__CONTAINER(job, host_job_t, job);
    free(call->buffer);
    free(call->key);
    free(call);
}

/* key_size is 0 for a name. */
static host_job_t *host_job(const void *key, socklen_t key_size, int family, size_t size) {
    host_job_t *call = calloc(1, sizeof(*call));
    if (call == NULL) return NULL;
    call->job.work = on_host;
    call->job.drop = drop_host;
    call->key = copy_of(key, key_size > 0 ? key_size : strlen(key));
    call->key_size = key_size;
    call->family = family;
    call->h_error = h_errno;
    call->buffer = malloc(size + 1);
    call->size = size;
    if (call->key != NULL && call->buffer != NULL) return call;
    drop_host(&call->job);
    return NULL;
}

/* Text that is an address already, in any of the forms that inet_aton and inet_pton know. */
static bool is_address(const char *name) {
    struct in_addr four;
    struct in6_addr six;
    return inet_aton(name, &four) != 0 || inet_pton(AF_INET6, name, &six) == 1;
}

/* The functions without a buffer answer in one of their own, good until the next call. */
static struct hostent *answer(gh_task_t *task, const char *name, host_job_t *call) {
    static _Thread_local struct hostent entry;
    static _Thread_local char *buffer;
    if (call == NULL || look_up(task, &call->job, name) < 0) {
        h_errno = NETDB_INTERNAL;
        return NULL;
    }
    h_errno = call->host_error;
    errno = call->error;
    bool found = call->result != NULL;
    if (found) {
        free(buffer);
        buffer = call->buffer;
        entry = call->entry;
        call->buffer = NULL;
    }
    drop_host(&call->job);
    return found ? &entry : NULL;
}

#define FIRST_SIZE 1024

struct hostent *hook_gethostbyname2(const char *name, int family) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || is_address(name)) return libc_gethostbyname2(name, family);
    host_job_t *call = host_job(name, 0, family, FIRST_SIZE);
    if (call != NULL) call->grows = true;
    return answer(task, "gethostbyname", call);
}

struct hostent *hook_gethostbyname(const char *name) {
    return hook_gethostbyname2(name, AF_INET);
}

struct hostent *hook_gethostbyaddr(const void *address, socklen_t size, int family) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || size == 0) return libc_gethostbyaddr(address, size, family);
    host_job_t *call = host_job(address, size, family, FIRST_SIZE);
    if (call != NULL) call->grows = true;
    return answer(task, "gethostbyaddr", call);
}

/* Where the caller of one of the others wants the answer. */
typedef struct place_s {
    struct hostent *entry, **result;
    char *buffer;
    size_t size;
    int *error;
} place_t;

/* libc aligns what it puts into a buffer, and so the copy must lie as the original did. */
static place_t aligned(place_t place) {
    size_t skip = -(uintptr_t)place.buffer % _Alignof(max_align_t);
    if (skip > place.size) skip = place.size;
    place.buffer += skip;
    place.size -= skip;
    return place;
}

static char *moved(const host_job_t *call, void *pointer, char *to) {
    uintptr_t offset = (uintptr_t)pointer - (uintptr_t)call->buffer;
    return offset < call->size ? to + offset : pointer;
}

static char **moved_array(const host_job_t *call, char **array, char *to) {
    char **there = (char **)moved(call, array, to);
    for (char **item = there; item != NULL && *item != NULL; item++) *item = moved(call, *item, to);
    return there;
}

static void hand_over(const host_job_t *call, const place_t *place) {
    struct hostent *entry = place->entry;
    memcpy(place->buffer, call->buffer, call->size);
    *entry = call->entry;
    entry->h_name = moved(call, entry->h_name, place->buffer);
    entry->h_aliases = moved_array(call, entry->h_aliases, place->buffer);
    entry->h_addr_list = moved_array(call, entry->h_addr_list, place->buffer);
    *place->result = entry;
}

static int answer_in(gh_task_t *task, const char *name, host_job_t *call, const place_t *place) {
    *place->result = NULL;
    *place->error = h_errno = NETDB_INTERNAL;
    if (call == NULL || look_up(task, &call->job, name) < 0) return errno;
    int status = call->status;
    *place->error = call->host_error;
    h_errno = call->h_error;
    errno = call->error;
    if (call->result != NULL) hand_over(call, place);
    drop_host(&call->job);
    return status;
}

int hook_gethostbyname2_r(const char *name, int family, struct hostent *entry, char *buffer,
                          size_t size, struct hostent **result, int *error) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || is_address(name))
        return libc_gethostbyname2_r(name, family, entry, buffer, size, result, error);
    place_t place = aligned((place_t){entry, result, buffer, size, error});
    return answer_in(task, "gethostbyname_r", host_job(name, 0, family, place.size), &place);
}

int hook_gethostbyname_r(const char *name, struct hostent *entry, char *buffer, size_t size,
                         struct hostent **result, int *error) {
    return hook_gethostbyname2_r(name, AF_INET, entry, buffer, size, result, error);
}

int hook_gethostbyaddr_r(const void *address, socklen_t address_size, int family,
                         struct hostent *entry, char *buffer, size_t size, struct hostent **result,
                         int *error) {
    gh_task_t *task = gh__may_park();
    if (task == NULL || address_size == 0)
        return libc_gethostbyaddr_r(address, address_size, family, entry, buffer, size, result,
                                    error);
    place_t place = aligned((place_t){entry, result, buffer, size, error});
    host_job_t *call = host_job(address, address_size, family, place.size);
    return answer_in(task, "gethostbyaddr_r", call, &place);
}
