/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * scope.c: the tree of cancel scopes, and what a cancellation reaches in it.
 *
 * Whether a scope is effectively cancelled is kept in it and brought up to date by a walk down the
 * tree when something changes, which is seldom; a task that is about to park looks at one flag.  The
 * walk only sets flags and wakes tasks, so the hub may do it, without the GIL, for a deadline.
 */
#include <math.h>

#include "core/deadline.h"
#include "core/errors.h"
#include "core/list.h"
#include "core/park.h"
#include "core/scope.h"
#include "core/task.h"
#include "host.h"
#include "internal.h"

/* ---- the tree ---- */

static gh__scope_t *scope_at(gh__link_t *sibling) {
    return GH__CONTAINER(sibling, gh__scope_t, sibling);
}

bool gh__scope_in_tree(const gh__scope_t *scope) {
    return scope->state == GH__SCOPE_ENTERED && scope->host != NULL;
}

bool gh__scope_inherits(const gh__scope_t *scope) {
    return scope->parent != NULL && !scope->shield && scope->parent->effective;
}

bool gh__scope_encloses(const gh__scope_t *scope, const gh__scope_t *inner) {
    while (inner != NULL && inner != scope) inner = inner->parent;
    return inner != NULL;
}

static void wake_tasks(gh__scope_t *scope) {
    for (gh__link_t *item = scope->tasks.next; item != &scope->tasks; item = item->next) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, in_scope);
        if (!task->park.deaf && !task->park.shielded) gh__unpark(task, UV_ECANCELED);
    }
}

/* One that is long past is 0; doubles end far beyond the 64 bits. */
static uint64_t to_ns(double seconds) {
    double ns = seconds * (double)GH__NS_PER_SECOND;
    if (ns <= 0) return 0;
    return ns >= (double)GH__NEVER ? GH__NEVER : (uint64_t)ns;
}

/* The loop looks at deadlines once a turn, and may be late. */
static bool is_due(const gh__scope_t *scope) {
    return scope->when < INFINITY && to_ns(scope->when) <= gh__now();
}

/* What a scope is now follows from itself and its parent.  True when that is news. */
static bool update(gh__scope_t *scope) {
    if (!scope->called && is_due(scope)) {
        scope->called = true;
        gh__deadline_stop(scope->host, &scope->deadline);
    }
    bool effective = scope->called || scope->abandoned || gh__scope_inherits(scope);
    if (effective == scope->effective) return false;
    scope->effective = effective;
    if (effective) wake_tasks(scope);
    return true;
}

/* The scope that follows in a walk of the tree under `root`, its own children first if `down`; NULL
 * at the end. */
static gh__scope_t *next_in_walk(gh__scope_t *root, gh__scope_t *scope, bool down) {
    if (down && !gh__list_empty(&scope->children)) return scope_at(scope->children.next);
    while (scope != root && scope->sibling.next == &scope->parent->children) scope = scope->parent;
    return scope == root ? NULL : scope_at(scope->sibling.next);
}

static void recalculate(gh__scope_t *root) {
    for (gh__scope_t *scope = root; scope != NULL;)
        scope = next_in_walk(root, scope, update(scope));
}

static void abandon(gh__scope_t *root) {
    for (gh__scope_t *scope = root; scope != NULL; scope = next_in_walk(root, scope, true))
        scope->abandoned = true;
    recalculate(root);
}

static void set_parent(gh__scope_t *scope, gh__scope_t *parent) {
    gh__scope_t *old = scope->parent;
    gh__list_remove(&scope->sibling);
    scope->parent = (gh__scope_t *)Py_XNewRef((PyObject *)parent);
    if (parent != NULL) gh__list_append(&parent->children, &scope->sibling);
    Py_XDECREF(old);
}

void gh__scope_adopt(gh__scope_t *scope, gh__scope_t *parent) {
    set_parent(scope, parent);
    recalculate(scope);
}

void gh__scope_activate(gh_task_t *task, gh__scope_t *scope) {
    gh__scope_t *old = task->scope;
    gh__list_remove(&task->in_scope);
    task->scope = (gh__scope_t *)Py_XNewRef((PyObject *)scope);
    if (scope != NULL) gh__list_append(&scope->tasks, &task->in_scope);
    Py_XDECREF(old);
}

/* ---- what cancels ---- */

void gh__scope_cancel(gh__scope_t *scope) {
    scope->called = true;
    if (!gh__scope_in_tree(scope)) return;
    gh__deadline_stop(scope->host, &scope->deadline);
    recalculate(scope);
}

static void on_deadline(gh__deadline_t *deadline) {
    gh__scope_cancel(GH__CONTAINER(deadline, gh__scope_t, deadline));
}

static int start_deadline(gh__scope_t *scope) {
    if (scope->called) return 0;
    return gh__deadline_start(scope->host, &scope->deadline, to_ns(scope->when));
}

int gh__scope_set_deadline(gh__scope_t *scope, double when) {
    scope->when = when;
    if (!gh__scope_in_tree(scope)) return 0;
    gh__deadline_stop(scope->host, &scope->deadline);
    return start_deadline(scope);
}

void gh__scope_set_shield(gh__scope_t *scope, bool shield) {
    scope->shield = shield;
    if (gh__scope_in_tree(scope)) recalculate(scope);
}

/* ---- coming and going ---- */

void gh__scope_init(gh__scope_t *scope) {
    gh__list_init(&scope->sibling);
    gh__list_init(&scope->children);
    gh__list_init(&scope->tasks);
    gh__deadline_init(&scope->deadline, on_deadline);
    scope->when = INFINITY;
}

int gh__scope_enter(gh_task_t *task, gh__scope_t *scope) {
    scope->host = task->outcome.host;
    if (is_due(scope)) scope->called = true;
    int error = start_deadline(scope);
    if (error < 0) return error;
    scope->state = GH__SCOPE_ENTERED;
    set_parent(scope, task->scope);
    update(scope);
    gh__scope_activate(task, scope);
    return 0;
}

/* Scopes and tasks that are still in it were not left in the order in which they came. */
void gh__scope_close(gh__scope_t *scope) {
    gh__deadline_stop(scope->host, &scope->deadline);
    set_parent(scope, NULL);
    scope->state = GH__SCOPE_LEFT;
    if (!gh__list_empty(&scope->tasks) || !gh__list_empty(&scope->children)) abandon(scope);
}

void gh__scope_after_fork(gh_host_t *host) {
    for (gh__scope_t *scope = host->running->scope; scope != NULL; scope = scope->parent)
        start_deadline(scope);
}

/* ---- what a task hears of it ---- */

bool gh__scope_refuses(const gh_task_t *task) {
    return GH__UNLIKELY(task->scope != NULL) && task->scope->effective;
}

/* The outermost that was asked to cancel and whose cancellation is felt here: the one that will
 * absorb the exception.  The shield may have come only after the task was woken. */
static gh__scope_t *cause(const gh_task_t *task) {
    gh__scope_t *found = NULL, *scope = task->scope;
    for (; scope != NULL && !(scope->shield && found != NULL); scope = scope->parent)
        if (scope->called || scope->abandoned) found = scope;
    return found != NULL ? found : task->scope;
}

bool gh__scope_refuses_now(gh_task_t *task) {
    if (GH__LIKELY(task->scope == NULL)) return false;
    if (!task->scope->effective) gh__deadlines_fire(task->outcome.host);
    return task->scope->effective;
}

bool gh__scope_tells(gh_task_t *task) {
    return gh__scope_refuses_now(task) && !task->armed && cause(task) != task->told_of;
}

static PyObject *scope_name;

/* Of several that have been cancelled the outermost counts, also where that was a moment ago. */
PyObject *gh__scope_error(gh_task_t *task) {
    gh__deadlines_fire(task->outcome.host);
    gh__scope_t *scope = cause(task);
    task->told_of = scope;
    if (scope_name == NULL) scope_name = PyUnicode_InternFromString("scope");
    PyObject *error = scope_name ? PyObject_CallNoArgs(gh__ScopeCancelled) : NULL;
    if (error != NULL && PyObject_SetAttr(error, scope_name, (PyObject *)scope) == 0) return error;
    Py_XDECREF(error);
    return gh__take_error();
}
