/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* errors.h: the one place where the runtime's errors become Python exceptions, and the reverse. */
#ifndef GREENHOST_ERRORS_H
#define GREENHOST_ERRORS_H

#include "internal.h"

extern PyObject *gh__Cancelled;      /* BaseException that Task.cancel() raises */
extern PyObject *gh__ScopeCancelled; /* what cancel scopes raise: a subclass of the same name */

extern PyObject *gh__TooSlowError; /* what a time limit raises: a TimeoutError */

/* Makes them.  0, or -1 with an exception. */
int gh__errors_open(void);
/* Says in one line what gh__fail was told, and raises SystemExit with its code; -1. */
int gh__raise_failure(gh_host_t *host);
/* The other way round: makes the exception being raised what gh__fail tells, after `what`, unless that has
 * been told already.  UV_ENOMEM. */
int gh__fail_raised(const char *what);
/* Raises OSError for a negative UV_E*; NULL. */
PyObject *gh__raise_os(int error);
/* The exception being raised, as an instance with its traceback.  New reference. */
PyObject *gh__take_error(void);
/* What a function of the module traceback makes of its argument, as one string: "format_exception" of
 * an exception, "format_stack" of a frame.  New reference, or NULL with an exception. */
PyObject *gh__traceback(const char *function, PyObject *argument);
/* Reports the text (stolen; NULL: an exception is cleared) to whom the host reports. */
void gh__report(gh_host_t *host, PyObject *text);
/* Flushes sys.stdout and sys.stderr, without parking, ignoring errors. */
void gh__flush_standard_files(gh_host_t *host);

#endif
