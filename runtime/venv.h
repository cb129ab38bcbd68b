/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * venv.h: which virtual environment a process is asked to run in, before there is an interpreter.
 *
 * python3 knows a virtual environment by the place of its executable alone, and that one works
 * here without help.  This file adds the other two ways of naming one, VIRTUAL_ENV and an option.
 */
#ifndef GREENHOST_VENV_H
#define GREENHOST_VENV_H

#include <stddef.h>

typedef struct gh__venv_s {
    char *prefix;     /* the environment's directory, absolute; NULL when there is none */
    char *executable; /* prefix/bin/greenhost, whether or not that file exists */
    char *self;       /* this executable as a child should start it when that one is missing */
} gh__venv_t;

/*
 * Fills *venv in from `directory`, which comes from an option, or else from VIRTUAL_ENV, which an
 * executable that stands in an environment of its own overrules.
 *
 * program: argv[0].  Returns 0, or -1 with one line in message[size].  Either way gh__venv_clear
 * is due.  [any thread | no Python | *venv owns its strings | -1]
 */
int gh__venv_find(gh__venv_t *venv, const char *program, const char *directory, char *message,
                  size_t size);

void gh__venv_clear(gh__venv_t *venv);

#endif
