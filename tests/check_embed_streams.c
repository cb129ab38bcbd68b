/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* check_embed_streams.c: Python reads and writes streams of libuv's that are the program's. */
#include <arpa/inet.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

#include "embed.h"

/* ---- a stream, its peer, and a module that gives both to Python ---- */

static union uv_any_handle handle;
static uv_stream_t *stream = (uv_stream_t *)&handle;
static int peer;

static int give_file(gh_call_t *call) {
    struct _object *file;
    int error = gh_stream_file(call->host, stream, &file);
    return error < 0 ? error : gh_return(call, gh_object(file));
}

static int give_peer(gh_call_t *call) { return gh_return(call, gh_int(peer)); }

static int give_fd(gh_call_t *call) {
    uv_os_fd_t fd;
    ck_ok(uv_fileno((uv_handle_t *)stream, &fd));
    return gh_return(call, gh_int(fd));
}

/* Its memory is the program's own again from then on. */
static void on_closed(uv_handle_t *closed) { memset(closed, 0xff, sizeof(handle)); }

static void close_stream(void) { uv_close((uv_handle_t *)stream, on_closed); }

static int close_now(gh_call_t *call) {
    close_stream();
    return gh_return(call, gh_none());
}

static const gh_function_t functions[] = {
    {"file", give_file, 0, NULL, NULL},
    {"peer", give_peer, 0, NULL, NULL},
    {"fd", give_fd, 0, NULL, NULL},
    {"close", close_now, 0, NULL, NULL},
    {0},
};

static void open_pipe(void) {
    int pair[2];
    open_guest((gh_config_t){0});
    ck_ok(gh_module(host, "program", functions));
    ck_ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    ck_ok(uv_pipe_init(&program_loop, &handle.pipe, 0));
    ck_ok(uv_pipe_open(&handle.pipe, pair[0]));
    peer = pair[1];
}

/* Both ends of a connection, the nearer one as a uv_tcp_t. */
static void open_tcp(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    open_guest((gh_config_t){0});
    ck_ok(gh_module(host, "program", functions));
    int listener = socket(AF_INET, SOCK_STREAM, 0), near = socket(AF_INET, SOCK_STREAM, 0);
    ck_ok(bind(listener, (struct sockaddr *)&address, size));
    ck_ok(listen(listener, 1));
    ck_ok(getsockname(listener, (struct sockaddr *)&address, &size));
    ck_ok(connect(near, (struct sockaddr *)&address, size));
    peer = accept(listener, NULL, NULL);
    ck_assert_int_ge(peer, 0);
    close(listener);
    ck_ok(uv_tcp_init(&program_loop, &handle.tcp));
    ck_ok(uv_tcp_open(&handle.tcp, near));
}

static void close_all(void) {
    if (!uv_is_closing((uv_handle_t *)stream)) close_stream();
    close_guest();
}

/* Runs statements that know f, the file, and peer, a descriptor; nothing is left in the loop then. */
#define START                                                                                      \
    "import errno, io, os, threading, _greenhost as greenhost, program\n"                          \
    "f, peer = program.file(), program.peer()\n"                                                   \
    "def raises(kind, function, *args, code=None):\n"                                              \
    "    try: function(*args)\n"                                                                   \
    "    except kind as error: assert code is None or error.errno == code, error\n"                \
    "    else: assert False, 'nothing was raised'\n"

/* Until it waits. */
static gh_task_t *spawn_reader(const char *code) {
    gh_task_t *task = spawn(GH_SPAWN(.code = code));
    while (!uv_is_active((uv_handle_t *)stream)) uv_run(&program_loop, UV_RUN_NOWAIT);
    return task;
}

static void try_pipe(const char *code) {
    open_pipe();
    run_code(code);
    close_all();
}

/* ---- reading and writing ---- */

START_TEST(a_task_reads_what_comes) {
    try_pipe(START "os.write(peer, b'abcdef\\nline\\nrest')\n"
                   "assert f.read(3) == b'abc' and f.readline() == b'def\\n'\n"
                   "room = bytearray(9)\n"
                   "assert f.readinto(room) == 9 and room == b'line\\nrest'\n"
                   "assert f.readinto(bytearray()) == 0 and f.read(0) == b''\n"
                   "os.write(peer, b'end'); os.close(peer)\n"
                   "assert f.readall() == b'end' and f.read(1) == b'' and f.read(1) == b''");
}
END_TEST

START_TEST(a_reader_parks) {
    try_pipe(START "order = []\n"
                   "def read(): order.append(f.read(9))\n"
                   "reader = greenhost.spawn(read)\n"
                   "greenhost.checkpoint(); order.append('meanwhile')\n"
                   "assert f'read, for descriptor {program.fd()} to be readable' in repr(reader)\n"
                   "os.write(peer, b'text'); reader.result()\n"
                   "assert order == ['meanwhile', b'text'], order");
}
END_TEST

START_TEST(no_more_is_taken_than_was_asked_for) {
    try_pipe(START "os.write(peer, b'abcdef')\n"
                   "assert f.read(2) == b'ab' and os.read(program.fd(), 9) == b'cdef'");
}
END_TEST

START_TEST(two_that_read_each_get_their_own) {
    try_pipe(START "readers = [greenhost.spawn(f.read, size) for size in (1, 1, 1)]\n"
                   "greenhost.checkpoint(); os.write(peer, b'abc')\n"
                   "assert sorted(r.result() for r in readers) == [b'a', b'b', b'c']");
}
END_TEST

START_TEST(a_writer_waits_for_its_peer) {
    try_pipe(START "data = os.urandom(1 << 20)\n"
                   "writer = greenhost.spawn(f.write, memoryview(data))\n"
                   "greenhost.checkpoint(); assert 'to be writable' in repr(writer)\n"
                   "got = b''\n"
                   "while len(got) < len(data): got += os.read(peer, 1 << 16)\n"
                   "assert writer.result() == len(data) and got == data\n"
                   "assert f.write(b'') == 0\n"
                   "raises(TypeError, f.write, 'text'); raises(TypeError, f.write, 5)");
}
END_TEST

START_TEST(it_is_what_buffers_are_made_of) {
    try_pipe(START "text = io.TextIOWrapper(io.BufferedRWPair(f, f), 'utf-8', newline='\\n')\n"
                   "os.write(peer, 'ü\\nb\\n'.encode())\n"
                   "assert text.readline() == 'ü\\n' and next(text) == 'b\\n'\n"
                   "text.write('done'); text.flush()\n"
                   "assert os.read(peer, 9) == b'done' and not f.closed\n"
                   "text.close(); assert f.closed");
}
END_TEST

START_TEST(a_terminal_is_one_too) {
    int master, slave;
    open_guest((gh_config_t){0});
    ck_ok(gh_module(host, "program", functions));
    ck_ok(openpty(&master, &slave, NULL, NULL, NULL));
    ck_ok(uv_tty_init(&program_loop, &handle.tty, slave, 1));
    peer = master;
    run_code(START "os.write(peer, b'line\\n'); assert f.readline() == b'line\\n'\n"
                   "assert os.read(peer, 9) == b'line\\r\\n'\n" /* the echo */
                   "f.write(b'done\\n'); assert os.read(peer, 9) == b'done\\r\\n'");
    close_all();
}
END_TEST

START_TEST(it_may_be_of_the_hosts_own_loop) {
    struct _object *file;
    int pair[2];
    open_with((gh_config_t){0});
    ck_ok(gh_module(host, "program", functions));
    ck_assert_ptr_null(gh_loop(host));
    ck_fails(gh_stream_file(host, stream, &file), UV_EINVAL);
    gh_task_t *first = spawn(GH_SPAWN(.code = "pass"));
    ck_ok(gh_wait_task(first, -1));
    ck_ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    ck_ok(uv_pipe_init(gh_loop(host), &handle.pipe, 0));
    ck_ok(uv_pipe_open(&handle.pipe, pair[0]));
    peer = pair[1];
    gh_task_t *reader = spawn(GH_SPAWN(.code = START "assert f.read(4) == b'text'"));
    ck_fails(gh_wait_task(reader, 1), UV_ETIMEDOUT);
    ck_assert_int_eq(write(peer, "text", 4), 4);
    ck_ok(gh_wait_task(reader, -1));
    ck_assert_int_eq(gh_task_result(reader)->outcome, GH_RETURNED);
    gh_task_t *late = spawn(GH_SPAWN(.code = START "raises(OSError, f.read, 1, code=errno.EBADF)"));
    ck_fails(gh_wait_task(late, 1), UV_ETIMEDOUT);
    close_stream();
    ck_ok(gh_wait_task(late, -1));
    ck_assert_int_eq(gh_task_result(late)->outcome, GH_RETURNED);
    gh_task_release(late);
    gh_task_release(reader);
    gh_task_release(first);
    ck_ok(gh_close(host));
    gh_release(host);
}
END_TEST

/* ---- errors ---- */

START_TEST(an_error_is_an_oserror) {
    open_tcp();
    run_code(START "import socket\n"
                   "there = socket.socket(fileno=peer)\n"
                   "there.sendall(b'first'); assert f.read(9) == b'first'\n"
                   "there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1' + bytes(7))\n"
                   "there.close(); raises(ConnectionResetError, f.read, 1)\n"
                   "raises(BrokenPipeError, f.write, b'x')");
    close_all();
}
END_TEST

static void on_alloc(uv_handle_t *of, size_t size, uv_buf_t *buffer) {
    static char room[16];
    (void)of, (void)size;
    *buffer = uv_buf_init(room, sizeof(room));
}

static ssize_t heard;

static void on_read(uv_stream_t *of, ssize_t size, const uv_buf_t *buffer) {
    (void)buffer;
    heard = size;
    uv_read_stop(of);
}

START_TEST(what_the_program_reads_is_its_own) {
    open_pipe();
    ck_ok(uv_read_start(stream, on_alloc, on_read));
    run_code(START "raises(OSError, f.read, 1, code=errno.EALREADY); os.write(peer, b'mine')");
    ck_assert_int_eq(heard, 4);
    close_all();
}
END_TEST

START_TEST(a_task_is_cancelled_and_loses_nothing) {
    open_pipe();
    gh_task_t *task = spawn_reader(START "f.read(9)");
    ck_ok(gh_task_cancel(task));
    ck_assert_int_eq(write(peer, "text", 4), 4); /* comes before the task runs */
    turn();
    ck_assert_int_eq(gh_task_result(task)->outcome, GH_CANCELLED);
    gh_task_release(task);
    run_code(START "assert f.read(9) == b'text'");
    close_all();
}
END_TEST

START_TEST(scopes_end_its_waits) {
    try_pipe(START "scope = greenhost.CancelScope(deadline=greenhost.current_time() + 0.001)\n"
                   "with scope: f.read(1); assert False\n"
                   "with greenhost.CancelScope(deadline=0): f.write(b'x'); assert False\n"
                   "os.write(peer, b'x'); assert f.read(1) == b'x'\n"
                   "scope = greenhost.CancelScope(deadline=greenhost.current_time() + 0.001)\n"
                   "with scope: f.write(bytes(1 << 22)); assert False\n"
                   "os.close(peer)"); /* or libuv would go on writing what it has */
}
END_TEST

/* ---- the end of it ---- */

START_TEST(the_program_closes_what_a_task_reads) {
    try_pipe(START "reader = greenhost.spawn(f.read, 1)\n"
                   "greenhost.checkpoint(); program.close()\n"
                   "raises(OSError, f.read, 1, code=errno.EBADF)\n" /* not gone yet */
                   "raises(OSError, f.write, b'x', code=errno.EBADF)\n"
                   "raises(OSError, reader.result, code=errno.EBADF)\n"
                   "raises(OSError, f.read, 1, code=errno.EBADF)\n"
                   "raises(OSError, f.write, b'x', code=errno.EBADF)\n"
                   "raises(OSError, program.file, code=errno.EINVAL)\n"
                   "f.close(); raises(ValueError, f.read, 1)");
}
END_TEST

START_TEST(the_program_closes_what_a_task_writes) {
    try_pipe(START "writer = greenhost.spawn(f.write, bytes(1 << 20))\n"
                   "greenhost.checkpoint(); program.close()\n"
                   "raises(OSError, writer.result, code=errno.EBADF)");
}
END_TEST

static void on_time(uv_timer_t *timer) {
    close_stream();
    uv_close((uv_handle_t *)timer, NULL);
}

START_TEST(a_callback_of_the_program_closes_it) {
    uv_timer_t timer;
    open_pipe();
    gh_task_t *task = spawn_reader(START "raises(OSError, f.read, 1, code=errno.EBADF)");
    ck_ok(uv_timer_init(&program_loop, &timer));
    ck_ok(uv_timer_start(&timer, on_time, 1, 0));
    turn();
    ck_assert_int_eq(gh_task_result(task)->outcome, GH_RETURNED);
    gh_task_release(task);
    close_all();
}
END_TEST

START_TEST(python_closes_the_file_and_not_the_stream) {
    try_pipe(START "assert program.file() is f\n"
                   "reader = greenhost.spawn(f.read, 1)\n"
                   "greenhost.checkpoint(); f.close(); f.close()\n"
                   "raises(OSError, reader.result, code=errno.EBADF)\n"
                   "raises(ValueError, f.read, 1); raises(ValueError, f.write, b'x')\n"
                   "new = program.file(); assert new is not f\n"
                   "os.write(peer, b'x'); assert new.read(1) == b'x'");
}
END_TEST

START_TEST(only_tasks_use_it) {
    try_pipe(START "def use():\n"
                   "    for method, args in (f.read, [1]), (f.write, [b'x']), (f.close, []):\n"
                   "        raises(RuntimeError, method, *args)\n"
                   "thread = threading.Thread(target=use)\n"
                   "thread.start(); thread.join(); assert not f.closed\n"
                   "class Finalized:\n"
                   "    def __del__(self): program.kept = f; os.write(peer, f.read(1) + b'!')\n"
                   "os.write(peer, b'x'); Finalized(); assert f.read(1)");
}
END_TEST

START_TEST(it_ends_with_the_host) {
    open_pipe();
    run_code(START "program.kept = f");
    ck_ok(gh_close(host));
    gh_release(host);
    open_with((gh_config_t){.loop = &program_loop});
    run_code("import errno, program\n"
             "try: program.kept.read(1)\n"
             "except OSError as error: assert error.errno == errno.EBADF\n"
             "else: assert False");
    close_all();
}
END_TEST

static void on_shutdown(gh_host_t *of, size_t given_up, void *data) {
    ck_assert_ptr_eq(of, host);
    *(size_t *)data = given_up;
}

START_TEST(a_task_that_is_given_up_reads_no_more) {
    size_t given_up = 0;
    open_pipe();
    gh_task_t *task = spawn_reader(START "while True:\n"
                                         "    try: f.read(1)\n"
                                         "    except BaseException: pass");
    ck_ok(gh_shutdown(host, 0, 1, on_shutdown, &given_up));
    turn();
    ck_assert_uint_eq(given_up, 1);
    gh_task_release(task);
    close_all();
}
END_TEST

START_TEST(what_is_no_stream_of_the_loop_is_refused) {
    uv_loop_t other;
    uv_tcp_t elsewhere;
    uv_timer_t timer;
    struct _object *file;
    open_pipe();
    ck_ok(uv_loop_init(&other));
    ck_ok(uv_tcp_init(&other, &elsewhere));
    ck_ok(uv_timer_init(&program_loop, &timer));
    ck_fails(gh_stream_file(host, (uv_stream_t *)&elsewhere, &file), UV_EINVAL);
    ck_fails(gh_stream_file(host, (uv_stream_t *)&timer, &file), UV_EINVAL);
    uv_close((uv_handle_t *)&elsewhere, NULL);
    uv_close((uv_handle_t *)&timer, NULL);
    ck_ok(uv_run(&other, UV_RUN_DEFAULT));
    ck_ok(uv_loop_close(&other));
    close_all();
}
END_TEST

static void fill(TCase *tests) {
    tcase_add_test(tests, a_task_reads_what_comes);
    tcase_add_test(tests, a_reader_parks);
    tcase_add_test(tests, no_more_is_taken_than_was_asked_for);
    tcase_add_test(tests, two_that_read_each_get_their_own);
    tcase_add_test(tests, a_writer_waits_for_its_peer);
    tcase_add_test(tests, it_is_what_buffers_are_made_of);
    tcase_add_test(tests, a_terminal_is_one_too);
    tcase_add_test(tests, it_may_be_of_the_hosts_own_loop);
    tcase_add_test(tests, an_error_is_an_oserror);
    tcase_add_test(tests, what_the_program_reads_is_its_own);
    tcase_add_test(tests, a_task_is_cancelled_and_loses_nothing);
    tcase_add_test(tests, scopes_end_its_waits);
    tcase_add_test(tests, the_program_closes_what_a_task_reads);
    tcase_add_test(tests, the_program_closes_what_a_task_writes);
    tcase_add_test(tests, a_callback_of_the_program_closes_it);
    tcase_add_test(tests, python_closes_the_file_and_not_the_stream);
    tcase_add_test(tests, only_tasks_use_it);
    tcase_add_test(tests, it_ends_with_the_host);
    tcase_add_test(tests, a_task_that_is_given_up_reads_no_more);
    tcase_add_test(tests, what_is_no_stream_of_the_loop_is_refused);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN); /* as any program of libuv's that writes to peers */
    return run_suite("embed_streams", fill);
}
