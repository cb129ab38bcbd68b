/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* late.c: opens the library with dlopen, when libc has been there for long. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <uv.h>

int main(int argc, char **argv) {
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    if (library == NULL) {
        puts(dlerror());
        return 1;
    }
    bool (*active)(const char **);
    int (*open)(void **, const void *);
    *(void **)&active = dlsym(library, "gh_surface_active");
    *(void **)&open = dlsym(library, "gh_open");
    const char *reason;
    void *host;
    bool is_active = active(&reason);
    printf("%s: %s\n", is_active ? "active" : "inactive", reason);
    int error = open(&host, NULL);
    printf("gh_open: %s\n", error < 0 ? uv_err_name(error) : "0");
    return 0;
}
