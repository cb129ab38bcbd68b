/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * options.h: greenhost's own command line options, taken out of python's.
 *
 * They are long options and may stand anywhere among python's own, that is before the script, -c,
 * -m or `-`.  From there on every word is the program's.  What is not ours is left for python to
 * accept or to refuse, so nothing that python3 understands is ever shadowed.
 */
#ifndef GREENHOST_OPTIONS_H
#define GREENHOST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit code for a mistake in one of our own options: EX_USAGE of sysexits.h. */
#define OPTIONS_EXIT_USAGE 64

typedef struct options_s {
    bool help;        /* --help-greenhost */
    bool version;     /* --version-greenhost */
    bool plain;       /* --plain */
    bool portal;      /* --portal=always */
    bool tasks;       /* --threads=tasks, or what the variable GREENHOST_THREADS says */
    uint64_t pin_ms;  /* --pin-warn, or GREENHOST_PIN_WARN; 0: never warn */
    bool pin_fail;    /* --pin-fail, or GREENHOST_PIN_FAIL */
    const char *venv; /* --venv, a word of the caller's argv; NULL when not given */
    int argc;         /* how many words are left for python */
    char **argv;      /* those words, ended by NULL; the array is ours, the words the caller's */
} options_t;

/*
 * Reads argv (argc words and a NULL, as main receives them) into *options.
 *
 * --threads is put into the environment as GREENHOST_THREADS, so that children inherit it, as are
 * --pin-warn and --pin-fail.
 *
 * Returns 0, or the exit code after printing one line on stderr.  Either way options_clear is due.
 * [any thread | no Python | the words stay the caller's | 64 usage, 71 out of memory]
 */
int options_parse(options_t *options, int argc, char **argv);

/* Frees what options_parse allocated; harmless when that failed.  [any thread | no Python] */
void options_clear(options_t *options);

/* Prints the text of --help-greenhost.  [any thread | no Python | stream stays the caller's] */
void options_print_help(FILE *stream);

#endif
