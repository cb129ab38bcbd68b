/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_identity.c: what CPython keeps for its threads, when the process forks. */
#define Py_BUILD_CORE 1
#include "support.h"

#include <internal/pycore_runtime.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <time.h>

static sem_t has_list;

/* Has the list of thread states, as a thread in PyGILState_Ensure has it, for a moment. */
static void *hold_list(void *unused) {
    static const struct timespec moment = {.tv_nsec = 50000000};
    PyThread_acquire_lock(_PyRuntime.interpreters.mutex, WAIT_LOCK);
    libc_sem_post(&has_list);
    libc_nanosleep(&moment, NULL);
    PyThread_release_lock(_PyRuntime.interpreters.mutex);
    return unused;
}

START_TEST(the_child_of_a_fork_has_the_list_of_threads) {
    pthread_t thread;
    int status = -1;
    host_open();
    ck_assert_int_eq(sem_init(&has_list, 0, 0), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_list, NULL), 0);
    ck_assert_int_eq(libc_sem_wait(&has_list), 0);
    pid_t pid = fork();
    if (pid == 0) _exit(PyThread_acquire_lock_timed(_PyRuntime.interpreters.mutex, 0, 0) ? 5 : 6);
    ck_assert_int_eq(libc_waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(WEXITSTATUS(status), 5);
    ck_assert_int_eq(libc_pthread_join(thread, NULL), 0);
    host_end();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, the_child_of_a_fork_has_the_list_of_threads);
}

int main(void) { return run_tests("identity", fill); }
