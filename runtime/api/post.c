/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * post.c: any thread has a callback called in the loop.
 */
#include "core/post.h"

#include <stdlib.h>

#include "api/api.h"
#include "host.h"
#include "internal.h"

typedef struct posted_s {
    gh__post_t post;
    gh_host_t *host;
    gh_post_cb callback;
    void *data;
} posted_t;

static void on_posted(gh__post_t *post) {
    posted_t *posted = GH__CONTAINER(post, posted_t, post);
    if (!posted->host->closed) posted->callback(posted->host, posted->data);
    free(posted);
}

int gh_post(gh_host_t *host, gh_post_cb callback, void *data) {
    int error = gh__check_open(host);
    if (error < 0) return error;
    if (callback == NULL) return gh__refuse(UV_EINVAL, "gh_post needs a callback");
    posted_t *posted = malloc(sizeof(*posted));
    if (posted == NULL) return gh__refuse(UV_ENOMEM, "there is no memory for the post");
    *posted = (posted_t){{.run = on_posted}, host, callback, data};
    if (gh__post_unless_closed(host, &posted->post)) return 0;
    free(posted);
    return gh__check_open(host);
}
