/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * nursery.c: the children of a nursery, and the end of the block that they belong to.
 */
#include "core/nursery.h"
#include "core/errors.h"
#include "core/list.h"
#include "core/park.h"
#include "core/scope.h"
#include "core/task.h"
#include "internal.h"

static gh_task_t *task_at(gh__link_t *sibling) {
    return GH__CONTAINER(sibling, gh_task_t, sibling);
}

void gh__nursery_add(gh__nursery_t *nursery, gh_task_t *task) {
    task->nursery = (gh__nursery_t *)Py_NewRef((PyObject *)nursery);
    gh__list_append(&nursery->children, &task->sibling);
    gh__scope_activate(task, nursery->scope);
}

/* Where there is no memory to note it, its task has it still. */
void gh__nursery_fail(gh__nursery_t *nursery, PyObject *error) {
    if (nursery->errors == NULL) nursery->errors = PyList_New(0);
    if (nursery->errors == NULL || PyList_Append(nursery->errors, error) < 0) PyErr_Clear();
    gh__scope_cancel(nursery->scope);
}

void gh__nursery_check(gh__nursery_t *nursery) {
    if (nursery->in_block || nursery->starting > 0 || !gh__list_empty(&nursery->children)) return;
    nursery->closed = true;
    if (nursery->waiting) gh__unpark(nursery->parent, 0);
}

/* A child that somebody has cancelled by itself has not failed. */
void gh__nursery_child_done(gh_task_t *task, PyObject *error) {
    gh__nursery_t *nursery = task->nursery;
    gh__list_remove(&task->sibling);
    task->nursery = NULL;
    gh__outcome_see(&task->outcome);
    if (error != NULL && !Py_IS_TYPE(error, (PyTypeObject *)gh__Cancelled))
        gh__nursery_fail(nursery, error);
    gh__nursery_check(nursery);
    Py_DECREF(nursery);
}

/*
 * Scopes that the children have entered, and they themselves, go under the other scope.  Where they
 * are being cancelled they stay: an exception of that may be on its way, and only here is who absorbs
 * it.
 */
void gh__nursery_move(gh__nursery_t *from, gh__nursery_t *to) {
    gh__link_t scopes, *item;
    if (from->scope->effective) return;
    gh__list_init(&scopes);
    gh__list_move(&scopes, &from->scope->children);
    while ((item = gh__list_pop(&scopes)) != NULL)
        gh__scope_adopt(GH__CONTAINER(item, gh__scope_t, sibling), to->scope);
    while ((item = gh__list_pop(&from->children)) != NULL) {
        gh_task_t *task = task_at(item);
        Py_SETREF(task->nursery, (gh__nursery_t *)Py_NewRef((PyObject *)to));
        gh__list_append(&to->children, &task->sibling);
        if (task->scope == from->scope) gh__scope_activate(task, to->scope);
    }
    gh__nursery_check(from);
}
