/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * module.c: the built-in module _greenhost.  What users import is the package greenhost.
 */
#include "core/cancel.h"
#include "core/deadline.h"
#include "core/dump.h"
#include "core/errors.h"
#include "core/mask.h"
#include "core/park.h"
#include "core/task.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

PyDoc_STRVAR(
    spawn_doc,
    "spawn(function, /, *args, name=None, preemptive=False)\n--\n\n"
    "Start function(*args) as a task and return its Task.\n\n"
    "It begins when the caller next parks, in a copy of the caller's contextvars. For keyword\n"
    "arguments use functools.partial.\n\n"
    "name: a string for people to read; by default task- and a number.\n"
    "preemptive: whether it gives way when it has computed for sys.getswitchinterval(), as\n"
    "threads do; else it runs on until it parks, and gives way to threads alone.\n\n"
    "On the loop's thread, else RuntimeError; never parks.");

gh_task_t *gh__spawn(gh_host_t *host, PyObject *args, PyObject *kwargs, const char *format) {
    static char *names[] = {"name", "preemptive", NULL};
    PyObject *name = Py_None;
    int preemptive = 0;
    if (PyTuple_GET_SIZE(args) < 1 || !PyCallable_Check(PyTuple_GET_ITEM(args, 0))) {
        PyErr_Format(PyExc_TypeError, "%s() needs a callable as its first argument",
                     strchr(format, ':') + 1);
        return NULL;
    }
    if (kwargs != NULL &&
        !PyArg_ParseTupleAndKeywords(host->empty_tuple, kwargs, format, names, &name, &preemptive))
        return NULL;
    if (name != Py_None && !PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "a task's name is a string or None, not %.100s",
                     Py_TYPE(name)->tp_name);
        return NULL;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (rest == NULL) return NULL;
    gh__spawn_t how = {.function = PyTuple_GET_ITEM(args, 0),
                       .args = rest,
                       .name = name == Py_None ? NULL : name,
                       .preemptive = preemptive};
    gh_task_t *task = gh__task_spawn(host, &how);
    Py_DECREF(rest);
    return task;
}

static PyObject *spawn(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs) {
    gh_host_t *host = gh__host_or_raise();
    return host ? (PyObject *)gh__spawn(host, args, kwargs, "|$Op:spawn") : NULL;
}

int gh__check_interrupts(gh_task_t *task) {
    if (gh__cancel_pending(task) || gh__scope_refuses_now(task)) return gh__cancel_raise(task);
    return PyErr_CheckSignals();
}

PyDoc_STRVAR(
    checkpoint_doc,
    "checkpoint()\n--\n\n"
    "Let the other tasks that are ready run, each once.\n\n"
    "Raises Cancelled when the task, or a scope that it is in, is cancelled. In a task; parks.");

static PyObject *checkpoint(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_task_t *task = gh__task_or_raise();
    if (task == NULL) return NULL;
    gh__yield_held(task);
    if (gh__check_interrupts(task) < 0) return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(give_way_doc,
             "give_way()\n--\n\n"
             "Let the other tasks that are ready run, as checkpoint() does, after something\n"
             "has been done that must be told: nothing is raised.\n\n"
             "In a task; parks.");

static PyObject *give_way(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_task_t *task = gh__task_or_raise();
    if (task == NULL) return NULL;
    gh__yield_held(task);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(sleep_doc,
             "sleep(seconds, /)\n--\n\n"
             "Park the calling task for so many seconds; 0 or less is a checkpoint().\n\n"
             "time.sleep() does the same. Raises Cancelled when the task is cancelled meanwhile.\n"
             "In a task; parks.");

static PyObject *sleep_for(PyObject *module, PyObject *seconds) {
    uint64_t deadline;
    gh_task_t *task = gh__task_or_raise();
    if (task == NULL || gh__deadline_from_seconds(seconds, &deadline) < 0) return NULL;
    if (deadline <= gh__now()) return checkpoint(module, NULL);
    gh__park_t how = {.on = GH__ON_SLEEP, .call = "sleep", .deadline = deadline};
    for (;;) {
        int status = gh__park_held(task, &how);
        if (status == UV_ETIMEDOUT) Py_RETURN_NONE;
        if (gh__park_failed(task, status) < 0) return NULL;
    }
}

PyDoc_STRVAR(current_task_doc, "current_task()\n--\n\n"
                               "Return the Task that is running.\n\n"
                               "On the loop's thread, else RuntimeError; never parks.");

static PyObject *current_task(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    return host ? Py_NewRef((PyObject *)host->running) : NULL;
}

PyDoc_STRVAR(tasks_doc, "tasks()\n--\n\n"
                        "Return a list of all tasks that are not done, the oldest first.\n\n"
                        "On the loop's thread, else RuntimeError; never parks.");

static PyObject *tasks(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    return host ? gh__task_list(host, NULL) : NULL;
}

PyDoc_STRVAR(dump_doc, "dump()\n--\n\n"
                       "Write every task to standard error: its state, what it waits on, its\n"
                       "Python stack.\n\n"
                       "On the loop's thread, else RuntimeError; never parks.");

static PyObject *dump(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args)) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    gh__dump(host, "greenhost: tasks:");
    Py_RETURN_NONE;
}

PyDoc_STRVAR(serve_doc, "serve(task, /)\n--\n\n"
                        "Take a task for the host's own: it may be left at exit.\n\n"
                        "On the loop's thread; never parks.");

static PyObject *serve(PyObject *Py_UNUSED(module), PyObject *task) {
    if (!PyObject_TypeCheck(task, &gh__TaskType)) {
        PyErr_SetString(PyExc_TypeError, "serve() needs a task");
        return NULL;
    }
    gh__mask_serve((gh_task_t *)task);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    await_doc,
    "await_(awaitable, /)\n--\n\n"
    "Wait until the awaitable is done; return its value or raise its exception.\n\n"
    "awaitable: a Task, a Promise, an operation of greenhost.ops, or a coroutine that awaits\n"
    "such in the end. In a task of asyncio or Trio that has a portal it may await whatever can\n"
    "be awaited there. Elsewhere the caller runs it, or, once the program has imported asyncio,\n"
    "a loop of the host's own.\n\n"
    "Raises TypeError for anything else, and Cancelled when the calling task is cancelled\n"
    "meanwhile; an operation goes on without it. Parks the calling task; blocks a thread that\n"
    "has no loop.");

PyDoc_STRVAR(start_os_thread_doc,
             "start_os_thread(function, args, kwargs={}, /)\n--\n\n"
             "Start a thread of the operating system and return its identity, as\n"
             "_thread.start_new_thread() does under python3.\n\n"
             "From any thread; never parks.");

static PyMethodDef functions[] = {
    {"spawn", (PyCFunction)(void (*)(void))spawn, METH_VARARGS | METH_KEYWORDS, spawn_doc},
    {"sleep", sleep_for, METH_O, sleep_doc},
    {"checkpoint", checkpoint, METH_NOARGS, checkpoint_doc},
    {"give_way", give_way, METH_NOARGS, give_way_doc},
    {"current_task", current_task, METH_NOARGS, current_task_doc},
    {"tasks", tasks, METH_NOARGS, tasks_doc},
    {"dump", dump, METH_NOARGS, dump_doc},
    {"await_", gh__await, METH_O, await_doc},
    {"start_os_thread", gh__start_os_thread, METH_VARARGS, start_os_thread_doc},
    {"serve", serve, METH_O, serve_doc},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_greenhost", .m_size = -1,
                                        .m_methods = functions};

static PyTypeObject *const types[] = {&gh__OutcomeType,   &gh__TaskType,   &gh__PromiseType,
                                      &gh__OperationType, &gh__PortalType, &gh__ScopeType,
                                      &gh__NurseryType,   &gh__WatchType};
#define TYPES (sizeof(types) / sizeof(types[0]))

int gh__types_open(void) {
    if (gh__errors_open() < 0 || gh__await_open() < 0 || gh__portal_open() < 0 ||
        gh__threads_open() < 0)
        return -1;
    for (size_t i = 0; i < TYPES; i++)
        if (PyType_Ready(types[i]) < 0) return -1;
    return 0;
}

static int fill(PyObject *module) {
    if (gh__types_open() < 0) return -1;
    for (size_t i = 0; i < TYPES; i++)
        if (PyModule_AddType(module, types[i]) < 0) return -1;
    if (PyModule_AddObjectRef(module, "Cancelled", gh__Cancelled) < 0) return -1;
    if (PyModule_AddObjectRef(module, "TooSlowError", gh__TooSlowError) < 0) return -1;
    if (PyModule_AddFunctions(module, gh__portal_functions) < 0) return -1;
    if (PyModule_AddFunctions(module, gh__await_functions) < 0) return -1;
    if (PyModule_AddFunctions(module, gh__scope_functions) < 0) return -1;
    return PyModule_AddFunctions(module, gh__operation_functions);
}

PyObject *PyInit__greenhost(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL || fill(module) == 0) return module;
    Py_DECREF(module);
    return NULL;
}
