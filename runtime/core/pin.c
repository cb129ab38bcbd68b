/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * pin.c: which call holds the loop, when one does that the surface can't park.
 *
 * The watchdog (core/watch.c) sees that a turn is too long, and finds out where in C the loop thread is.
 * The thread itself tells of it, at its next bytecode or when it parks: then the call is over, its
 * length is known, Python's stack is still the one that made the call, and may be read.
 *
 * A thread that computes is sent a signal, whose handler is told where that was.  One that waits in the
 * kernel is not disturbed, since there are calls that a signal ends whatever its flags (nanosleep, poll):
 * the kernel says where it is.  What lies on its stack from there up to the interpreter and looks like a
 * return address is taken for one.  docs/DESIGN.md has the alternatives.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define Py_BUILD_CORE 1
#include "core/deadline.h"
#include "core/offload.h"
#include "core/pin.h"
#include "core/post.h"
#include "core/task.h"
#include "current.h"
#include "hooks/libc.h"
#include "host.h"
#include "internal.h"

#include <internal/pycore_frame.h>
#include <internal/pycore_traceback.h>

#define SCANNED_WORDS 4096
/* So many calls are told of: a stale address may be taken for one. */
#define CALLS 3

/* ---- what the kernel knows of the loop thread ---- */

/* A file of the thread's in /proc; "" when it can't be read. */
static void read_proc(const gh_host_t *host, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/task/%d/%s", (int)host->tid, name);
    int fd = libc_open(path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t got = fd < 0 ? 0 : libc_read(fd, text, size - 1);
    if (fd >= 0) libc_close(fd);
    text[got > 0 ? got : 0] = '\0';
}

gh__share_t gh__pin_share(const gh_host_t *host) {
    char text[128];
    unsigned long long ran = 0, queued = 0;
    read_proc(host, "schedstat", text, sizeof(text));
    sscanf(text, "%llu %llu", &ran, &queued);
    return (gh__share_t){.ran = ran, .queued = queued};
}

/* What the kernel says: "running", and then false is returned, or a line whose last two words are its
 * stack pointer and its program counter. */
static bool waits_in_kernel(const gh_host_t *host, char *text, size_t size) {
    read_proc(host, "syscall", text, size);
    return strncmp(text, "running", 7) != 0;
}

/* A wait for a processor is counted when it is over.  So of a thread that does not wait in the kernel all
 * that is known for sure is how long it has run. */
uint64_t gh__pin_held(const gh_host_t *host, uint64_t since, gh__share_t share) {
    char text[256];
    gh__share_t now = gh__pin_share(host);
    if (now.ran > 0 && !waits_in_kernel(host, text, sizeof(text))) return now.ran - share.ran;
    return gh__now() - since - (now.queued - share.queued);
}

/* ---- where it is in C ---- */

/* libgcc's, which tells the function that an address is in, named or not. */
struct dwarf_eh_bases {
    void *tbase, *dbase, *function;
};
extern const void *_Unwind_Find_FDE(void *address, struct dwarf_eh_bases *bases);

static uintptr_t function_of(uintptr_t address) {
    struct dwarf_eh_bases bases;
    return _Unwind_Find_FDE((void *)address, &bases) == NULL ? 0 : (uintptr_t)bases.function;
}

static bool is_interpreter(uintptr_t function) {
    return function == (uintptr_t)_PyEval_EvalFrameDefault;
}

/* False when there is no need to go on. */
static bool add_frame(gh__pin_t *pin, uintptr_t address) {
    size_t count = pin->count;
    if (count == GH__PIN_FRAMES) return false;
    pin->frames[count] = address;
    pin->count = count + 1;
    return true;
}

/* Where it is, and what is above the stack pointer, from there up to the interpreter's eval loop.  To
 * unwind it properly would be to trust that it is whole, and greenlet may be about to exchange it. */
static void scan(gh__pin_t *pin, uintptr_t counter, uintptr_t pointer) {
    uintptr_t words[SCANNED_WORDS];
    if (is_interpreter(function_of(counter)) || !add_frame(pin, counter)) return;
    int memory = libc_open("/proc/self/mem", O_RDONLY | O_CLOEXEC, 0);
    if (memory < 0) return;
    ssize_t size = libc_pread(memory, words, sizeof(words), (off_t)pointer);
    libc_close(memory);
    for (ssize_t i = 0; i < size / (ssize_t)sizeof(*words); i++) {
        uintptr_t function = function_of(words[i] - 1);
        bool returns_here = function != 0 && function_of(words[i]) == function;
        if (is_interpreter(function) || (returns_here && !add_frame(pin, words[i] - 1))) break;
    }
}

#if defined(__x86_64__)
#define COUNTER gregs[REG_RIP]
#define POINTER gregs[REG_RSP]
#elif defined(__aarch64__)
#define COUNTER pc
#define POINTER sp
#endif

bool gh__pin_sample(const siginfo_t *info, const void *context) {
    gh_host_t *host = gh__current;
    const mcontext_t *at = &((const ucontext_t *)context)->uc_mcontext;
    if (info->si_code != SI_QUEUE || host == NULL || info->si_value.sival_ptr != host) return false;
    if (gh__pin_is_due(host)) scan(&host->pin, (uintptr_t)at->COUNTER, (uintptr_t)at->POINTER);
    return true;
}

/* The turn may be told of from the moment that `sighted` is set. */
void gh__pin_sight(gh_host_t *host, unsigned long long turn, uint64_t since) {
    gh__pin_t *pin = &host->pin;
    unsigned long pointer, counter;
    char text[256];
    bool waits = waits_in_kernel(host, text, sizeof(text));
    const char *last = strrchr(text, ' ');
    while (last != NULL && last > text && *--last != ' ') continue;
    pin->since = since;
    pin->count = 0;
    if (last != NULL && sscanf(last, "%lx %lx", &pointer, &counter) == 2)
        scan(pin, counter, pointer);
    pin->sighted = turn;
    if (!waits) pthread_sigqueue(host->thread, GH__NUDGE_SIGNAL, (union sigval){.sival_ptr = host});
}

/* ---- telling ---- */

typedef struct text_s {
    char bytes[8192];
    size_t size;
} text_t;

/* As much as there is room for. */
static void append(text_t *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof(text->bytes) - text->size;
    int size = vsnprintf(text->bytes + text->size, room, format, arguments);
    va_end(arguments);
    if (size > 0) text->size += (size_t)size < room ? (size_t)size : room - 1;
}

static const void *object_of(const void *function) {
    Dl_info info;
    return dladdr(function, &info) == 0 ? NULL : info.dli_fbase;
}

/* The calls that are neither the interpreter's nor ours, the innermost first, each library's nameless
 * ones once. */
static void describe_calls(const gh__pin_t *pin, text_t *text) {
    const void *python = object_of((void *)_PyEval_EvalFrameDefault), *own = object_of("");
    const char *before = "";
    int left = CALLS;
    for (size_t i = 0; i < pin->count && left > 0; i++) {
        Dl_info info;
        if (dladdr((void *)pin->frames[i], &info) == 0 || info.dli_fbase == python ||
            info.dli_fbase == own || (info.dli_sname == NULL && info.dli_fname == before))
            continue;
        const char *slash = strrchr(info.dli_fname, '/');
        append(text, text->size > 0 ? ", from " : "");
        const char *file = slash ? slash + 1 : info.dli_fname;
        append(text, info.dli_sname ? "%s (%s)" : "%s", info.dli_sname ? info.dli_sname : file,
               file);
        before = info.dli_fname;
        left--;
    }
    if (text->size == 0) append(text, "Python itself");
}

static const char *utf8(PyObject *string) {
    const char *bytes = PyUnicode_AsUTF8(string);
    if (bytes == NULL) PyErr_Clear();
    return bytes ? bytes : "?";
}

/* Python's calls.  No object is made, so that no finalizer runs. */
static void describe_stack(gh_host_t *host, text_t *text) {
    const _PyInterpreterFrame *frame = host->tstate->cframe->current_frame;
    for (; frame != NULL; frame = frame->previous) {
        int offset = _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT);
        append(text, "  File \"%s\", line %d in %s\n", utf8(frame->f_code->co_filename),
               PyCode_Addr2Line(frame->f_code, offset), utf8(frame->f_code->co_qualname));
    }
}

/* A place is the innermost line of Python's, or without one what C is doing. */
static uint64_t place_of(const char *stack, const text_t *where) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *byte = *stack ? stack : where->bytes; *byte != '\0' && *byte != '\n'; byte++)
        hash = (hash ^ (unsigned char)*byte) * UINT64_C(1099511628211);
    return hash;
}

/* Once there is no room for more, all are. */
static bool is_known(const gh__pin_t *pin, uint64_t place) {
    size_t i = 0;
    while (i < pin->place_count && pin->places[i] != place) i++;
    return i < pin->place_count || i == GH__PIN_PLACES;
}

static bool has_other(const gh__link_t *list, const gh_task_t *task) {
    return list->next != list && list->next != &task->ready;
}

/* Whether anybody is kept waiting by the task.  A loop that the program turns always has something to do.
 * Any thread, while the task holds the loop. */
static bool others_wait(gh_host_t *host, const gh_task_t *task) {
    const gh__heap_t *heap = &host->deadlines;
    struct pollfd events = {.fd = uv_backend_fd(host->loop), .events = POLLIN};
    if (host->guest || has_other(&host->ready, task) || has_other(&host->batch, task) ||
        has_other(&host->preempted, task) || gh__post_pending(host) ||
        (heap->count > 0 && heap->items[0]->when < gh__now()))
        return true;
    return host->fd_waits + host->jobs + host->operations > 0 && libc_poll(&events, 1, 0) > 0;
}

static void tell(gh_host_t *host, const char *task, const text_t *where, const char *stack,
                 bool over) {
    gh_pin_t pin = {.task = task,
                    .where = where->bytes,
                    .stack = stack,
                    .ms = (gh__now() - host->pin.since) / 1000000,
                    .over = over};
    host->config.pin(host->config.data, &pin);
}

bool gh__pin_is_due(gh_host_t *host) { return host->pin.sighted == host->watch.turns; }

bool gh__pin_steps(gh_host_t *host) { return host->pin.step == host->watch.turns; }

void gh__pin_step(gh_host_t *host) { host->pin.step = ++host->watch.turns; }

void gh__pin_tell(gh_host_t *host) {
    gh__pin_t *pin = &host->pin;
    text_t where = {.size = 0}, stack = {.size = 0};
    gh__pin_step(host);
    if (!others_wait(host, host->running)) return;
    describe_calls(pin, &where);
    describe_stack(host, &stack);
    uint64_t place = place_of(stack.bytes, &where);
    if (is_known(pin, place)) return;
    pin->places[pin->place_count++] = place;
    PyObject *name = gh__task_name(host->running);
    host->no_switch++;
    tell(host, name ? utf8(name) : "?", &where, stack.bytes, true);
    host->no_switch--;
}

/* Python's stack as faulthandler has it, which needs nothing that the thread may have locked; without the
 * headline. */
void gh__pin_tell_meanwhile(gh_host_t *host) {
    text_t where = {.size = 0}, stack = {.size = 0};
    const gh_task_t *task = host->running;
    if (task == NULL || !others_wait(host, task)) return;
    int file = memfd_create("stack", MFD_CLOEXEC);
    describe_calls(&host->pin, &where);
    if (file >= 0) {
        _Py_DumpTraceback(file, host->tstate);
        ssize_t size = libc_pread(file, stack.bytes, sizeof(stack.bytes) - 1, 0);
        stack.bytes[size > 0 ? size : 0] = '\0';
        libc_close(file);
    }
    const char *headline = strchr(stack.bytes, '\n'), *calls = headline ? headline + 1 : "";
    if (!is_known(&host->pin, place_of(calls, &where))) tell(host, "", &where, calls, false);
}
