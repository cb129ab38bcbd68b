/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * threads.c: the threads that a program starts are tasks.
 *
 * Every thread of Python's, whichever library makes it, is started by one C function,
 * _thread.start_new_thread.  Modules import it by name, so replacing the Python object would come too
 * late for some of them; what is exchanged is the C function in its entry of the module's table of
 * methods, where the object looks at each call.  The program still sees the object that python3 has.
 *
 * Threads that C code makes, and those that another OS thread starts, are none of ours.
 */
#include <string.h>
#include <sys/types.h>

#include "core/identity.h"
#include "core/loop.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

/* The kernel gives no thread a number of more bits than these: PID_MAX_LIMIT. */
#define NATIVE_ID_BITS 22

/* CPython's own functions, learnt once. */
static PyCFunction start_thread, native_id, dump_traceback;

/* ---- what a thread does ---- */

/* As the thread_run of CPython, whose words are used. */
static void report(PyObject *function) {
    if (PyErr_ExceptionMatches(PyExc_SystemExit))
        PyErr_Clear();
    else
        _PyErr_WriteUnraisableMsg("in thread started by", function);
}

static PyObject *run(PyObject *Py_UNUSED(self), PyObject *call) {
    gh_host_t *host = gh__current;
    PyObject *function = PyTuple_GET_ITEM(call, 0), *args = PyTuple_GET_ITEM(call, 1);
    PyObject *kwargs = PyTuple_GET_SIZE(call) > 2 ? PyTuple_GET_ITEM(call, 2) : NULL;
    gh__identity_count(host, 1);
    PyObject *result = PyObject_Call(function, args, kwargs);
    if (result == NULL) report(function);
    Py_XDECREF(result);
    gh__identity_count(host, -1);
    Py_RETURN_NONE;
}

static PyMethodDef run_def = {"thread", run, METH_VARARGS, NULL};

/* ---- starting one ---- */

/* CPython says what is wrong with a call that is not valid. */
static bool is_valid(PyObject *call) {
    Py_ssize_t size = PyTuple_GET_SIZE(call);
    return size >= 2 && size <= 3 && PyCallable_Check(PyTuple_GET_ITEM(call, 0)) &&
           PyTuple_Check(PyTuple_GET_ITEM(call, 1)) &&
           (size < 3 || PyDict_Check(PyTuple_GET_ITEM(call, 2)));
}

/* That of the threading.Thread of which the function is a method; or NULL, as also without one. */
static PyObject *name_of(PyObject *function) {
    PyObject *owner = PyMethod_Check(function) ? PyMethod_GET_SELF(function) : NULL;
    PyObject *name = owner ? PyObject_GetAttrString(owner, "_name") : NULL;
    if (name != NULL && !PyUnicode_Check(name)) Py_CLEAR(name);
    PyErr_Clear();
    return name;
}

static bool is_of_grpc(PyObject *object) {
    PyObject *module = object ? PyObject_GetAttrString(object, "__module__") : NULL;
    const char *name = module && PyUnicode_Check(module) ? PyUnicode_AsUTF8(module) : NULL;
    bool is = name != NULL && strncmp(name, "grpc.", strlen("grpc.")) == 0;
    Py_XDECREF(module);
    PyErr_Clear();
    return is;
}

/*
 * What gRPC runs in threads of its own polls, in calls that can't be left (hooks/caller.c), one after the
 * other for ever.  So those stay threads of the system's, and so do those that they start, as a server's
 * handlers are.
 */
static bool must_be_os_thread(PyObject *function) {
    PyObject *thread = PyMethod_Check(function) ? PyMethod_GET_SELF(function) : NULL;
    PyObject *target = thread ? PyObject_GetAttrString(thread, "_target") : NULL;
    PyObject *owner = target && PyCFunction_Check(target) ? PyCFunction_GET_SELF(target) : NULL;
    bool must = is_of_grpc(target) || (owner != NULL && is_of_grpc((PyObject *)Py_TYPE(owner)));
    Py_XDECREF(target);
    PyErr_Clear();
    return must;
}

/* What CPython says where there is no thread to be had: the program may go on without it. */
static PyObject *refuse_thread(void) {
    PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
    return NULL;
}

static PyObject *spawn_thread(gh_host_t *host, PyObject *call) {
    if (gh__loop_open(host) < 0) return refuse_thread();
    PyObject *function = PyCFunction_New(&run_def, NULL);
    if (function == NULL) return NULL;
    PyObject *name = name_of(PyTuple_GET_ITEM(call, 0));
    gh__spawn_t how = {
        .function = function, .args = call, .name = name, .thread = true, .preemptive = true};
    gh_task_t *task = gh__task_spawn(host, &how);
    Py_XDECREF(name);
    Py_DECREF(function);
    if (task == NULL) return NULL;
    PyObject *ident = PyLong_FromUnsignedLong(task->identity.ident);
    Py_DECREF(task);
    return ident;
}

static PyObject *start_task(PyObject *module, PyObject *call) {
    gh_host_t *host = gh__current;
    if (host == NULL || host->running == NULL || gh__identity_subinterpreters() ||
        !is_valid(call) || must_be_os_thread(PyTuple_GET_ITEM(call, 0)))
        return start_thread(module, call);
    PyObject *kwargs = PyTuple_GET_SIZE(call) > 2 ? PyTuple_GET_ITEM(call, 2) : Py_None;
    if (PySys_Audit("_thread.start_new_thread", "OOO", PyTuple_GET_ITEM(call, 0),
                    PyTuple_GET_ITEM(call, 1), kwargs) < 0)
        return NULL;
    return spawn_thread(host, call);
}

PyObject *gh__start_os_thread(PyObject *module, PyObject *call) {
    return start_thread(module, call);
}

/*
 * Unique in the system, as it has to be, and no number that the kernel would take for a thread's: the
 * lower bits are those of the OS thread, the upper ones the task's.
 */
static PyObject *task_native_id(PyObject *module, PyObject *args) {
    gh_host_t *host = gh__current;
    if (host == NULL || host->running == NULL || host->running == host->main)
        return native_id(module, args);
    return PyLong_FromUnsignedLongLong(host->running->number << NATIVE_ID_BITS |
                                       (uint64_t)host->tid);
}

/* faulthandler's, which shows all threads, and among them would show the hub. */
static PyObject *dump_tasks(PyObject *module, PyObject *args, PyObject *kwargs) {
    gh_host_t *host = gh__current;
    bool hosted = host != NULL && host->running != NULL;
    PyThreadState *hidden = hosted ? gh__identity_hide_hub(host) : NULL;
    PyObject *result = ((PyCFunctionWithKeywords)(void *)dump_traceback)(module, args, kwargs);
    gh__identity_show_hub(hidden);
    return result;
}

/* ---- the table of methods ---- */

/* The entry of a function of the module; NULL, with an exception, if it is not one of C's. */
static PyMethodDef *find(const char *module, const char *name) {
    PyObject *imported = PyImport_ImportModule(module);
    PyObject *function = imported ? PyObject_GetAttrString(imported, name) : NULL;
    Py_XDECREF(imported);
    if (function == NULL) return NULL;
    PyMethodDef *entry = PyCFunction_Check(function) ? ((PyCFunctionObject *)function)->m_ml : NULL;
    Py_DECREF(function);
    if (entry == NULL)
        PyErr_Format(PyExc_ImportError, "%s.%s is not the interpreter's own", module, name);
    return entry;
}

/* Without a function only tells the old one.  0, or -1 with an exception. */
static int exchange(const char *module, const char *name, void *function, PyCFunction *old) {
    PyMethodDef *entry = find(module, name);
    if (entry == NULL) return -1;
    if (entry->ml_meth != (PyCFunction)function) *old = entry->ml_meth;
    if (function != NULL) entry->ml_meth = (PyCFunction)function;
    return 0;
}

int gh__threads_open(void) {
    if (start_thread != NULL) return 0;
    return exchange("faulthandler", "dump_traceback", (void *)dump_tasks, &dump_traceback) < 0
               ? -1
               : exchange("_thread", "start_new_thread", NULL, &start_thread);
}

int gh__threads_take(void) {
    PyCFunction alias;
    return exchange("_thread", "start_new_thread", (void *)start_task, &start_thread) < 0 ||
                   exchange("_thread", "start_new", (void *)start_task, &alias) < 0 ||
                   exchange("_thread", "get_native_id", (void *)task_native_id, &native_id) < 0
               ? -1
               : 0;
}
