/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * module.c: the built-in module _greenhost.  What users import is the package greenhost.
 */
#include "pymod/pymod.h"

PyDoc_STRVAR(
    spawn_doc,
    "spawn(function, /, *args, name=None)\n--\n\n"
    "Start function(*args) as a task and return its Task.  It begins when the caller next\n"
    "blocks, in a copy of the caller's contextvars.  Does not block.");

static PyObject *spawn(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs) {
    static char *names[] = {"name", NULL};
    PyObject *name = Py_None;
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    if (PyTuple_GET_SIZE(args) < 1 || !PyCallable_Check(PyTuple_GET_ITEM(args, 0))) {
        PyErr_SetString(PyExc_TypeError, "spawn() needs a callable as its first argument");
        return NULL;
    }
    if (!PyArg_ParseTupleAndKeywords(host->empty_tuple, kwargs, "|$O:spawn", names, &name))
        return NULL;
    if (name != Py_None && !PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "a task's name is a string or None");
        return NULL;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (rest == NULL) return NULL;
    gh_task_t *task =
        gh__task_spawn(host, PyTuple_GET_ITEM(args, 0), rest, NULL, name == Py_None ? NULL : name);
    Py_DECREF(rest);
    return (PyObject *)task;
}

/* Whatever interrupted the caller is raised; -1 then. */
static int check_interrupts(gh_task_t *task) {
    if (gh__cancel_pending(task)) return gh__cancel_raise(task);
    return PyErr_CheckSignals();
}

PyDoc_STRVAR(checkpoint_doc,
             "checkpoint()\n--\n\n"
             "Let the other tasks that are ready run, and raise what the task was cancelled with.");

static PyObject *checkpoint(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    gh_task_t *task = host->running;
    gh__yield_held(task);
    if (check_interrupts(task) < 0) return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(sleep_doc,
             "sleep(seconds)\n--\n\n"
             "Park the calling task for so many seconds; 0 is a checkpoint().  time.sleep() does\n"
             "the same.");

static PyObject *sleep_for(PyObject *module, PyObject *seconds) {
    uint64_t deadline;
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL || gh__deadline_from_seconds(seconds, &deadline) < 0) return NULL;
    if (deadline <= gh__now()) return checkpoint(module, NULL);
    gh_task_t *task = host->running;
    gh__park_t how = {.on = GH__ON_SLEEP, .call = "sleep", .deadline = deadline};
    for (;;) {
        int status = gh__park_held(task, &how);
        if (status == UV_ETIMEDOUT) Py_RETURN_NONE;
        if (status == UV_EINTR && PyErr_CheckSignals() == 0) continue;
        if (status == UV_EINTR) return NULL;
        if (status < 0) return gh__raise_park(task, status);
    }
}

PyDoc_STRVAR(current_task_doc, "current_task()\n--\n\nThe Task that is running.");

static PyObject *current_task(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    return host ? Py_NewRef((PyObject *)host->running) : NULL;
}

PyDoc_STRVAR(tasks_doc, "tasks()\n--\n\nA list of all tasks that are not done, the oldest first.");

static PyObject *tasks(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    PyObject *list = host ? PyList_New(0) : NULL;
    if (list == NULL) return NULL;
    for (gh__link_t *item = host->tasks.next; item != &host->tasks; item = item->next) {
        gh_task_t *task = GH__CONTAINER(item, gh_task_t, all);
        if (PyList_Append(list, (PyObject *)task) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

PyDoc_STRVAR(dump_doc,
             "dump()\n--\n\n"
             "Write every task to standard error: its state, what it waits on, its Python stack.");

static PyObject *dump(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    gh__dump(host, "greenhost: tasks:");
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    await_doc,
    "await_(awaitable, /)\n--\n\n"
    "Block the calling task until the awaitable is done; return its value or raise its\n"
    "exception.  It may be a Task, a Promise, an operation of greenhost.ops, or a coroutine\n"
    "that awaits such.");

static PyMethodDef methods[] = {
    {"spawn", (PyCFunction)(void (*)(void))spawn, METH_VARARGS | METH_KEYWORDS, spawn_doc},
    {"sleep", sleep_for, METH_O, sleep_doc},
    {"checkpoint", checkpoint, METH_NOARGS, checkpoint_doc},
    {"current_task", current_task, METH_NOARGS, current_task_doc},
    {"tasks", tasks, METH_NOARGS, tasks_doc},
    {"dump", dump, METH_NOARGS, dump_doc},
    {"await_", gh__await, METH_O, await_doc},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_greenhost", .m_size = -1,
                                        .m_methods = methods};

PyDoc_STRVAR(cancelled_doc,
             "Raised in a task by Task.cancel().  A BaseException, so that `except Exception` does "
             "not swallow it.");

static int add_types(PyObject *module) {
    if (gh__Cancelled == NULL)
        gh__Cancelled = PyErr_NewExceptionWithDoc("greenhost.Cancelled", cancelled_doc,
                                                  PyExc_BaseException, NULL);
    if (gh__Cancelled == NULL || PyModule_AddObjectRef(module, "Cancelled", gh__Cancelled) < 0)
        return -1;
    if (PyModule_AddType(module, &gh__OutcomeType) < 0) return -1;
    if (PyModule_AddType(module, &gh__TaskType) < 0) return -1;
    return PyModule_AddType(module, &gh__PromiseType);
}

PyObject *PyInit__greenhost(void);

PyObject *PyInit__greenhost(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL || add_types(module) == 0) return module;
    Py_DECREF(module);
    return NULL;
}
