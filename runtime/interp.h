/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * interp.h: starting the interpreter the way python3 starts it.
 *
 * A host can be opened in any initialised interpreter.  These functions are for a program that
 * wants to *be* python: same command line, same environment variables, same sys.path, with its own
 * file as sys.executable, so that children are hosted too.
 *
 * Contract tags: [thread | GIL | may park | ownership | errors].
 */
#ifndef GREENHOST_INTERP_H
#define GREENHOST_INTERP_H

#include <stdbool.h>

/* Exit code for a virtual environment that cannot be used: EX_CONFIG of sysexits.h. */
#define GH_EXIT_VENV 78

/* What gh_interp_open needs to know.  Every string stays the caller's and is copied. */
typedef struct gh_interp_config_s {
    int argc;         /* words in argv */
    char **argv;      /* the command line as python should read it, argv[0] first */
    int orig_argc;    /* words in orig_argv */
    char **orig_argv; /* the whole command line, for sys.orig_argv */
    const char *venv; /* directory of a virtual environment; NULL: that of VIRTUAL_ENV, if any */
    bool plain;       /* leave _greenhost and the greenhost package out */
} gh_interp_config_t;

/* Why gh_interp_open did not leave an interpreter running. */
typedef struct gh_interp_error_s {
    int exit_code;      /* what the process should return */
    char message[1024]; /* one line without "greenhost: ", or "" when Python said it all */
} gh_interp_error_t;

/*
 * Initialises the main interpreter from a command line, ready for Py_RunMain.
 *
 * Unless config->plain, the built-in module _greenhost can then be imported, and the package
 * greenhost is found through a directory appended to sys.path.  config->venv is put into the
 * environment as VIRTUAL_ENV, and config->plain as GREENHOST_PLAIN, so that children inherit both.
 *
 * Returns 0; or -1 with *error filled in, which is no failure when exit_code is 0 (python's -V and
 * -h).  When Python itself cannot start, it prints why and ends the process, as python3 does.
 * [the thread to become Python's main one, before any Python | held on return | no | strings stay
 *  the caller's | -1]
 */
int gh_interp_open(const gh_interp_config_t *config, gh_interp_error_t *error);

/* Whether the environment asks for --plain: GREENHOST_PLAIN is set and not empty.
 * [any | any | no | - | never fails] */
bool gh_interp_env_plain(void);

#endif
