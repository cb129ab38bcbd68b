/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* hello.cc: the same in C++: a lambda hears of the result of a call. */
#include <greenhost.h>

#include <iostream>
#include <memory>

struct close_host {
    void operator()(gh_host_t *host) const {
        gh_close(host);
        gh_release(host);
    }
};

int main() {
    gh_host_t *opened = nullptr;
    if (gh_open(&opened, nullptr) < 0) {
        std::cerr << "hello: " << gh_error_message() << '\n';
        return 1;
    }
    std::unique_ptr<gh_host_t, close_host> host(opened);

    gh_value_t args[] = {gh_int(6), gh_int(7)};
    gh_spawn_t spec{};
    spec.size = sizeof spec;
    spec.function = "operator:mul";
    spec.args = args;
    spec.count = 2;
    spec.done = [](gh_task_t *task, void *) {
        std::cout << "hello from C++: " << gh_task_result(task)->value.integer << '\n';
    };
    gh_task_t *task = nullptr;
    int status = gh_spawn(host.get(), &task, &spec);
    if (status == 0) status = gh_wait_task(task, -1);
    gh_sleep(1); // the loop turns, and the callback is called
    gh_task_release(task);
    return status < 0;
}
