/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_options.c: host/options.c takes its own words and leaves python's in their order. */
#include <stdlib.h>
#include <string.h>

#include "../host/options.h"
#include "support.h"

/* A command line, and what is expected to be left of it, both cut at single blanks. */
typedef struct line_s {
    const char *given;
    const char *left;
    bool plain;
    const char *venv;
    bool portal;
} line_t;

static const line_t lines[] = {
    {"g", "g", false, NULL},
    {"g x", "g x", false, NULL},
    {"g --plain x --plain", "g x --plain", true, NULL},
    {"g --venv d x", "g x", false, "d"},
    {"g --venv=d=e -B x", "g -B x", false, "d=e"},
    {"g --venv --plain x", "g x", false, "--plain"},
    {"g --venv a --venv b x", "g x", false, "b"},
    {"g -B --plain -O x", "g -B -O x", true, NULL},
    {"g -c --plain --plain", "g -c --plain --plain", false, NULL},
    {"g -Bc --plain", "g -Bc --plain", false, NULL},
    {"g -cpass --plain", "g -cpass --plain", false, NULL},
    {"g -Wc --plain x", "g -Wc x", true, NULL},
    {"g -m --plain", "g -m --plain", false, NULL},
    {"g -W --plain --plain x", "g -W --plain x", true, NULL},
    {"g -BX --plain --plain x", "g -BX --plain x", true, NULL},
    {"g -Xdev --plain x", "g -Xdev x", true, NULL},
    {"g -X", "g -X", false, NULL},
    {"g --check-hash-based-pycs --plain --plain", "g --check-hash-based-pycs --plain", true, NULL},
    {"g --check-hash-based-pycs", "g --check-hash-based-pycs", false, NULL},
    {"g --unknown --plain", "g --unknown", true, NULL},
    {"g --plainly", "g --plainly", false, NULL},
    {"g --portal=always x", "g x", false, NULL, true},
    {"g --portal always --plain x", "g x", true, NULL, true},
    {"g --pin-warn=9 --pin-fail x", "g x", false, NULL},
    {"g x --portal=always", "g x --portal=always", false, NULL},
    {"g -- --plain", "g -- --plain", false, NULL},
    {"g - --plain", "g - --plain", false, NULL},
};

/* Cuts `text` in place at its blanks into words[], ended by NULL.  Returns how many there are. */
static int cut(char *text, char **words) {
    int count = 0;
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    return count;
}

START_TEST(keeps_the_words_of_python) {
    const line_t *line = &lines[_i];
    char given[128], left[128], *words[16], *expected[16];
    strcpy(given, line->given);
    strcpy(left, line->left);
    int argc = cut(given, words), wanted = cut(left, expected);
    options_t options;
    ck_assert_int_eq(options_parse(&options, argc, words), 0);
    ck_assert_int_eq(options.argc, wanted);
    for (int i = 0; i < wanted; i++) ck_assert_str_eq(options.argv[i], expected[i]);
    ck_assert_ptr_null(options.argv[wanted]);
    ck_assert_int_eq(options.plain, line->plain);
    ck_assert_int_eq(options.portal, line->portal);
    ck_assert_pstr_eq(options.venv, line->venv);
    options_clear(&options);
}
END_TEST

static const char *const mistakes[] = {"g --venv",     "g --venv=",           "g -B --venv",
                                       "g --plain=1",  "g --help-greenhost=", "g -B --plain= x",
                                       "g --portal",   "g --portal=never x",  "g --portal= x",
                                       "g --pin-warn", "g --pin-warn=1s x",   "g --pin-fail=1 x"};

START_TEST(reads_when_to_warn) {
    char given[] = "g --pin-warn 250 --pin-fail x", *words[16];
    int argc = cut(given, words);
    options_t options;
    ck_assert_int_eq(options_parse(&options, argc, words), 0);
    ck_assert_uint_eq(options.pin_ms, 250);
    ck_assert(options.pin_fail);
    ck_assert_str_eq(getenv("GREENHOST_PIN_WARN"), "250");
    options_clear(&options);
}
END_TEST

START_TEST(refuses_a_mistake_in_our_own) {
    char given[64], *words[16];
    strcpy(given, mistakes[_i]);
    int argc = cut(given, words);
    options_t options;
    ck_assert_int_eq(options_parse(&options, argc, words), OPTIONS_EXIT_USAGE);
    options_clear(&options);
}
END_TEST

START_TEST(lives_without_a_name) {
    char *none[] = {NULL};
    options_t options;
    ck_assert_int_eq(options_parse(&options, 0, none), 0);
    ck_assert_int_eq(options.argc, 0);
    ck_assert_ptr_null(options.argv[0]);
    options_clear(&options);
}
END_TEST

static void fill(TCase *cases) {
    tcase_add_loop_test(cases, keeps_the_words_of_python, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(cases, refuses_a_mistake_in_our_own, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(cases, reads_when_to_warn);
    tcase_add_test(cases, lives_without_a_name);
}

int main(void) { return run_tests("options", fill); }
