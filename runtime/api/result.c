/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * result.c: what became of a task, in C's words.  They are made when first asked for, and kept with the
 * task, in one block of memory.
 */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/errors.h"
#include "core/task.h"
#include "internal.h"

/* What is said of an exception. */
enum { TYPE, MESSAGE, TRACEBACK, TEXTS };

/* As handle_system_exit of CPython's: a number is the code, None is 0, anything else is told and 1. */
static int code_of_exit(PyObject *error) {
    PyObject *code = PyObject_GetAttrString(error, "code");
    int result = code == Py_None ? 0 : 1;
    if (code != NULL && PyLong_Check(code)) result = (int)PyLong_AsLong(code);
    PyErr_Clear();
    Py_XDECREF(code);
    return result;
}

static gh_outcome_t kind_of(PyObject *error) {
    if (PyErr_GivenExceptionMatches(error, PyExc_SystemExit)) return GH_EXITED;
    return PyErr_GivenExceptionMatches(error, gh__Cancelled) ? GH_CANCELLED : GH_RAISED;
}

/* Where Python can't say it, nothing is said. */
static void describe(gh__outcome_t *outcome, PyObject *texts[TEXTS]) {
    PyObject *error = outcome->error, *format = gh__embed_get(outcome->host, "format_error");
    texts[TYPE] = PyType_GetName(Py_TYPE(error));
    PyErr_Clear();
    texts[MESSAGE] = PyObject_Str(error);
    PyErr_Clear();
    texts[TRACEBACK] = format ? PyObject_CallOneArg(format, error) : NULL;
    PyErr_Clear();
    Py_XDECREF(format);
}

static const char *as_utf8(PyObject *text, size_t *size) {
    Py_ssize_t length = 0;
    const char *data = text ? PyUnicode_AsUTF8AndSize(text, &length) : NULL;
    PyErr_Clear();
    *size = (size_t)length + 1;
    return data ? data : "";
}

/* A result with the texts behind it. */
static gh_result_t *allocate(PyObject *texts[TEXTS]) {
    const char *data[TEXTS], *copies[TEXTS];
    size_t sizes[TEXTS], room = sizeof(gh_result_t);
    for (int i = 0; i < TEXTS; i++) {
        data[i] = as_utf8(texts[i], &sizes[i]);
        room += sizes[i];
    }
    gh_result_t *result = malloc(room);
    if (result == NULL) return NULL;
    char *place = (char *)(result + 1);
    for (int i = 0; i < TEXTS; place += sizes[i++]) copies[i] = memcpy(place, data[i], sizes[i]);
    *result = (gh_result_t){
        .type = copies[TYPE], .message = copies[MESSAGE], .traceback = copies[TRACEBACK]};
    return result;
}

static gh_result_t *result_new(gh__outcome_t *outcome) {
    PyObject *error = outcome->error, *texts[TEXTS] = {NULL, NULL, NULL};
    if (error != NULL) describe(outcome, texts);
    gh_result_t *result = allocate(texts);
    for (int i = 0; i < TEXTS; i++) Py_XDECREF(texts[i]);
    if (result == NULL) return NULL;
    gh__outcome_see(outcome);
    result->outcome = error ? kind_of(error) : GH_RETURNED;
    result->exit_code = error == NULL ? 0 : result->outcome == GH_EXITED ? code_of_exit(error) : 1;
    if (error == NULL && !gh__value_from_python(outcome->value, &result->value)) {
        PyErr_Clear(); /* a string that is no UTF-8 */
        result->value = gh_object(outcome->value);
    }
    return result;
}

const gh_result_t *gh_task_result(gh_task_t *task) {
    if (task == NULL || !gh__python_runs()) return NULL;
    PyGILState_STATE gil = PyGILState_Ensure();
    if (task->result == NULL && task->outcome.settled) task->result = result_new(&task->outcome);
    const gh_result_t *result = task->result;
    PyGILState_Release(gil);
    return result;
}
