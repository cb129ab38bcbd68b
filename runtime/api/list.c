/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * list.c: what tasks there are, and how many of everything.
 */
#include <string.h>

#include "api/api.h"
#include "core/dump.h"
#include "core/list.h"
#include "core/task.h"
#include "host.h"
#include "internal.h"

static const char *text_of(PyObject *text) {
    const char *data = text ? PyUnicode_AsUTF8(text) : NULL;
    PyErr_Clear();
    return data ? data : "";
}

static void tell(gh_task_t *task, gh_task_cb each, void *data) {
    PyObject *line = gh__task_describe(task), *stack = line ? gh__task_stack(task) : NULL;
    PyErr_Clear();
    gh_task_info_t info = {task, text_of(task->name), text_of(line), text_of(stack)};
    each(&info, data);
    Py_XDECREF(stack);
    Py_XDECREF(line);
}

/* A list of them is made first: what describes one runs Python, and others may end meanwhile. */
static int tell_all(gh_host_t *host, gh_task_cb each, void *data) {
    PyObject *tasks = gh__task_list(host, NULL);
    if (tasks == NULL) {
        PyErr_Clear();
        return gh__refuse(UV_ENOMEM, "there is no memory for a list of the tasks");
    }
    int count = (int)PyList_GET_SIZE(tasks);
    for (int i = 0; i < count; i++) tell((gh_task_t *)PyList_GET_ITEM(tasks, i), each, data);
    Py_DECREF(tasks);
    return count;
}

int gh_tasks(gh_host_t *host, gh_task_cb each, void *data) {
    int error = gh__check_open(host);
    if (error < 0) return error;
    if (each == NULL) return gh__refuse(UV_EINVAL, "gh_tasks needs a callback");
    PyGILState_STATE gil = PyGILState_Ensure();
    int count = tell_all(host, each, data);
    PyGILState_Release(gil);
    return count;
}

static uint64_t count_ready(const gh_host_t *host) {
    uint64_t count = 0;
    for (gh__link_t *item = host->tasks.next; item != &host->tasks; item = item->next)
        count += GH__CONTAINER(item, gh_task_t, all)->state == GH__READY;
    return count;
}

int gh_stats(gh_host_t *host, gh_stats_t *stats) {
    gh_stats_t now;
    int error = gh__check_loop(host);
    if (error == 0 && stats == NULL)
        error = gh__refuse(UV_EINVAL, "gh_stats needs a place for them");
    if (error == 0) error = gh__take_struct(&now, sizeof(now), stats);
    if (error < 0) return error;
    size_t size = stats->size;
    now = (gh_stats_t){
        .size = size,
        .tasks = host->task_count,
        .ready = count_ready(host),
        .spawned = host->spawned,
        .switches = host->switches,
        .operations = host->operations,
        .offloaded = host->jobs,
        .watched = host->fd_waits,
        .deadlines = host->deadlines.count,
    };
    memcpy(stats, &now, size);
    return 0;
}
