/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* list.h: an intrusive, circular, doubly linked list. */
#ifndef GREENHOST_LIST_H
#define GREENHOST_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gh__link_s {
    struct gh__link_s *next, *prev;
} gh__link_t;

static inline void gh__list_init(gh__link_t *list) { list->next = list->prev = list; }

static inline bool gh__list_empty(const gh__link_t *list) { return list->next == list; }

static inline void gh__list_append(gh__link_t *list, gh__link_t *item) {
    item->prev = list->prev;
    item->next = list;
    list->prev->next = item;
    list->prev = item;
}

/* Taking out an item that is in no list is allowed, once it has been initialised. */
static inline void gh__list_remove(gh__link_t *item) {
    item->prev->next = item->next;
    item->next->prev = item->prev;
    gh__list_init(item);
}

static inline gh__link_t *gh__list_pop(gh__link_t *list) {
    gh__link_t *first = list->next;
    if (first == list) return NULL;
    gh__list_remove(first);
    return first;
}

/* Takes every item out, so that each knows it is in no list. */
static inline void gh__list_clear(gh__link_t *list) {
    while (gh__list_pop(list) != NULL) continue;
}

/* Moves every item of `from` to the end of `to`. */
static inline void gh__list_move(gh__link_t *to, gh__link_t *from) {
    if (gh__list_empty(from)) return;
    from->next->prev = to->prev;
    from->prev->next = to;
    to->prev->next = from->next;
    to->prev = from->prev;
    gh__list_init(from);
}

#endif
