/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * interp.c: starting the interpreter the way python3 starts it.  interp.h has the contract.
 *
 * Python's own start-up reads the command line and the environment; all that is set here is what
 * it could not know: where Debian's library is (the executable may stand next to another Python's),
 * the whole command line, and a virtual environment that is not named by the executable's place.
 */
#define PY_SSIZE_T_CLEAN
#include "interp.h"

#include <Python.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "venv.h"

/* The prefix that libpython was built for; the Makefile asks pkg-config. */
#ifndef GH_PYTHON_PREFIX
#define GH_PYTHON_PREFIX "/usr"
#endif

/* The built-in module.  Weak, so that the interpreter can be tested without the rest. */
PyObject *PyInit__greenhost(void) __attribute__((weak));

bool gh_interp_env_plain(void) {
    const char *value = getenv("GREENHOST_PLAIN");
    return value != NULL && *value != '\0';
}

static int fail(gh_interp_error_t *error, int exit_code, const char *message) {
    error->exit_code = exit_code;
    snprintf(error->message, sizeof error->message, "%s", message);
    return -1;
}

/* ---- before Python ---- */

static int set_environment(const gh_interp_config_t *config, const gh__venv_t *venv) {
    if (venv->prefix != NULL && setenv("VIRTUAL_ENV", venv->prefix, 1) < 0) return -1;
    return config->plain ? setenv("GREENHOST_PLAIN", "1", 1) : 0;
}

/* ---- PyConfig ---- */

static PyStatus set_orig_argv(PyConfig *py, const gh_interp_config_t *config) {
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
static PyStatus set_prefix(PyConfig *py) {
    PyStatus status = PyConfig_SetBytesString(py, &py->prefix, GH_PYTHON_PREFIX);
    if (PyStatus_Exception(status)) return status;
    return PyConfig_SetBytesString(py, &py->exec_prefix, GH_PYTHON_PREFIX);
}

/* With an empty argv[0] python would name whichever python3 is on PATH, which is not this one. */
static PyStatus set_program_name(PyConfig *py, const gh_interp_config_t *config) {
    if (config->argc > 0 && config->argv[0][0] != '\0') return PyStatus_Ok();
    char *self = realpath("/proc/self/exe", NULL);
    if (self == NULL) return PyStatus_Ok();
    PyStatus status = PyConfig_SetBytesString(py, &py->program_name, self);
    free(self);
    return status;
}

/* PyConfig_SetBytesArgv comes first: it chooses the encoding by which the others decode. */
static PyStatus fill(PyConfig *py, const gh_interp_config_t *config, const gh__venv_t *venv) {
    PyStatus status = PyConfig_SetBytesArgv(py, config->argc, config->argv);
    if (!PyStatus_Exception(status)) status = set_orig_argv(py, config);
    if (!PyStatus_Exception(status)) status = set_prefix(py);
    if (!PyStatus_Exception(status)) status = set_program_name(py, config);
    if (!PyStatus_Exception(status)) status = set_venv(py, venv);
    return status;
}

static PyStatus initialize(const gh_interp_config_t *config, const gh__venv_t *venv) {
    PyConfig py;
    PyConfig_InitPythonConfig(&py);
    PyStatus status = fill(&py, config, venv);
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

/*
 * Children are started as sys.executable, so it must name a file that runs greenhost; the one in
 * an environment of python3's making may not exist.
 */
static int correct_executable(const gh__venv_t *venv) {
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

/* The package next to the executable in `directory`: installed (../lib) or in a build tree. */
static char *find_package(const char *directory) {
    static const char *const places[] = {"../lib/greenhost/pylib", "pylib"};
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

/* Without the package the program still runs; `import greenhost` then says what is missing. */
static int add_package(void) {
    if (path_is_fixed()) return 0;
    char *found = find_package_of("/proc/self/exe");
    if (found == NULL) found = find_package_of_home();
    int result = found == NULL ? 0 : append_path(found);
    free(found);
    return result;
}

/* ---- the whole ---- */

static int finish(const gh_interp_config_t *config, const gh__venv_t *venv,
                  gh_interp_error_t *error) {
    int result = config->plain ? 0 : add_package();
    if (result == 0) result = correct_executable(venv);
    if (result == 0) return 0;
    PyErr_Clear();
    Py_FinalizeEx();
    return fail(error, EX_OSERR, "out of memory; free some and try again");
}

static int open_with_venv(const gh_interp_config_t *config, const gh__venv_t *venv,
                          gh_interp_error_t *error) {
    bool module = !config->plain && PyInit__greenhost != NULL;
    if (set_environment(config, venv) < 0 ||
        (module && PyImport_AppendInittab("_greenhost", PyInit__greenhost) < 0))
        return fail(error, EX_OSERR, "out of memory; free some and try again");
    PyStatus status = initialize(config, venv);
    if (PyStatus_IsExit(status)) return fail(error, status.exitcode, "");
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    return finish(config, venv, error);
}

int gh_interp_open(const gh_interp_config_t *config, gh_interp_error_t *error) {
    gh__venv_t venv;
    *error = (gh_interp_error_t){.exit_code = 0};
    const char *program = config->argc > 0 ? config->argv[0] : "";
    int result = gh__venv_find(&venv, program, config->venv, error->message, sizeof error->message);
    if (result < 0)
        error->exit_code = GH_EXIT_VENV;
    else
        result = open_with_venv(config, &venv, error);
    gh__venv_clear(&venv);
    return result;
}
