/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_resolve.c: hooks/resolve.c finds libc's functions, and everybody else finds ours. */
#include <dlfcn.h>
#include <string.h>

#include "support.h"

typedef struct row_s {
    const char *name;
    void *real;
} row_t;

static row_t rows[512];
static size_t count;

static void add(const char *name, void *real) {
    ck_assert_uint_lt(count, sizeof rows / sizeof *rows);
    rows[count++] = (row_t){name, real};
}

static void setup(void) {
#define HOOK(family, type, name, params, args) add(#name, *(void **)&libc_##name);
#define HOOK_VOID HOOK
#define HOOK_CALLER(family, type, name) add(#name, *(void **)&libc_##name);
#define HOOK_NAKED HOOK_CALLER
#include "hooks/hooks.def"
#undef HOOK
#undef HOOK_CALLER
#undef HOOK_NAKED
}

static const char *file_of(void *address) {
    Dl_info info;
    ck_assert_int_ne(dladdr(address, &info), 0);
    return info.dli_fname;
}

START_TEST(each_real_function_is_in_libc) {
    ck_assert_uint_gt(count, 0);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(rows[i].real != NULL, "%s is missing", rows[i].name);
        const char *file = file_of(rows[i].real);
        ck_assert_msg(strstr(file, "/libc.so") != NULL, "%s is %s's", rows[i].name, file);
    }
}
END_TEST

/* As a library's call would: the whole program is searched, the executable first. */
START_TEST(each_name_leads_to_ours) {
    const char *program = file_of((void *)setup);
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(RTLD_DEFAULT, rows[i].name);
        ck_assert_msg(found != NULL && found != rows[i].real, "%s is libc's", rows[i].name);
        ck_assert_msg(strcmp(file_of(found), program) == 0, "%s is not ours", rows[i].name);
    }
}
END_TEST

START_TEST(a_name_stands_in_the_table_once) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) ck_assert_str_ne(rows[i].name, rows[j].name);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, each_real_function_is_in_libc);
    tcase_add_test(tests, each_name_leads_to_ours);
    tcase_add_test(tests, a_name_stands_in_the_table_once);
}

int main(void) { return run_tests("resolve", fill); }
