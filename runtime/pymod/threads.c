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
static PyCFunction start_thread, native_id;

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
    if (host == NULL || host->running == NULL || gh__identity_subinterpreters() || !is_valid(call))
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

/* ---- the table of methods ---- */

/* The entry of a function of the module; NULL, with an exception, if it is not one of C's. */
static PyMethodDef *find(PyObject *module, const char *name) {
    PyObject *function = PyObject_GetAttrString(module, name);
    if (function == NULL) return NULL;
    PyMethodDef *entry = PyCFunction_Check(function) ? ((PyCFunctionObject *)function)->m_ml : NULL;
    Py_DECREF(function);
    if (entry == NULL)
        PyErr_Format(PyExc_ImportError, "_thread.%s is not the interpreter's own", name);
    return entry;
}

static int exchange(PyObject *module, const char *name, PyCFunction function, PyCFunction *old) {
    PyMethodDef *entry = find(module, name);
    if (entry == NULL) return -1;
    if (entry->ml_meth != function) *old = entry->ml_meth;
    if (function != NULL) entry->ml_meth = function;
    return 0;
}

int gh__threads_open(void) {
    PyObject *module = PyImport_ImportModule("_thread");
    if (module == NULL) return -1;
    int result = start_thread ? 0 : exchange(module, "start_new_thread", NULL, &start_thread);
    Py_DECREF(module);
    return result;
}

int gh__threads_take(void) {
    PyCFunction alias;
    PyObject *module = PyImport_ImportModule("_thread");
    int result = module ? exchange(module, "start_new_thread", start_task, &start_thread) : -1;
    if (result == 0) result = exchange(module, "start_new", start_task, &alias);
    if (result == 0) result = exchange(module, "get_native_id", task_native_id, &native_id);
    Py_XDECREF(module);
    return result;
}
