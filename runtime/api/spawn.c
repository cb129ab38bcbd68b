/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * spawn.c: a program gives a task to Python, and hears of its end.
 *
 * A task that has a callback or a deadline gets a ticket, which waits for its outcome like anybody
 * else does.  The task ends in its own greenlet; the callback is for the hub, without the GIL, so the
 * ticket is put into a list that the hub works off at the end of the same turn.
 */
#include <stdlib.h>

#include "api/api.h"
#include "core/chore.h"
#include "core/deadline.h"
#include "core/errors.h"
#include "core/list.h"
#include "core/loop.h"
#include "core/post.h"
#include "core/promise.h"
#include "core/task.h"
#include "core/waiter.h"
#include "host.h"
#include "internal.h"

typedef struct ticket_s {
    gh__waiter_t waiter; /* of the task's outcome */
    gh__deadline_t deadline;
    gh__chore_t late;
    gh__post_t finished;
    gh_task_t *task;
    gh_done_cb done;
    void *data;
} ticket_t;

/* ---- the end of a task ---- */

static void on_finished(gh__post_t *post) {
    ticket_t *ticket = GH__CONTAINER(post, ticket_t, finished);
    if (ticket->done != NULL) ticket->done(ticket->task, ticket->data);
    gh_task_release(ticket->task);
    free(ticket);
}

static void on_outcome(gh__waiter_t *waiter, int status) {
    (void)status;
    ticket_t *ticket = GH__CONTAINER(waiter, ticket_t, waiter);
    gh_host_t *host = ticket->task->outcome.host;
    gh__deadline_stop(host, &ticket->deadline);
    gh__list_remove(&ticket->late.link);
    ticket->finished.run = on_finished;
    gh__list_append(&host->finished, &ticket->finished.link);
}

static void on_late(gh__chore_t *chore) {
    ticket_t *ticket = GH__CONTAINER(chore, ticket_t, late);
    gh__cancel_with(ticket->task, PyExc_TimeoutError, "the task's time is up");
}

static void on_deadline(gh__deadline_t *deadline) {
    ticket_t *ticket = GH__CONTAINER(deadline, ticket_t, deadline);
    gh__chore_add(ticket->task->outcome.host, &ticket->late, on_late);
}

static int start_ticket(ticket_t *ticket, gh_task_t *task, const gh_spawn_t *spec) {
    gh_host_t *host = task->outcome.host;
    uint64_t ms = spec->deadline_ms ? spec->deadline_ms : host->config.task_ms;
    gh__waiter_init(&ticket->waiter, on_outcome);
    gh__deadline_init(&ticket->deadline, on_deadline);
    gh__list_init(&ticket->late.link);
    ticket->task = (gh_task_t *)Py_NewRef(task);
    ticket->done = spec->done;
    ticket->data = spec->data;
    gh__list_append(&task->outcome.waiters, &ticket->waiter.link);
    uint64_t when = ms > 0 && ms <= INT64_MAX ? gh__deadline_in((int64_t)ms) : GH__NEVER;
    return gh__deadline_start(host, &ticket->deadline, when);
}

/* ---- the program's streams ---- */

typedef struct pipes_s {
    gh_output_cb output;
    gh_input_cb input;
    void *data;
} pipes_t;

static void drop_pipes(PyObject *capsule) { free(PyCapsule_GetPointer(capsule, NULL)); }

static PyObject *write_to(PyObject *capsule, PyObject *bytes, int stream) {
    const pipes_t *pipes = PyCapsule_GetPointer(capsule, NULL);
    if (!PyBytes_Check(bytes)) return PyErr_Format(PyExc_TypeError, "bytes are needed");
    PyThreadState *left = PyEval_SaveThread();
    pipes->output(pipes->data, stream, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    PyEval_RestoreThread(left);
    Py_RETURN_NONE;
}

static PyObject *write_out(PyObject *self, PyObject *bytes) { return write_to(self, bytes, 1); }

static PyObject *write_err(PyObject *self, PyObject *bytes) { return write_to(self, bytes, 2); }

static PyObject *read_in(PyObject *capsule, PyObject *size) {
    const pipes_t *pipes = PyCapsule_GetPointer(capsule, NULL);
    Py_ssize_t room = PyLong_AsSsize_t(size);
    PyObject *bytes = room < 0 ? NULL : PyBytes_FromStringAndSize(NULL, room);
    if (bytes == NULL) return NULL;
    PyThreadState *left = PyEval_SaveThread();
    int64_t got = pipes->input(pipes->data, PyBytes_AS_STRING(bytes), (size_t)room);
    PyEval_RestoreThread(left);
    if (got >= 0 && got <= room) {
        _PyBytes_Resize(&bytes, (Py_ssize_t)got);
        return bytes;
    }
    Py_DECREF(bytes);
    return gh__raise_status(got < 0 ? (int)got : UV_EINVAL);
}

static PyMethodDef methods[] = {
    {"read", read_in, METH_O, NULL},
    {"write", write_out, METH_O, NULL},
    {"write", write_err, METH_O, NULL},
};

/* The streams as functions, or None, for embed.py: stdin, stdout, stderr. */
static int make_streams(const gh_spawn_t *spec, PyObject *streams[3]) {
    const bool wanted[3] = {spec->input != NULL, spec->output != NULL, spec->output != NULL};
    PyObject *capsule = NULL;
    if (wanted[0] || wanted[1]) {
        pipes_t *pipes = malloc(sizeof(*pipes));
        if (pipes == NULL) return -1;
        *pipes = (pipes_t){spec->output, spec->input, spec->data};
        capsule = PyCapsule_New(pipes, NULL, drop_pipes);
        if (capsule == NULL) free(pipes);
        if (capsule == NULL) return -1;
    }
    for (int i = 0; i < 3; i++)
        streams[i] = wanted[i] ? PyCFunction_New(&methods[i], capsule) : Py_NewRef(Py_None);
    Py_XDECREF(capsule);
    return streams[0] && streams[1] && streams[2] ? 0 : -1;
}

/* ---- what to run, for embed.py ---- */

typedef struct job_s {
    const char *kind, *what, *argv0;
} job_t;

/* The one that the program has chosen; false if it is none or several. */
static bool choose(const gh_spawn_t *spec, job_t *job) {
    const job_t jobs[] = {
        {"code", spec->code, "-c"},
        {"file", spec->file, spec->file},
        {"module", spec->module, "-m"},
        {"function", spec->function, NULL},
        {"callable", spec->callable ? "" : NULL, NULL},
    };
    int chosen = 0;
    for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++) {
        if (jobs[i].what == NULL) continue;
        *job = jobs[i];
        chosen++;
    }
    return chosen == 1 && (spec->count == 0 || (job->argv0 == NULL && spec->args != NULL));
}

/* A list of strings, beginning with `first` unless that is NULL; None where there is none. */
static PyObject *make_list(const char *first, const char *const *words) {
    if (first == NULL && words == NULL) Py_RETURN_NONE;
    PyObject *list = PyList_New(0), *word = NULL;
    if (list != NULL && first != NULL) {
        word = PyUnicode_DecodeFSDefault(first);
        if (word == NULL || PyList_Append(list, word) < 0) Py_CLEAR(list);
        Py_XDECREF(word);
    }
    for (size_t i = 0; list != NULL && words != NULL && words[i] != NULL; i++) {
        word = PyUnicode_DecodeFSDefault(words[i]);
        if (word == NULL || PyList_Append(list, word) < 0) Py_CLEAR(list);
        Py_XDECREF(word);
    }
    return list;
}

/* What the task is to have of its own; None for nothing. */
static PyObject *make_own(const gh_spawn_t *spec, const job_t *job) {
    PyObject *streams[3] = {NULL, NULL, NULL}, *own = NULL;
    bool script = job->argv0 != NULL && (spec->code == NULL || spec->argv != NULL);
    if (!script && !spec->environ && !spec->input && !spec->output) Py_RETURN_NONE;
    PyObject *argv = make_list(script ? job->argv0 : NULL, script ? spec->argv : NULL);
    PyObject *environ = make_list(NULL, spec->environ);
    if (argv != NULL && environ != NULL && make_streams(spec, streams) == 0)
        own = PyTuple_Pack(5, argv, environ, streams[0], streams[1], streams[2]);
    for (int i = 0; i < 3; i++) Py_XDECREF(streams[i]);
    Py_XDECREF(environ);
    Py_XDECREF(argv);
    return own;
}

static PyObject *make_what(const gh_spawn_t *spec, const job_t *job) {
    if (spec->callable != NULL) return Py_NewRef(spec->callable);
    return spec->file ? PyUnicode_DecodeFSDefault(job->what) : PyUnicode_FromString(job->what);
}

/* A script has no arguments but those in sys.argv. */
static PyObject *make_args(const gh_spawn_t *spec, const job_t *job) {
    PyObject *what = make_what(spec, job), *own = what ? make_own(spec, job) : NULL;
    PyObject *args = own ? gh__values_to_python(spec->args, spec->count) : NULL;
    PyObject *all = args ? Py_BuildValue("(sOOO)", job->kind, what, args, own) : NULL;
    Py_XDECREF(args);
    Py_XDECREF(own);
    Py_XDECREF(what);
    return all;
}

static gh_task_t *make_task(gh_host_t *host, const gh_spawn_t *spec, const job_t *job) {
    PyObject *run = gh__embed_get(host, "run"), *args = run ? make_args(spec, job) : NULL;
    PyObject *name = args && spec->name ? PyUnicode_FromString(spec->name) : NULL;
    bool named = args != NULL && (name != NULL || spec->name == NULL);
    gh__spawn_t how = {.function = run, .args = args, .name = name};
    gh_task_t *task = named ? gh__task_spawn(host, &how) : NULL;
    Py_XDECREF(name);
    Py_XDECREF(args);
    Py_XDECREF(run);
    return task;
}

/* ---- gh_spawn ---- */

/* Nothing fails once the task is there but its deadline, for want of memory: then it is cancelled. */
static int spawn(gh_host_t *host, gh_task_t **out, const gh_spawn_t *spec, const job_t *job) {
    ticket_t *ticket = calloc(1, sizeof(*ticket));
    gh_task_t *task = ticket ? make_task(host, spec, job) : NULL;
    if (task == NULL) {
        free(ticket);
        return UV_ENOMEM;
    }
    gh__outcome_see(&task->outcome); /* who it is told to is the program's affair */
    int error = start_ticket(ticket, task, spec);
    if (error < 0)
        gh__cancel_with(task, PyExc_MemoryError, "there was none for the task's deadline");
    gh__loop_kick(host);
    if (out != NULL) *out = task;
    if (out == NULL) Py_DECREF(task);
    return 0;
}

static int check(gh_host_t *host) {
    int error = gh__check_loop(host);
    if (error < 0) return error;
    if (host->refuses)
        return gh__refuse(UV_ESHUTDOWN, "the host is shutting down and takes no more tasks");
    if (host->config.max_tasks > 0 && gh__others(host) >= host->config.max_tasks)
        return gh__refuse(UV_EAGAIN, "max_tasks tasks are there; try again when one is done");
    return 0;
}

int gh_spawn(gh_host_t *host, gh_task_t **task, const gh_spawn_t *given) {
    gh_spawn_t spec;
    job_t job = {NULL, NULL, NULL};
    int error = check(host);
    if (error == 0) error = gh__take_struct(&spec, sizeof(spec), given);
    if (error < 0) return error;
    if (!choose(&spec, &job))
        return gh__refuse(UV_EINVAL,
                          "a task runs one of code, file, module, function and callable; "
                          "only the latter two have args");
    PyGILState_STATE gil = PyGILState_Ensure();
    error = spawn(host, task, &spec, &job);
    if (error < 0) PyErr_Clear();
    PyGILState_Release(gil);
    return error < 0 ? gh__refuse(error, "there is no memory for the task, or its text is no UTF-8")
                     : 0;
}
