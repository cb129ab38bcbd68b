/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * asynclibs.c: what must be known of asyncio and of Trio.
 *
 * This is the one file that knows the layouts of CPython 3.11's asyncio: of its Task, and of what it
 * notes in the thread state's dictionary of the running loop.
 */
#include <string.h>

#include "internal.h"
#include "pymod/pymod.h"

/* ---- who is running ---- */

/* What was found in the two libraries, once the program has imported them. */
static PyObject *loop_key, *current_tasks, *trio_context, *task_name;

/* An attribute of a module that the program has imported, NULL without an exception if it has not. */
static PyObject *imported(const char *module, const char *attribute) {
    PyObject *found = PyDict_GetItemString(PyImport_GetModuleDict(), module);
    PyObject *value = found ? PyObject_GetAttrString(found, attribute) : NULL;
    if (value == NULL) PyErr_Clear(); /* it may be in the middle of its import */
    return value;
}

/* Looks for a module where others have been imported since it was looked for: most programs lack one
 * of the two for ever.  A dictionary's version is never another one's. */
static bool is_imported(uint64_t *version, const char *module) {
    PyObject *modules = PyImport_GetModuleDict();
    uint64_t now = ((PyDictObject *)modules)->ma_version_tag;
    if (GH__LIKELY(*version == now)) return false;
    PyObject *found = PyDict_GetItemString(modules, module);
    if (found == NULL) *version = now;
    return found != NULL;
}

/* What asyncio keeps under that key: where 3.11 has the loop in it. */
typedef struct {
    PyObject_HEAD PyObject *loop;
    pid_t pid;
} running_loop_t;

/* The loop that runs here, borrowed, or NULL.  As asyncio's _get_running_loop(), without the system
 * call that it makes each time to see whether it has forked. */
static PyObject *running_loop(void) {
    PyObject *names = PyThreadState_GetDict();
    PyObject *running = names ? PyDict_GetItemWithError(names, loop_key) : NULL;
    if (running == NULL || running == Py_None) return NULL;
    PyObject *loop = ((running_loop_t *)running)->loop;
    return loop == Py_None ? NULL : loop;
}

/* False until the program has imported asyncio; or with an exception, if it is not as expected. */
static bool find_asyncio(void) {
    static uint64_t version;
    if (!is_imported(&version, "asyncio.tasks")) return false;
    if (loop_key == NULL) loop_key = PyUnicode_InternFromString("__asyncio_running_event_loop__");
    PyObject *tasks = imported("asyncio.tasks", "_current_tasks");
    PyObject *get_loop = imported("asyncio.events", "_get_running_loop");
    PyObject *loop = get_loop && loop_key ? PyObject_CallNoArgs(get_loop) : NULL;
    bool fits = tasks && PyDict_Check(tasks) && loop && (loop == Py_None || loop == running_loop());
    if (fits)
        current_tasks = Py_NewRef(tasks);
    else if (loop != NULL && tasks != NULL)
        PyErr_SetString(PyExc_RuntimeError, "this asyncio is not the one of Python 3.11");
    Py_XDECREF(loop);
    Py_XDECREF(get_loop);
    Py_XDECREF(tasks);
    return fits;
}

/* The running task of asyncio, borrowed; NULL, perhaps with an exception. */
static PyObject *asyncio_task(void) {
    if (GH__UNLIKELY(current_tasks == NULL) && !find_asyncio()) return NULL;
    PyObject *loop = running_loop();
    return loop == NULL ? NULL : PyDict_GetItemWithError(current_tasks, loop);
}

static bool find_trio(void) {
    static uint64_t version;
    if (!is_imported(&version, "trio._core._run")) return false;
    if (task_name == NULL) task_name = PyUnicode_InternFromString("task");
    if (task_name != NULL) trio_context = imported("trio._core._run", "GLOBAL_RUN_CONTEXT");
    return trio_context != NULL;
}

/* The same of Trio, which keeps it in a thread-local of its own. */
static PyObject *trio_task(void) {
    if (trio_context == NULL && !find_trio()) return NULL;
    PyObject *task = PyObject_GetAttr(trio_context, task_name);
    if (task == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
    Py_XDECREF(task); /* while it runs, its runner has it */
    return task;
}

bool gh__async_imported(void) { return current_tasks != NULL || trio_context != NULL; }

int gh__async_tasks(PyObject *tasks[2]) {
    tasks[0] = asyncio_task();
    if (tasks[0] == NULL && PyErr_Occurred()) return -1;
    tasks[1] = trio_task();
    return tasks[1] == NULL && PyErr_Occurred() ? -1 : 0;
}

/* ---- the coroutine of an asyncio task ---- */

/* Modules/_asynciomodule.c of 3.11, up to the field that is ours. */
typedef struct {
    PyObject_HEAD PyObject *loop, *callback0, *context0, *callbacks, *exception, *exception_tb,
        *result, *source_tb, *cancel_msg;
    int state, log_tb, blocking;
    PyObject *dict, *weakrefs, *cancelled_exc, *fut_waiter, *coro;
} c_task_t;

/* The field, if the task is one of the C type and looks as expected; else NULL. */
static PyObject **coroutine_field(PyObject *task, PyObject *coroutine) {
    PyObject *type = imported("_asyncio", "Task");
    bool fits = type != NULL && PyType_Check(type) &&
                PyObject_TypeCheck(task, (PyTypeObject *)type) &&
                ((PyTypeObject *)type)->tp_basicsize >= (Py_ssize_t)sizeof(c_task_t);
    Py_XDECREF(type);
    PyObject **field = &((c_task_t *)task)->coro;
    return fits && *field == coroutine ? field : NULL;
}

/* As the program calls it: it sees its own coroutine. */
static PyObject *get_coro(PyObject *task, PyObject *Py_UNUSED(args)) {
    PyObject *coroutine = PyObject_GetAttrString(task, "_coro");
    return coroutine ? gh__portal_seen_through(coroutine) : NULL;
}

static PyMethodDef get_coro_def = {"get_coro", get_coro, METH_NOARGS, "Return the coroutine."};

/* asyncio's own type, whatever the program has derived from it: the last that has the method. */
static PyTypeObject *type_with_get_coro(PyObject *task) {
    PyObject *types = Py_TYPE(task)->tp_mro;
    for (Py_ssize_t i = PyTuple_GET_SIZE(types) - 1; i >= 0; i--) {
        PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(types, i);
        if (PyDict_GetItemString(type->tp_dict, get_coro_def.ml_name) != NULL) return type;
    }
    return NULL;
}

/* The type is static, so nothing written in Python could do this. */
static int hide_portals(PyTypeObject *type) {
    PyObject *method = PyDict_GetItemString(type->tp_dict, get_coro_def.ml_name);
    if (Py_IS_TYPE(method, &PyMethodDescr_Type) &&
        ((PyMethodDescrObject *)method)->d_method == &get_coro_def)
        return 0;
    PyObject *ours = PyDescr_NewMethod(type, &get_coro_def);
    int result = ours ? PyDict_SetItemString(type->tp_dict, get_coro_def.ml_name, ours) : -1;
    Py_XDECREF(ours);
    PyType_Modified(type);
    return result;
}

int gh__asyncio_replace_coroutine(PyObject *task, PyObject *coroutine) {
    PyTypeObject *type = type_with_get_coro(task);
    PyObject *old = PyObject_GetAttrString(task, "_coro");
    if (old == NULL || (type != NULL && hide_portals(type) < 0)) {
        Py_XDECREF(old);
        return -1;
    }
    PyObject **field = coroutine_field(task, old);
    Py_DECREF(old);
    /* A task written in Python has an attribute that can be set; one that has neither says so. */
    if (field == NULL) return PyObject_SetAttrString(task, "_coro", coroutine);
    Py_SETREF(*field, Py_NewRef(coroutine));
    return 0;
}
