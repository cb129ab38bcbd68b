/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* chore.c: the list of what waits for the GIL.  The hub works it off at each of its turns. */
#include "core/chore.h"
#include "core/list.h"
#include "host.h"
#include "internal.h"

void gh__chore_add(gh_host_t *host, gh__chore_t *chore, void (*run)(gh__chore_t *)) {
    chore->run = run;
    gh__list_append(&host->chores, &chore->link);
}

void gh__chores_run(gh_host_t *host) {
    gh__link_t *item;
    while ((item = gh__list_pop(&host->chores)) != NULL) {
        gh__chore_t *chore = GH__CONTAINER(item, gh__chore_t, link);
        chore->run(chore);
    }
}
