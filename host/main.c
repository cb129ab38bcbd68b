/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * main.c: the executable.  It takes its own options, starts Python as python3 does, opens a host
 * on the main thread, and lets Python run the program.  Nothing here that an embedder could not
 * write: greenhost.h is all it uses of ours.
 */
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "greenhost.h"
#include "options.h"
#include "pins.h"

/* Prints on standard output and reports a failed write, which would otherwise pass for success. */
static int print_answer(const options_t *options) {
    if (options->help)
        options_print_help(stdout);
    else
        printf("greenhost %s (Python %s, libuv %s)\n", gh_version(), PY_VERSION,
               uv_version_string());
    if (fflush(stdout) == 0) return 0;
    perror("greenhost: standard output");
    return 1;
}

/* Whether Python returns here or calls exit itself, it does not know that it should end with this
 * code.  With glibc a second exit() goes on where the first was, with its own code. */
static void end_as_stuck(void) {
    if (gh_error_exit_code() == GH_EXIT_STUCK) exit(GH_EXIT_STUCK);
}

static int fail(void) {
    const char *message = gh_error_message();
    if (message[0] != '\0') fprintf(stderr, "greenhost: %s\n", message);
    return gh_error_exit_code();
}

/* The program runs in the task that gh_open makes of this thread's own greenlet, so plain
 * Py_RunMain runs the program, with no frame of ours anywhere in its tracebacks. */
static int run_program(void) {
    if (atexit(end_as_stuck) != 0) perror("greenhost: atexit");
    return Py_RunMain();
}

/* --portal=always.  0, or an exit code after saying why not. */
static int give_portals(void) {
    PyObject *package = PyImport_ImportModule("greenhost");
    PyObject *done = package ? PyObject_CallMethod(package, "portal_everywhere", NULL) : NULL;
    Py_XDECREF(package);
    Py_XDECREF(done);
    if (done != NULL) return 0;
    PyErr_Print();
    fputs("greenhost: --portal=always needs the package greenhost; see the error above\n", stderr);
    return GH_EXIT_UNAVAILABLE;
}

static int open_and_run(const options_t *options, bool portal) {
    gh_host_t *host;
    gh_config_t config = {.size = sizeof(config),
                          .ends_stuck = true,
                          .threads_as_tasks = options->tasks,
                          .pin = options->pin_ms > 0 ? pins_warn : NULL,
                          .pin_ms = options->pin_ms};
    if (options->pin_fail) pins_fail();
    int code = gh_open(&host, &config) < 0 ? fail() : portal ? give_portals() : 0;
    if (code == 0) return run_program();
    Py_FinalizeEx();
    return code;
}

static bool asks_for_plain(void) {
    const char *value = getenv("GREENHOST_PLAIN");
    return value != NULL && *value != '\0';
}

/* In the environment for the sake of children; from there it comes to us, too. */
static bool asks_for_portal(const options_t *options) {
    static const char name[] = "GREENHOST_PORTAL", always[] = "always";
    if (options->portal && setenv(name, always, 1) < 0) perror("greenhost: setenv");
    const char *value = getenv(name);
    return value != NULL && strcmp(value, always) == 0;
}

static int start_and_run(const options_t *options, int argc, char **argv) {
    gh_python_t python = {
        .size = sizeof(python),
        .venv = options->venv,
        .argc = options->argc,
        .argv = options->argv,
        .command_line = true,
        .orig_argc = argc,
        .orig_argv = argv,
        .plain = options->plain || asks_for_plain(),
    };
    bool portal = asks_for_portal(options);
    if (gh_python_open(&python) < 0) return fail();
    return python.plain ? Py_RunMain() : open_and_run(options, portal);
}

int main(int argc, char **argv) {
    options_t options;
    int code = options_parse(&options, argc, argv);
    if (code == 0) {
        bool answer = options.help || options.version;
        code = answer ? print_answer(&options) : start_and_run(&options, argc, argv);
    }
    options_clear(&options);
    return code;
}
