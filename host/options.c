/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* options.c: finding our own options among python's.  options.h has the contract. */
#include "options.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_PIN_MS 100
#define MOST_DIGITS 15 /* of a number: fewer than would overflow */

/* Where the reading has come to.  Words are copied from `in` to options->argv, ours are not. */
typedef struct reader_s {
    options_t *options;
    char **in; /* the next word, NULL at the end */
} reader_t;

static void keep_word(reader_t *reader) {
    if (*reader->in != NULL) reader->options->argv[reader->options->argc++] = *reader->in++;
}

static void keep_rest(reader_t *reader) {
    while (*reader->in != NULL) keep_word(reader);
}

static int complain(const char *option, const char *problem, const char *advice) {
    fprintf(stderr, "greenhost: %s %s; %s\n", option, problem, advice);
    return OPTIONS_EXIT_USAGE;
}

static int refuse_value(const char *option) {
    return complain(option, "takes no value", "leave out the = and what follows");
}

static int out_of_memory(void) {
    fputs("greenhost: out of memory; free some and try again\n", stderr);
    return EX_OSERR;
}

/* Says whether `word` is `name` or `name=...`; *value is then what follows the `=`, or NULL. */
static bool is_option(const char *word, const char *name, const char **value) {
    size_t length = strlen(name);
    if (strncmp(word, name, length) != 0) return false;
    *value = word[length] == '=' ? word + length + 1 : NULL;
    return word[length] == '\0' || word[length] == '=';
}

/* The value of the option at hand: what follows its `=`, else the next word.  NULL if there is none. */
static const char *take_value(reader_t *reader, const char *value) {
    reader->in++;
    if (value == NULL && *reader->in != NULL) value = *reader->in++;
    return value;
}

static int take_venv(reader_t *reader, const char *value) {
    value = take_value(reader, value);
    if (value == NULL || *value == '\0')
        return complain("--venv", "needs a directory", "give one, as in: --venv DIR");
    reader->options->venv = value;
    return 0;
}

static int take_portal(reader_t *reader, const char *value) {
    value = take_value(reader, value);
    if (value == NULL || strcmp(value, "always") != 0)
        return complain("--portal", "has one value, always", "write: --portal=always");
    reader->options->portal = true;
    return 0;
}

/* The next ones: of the option, or of the variable that stands for it. */

static int set_threads(options_t *options, const char *name, const char *value) {
    options->tasks = value != NULL && strcmp(value, "tasks") == 0;
    if (options->tasks || (value != NULL && strcmp(value, "os") == 0)) return 0;
    return complain(name, "is neither tasks nor os", "write: tasks, or os");
}

static int set_pin_warn(options_t *options, const char *name, const char *value) {
    size_t digits = value ? strspn(value, "0123456789") : 0;
    if (digits == 0 || digits > MOST_DIGITS || value[digits] != '\0')
        return complain(name, "needs a number of milliseconds", "write one, or 0 for no warnings");
    options->pin_ms = strtoull(value, NULL, 10);
    return 0;
}

static int set_pin_fail(options_t *options, const char *name, const char *value) {
    (void)name, (void)value;
    options->pin_fail = true;
    return 0;
}

static const struct {
    const char *name, *variable;
    int (*set)(options_t *options, const char *name, const char *value);
    bool flag; /* the option takes no value */
} shared[] = {
    {"--threads", "GREENHOST_THREADS", set_threads, false},
    {"--pin-warn", "GREENHOST_PIN_WARN", set_pin_warn, false},
    {"--pin-fail", "GREENHOST_PIN_FAIL", set_pin_fail, true},
};

#define SHARED (sizeof shared / sizeof *shared)

/* Children are told the same. */
static int take_shared(reader_t *reader, size_t i, const char *value) {
    if (shared[i].flag && value != NULL) return refuse_value(shared[i].name);
    if (shared[i].flag)
        reader->in++, value = "1";
    else
        value = take_value(reader, value);
    int code = shared[i].set(reader->options, shared[i].name, value);
    return code == 0 && setenv(shared[i].variable, value, 1) < 0 ? out_of_memory() : code;
}

static int read_environment(options_t *options) {
    int code = 0;
    for (size_t i = 0; i < SHARED && code == 0; i++) {
        const char *value = getenv(shared[i].variable);
        if (value != NULL && *value != '\0')
            code = shared[i].set(options, shared[i].variable, value);
    }
    return code;
}

static int take_flag(reader_t *reader, const char *name, const char *value, bool *flag) {
    if (value != NULL) return refuse_value(name);
    reader->in++;
    *flag = true;
    return 0;
}

/* Takes the word if it is ours.  *ours says so; the result is 0 or an exit code. */
static int take_own(reader_t *reader, bool *ours) {
    options_t *options = reader->options;
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"--help-greenhost", &options->help},
        {"--version-greenhost", &options->version},
        {"--plain", &options->plain},
    };
    const char *value;
    *ours = true;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (is_option(*reader->in, flags[i].name, &value))
            return take_flag(reader, flags[i].name, value, flags[i].flag);
    if (is_option(*reader->in, "--venv", &value)) return take_venv(reader, value);
    if (is_option(*reader->in, "--portal", &value)) return take_portal(reader, value);
    for (size_t i = 0; i < SHARED; i++)
        if (is_option(*reader->in, shared[i].name, &value)) return take_shared(reader, i, value);
    *ours = false;
    return 0;
}

/*
 * Keeps a cluster of python's short options, such as -Ic.  -c and -m end python's options: their
 * argument and all that follows are the program's.  -W and -X have an argument, which is the next
 * word when nothing follows the letter.  A letter that python does not know, it will refuse.
 */
static void keep_cluster(reader_t *reader) {
    const char *letter = *reader->in + 1;
    size_t plain = strcspn(letter, "cmWX");
    char found = letter[plain];
    if (found == 'c' || found == 'm') {
        keep_rest(reader);
        return;
    }
    keep_word(reader);
    if (found != '\0' && letter[plain + 1] == '\0') keep_word(reader);
}

/* Keeps one option of python's, or everything once the program begins. */
static void keep_python(reader_t *reader) {
    const char *word = *reader->in;
    if (word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0) {
        keep_rest(reader);
    } else if (word[1] != '-') {
        keep_cluster(reader);
    } else {
        bool argument = strcmp(word, "--check-hash-based-pycs") == 0;
        keep_word(reader);
        if (argument) keep_word(reader);
    }
}

int options_parse(options_t *options, int argc, char **argv) {
    reader_t reader = {.options = options, .in = argv};
    *options =
        (options_t){.argv = calloc((size_t)argc + 1, sizeof *argv), .pin_ms = DEFAULT_PIN_MS};
    if (options->argv == NULL) return out_of_memory();
    int code = read_environment(options);
    keep_word(&reader);
    while (code == 0 && *reader.in != NULL) {
        bool ours;
        code = take_own(&reader, &ours);
        if (code == 0 && !ours) keep_python(&reader);
    }
    return code;
}

void options_clear(options_t *options) {
    free(options->argv);
    options->argv = NULL;
}

void options_print_help(FILE *stream) {
    fputs("usage: greenhost [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"
          "Runs Python programs, unchanged, as tasks on one libuv loop. Every option and\n"
          "environment variable of python3 works as it does there (see greenhost --help).\n"
          "\n"
          "greenhost's own options, which stand before the program:\n"
          "  --help-greenhost     print this text and exit\n"
          "  --version-greenhost  print the versions of greenhost and its parts and exit\n"
          "  --pin-fail           end with code 75 where all went well but for such a\n"
          "                       warning; also GREENHOST_PIN_FAIL=1\n"
          "  --pin-warn=MS        warn of calls that can't park, and of tasks that compute,\n"
          "                       once others have waited so many milliseconds (100 by\n"
          "                       default; 0: never); also GREENHOST_PIN_WARN=MS\n"
          "  --plain              switch everything of greenhost's off, here and in children,\n"
          "                       to compare; also GREENHOST_PLAIN=1\n"
          "  --portal=always      let every task of asyncio and Trio use await_(), here and in\n"
          "                       children; also GREENHOST_PORTAL=always\n"
          "  --threads=tasks|os   make the threads that the program starts tasks, or threads of\n"
          "                       the operating system (as it is by default), here and in\n"
          "                       children; also GREENHOST_THREADS=tasks\n"
          "  --venv DIR           run in the virtual environment DIR; also VIRTUAL_ENV=DIR\n"
          "\n"
          "exit codes: the program's own, as python3's (0; 1 uncaught error; 2 bad option or\n"
          "missing file; 120 last flush failed; death by SIGINT on KeyboardInterrupt), and\n"
          "  64  one of greenhost's own options is wrong\n"
          "  69  greenlet or libuv is missing or too old\n"
          "  70  every task is stuck: none is ready and nothing can wake one\n"
          "  71  the operating system refused what the loop needs\n"
          "  75  --pin-fail was given, and a warning of that kind has been printed\n"
          "  78  the virtual environment is unreadable or made for another Python\n",
          stream);
}
