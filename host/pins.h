/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* pins.h: what the executable makes of tasks that hold the loop. */
#ifndef GREENHOST_PINS_H
#define GREENHOST_PINS_H

#include "greenhost.h"

/* Exit code of a program that went well but for a warning.  EX_TEMPFAIL of sysexits.h. */
#define PINS_EXIT 75

/* Prints a warning on standard error: a gh_pin_cb.  [any thread | any | - | strings stay the caller's |
 * never fails] */
void pins_warn(void *data, const gh_pin_t *pin);

/* From now on, if there has been a warning, exit() with 0 becomes one with PINS_EXIT.
 * [any thread | no Python | - | - | a failure is reported on standard error] */
void pins_fail(void);

#endif
