/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* checks.c: what the functions of the module ask before they begin, and after they were parked. */
#include "core/cancel.h"
#include "core/errors.h"
#include "core/task.h"
#include "current.h"
#include "host.h"
#include "internal.h"
#include "pymod/pymod.h"

int gh__park_failed(gh_task_t *task, int status) {
    if (status >= 0) return 0;
    if (status == UV_EINTR) return PyErr_CheckSignals();
    if (status == UV_ECANCELED) return gh__cancel_raise(task);
    gh__raise_os(status);
    return -1;
}

gh_host_t *gh__host_or_raise(void) {
    gh_host_t *host = gh__current;
    const char *message = NULL;
    if (host == NULL)
        message = "this thread has no greenhost loop; call it from a task, on the thread that runs "
                  "the program";
    else if (PyThreadState_Get() != host->tstate)
        message = "greenhost's loop belongs to the main interpreter; call it there";
    else if (host->running == NULL)
        message = "no task is running here, but the loop itself; call it from a task";
    if (message == NULL) return host;
    PyErr_SetString(PyExc_RuntimeError, message);
    return NULL;
}

gh_task_t *gh__task_or_raise(void) {
    gh_host_t *host = gh__host_or_raise();
    if (host == NULL) return NULL;
    if (host->no_switch == 0) return host->running;
    PyErr_SetString(PyExc_RuntimeError,
                    "this section must not block, because no other task may run meanwhile");
    return NULL;
}
