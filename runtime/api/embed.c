/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * embed.c: embed.py, which is compiled into the library so that it is there wherever that is, and is
 * made a module when first needed.
 */
#include "api/api.h"
#include "host.h"
#include "internal.h"

__asm__(".pushsection .rodata\n"
        ".hidden gh__embed_source\n"
        ".globl gh__embed_source\n"
        "gh__embed_source:\n"
        "    .incbin \"" GH_EMBED_FILE "\"\n"
        "    .byte 0\n"
        ".popsection\n");

extern const char gh__embed_source[] __attribute__((visibility("hidden")));

static PyObject *load(void) {
    PyObject *code = Py_CompileString(gh__embed_source, "<greenhost>", Py_file_input);
    PyObject *module = code ? PyImport_ExecCodeModule("_greenhost_embed", code) : NULL;
    Py_XDECREF(code);
    return module;
}

PyObject *gh__embed_get(gh_host_t *host, const char *function) {
    if (host->embed == NULL) host->embed = load();
    return host->embed ? PyObject_GetAttrString(host->embed, function) : NULL;
}
