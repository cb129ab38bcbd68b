/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_venv.c: runtime/venv.c finds the environment that was asked for, and judges it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../runtime/venv.h"
#include "support.h"

static char directory[] = "/tmp/greenhost-venv-XXXXXX";
static char message[1024];
static gh__venv_t venv;

/* Makes an environment of that name, whose pyvenv.cfg has this text, with an executable in bin. */
static void make(const char *name, const char *text) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s/bin", directory, name);
    char *command;
    ck_assert_int_gt(asprintf(&command, "mkdir -p %s && cp /bin/true %s/program", path, path), 0);
    ck_assert_int_eq(system(command), 0);
    free(command);
    snprintf(path, sizeof path, "%s/%s/pyvenv.cfg", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void setup(void) {
    strcpy(strrchr(directory, '-'), "-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    unsetenv("VIRTUAL_ENV");
}

static void teardown(void) {
    char *command;
    gh__venv_clear(&venv);
    ck_assert_int_gt(asprintf(&command, "rm -r %s", directory), 0);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

static int find(const char *program, const char *asked) {
    message[0] = '\0';
    gh__venv_clear(&venv);
    return gh__venv_find(&venv, program, asked, message, sizeof message);
}

static void assert_in_directory(const char *path, const char *name) {
    char expected[PATH_MAX];
    snprintf(expected, sizeof expected, "%s/%s", directory, name);
    ck_assert_str_eq(path, expected);
}

START_TEST(none_is_asked_for) {
    ck_assert_int_eq(find("/bin/true", NULL), 0);
    ck_assert_ptr_null(venv.prefix);
    ck_assert_int_eq(setenv("VIRTUAL_ENV", "", 1), 0);
    ck_assert_int_eq(find("/bin/true", NULL), 0);
    ck_assert_ptr_null(venv.prefix);
}
END_TEST

START_TEST(relative_option_becomes_absolute) {
    make("good", " HOME = /usr/bin \r\nversion=3.11.9\n");
    ck_assert_int_eq(find("true", "good/"), 0);
    assert_in_directory(venv.prefix, "good");
    assert_in_directory(venv.executable, "good/bin/greenhost");
    ck_assert_ptr_nonnull(strstr(venv.self, "/bin/true"));
}
END_TEST

START_TEST(place_of_the_executable_overrules_the_variable) {
    make("good", "home = /usr/bin\n");
    ck_assert_int_eq(setenv("VIRTUAL_ENV", "/nowhere", 1), 0);
    ck_assert_int_eq(find("good/bin/program", NULL), 0);
    ck_assert_ptr_null(venv.prefix);
    ck_assert_int_eq(find("/bin/true", NULL), -1);
}
END_TEST

START_TEST(option_overrules_the_place_of_the_executable) {
    make("good", "home = /usr/bin\n");
    make("other", "home = /usr/bin\nversion_info = 3.11.2.final.0\n");
    ck_assert_int_eq(find("./good/bin/program", "other"), 0);
    assert_in_directory(venv.prefix, "other");
    ck_assert_ptr_null(strstr(venv.self, "good"));
}
END_TEST

START_TEST(unusable_ones_are_told_in_one_line) {
    static const char *const texts[] = {"", "version = 3.11.2\n", "home\n",
                                        "home = /usr/bin\nversion = 3.1\n",
                                        "home = /usr/bin\nversion = 3.110\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        make("bad", texts[i]);
        ck_assert_int_eq(find("/bin/true", "bad"), -1);
        ck_assert_ptr_nonnull(strstr(message, "; "));
        ck_assert_ptr_null(strchr(message, '\n'));
    }
    ck_assert_int_eq(find("/bin/true", "missing"), -1);
    ck_assert_ptr_nonnull(strstr(message, "cannot read its pyvenv.cfg"));
}
END_TEST

static void fill(TCase *cases) {
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, none_is_asked_for);
    tcase_add_test(cases, relative_option_becomes_absolute);
    tcase_add_test(cases, place_of_the_executable_overrules_the_variable);
    tcase_add_test(cases, option_overrules_the_place_of_the_executable);
    tcase_add_test(cases, unusable_ones_are_told_in_one_line);
}

int main(void) { return run_tests("venv", fill); }
