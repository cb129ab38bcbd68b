/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_store.c: core/store.c gives out again what was given back, and keeps no more than it may. */
#include "support.h"

#include <malloc.h>

#include "core/store.h"
#include "core/switch.h"

/* As it is by default, under a tool too. */
static gh_host_t *store_open(void) {
    unsetenv("PYTHONMALLOC");
    gh_host_t *host = host_open();
    ck_assert_int_eq(gh__switch_open(host), 0);
    return host;
}

START_TEST(what_is_given_back_is_given_out_again) {
    gh_host_t *host = store_open();
    void *first = PyMem_RawMalloc(3000), *second = PyMem_RawMalloc(3000);
    PyMem_RawFree(first);
    PyMem_RawFree(second);
    ck_assert_ptr_eq(PyMem_RawMalloc(3000), second);
    ck_assert_ptr_eq(PyMem_RawMalloc(3000), first);
    PyMem_RawFree(first);
    PyMem_RawFree(second);
    ck_assert_int_eq(gh_close(host), 0);
}
END_TEST

START_TEST(another_size_is_not_given_out) {
    gh_host_t *host = store_open();
    void *block = PyMem_RawMalloc(3000);
    PyMem_RawFree(block);
    for (size_t size = 3100; size < 100000; size += 100) {
        void *other = PyMem_RawMalloc(size);
        ck_assert_ptr_ne(other, block);
        ck_assert_uint_ge(malloc_usable_size(other), size);
        PyMem_RawFree(other);
    }
    ck_assert_int_eq(gh_close(host), 0);
}
END_TEST

START_TEST(a_block_that_is_cut_is_exchanged) {
    gh_host_t *host = store_open();
    char *block = PyMem_RawMalloc(65569);
    strcpy(block, "content");
    char *cut = PyMem_RawRealloc(block, 1057);
    ck_assert_ptr_ne(cut, block);
    ck_assert_str_eq(cut, "content");
    ck_assert_uint_lt(malloc_usable_size(cut), 2000);
    ck_assert_ptr_eq(PyMem_RawMalloc(65569), block);
    PyMem_RawFree(block);
    PyMem_RawFree(cut);
    ck_assert_int_eq(gh_close(host), 0);
}
END_TEST

/* Blocks of all sizes, which together are many times what is kept. */
START_TEST(no_more_than_a_mebibyte_is_kept) {
    gh_host_t *host = store_open();
    void *blocks[2000];
    size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < 2000; i++) blocks[i] = PyMem_RawMalloc(600 + 37 * i);
    for (size_t i = 0; i < 2000; i++) PyMem_RawFree(blocks[i]);
    ck_assert_uint_le(mallinfo2().uordblks, before + (1 << 20));
    gh__store_empty();
    ck_assert_uint_le(mallinfo2().uordblks, before + 65536); /* malloc's own cache counts as used */
    ck_assert_int_eq(gh_close(host), 0);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, what_is_given_back_is_given_out_again);
    tcase_add_test(tests, another_size_is_not_given_out);
    tcase_add_test(tests, a_block_that_is_cut_is_exchanged);
    tcase_add_test(tests, no_more_than_a_mebibyte_is_kept);
}

int main(void) { return run_tests("store", fill); }
