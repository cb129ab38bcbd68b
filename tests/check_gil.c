/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_gil.c: core/gil.c keeps the GIL that is said to be released, until another thread asks. */
#define Py_BUILD_CORE 1
#include "support.h"

#include <internal/pycore_runtime.h>
#include <pthread.h>
#include <stdatomic.h>

static bool is_taken(void) { return _Py_atomic_load_relaxed(&_PyRuntime.ceval.gil.locked); }

static atomic_bool done;

static void *run_python(void *unused) {
    PyGILState_STATE state = PyGILState_Ensure();
    ck_assert_int_eq(PyRun_SimpleString("for i in range(1000): str(i)"), 0);
    PyGILState_Release(state);
    done = true;
    return unused;
}

static void run_thread(void *(*function)(void *)) {
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, function, NULL), 0);
    ck_assert_int_eq(libc_pthread_join(thread, NULL), 0);
}

START_TEST(it_is_kept_while_nobody_else_has_asked) {
    python_open();
    PyThreadState *tstate = PyEval_SaveThread();
    ck_assert_ptr_null(_PyThreadState_UncheckedGet());
    ck_assert_int_eq(PyGILState_Check(), 0);
    ck_assert(is_taken());
    PyEval_RestoreThread(tstate);
    ck_assert_ptr_eq(_PyThreadState_UncheckedGet(), tstate);
    ck_assert_int_eq(PyGILState_Check(), 1);
    ck_assert_int_eq(Py_FinalizeEx(), 0);
}
END_TEST

START_TEST(another_thread_takes_it) {
    python_open();
    PyThreadState *tstate = PyEval_SaveThread();
    run_thread(run_python);
    ck_assert(!is_taken());
    for (int i = 0; i < 3; i++) {
        PyEval_RestoreThread(tstate);
        ck_assert(is_taken());
        ck_assert_ptr_eq(PyEval_SaveThread(), tstate);
        ck_assert(!is_taken());
    }
    PyEval_RestoreThread(tstate);
    ck_assert_int_eq(Py_FinalizeEx(), 0);
}
END_TEST

/* It has asked, and waits, when the GIL is released. */
START_TEST(another_thread_waits_for_it) {
    pthread_t thread;
    python_open();
    ck_assert_int_eq(pthread_create(&thread, NULL, run_python, NULL), 0);
    while (!done) PyEval_RestoreThread(PyEval_SaveThread());
    ck_assert_int_eq(libc_pthread_join(thread, NULL), 0);
    ck_assert_int_eq(Py_FinalizeEx(), 0);
}
END_TEST

START_TEST(who_keeps_it_may_ask_in_another_way) {
    python_open();
    PyThreadState *tstate = PyEval_SaveThread();
    PyEval_AcquireThread(tstate);
    ck_assert_int_eq(PyGILState_Check(), 1);
    PyEval_ReleaseThread(tstate);
    ck_assert(!is_taken());
    PyEval_RestoreThread(tstate);
    ck_assert_int_eq(Py_FinalizeEx(), 0);
}
END_TEST

START_TEST(another_thread_state_is_not_the_one_that_is_kept) {
    python_open();
    PyThreadState *tstate = PyEval_SaveThread(), *other = PyThreadState_New(tstate->interp);
    PyEval_RestoreThread(other);
    ck_assert_ptr_eq(_PyThreadState_UncheckedGet(), other);
    ck_assert_ptr_eq(PyEval_SaveThread(), other);
    PyEval_RestoreThread(tstate);
    PyThreadState_Clear(other);
    PyThreadState_Delete(other);
    ck_assert_int_eq(Py_FinalizeEx(), 0);
}
END_TEST

static int note(void *unused) {
    (void)unused;
    done = true;
    return 0;
}

static void *add_pending(void *unused) {
    ck_assert_int_eq(Py_AddPendingCall(note, NULL), 0);
    return unused;
}

START_TEST(what_became_due_meanwhile_is_noticed) {
    python_open();
    PyThreadState *tstate = PyEval_SaveThread();
    run_thread(add_pending);
    ck_assert(is_taken());
    PyEval_RestoreThread(tstate);
    ck_assert_int_eq(PyRun_SimpleString("for i in range(1000): str(i)"), 0);
    ck_assert(done);
    ck_assert_int_eq(Py_FinalizeEx(), 0);
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, it_is_kept_while_nobody_else_has_asked);
    tcase_add_test(tests, another_thread_takes_it);
    tcase_add_test(tests, another_thread_waits_for_it);
    tcase_add_test(tests, who_keeps_it_may_ask_in_another_way);
    tcase_add_test(tests, another_thread_state_is_not_the_one_that_is_kept);
    tcase_add_test(tests, what_became_due_meanwhile_is_noticed);
}

int main(void) { return run_tests("gil", fill); }
