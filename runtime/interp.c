/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * interp.c: starting the interpreter, in one of two ways.
 *
 * As python3 starts it: Python's own start-up reads the command line and the environment; all that is
 * set here is what it could not know: where Debian's library is (the executable may stand next to
 * another Python's), the whole command line, and a virtual environment that is not named by the
 * executable's place.
 *
 * As a part of a program that is no python3: the command line, the signals and the locale are the
 * program's, and sys.executable is Debian's python3, for what starts children with it.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host.h"
#include "internal.h"
#include "interp.h"
#include "pymod/pymod.h"
#include "venv.h"

/* The prefix that libpython was built for; the Makefile asks pkg-config. */
#ifndef GH_PYTHON_PREFIX
#define GH_PYTHON_PREFIX "/usr"
#endif

#define EMBEDDED_EXECUTABLE GH_PYTHON_PREFIX "/bin/python3"

static int fail_for_memory(void) {
    gh__fail(EX_OSERR, "out of memory; free some and try again");
    return UV_ENOMEM;
}

/* ---- before Python ---- */

static int set_environment(const gh_python_t *config, const gh__venv_t *venv) {
    if (!config->command_line) return 0;
    if (venv->prefix != NULL && setenv("VIRTUAL_ENV", venv->prefix, 1) < 0) return -1;
    return config->plain ? setenv("GREENHOST_PLAIN", "1", 1) : 0;
}

/* ---- PyConfig ---- */

static PyStatus set_orig_argv(PyConfig *py, const gh_python_t *config) {
    for (int i = 0; i < config->orig_argc; i++) {
        wchar_t *word = Py_DecodeLocale(config->orig_argv[i], NULL);
        if (word == NULL) return PyStatus_NoMemory();
        PyStatus status = PyWideStringList_Append(&py->orig_argv, word);
        PyMem_RawFree(word);
        if (PyStatus_Exception(status)) return status;
    }
    return PyStatus_Ok();
}

/*
 * site.py looks for pyvenv.cfg beside sys.executable, so for its sake the executable has to be the
 * one in the environment even where there is none; correct_executable sees to that afterwards.
 */
static PyStatus set_venv(PyConfig *py, const gh__venv_t *venv) {
    if (venv->prefix == NULL) return PyStatus_Ok();
    PyStatus status = PyConfig_SetBytesString(py, &py->executable, venv->executable);
    if (PyStatus_Exception(status)) return status;
    return PyConfig_SetBytesString(py, &py->base_executable, venv->self);
}

/* PYTHONHOME still overrides the prefix, as in python3. */
static PyStatus set_prefix(PyConfig *py, const gh_python_t *config) {
    if (config->home != NULL) return PyConfig_SetBytesString(py, &py->home, config->home);
    PyStatus status = PyConfig_SetBytesString(py, &py->prefix, GH_PYTHON_PREFIX);
    if (PyStatus_Exception(status)) return status;
    return PyConfig_SetBytesString(py, &py->exec_prefix, GH_PYTHON_PREFIX);
}

static PyStatus set_own_name(PyConfig *py) {
    char *self = realpath("/proc/self/exe", NULL);
    if (self == NULL) return PyStatus_Ok();
    PyStatus status = PyConfig_SetBytesString(py, &py->program_name, self);
    free(self);
    return status;
}

/* With an empty argv[0] python would name whichever python3 is on PATH, which is not this one. */
static PyStatus set_program_name(PyConfig *py, const gh_python_t *config) {
    if (!config->command_line)
        return PyConfig_SetBytesString(py, &py->program_name, EMBEDDED_EXECUTABLE);
    return config->argc > 0 && config->argv[0][0] != '\0' ? PyStatus_Ok() : set_own_name(py);
}

static PyStatus set_argv(PyConfig *py, const gh_python_t *config) {
    py->parse_argv = config->command_line;
    py->install_signal_handlers = config->command_line;
    return config->argc > 0 ? PyConfig_SetBytesArgv(py, config->argc, config->argv) : PyStatus_Ok();
}

/* PyConfig_SetBytesArgv comes first: it chooses the encoding by which the others decode. */
static PyStatus fill(PyConfig *py, const gh_python_t *config, const gh__venv_t *venv) {
    PyStatus status = set_argv(py, config);
    if (!PyStatus_Exception(status)) status = set_orig_argv(py, config);
    if (!PyStatus_Exception(status)) status = set_prefix(py, config);
    if (!PyStatus_Exception(status)) status = set_program_name(py, config);
    if (!PyStatus_Exception(status)) status = set_venv(py, venv);
    return status;
}

/* The locale is the program's, and Python's strings are UTF-8 whatever it is. */
static PyStatus pre_initialize(const gh_python_t *config) {
    PyPreConfig before;
    PyPreConfig_InitPythonConfig(&before);
    before.configure_locale = before.coerce_c_locale = 0;
    before.utf8_mode = 1;
    before.isolated = config->isolated;
    before.use_environment = !config->isolated;
    return Py_PreInitialize(&before);
}

static void init_config(PyConfig *py, const gh_python_t *config) {
    if (config->isolated)
        PyConfig_InitIsolatedConfig(py);
    else
        PyConfig_InitPythonConfig(py);
}

static PyStatus initialize(const gh_python_t *config, const gh__venv_t *venv) {
    PyConfig py;
    PyStatus status = config->command_line ? PyStatus_Ok() : pre_initialize(config);
    if (PyStatus_Exception(status)) return status;
    init_config(&py, config);
    status = fill(&py, config, venv);
    if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&py);
    PyConfig_Clear(&py);
    return status;
}

/* ---- after Python ---- */

static int set_string(const char *name, const char *path) {
    PyObject *value = PyUnicode_DecodeFSDefault(path);
    int result = value == NULL ? -1 : PySys_SetObject(name, value);
    Py_XDECREF(value);
    return result;
}

/* A string of sys as bytes, which the caller lets go of; NULL, and no error set, if there is none. */
static PyObject *get_bytes(const char *name) {
    PyObject *value = PySys_GetObject(name), *bytes = NULL;
    if (value != NULL && PyUnicode_Check(value)) bytes = PyUnicode_EncodeFSDefault(value);
    PyErr_Clear();
    return bytes;
}

static int set_to_self(const char *name) {
    char *self = realpath("/proc/self/exe", NULL);
    int result = self == NULL ? 0 : set_string(name, self);
    free(self);
    return result;
}

/* Python gives up, with "", on an argv[0] that PATH does not have.  We know better. */
static int supply_executable(void) {
    PyObject *current = PySys_GetObject("executable");
    if (current == NULL || !PyUnicode_Check(current) || PyUnicode_GET_LENGTH(current) > 0) return 0;
    int result = set_to_self("executable");
    return result == 0 ? set_to_self("_base_executable") : result;
}

/*
 * In an environment, python takes it that the base executable has the name of the one there, and
 * stands where the environment was made.  A link to greenhost in one of python3's making has no
 * such base, and then `-m venv` would link to nothing.
 */
static int supply_base_executable(void) {
    PyObject *own = get_bytes("executable"), *base = get_bytes("_base_executable");
    int result = 0;
    if (own != NULL && base != NULL && strcmp(PyBytes_AS_STRING(own), PyBytes_AS_STRING(base)) != 0)
        if (access(PyBytes_AS_STRING(base), X_OK) < 0) result = set_to_self("_base_executable");
    Py_XDECREF(own);
    Py_XDECREF(base);
    return result;
}

/* What starts children as sys.executable, in a program that is no python3. */
static int supply_python(const gh__venv_t *venv) {
    char *python = NULL;
    if (venv->prefix == NULL) return 0;
    if (asprintf(&python, "%s/bin/python3", venv->prefix) < 0) return -1;
    int result = set_string("executable", python);
    free(python);
    return result;
}

/*
 * Children are started as sys.executable, so it must name a file that runs greenhost; the one in
 * an environment of python3's making may not exist.
 */
static int correct_executable(const gh_python_t *config, const gh__venv_t *venv) {
    if (!config->command_line) return supply_python(venv);
    if (venv->prefix != NULL)
        return access(venv->executable, X_OK) == 0 ? 0 : set_string("executable", venv->self);
    int result = supply_executable();
    return result == 0 ? supply_base_executable() : result;
}

static int append_path(const char *directory) {
    PyObject *path = PySys_GetObject("path");
    if (path == NULL || !PyList_Check(path)) return 0;
    PyObject *entry = PyUnicode_DecodeFSDefault(directory);
    int result = entry == NULL ? -1 : PyList_Append(path, entry);
    Py_XDECREF(entry);
    return result;
}

/* The package, seen from the directory of an executable or a library: installed, or in a build tree. */
static char *find_package(const char *directory) {
    static const char *const places[] = {"../lib/greenhost/pylib", "greenhost/pylib", "pylib"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char candidate[PATH_MAX], *found = NULL;
        int length = snprintf(candidate, sizeof candidate, "%s/%s", directory, places[i]);
        if (length < (int)sizeof candidate) found = realpath(candidate, NULL);
        if (found != NULL) return found;
    }
    return NULL;
}

/* Where the executable that `path` leads to stands, decides; so a tree may be moved. */
static char *find_package_of(const char *path) {
    char *real = realpath(path, NULL);
    if (real == NULL) return NULL;
    *strrchr(real, '/') = '\0';
    char *found = find_package(real);
    free(real);
    return found;
}

/*
 * An executable copied into an environment stands alone, but python takes the directory of
 * sys._base_executable from the environment's `home`, where the one that was copied stands.
 */
static char *find_package_of_home(void) {
    PyObject *base = get_bytes("_base_executable");
    const char *path = base != NULL ? PyBytes_AS_STRING(base) : "";
    const char *slash = strrchr(path, '/');
    char *original = NULL, *found = NULL;
    if (slash != NULL && asprintf(&original, "%.*s/greenhost", (int)(slash - path), path) >= 0) {
        found = find_package_of(original);
        free(original);
    }
    Py_XDECREF(base);
    return found;
}

/* A file EXECUTABLE._pth says what sys.path is, all of it. */
static bool path_is_fixed(void) {
    PyObject *own = get_bytes("executable");
    char *file = NULL;
    bool fixed = own != NULL && asprintf(&file, "%s._pth", PyBytes_AS_STRING(own)) >= 0 &&
                 access(file, R_OK) == 0;
    free(file);
    Py_XDECREF(own);
    return fixed;
}

/* The file that this code is in: the executable, or the shared library. */
static char *find_package_of_library(void) {
    Dl_info info;
    return dladdr((void *)&find_package_of, &info) != 0 ? find_package_of(info.dli_fname) : NULL;
}

/* Without the package the program still runs; `import greenhost` then says what is missing. */
static int add_package(void) {
    if (path_is_fixed()) return 0;
    char *found = find_package_of("/proc/self/exe");
    if (found == NULL) found = find_package_of_library();
    if (found == NULL) found = find_package_of_home();
    int result = found == NULL ? 0 : append_path(found);
    free(found);
    return result;
}

/* ---- an interpreter that another has started ---- */

static bool started; /* by us: then the module is built in */

static int add_module(void) {
    PyObject *modules = PyImport_GetModuleDict();
    if (PyDict_GetItemString(modules, "_greenhost") != NULL) return 0;
    PyObject *module = PyInit__greenhost();
    int result = module ? PyDict_SetItemString(modules, "_greenhost", module) : -1;
    Py_XDECREF(module);
    return result;
}

int gh__interp_join(void) {
    if (started) return 0;
    return add_module() < 0 ? -1 : add_package();
}

/* ---- the whole ---- */

/* Before those of sys.path, in their order. */
static int insert_paths(const char *const *paths) {
    PyObject *list = PySys_GetObject("path");
    if (list == NULL || !PyList_Check(list)) return 0;
    for (Py_ssize_t i = 0; paths != NULL && paths[i] != NULL; i++) {
        PyObject *entry = PyUnicode_DecodeFSDefault(paths[i]);
        int result = entry == NULL ? -1 : PyList_Insert(list, i, entry);
        Py_XDECREF(entry);
        if (result < 0) return -1;
    }
    return 0;
}

static int finish(const gh_python_t *config, const gh__venv_t *venv) {
    int result = config->plain ? 0 : add_package();
    if (result == 0) result = insert_paths(config->paths);
    if (result == 0) result = correct_executable(config, venv);
    if (result == 0) return 0;
    PyErr_Clear();
    Py_FinalizeEx();
    return fail_for_memory();
}

static int open_with_venv(const gh_python_t *config, const gh__venv_t *venv) {
    if (set_environment(config, venv) < 0 ||
        (!config->plain && PyImport_AppendInittab("_greenhost", PyInit__greenhost) < 0))
        return fail_for_memory();
    PyStatus status = initialize(config, venv);
    if (PyStatus_IsExit(status)) {
        gh__fail(status.exitcode, "%s", "");
        return UV_ECANCELED;
    }
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    started = true;
    return finish(config, venv);
}

int gh__interp_open(const gh_python_t *config) {
    gh__venv_t venv = {NULL, NULL, NULL};
    char message[1024];
    const char *program = config->argc > 0 ? config->argv[0] : "";
    int result = 0;
    if (config->command_line || config->venv != NULL)
        result = gh__venv_find(&venv, program, config->venv, message, sizeof message);
    if (result < 0) {
        gh__fail(GH_EXIT_VENV, "%s", message);
        result = UV_ENOENT;
    } else {
        result = open_with_venv(config, &venv);
    }
    gh__venv_clear(&venv);
    return result;
}

int gh_python_open(const gh_python_t *config) {
    gh_python_t own;
    gh__fail(0, "%s", "");
    int error = gh__take_struct(&own, sizeof(own), config);
    if (error < 0) return error;
    if (Py_IsInitialized())
        return gh__refuse(UV_EALREADY, "Python runs already; open a host in it");
    if (started)
        return gh__refuse(UV_EALREADY,
                          "Python has ended; greenlet can't be started twice in a process");
    return gh__interp_open(&own);
}
