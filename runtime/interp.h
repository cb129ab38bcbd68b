/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* interp.h: starting the interpreter, and what it needs to know of us. */
#ifndef GREENHOST_INTERP_H
#define GREENHOST_INTERP_H

#include "internal.h"

/* As gh_python_open, of a config that is whole, where there is no interpreter. */
int gh__interp_open(const gh_python_t *config);
/* Gives an interpreter that another has started what gh__interp_open gives one: the module _greenhost,
 * and the package.  0, or -1 with an exception.  With the GIL. */
int gh__interp_join(void);

#endif
