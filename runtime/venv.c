/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* venv.c: finding and judging a virtual environment.  venv.h has the contract. */
#include "venv.h"

#include <errno.h>
#include <limits.h>
#include <patchlevel.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRING(x) #x
#define EXPANDED_STRING(x) STRING(x)
#define MINOR_VERSION EXPANDED_STRING(PY_MAJOR_VERSION) "." EXPANDED_STRING(PY_MINOR_VERSION)

/* What pyvenv.cfg says, as far as it concerns us. */
typedef struct settings_s {
    bool home;        /* it has the key that makes python take it for an environment */
    char version[32]; /* of the Python that made it; "" when it does not say */
} settings_t;

/* "left/right" in memory of the caller's, or NULL. */
static char *join(const char *left, const char *right) {
    char *joined;
    return asprintf(&joined, "%s/%s", left, right) < 0 ? NULL : joined;
}

/* Cuts `path` before its last component.  "/x" becomes "", which join turns into "/" again. */
static void cut_last(char *path) {
    char *slash = strrchr(path, '/');
    if (slash != NULL) *slash = '\0';
}

static void trim(char **from, char *end) {
    while (end > *from && strchr(" \t\r\n", end[-1]) != NULL) end--;
    *end = '\0';
    *from += strspn(*from, " \t");
}

static void read_setting(settings_t *settings, char *line) {
    char *value = strchr(line, '=');
    if (value == NULL) return;
    trim(&line, value++);
    trim(&value, value + strlen(value));
    if (strcasecmp(line, "home") == 0)
        settings->home = true;
    else if (strcasecmp(line, "version") == 0 || strcasecmp(line, "version_info") == 0)
        snprintf(settings->version, sizeof settings->version, "%s", value);
}

/* Reads `directory`/pyvenv.cfg.  Returns 0 or an errno value. */
static int read_settings(settings_t *settings, const char *directory) {
    char *path = join(directory, "pyvenv.cfg"), *line = NULL;
    size_t size = 0;
    FILE *file = path == NULL ? NULL : fopen(path, "re");
    int error = file == NULL ? errno : 0;
    free(path);
    *settings = (settings_t){.home = false};
    if (error != 0) return error;
    errno = 0; /* getline ends with -1 both at the end and on an error */
    while (getline(&line, &size, file) >= 0) read_setting(settings, line);
    error = errno;
    free(line);
    fclose(file);
    return error;
}

/* Whether `version` begins with this Python's major and minor number, and no longer minor. */
static bool same_minor(const char *version) {
    size_t length = strlen(MINOR_VERSION);
    if (strncmp(version, MINOR_VERSION, length) != 0) return false;
    return version[length] == '\0' || version[length] == '.';
}

/* Says in one line why `directory` cannot be used, and returns -1; or 0 when it can. */
static int judge(const char *directory, char *message, size_t size) {
    settings_t settings;
    int error = read_settings(&settings, directory);
    const char *advice = "make one there with: python3 -m venv DIR, or leave out --venv and "
                         "unset VIRTUAL_ENV";
    if (error != 0)
        snprintf(message, size, "no virtual environment in %s: cannot read its pyvenv.cfg (%s); %s",
                 directory, strerror(error), advice);
    else if (!settings.home)
        snprintf(message, size, "no virtual environment in %s: its pyvenv.cfg names no home; %s",
                 directory, advice);
    else if (settings.version[0] != '\0' && !same_minor(settings.version))
        snprintf(message, size,
                 "the virtual environment %s is for Python %s and this is Python " MINOR_VERSION
                 "; make another with: python" MINOR_VERSION " -m venv DIR, or unset VIRTUAL_ENV",
                 directory, settings.version);
    else
        return 0;
    return -1;
}

/* Whether python would find an environment by the place of this executable: beside or one up. */
static bool stands_in_venv(const char *executable) {
    settings_t settings;
    char *directory = strdup(executable);
    if (directory == NULL) return false;
    cut_last(directory);
    bool found = read_settings(&settings, directory) == 0 && settings.home;
    if (!found) {
        cut_last(directory);
        found = read_settings(&settings, directory) == 0 && settings.home;
    }
    free(directory);
    return found;
}

/* `path` made absolute without resolving links, which python does not do either; or NULL. */
static char *absolute(const char *path) {
    char here[PATH_MAX];
    if (path[0] == '/') return strdup(path);
    if (strncmp(path, "./", 2) == 0) path += 2;
    return getcwd(here, sizeof here) == NULL ? NULL : join(here, path);
}

static bool is_program(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The first program called `name` on PATH, or NULL. */
static char *search_path(const char *name) {
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        char *candidate;
        if (asprintf(&candidate, "%.*s/%s", (int)length, path, name) < 0) return NULL;
        if (length > 0 && is_program(candidate)) return candidate;
        free(candidate);
        path += length + (path[length] == ':');
    }
    return NULL;
}

/* This executable as python names its own: as invoked, links kept; failing that, its real path. */
static char *find_self(const char *program) {
    char *found = strchr(program, '/') != NULL ? absolute(program) : search_path(program);
    if (found != NULL && is_program(found)) return found;
    free(found);
    return realpath("/proc/self/exe", NULL);
}

/* An option may be relative; children inherit the name and may stand elsewhere. */
static char *find_prefix(const char *directory) {
    if (directory[0] != '/') {
        char *resolved = realpath(directory, NULL);
        return resolved != NULL ? resolved : strdup(directory);
    }
    char *prefix = strdup(directory);
    for (size_t length = prefix == NULL ? 0 : strlen(prefix); length > 1; length--) {
        if (prefix[length - 1] != '/') break;
        prefix[length - 1] = '\0';
    }
    return prefix;
}

static int out_of_memory(char *message, size_t size) {
    snprintf(message, size, "out of memory; free some and try again");
    return -1;
}

int gh__venv_find(gh__venv_t *venv, const char *program, const char *directory, char *message,
                  size_t size) {
    const char *asked = directory != NULL ? directory : getenv("VIRTUAL_ENV");
    *venv = (gh__venv_t){.prefix = NULL};
    if (asked == NULL || *asked == '\0') return 0;
    venv->self = find_self(program);
    if (venv->self == NULL) return out_of_memory(message, size);
    if (stands_in_venv(venv->self)) {
        if (directory == NULL) return 0;
        /* Started by that name, a child would take the environment it stands in instead. */
        free(venv->self);
        venv->self = realpath("/proc/self/exe", NULL);
    }
    venv->prefix = find_prefix(asked);
    if (venv->prefix != NULL) venv->executable = join(venv->prefix, "bin/greenhost");
    if (venv->self == NULL || venv->executable == NULL) return out_of_memory(message, size);
    return judge(venv->prefix, message, size);
}

void gh__venv_clear(gh__venv_t *venv) {
    free(venv->prefix);
    free(venv->executable);
    free(venv->self);
    *venv = (gh__venv_t){.prefix = NULL};
}
