# SPDX-License-Identifier: MIT OR Apache-2.0
# greenhost: `make` builds build/greenhost, `make help` lists the rest.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
CFLAGS ?= -O2 -g
# Debian's interpreter, by its full name: another python may come first on PATH.
PYTHON ?= /usr/bin/python3
BLACK := black --quiet --line-length 100

# What the build itself needs, and what the checks need on top of it.
BUILD_PACKAGES := build-essential pkg-config libuv1-dev libpython3.11-dev python3-greenlet
# The event loops of tests/loops.
LOOP_PACKAGES := python3-anyio python3-eventlet python3-gevent python3-tornado python3-trio \
    python3-twisted python3-uvloop
# What the tests of greenlet and Trio need.
SUITE_PACKAGES := python3-astor python3-objgraph python3-psutil python3-pytest python3-trustme
# The clients of tests/servers, and what they are clients of.
CLIENT_PACKAGES := python3-psycopg2 python3-mysqldb python3-pymysql python3-redis python3-hiredis \
    python3-pycurl python3-requests python3-pylibmc python3-ldap python3-pyodbc odbc-postgresql \
    python3-paramiko python3-zmq python3-confluent-kafka python3-grpcio \
    python3-asyncpg python3-sqlalchemy python3-aiohttp python3-httpx
SERVER_PACKAGES := postgresql mariadb-server-core redis-server memcached slapd openssh-server
# The programs of tests/stock.
THREAD_PACKAGES := python3-flask python3-werkzeug python3-cheroot python3-waitress gunicorn \
    python3-dask python3-celery
CHECK_PACKAGES := check clang clang-format valgrind strace black mypy groff-base man-db python3-venv python3-pip \
    libpython3.11-testsuite libhttp-parser-dev openssl $(LOOP_PACKAGES) $(SUITE_PACKAGES) $(THREAD_PACKAGES) \
    $(CLIENT_PACKAGES) $(SERVER_PACKAGES)
# The peers of the benchmarks that nothing else needs.
BENCH_PACKAGES := python3-psycogreen wrk

# Asked once, and silently: a missing package is reported by the target `tools`, in one line.
PY_CFLAGS := $(shell pkg-config --cflags python-3.11-embed libuv 2>/dev/null)
UV_LIBS := $(shell pkg-config --libs libuv 2>/dev/null)
PY_SHARED := $(shell pkg-config --libs python-3.11-embed 2>/dev/null) -lm
PY_PREFIX := $(shell pkg-config --variable=prefix python-3.11-embed 2>/dev/null)
PY_STATIC := $(shell $(PYTHON) -c 'import sysconfig; get = sysconfig.get_config_var; \
    print(get("LIBPL") + "/" + get("LIBRARY"), get("MODLIBS"), get("LIBS"), get("SYSLIBS"))' \
    2>/dev/null)
GREENLET := $(shell $(PYTHON) -c 'import greenlet, os; \
    print(os.path.dirname(os.path.dirname(greenlet.__file__)))' 2>/dev/null)

# EXTRA is for the sanitizers: it goes to the compiler and to the linker.
EXTRA ?=
# A {NULL} that ends one of CPython's tables is meant: clang would have every field of it spelled.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-missing-field-initializers \
    -fvisibility=hidden -fPIC -MMD -MP \
    -Iruntime $(PY_CFLAGS) $(if $(GREENLET),-isystem $(GREENLET)) \
    -DGH_PYTHON_PREFIX='"$(PY_PREFIX)"' \
    -DGH_GREENLET_DIR='"$(GREENLET)/greenlet"' \
    $(CPPFLAGS) $(CFLAGS) $(EXTRA)
# How the executable gets its interpreter.  Debian links python3 with the static library, which runs
# a tight loop a tenth faster than the shared one; so does greenhost.  LINK=shared is for builds
# whose objects may not be mixed with that library's, which is not position-independent.
LINK ?= static
PYTHON_LINK_static = -no-pie -Wl,--whole-archive $(BUILD)/libpython.a -Wl,--no-whole-archive \
    $(wordlist 2,99,$(PY_STATIC))
PYTHON_LINK_shared = $(PY_SHARED)
# Two functions of its own give way to those of runtime/core/gil.c.
PYTHON_WEAK = PyEval_SaveThread PyEval_RestoreThread

# The whole archive, exported: libpython and every extension module then bind to the definitions
# of libc's blocking functions that it holds, whether or not the executable itself calls them.
LIBRARY_LINK = -Wl,--whole-archive $(BUILD)/libgreenhost.a -Wl,--no-whole-archive
# libuv goes in whole too, and stays inside: there is a library less to load at each start, and an
# extension module that brings a libuv of its own, as uvloop does, keeps that one.
UV_LINK_static = $(shell pkg-config --variable=libdir libuv 2>/dev/null)/libuv_a.a \
    -Xlinker --exclude-libs=libuv_a.a
UV_LINK_shared = $(UV_LIBS)
ALL_LDFLAGS = -rdynamic $(LDFLAGS) $(EXTRA)

# The number after .so changes with what a program that was linked before could not bear.
VERSION := $(shell sed -n 's/^.define GH_VERSION "\(.*\)"/\1/p' runtime/greenhost.h)
SONAME := libgreenhost.so.0
SHARED := libgreenhost.so.$(VERSION)

MAN3 := $(BUILD)/man/man3

LIBRARY_SOURCES := $(wildcard runtime/*.c runtime/*/*.c)
HOST_SOURCES := $(wildcard host/*.c)
TEST_SOURCES := $(wildcard tests/check_*.c)
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:%.c=$(BUILD)/%.o)
HOST_OBJECTS := $(HOST_SOURCES:%.c=$(BUILD)/%.o)
FAULTS := $(BUILD)/tests/faults
TEST_OBJECTS := $(TEST_SOURCES:%.c=$(BUILD)/%.o)
TEST_PROGRAMS := $(TEST_SOURCES:%.c=$(BUILD)/%)
KINDS := conformance c python script surface lint
# A test of host/ links its parts, but brings a main of its own.
HOST_PARTS := $(filter-out $(BUILD)/host/main.o,$(HOST_OBJECTS))
C_FILES := $(wildcard host/*.[ch] runtime/*.[ch] runtime/*/*.[ch] tests/*.[ch] tests/*/*.[ch] \
    examples/*.[ch] examples/*/*.[ch] examples/*/*.cc bench/*.[ch])
PYTHON_DIRS := $(wildcard pylib tests examples bench tools)

.PHONY: all tools tests demo check check-asan check-ubsan check-valgrind check-gc soak model conformance bench \
    lint format install uninstall deps deps-build deps-bench help clean FORCE
.DELETE_ON_ERROR:
.SECONDARY: $(TEST_OBJECTS)

## all             build/greenhost, build/libgreenhost.a, the shared library and its man pages
all: $(BUILD)/greenhost $(BUILD)/$(SHARED) $(BUILD)/pylib $(MAN3)/greenhost.3

tools:
	@test -n "$(PY_CFLAGS)" -a -n "$(GREENLET)" || { \
	    echo "greenhost: the headers of Python 3.11, libuv or greenlet are missing;" \
	        "install them with: make deps" >&2; exit 1; }

# Another compiler or other flags than last time compile everything again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(LINK) $(ALL_CFLAGS) $(ALL_LDFLAGS))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
FORCE:

$(BUILD)/runtime/api/embed.o: runtime/api/embed.py
$(BUILD)/runtime/api/embed.o: private ALL_CFLAGS += -DGH_EMBED_FILE='"runtime/api/embed.py"'

$(BUILD)/%.o: %.c Makefile $(BUILD)/flags | tools
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Made anew each time: a file that was renamed must not leave its old object behind.
$(BUILD)/libgreenhost.a: $(LIBRARY_OBJECTS)
	@echo "  AR    $@"
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/libpython.a: Makefile | tools
	@mkdir -p $(@D)
	@objcopy $(PYTHON_WEAK:%=--weaken-symbol=%) $(firstword $(PY_STATIC)) $@

$(BUILD)/greenhost: $(HOST_OBJECTS) $(BUILD)/libgreenhost.a $(if $(filter static,$(LINK)),$(BUILD)/libpython.a)
	@echo "  LINK  $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(HOST_OBJECTS) $(LIBRARY_LINK) $(PYTHON_LINK_$(LINK)) $(UV_LINK_$(LINK))

# The program's libuv and the library's are the same, since a loop goes from one to the other.
# What a sanitizer adds is defined in the executable, never in a library.
$(BUILD)/$(SHARED): $(LIBRARY_OBJECTS)
	@echo "  LINK  $@"
	@$(CC) -shared -Wl,-soname,$(SONAME) -Wl,-z,$(if $(EXTRA),undefs,defs) $(LDFLAGS) $(EXTRA) -o $@ $^ $(PY_SHARED) $(UV_LIBS)
	@ln -sf $(SHARED) $(BUILD)/$(SONAME)

# The executable finds the package beside itself; in a build tree that is a link to the source.
$(BUILD)/pylib: | tools
	@mkdir -p $(@D)
	@ln -srfn pylib $@

# The pages of all the header's functions; made anew each time, as the library is.
$(MAN3)/greenhost.3: tools/manpages.py runtime/greenhost.h
	@echo "  MAN   $(@D)"
	@rm -rf $(@D)
	@$(PYTHON) tools/manpages.py runtime/greenhost.h $(@D)

tests: all $(TEST_PROGRAMS) $(if $(filter static,$(LINK)),$(FAULTS)/greenhost)

$(BUILD)/tests/check_%: $(BUILD)/tests/check_%.o $(HOST_PARTS) $(BUILD)/libgreenhost.a
	@echo "  LINK  $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $< $(HOST_PARTS) $(LIBRARY_LINK) $(PY_SHARED) $(UV_LIBS) \
	    $(shell pkg-config --libs check)

# An executable that makes one call fail: tests/faults/faults.c says how.  In its copy of the library
# what is listed in runtime.def goes by another name; in that of libuv, the calls on libuv's own pipes,
# which can't fail, and the failure of which it does not survive.
$(FAULTS)/libgreenhost.a: $(BUILD)/libgreenhost.a tests/faults/runtime.def
	@mkdir -p $(@D)
	@sed -n 's/^FAULT[A-Z_]*([^,]*, \(\w*\),.*/\1 fault_\1/p' tests/faults/runtime.def > $(@D)/names
	@objcopy --redefine-syms=$(@D)/names $< $@

$(FAULTS)/libuv.a: | tools
	@mkdir -p $(@D)
	@objcopy --redefine-sym read=__read --redefine-sym write=__write $(firstword $(UV_LINK_static)) $@

$(FAULTS)/greenhost: $(FAULTS)/faults.o $(HOST_OBJECTS) $(FAULTS)/libgreenhost.a $(FAULTS)/libuv.a $(BUILD)/libpython.a
	@echo "  LINK  $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--whole-archive $(FAULTS)/libgreenhost.a \
	    -Wl,--no-whole-archive $(PYTHON_LINK_static) $(FAULTS)/libuv.a

# The targets below call make again, because `deps` may have installed what the variables above
# ask for, and so that `make -j` finishes one step before it starts the next.

## demo            an unmodified blocking script, under python3 and under greenhost
demo: deps-build
	@$(MAKE) --no-print-directory all
	@$(PYTHON) examples/demo.py $(BUILD)/greenhost

## check           every test, then lint; the last line is "N passed, N failed"
check: deps
	@$(MAKE) --no-print-directory tests
	@$(PYTHON) tests/run.py --build $(BUILD) $(KINDS:%=--kind %)

# Tasks' stacks are moved about by greenlet, so the red zones that ASan keeps on the stack would be
# taken for errors: it watches the heap and the globals.  libstdc++ has to be there from the start,
# since ASan looks for it once, and greenlet throws.
## check-asan      C tests, scripts and those of the package under AddressSanitizer, in build-asan/
check-asan: deps
	@$(MAKE) --no-print-directory tests BUILD=build-asan CC=clang LINK=shared \
	    CFLAGS="-O1 -g -fno-omit-frame-pointer -mllvm -asan-stack=0" EXTRA="-fsanitize=address" \
	    LDFLAGS="-Wl,--no-as-needed -lstdc++"
	@$(PYTHON) tests/run.py --build build-asan --malloc --kind c --kind script
	@$(PYTHON) tests/run.py --build build-asan --malloc --kind python pylib/

## check-ubsan     C tests, scripts and those of the package under UndefinedBehaviorSanitizer, in build-ubsan/
check-ubsan: deps
	@$(MAKE) --no-print-directory tests BUILD=build-ubsan CC=clang LINK=shared CFLAGS="-O1 -g" \
	    EXTRA="-fsanitize=undefined -fno-sanitize-recover=undefined"
	@$(PYTHON) tests/run.py --build build-ubsan --kind c --kind script
	@$(PYTHON) tests/run.py --build build-ubsan --kind python pylib/

## check-valgrind  the C tests under valgrind, those of the package, and scripts that switch the most
check-valgrind: deps
	@$(MAKE) --no-print-directory tests
	@$(PYTHON) tests/run.py --build $(BUILD) --under valgrind --kind c
	@$(PYTHON) tests/run.py --build $(BUILD) --under valgrind --kind script --malloc \
	    scripts/cancel scripts/identity scripts/signal
	@$(PYTHON) tests/run.py --build $(BUILD) --under valgrind --kind python --malloc pylib/

## check-gc        the Python tests and scripts with the collector run at every chance
check-gc: deps
	@$(MAKE) --no-print-directory tests
	@$(PYTHON) tests/run.py --build $(BUILD) --kind python --kind script --collect

# CONFORMANCE takes options for tests/conformance/run.py, such as --resume or --suite trio.
CONFORMANCE ?=
## conformance     the tests of CPython, greenlet and Trio, as python3 runs them, and docs/CONFORMANCE.md
conformance: deps
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/conformance/run.py --greenhost $(BUILD)/greenhost \
	    --results $(BUILD)/conformance --report docs/CONFORMANCE.md $(CONFORMANCE)

## soak            SECONDS of everything at once, at random (60), by SEED; THREADS=tasks; FAMILIES alone
soak: deps
	@$(MAKE) --no-print-directory all
	@$(BUILD)/greenhost --threads=$(or $(THREADS),os) tests/soak/soak.py $(or $(SECONDS),60) \
	    $(or $(SEED),$(shell date +%s)) $(FAMILIES)

## model           PROGRAMS of scopes and nurseries (3000), at random from SEED (0), against Trio
model: deps
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/model/compare.py $(BUILD)/greenhost $(or $(SEED),0) \
	    $$(($(or $(SEED),0) + $(or $(PROGRAMS),3000)))

$(BUILD)/bench/load: bench/load.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -o $@ $<

$(BUILD)/bench/echo: bench/echo.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 $(PY_CFLAGS) -o $@ $< $(UV_LIBS)

$(BUILD)/bench/embedding: bench/embedding.c $(BUILD)/$(SHARED)
	@mkdir -p $(@D)
	@$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -Iruntime $(PY_CFLAGS) -o $@ $< \
	    -L$(BUILD) -l:$(SONAME) -Wl,-rpath,$(abspath $(BUILD)) $(UV_LIBS)

$(BUILD)/bench/embedding-alone: bench/embedding.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -DALONE -o $@ $<

# BENCH takes names of modules in bench/rows/, and --rounds N.
BENCH ?=
## bench           the figures, side by side with the peers', into docs/BENCHMARKS.md
bench: deps-bench
	@$(MAKE) --no-print-directory all $(BUILD)/bench/load $(BUILD)/bench/echo \
	    $(BUILD)/bench/embedding $(BUILD)/bench/embedding-alone
	@$(PYTHON) bench/run.py --write $(BUILD)/greenhost $(BENCH)
	@$(PYTHON) bench/startup.py $(BUILD)/greenhost
	@$(PYTHON) bench/await.py $(BUILD)/greenhost

## lint            formatting, types and the house rules, changing nothing
lint:
	@echo "  LINT  C"
	@clang-format --dry-run -Werror $(C_FILES)
	@echo "  LINT  Python"
	@$(if $(PYTHON_DIRS),$(BLACK) --check --diff $(PYTHON_DIRS))
	@MYPYPATH=pylib mypy --strict --no-error-summary --cache-dir=$(BUILD)/mypy \
	    pylib/greenhost pylib/_greenhost.pyi $(wildcard examples/*.py tools/*.py tests/conformance/*.py)
	@$(if $(wildcard tests/house.py),$(PYTHON) tests/house.py)

## format          rewrite C and Python to the house's format
format:
	clang-format -i $(C_FILES)
	$(if $(PYTHON_DIRS),$(BLACK) $(PYTHON_DIRS))

LIB = $(DESTDIR)$(PREFIX)/lib
SHARE = $(DESTDIR)$(PREFIX)/share
PACKAGE_DIR = $(DESTDIR)$(PREFIX)/lib/greenhost/pylib

## install         into $(DESTDIR)$(PREFIX); the result may be moved as a whole
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(LIB)/pkgconfig \
	    $(PACKAGE_DIR)/greenhost $(SHARE)/man/man1 $(SHARE)/man/man3 $(SHARE)/doc/greenhost
	install -m 755 $(BUILD)/greenhost $(DESTDIR)$(PREFIX)/bin/greenhost
	install -m 644 runtime/greenhost.h $(DESTDIR)$(PREFIX)/include/greenhost.h
	install -m 644 $(BUILD)/libgreenhost.a $(LIB)/libgreenhost.a
	install -m 755 $(BUILD)/$(SHARED) $(LIB)/$(SHARED)
	for name in $(SONAME) libgreenhost.so libgreenhost-surface.so; do ln -sf $(SHARED) $(LIB)/$$name; done
	for name in greenhost greenhost-static; do \
	    sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' runtime/$$name.pc.in \
	        >$(LIB)/pkgconfig/$$name.pc; done
	install -m 644 $(wildcard pylib/greenhost/*.py pylib/greenhost/py.typed) $(PACKAGE_DIR)/greenhost
	install -m 644 $(wildcard pylib/*.pyi) $(PACKAGE_DIR)
	$(PYTHON) -m compileall -q -s "$(DESTDIR)" $(PACKAGE_DIR)
	install -m 644 $(wildcard docs/*.1) $(SHARE)/man/man1
	install -m 644 $(MAN3)/*.3 $(SHARE)/man/man3
	install -m 644 $(wildcard LICENSE* README.md docs/*.md) $(SHARE)/doc/greenhost

## uninstall       remove what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/greenhost $(SHARE)/man/man1/greenhost.1 \
	    $(SHARE)/man/man3/greenhost.3 $(SHARE)/man/man3/gh_*.3
	rm -f $(DESTDIR)$(PREFIX)/include/greenhost.h $(LIB)/libgreenhost* \
	    $(LIB)/pkgconfig/greenhost.pc $(LIB)/pkgconfig/greenhost-static.pc
	rm -rf $(DESTDIR)$(PREFIX)/lib/greenhost $(SHARE)/doc/greenhost

# Some of them are servers.  The tests start their own, so these are kept from starting now, in the way
# that Debian has for it: policy-rc.d says that nothing may.
## deps            install through apt the Debian packages that are missing
deps: PACKAGES = $(BUILD_PACKAGES) $(CHECK_PACKAGES)
deps-build: PACKAGES = $(BUILD_PACKAGES)
deps-bench: PACKAGES = $(BUILD_PACKAGES) $(CHECK_PACKAGES) $(BENCH_PACKAGES)
deps deps-build deps-bench:
	@have=$$(dpkg-query -W -f='$${db:Status-Status} $${Package}\n' $(PACKAGES) 2>/dev/null || true); \
	missing=; \
	for package in $(PACKAGES); do \
	    printf '%s\n' "$$have" | grep -qx "installed $$package" || missing="$$missing $$package"; \
	done; \
	test -n "$$missing" || exit 0; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	if ! command -v apt-get >/dev/null || { test -n "$$sudo" && ! command -v sudo >/dev/null; }; then \
	    echo "greenhost: packages are missing; as root, run: apt-get install$$missing" >&2; exit 1; \
	fi; \
	echo "installing:$$missing"; \
	policy=/usr/sbin/policy-rc.d; \
	if ! test -e $$policy; then \
	    trap "$$sudo rm -f $$policy" EXIT; \
	    printf '#!/bin/sh\nexit 101\n' | $$sudo install -m 755 /dev/stdin $$policy || exit 1; \
	fi; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing

## clean           remove what the build made
clean:
	rm -rf $(BUILD) build-asan build-ubsan

## help            this list
help:
	@sed -n 's/^## //p' Makefile

-include $(LIBRARY_OBJECTS:.o=.d) $(HOST_OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) \
    $(FAULTS)/faults.d
